"""Components -> Model: builds every definition, runs every check, and reports all problems at once."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, islice
from types import MappingProxyType

from metamodel.checks.automation import check_automation
from metamodel.checks.child_lists import check_child_lists
from metamodel.checks.dependencies import check_dependencies
from metamodel.checks.fields import check_fields
from metamodel.checks.formulas import check_formulas
from metamodel.checks.names import check_names
from metamodel.checks.objects import check_objects
from metamodel.checks.organization import check_organization
from metamodel.checks.others import check_others
from metamodel.checks.permissions import check_permissions
from metamodel.checks.record_types import check_record_types
from metamodel.checks.rules import check_rule_files
from metamodel.checks.screens import check_screens
from metamodel.checks.sharing import check_sharing
from metamodel.checks.translations import check_translations
from metamodel.child_lists import ChildLists
from metamodel.component import Component
from metamodel.definitions import Translation
from metamodel.draft import Draft
from metamodel.drafting import draft_model
from metamodel.formulas import Formulas
from metamodel.global_names import GlobalNames
from metamodel.model import Model, children_by_object
from metamodel.problems import MetadataError, MetadataProblem
from metamodel.rules import ModelNames, Rules
from metamodel.scope import Vocabulary
from rule_engine.rules import CheckedRules

MAX_PROBLEMS = 500
_CHECKS = (
    check_names,
    check_objects,
    check_fields,
    check_record_types,
    check_child_lists,
    check_organization,
    check_screens,
    check_others,
    check_automation,
    check_permissions,
    check_sharing,
    check_dependencies,
    check_translations,
)


def build_model(components: Iterable[Component], *, checked: bool = False) -> Model:
    """`checked`: these components make up a deployed revision, so only what a model needs is built and no check is run again; what
    this version would not accept is in the model all the same, its formulas and rules as metamodel.unaccepted has them.
    Without components: the model with nothing but the platform's own `user` object. Raises MetadataError, unless `checked`."""
    draft = draft_model(components)
    child_lists = ChildLists(draft.objects.values())
    objects = MappingProxyType(draft.objects)
    global_names = GlobalNames(objects, draft.labels, draft.settings)
    vocabulary = Vocabulary(objects=objects, child_lists=child_lists, global_names=global_names)
    formulas = Formulas(vocabulary, are_deployed=checked)
    names = ModelNames(draft, formulas.scope, child_lists)
    if checked:
        return _model(draft, child_lists, formulas, Rules(tuple(draft.rule_files), names, None))
    rules: list[CheckedRules] = []
    checks = (
        *(check(draft) for check in _CHECKS),
        check_formulas(draft, formulas),
        check_rule_files(draft, names, rules),
    )
    found = dict.fromkeys(islice(chain(draft.problems, *checks), MAX_PROBLEMS))
    if found:
        raise MetadataError(sorted(found, key=_place))
    return _model(draft, child_lists, formulas, Rules(tuple(draft.rule_files), names, rules))


def _model(draft: Draft, child_lists: ChildLists, formulas: Formulas, rules: Rules) -> Model:
    return Model(
        objects=MappingProxyType(draft.objects),
        picklists=MappingProxyType(draft.picklists),
        layouts=MappingProxyType(draft.layouts),
        views=MappingProxyType(draft.views),
        apps=MappingProxyType(draft.apps),
        queues=MappingProxyType(draft.queues),
        calendars=MappingProxyType(draft.calendars),
        webhooks=MappingProxyType(draft.webhooks),
        roles=MappingProxyType(draft.roles),
        teams=MappingProxyType(draft.teams),
        permission_sets=MappingProxyType(draft.permission_sets),
        permission_groups=MappingProxyType(draft.permission_groups),
        sharing=MappingProxyType(draft.sharing),
        templates=MappingProxyType(draft.templates),
        translations=MappingProxyType(_merged(draft.translations)),
        packages=MappingProxyType(draft.packages),
        labels=MappingProxyType(draft.labels),
        settings=MappingProxyType(draft.settings),
        currencies=draft.currencies,
        organization=draft.organization,
        rule_files=tuple(draft.rule_files),
        children=MappingProxyType(children_by_object(draft.objects.values())),
        child_lists=child_lists,
        _formulas=formulas,
        _rules=rules,
    )


def _merged(translations: Iterable[Translation]) -> dict[str, Translation]:
    """One for each language; the tenant's own texts win over those of packages."""
    texts: dict[str, dict[str, str]] = {}
    for translation in sorted(translations, key=lambda translation: (translation.owner == "", translation.owner)):
        texts.setdefault(translation.language, {}).update(translation.texts)
    return {
        language: Translation(language=language, texts=MappingProxyType(found)) for language, found in texts.items()
    }


def _place(problem: MetadataProblem) -> tuple[str, int]:
    return problem.file, problem.line
