"""Rule files against a model: the names they may use, and what they say, by object."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from metamodel.child_lists import ChildLists
from metamodel.definitions import Object, RuleFile
from metamodel.draft import Draft
from metamodel.fields.reference import LookupField
from metamodel.fields.system import RecordTypeField
from metamodel.scope import ObjectScope
from metamodel.unaccepted import refusing_rules
from rule_engine import CheckedFormula, SourceError
from rule_engine.rules import CheckedRules, Declared, FieldInfo, check_rules, declared_in, parse_with_problems
from rule_engine.rules.checked import Approval, Assignment, Rule, RuleTest, Validation

AboutObject = TypeVar("AboutObject", Rule, Assignment, Validation, Approval, RuleTest)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedValidation:
    """The save of a record of `object` fails when `condition` is TRUE. `message`: a text, or a formula that gives one;
    `field`: where it is said, None for the record as a whole; `line`: of its rule file, 0 for the object's own."""

    object: str
    name: str
    condition: CheckedFormula
    message: str | CheckedFormula
    field: str | None = None
    line: int = 0


class ModelNames:
    """The names of a model as rule_engine.rules.RuleNames asks for them."""

    def __init__(self, draft: Draft, scope: Callable[[str], ObjectScope], child_lists: ChildLists) -> None:
        self._draft = draft
        self._objects = draft.objects
        self._scope = scope
        self._child_lists = child_lists
        self._declared: Declared | None = None

    def object_scope(self, object_name: str, /) -> ObjectScope | None:
        return self._scope(object_name) if object_name in self._objects else None

    def field(self, object_name: str, name: str, /) -> FieldInfo | None:
        target = self._objects.get(object_name)
        field = target.fields.get(name) if target else None
        if field is None:
            return None
        return FieldInfo(
            type=field.formula_type,
            is_system=field.is_system and not isinstance(field, RecordTypeField),
            is_writable=field.is_writable,
            target=field.object if isinstance(field, LookupField) else None,
        )

    def children(self, object_name: str, /) -> Sequence[str]:
        return self._child_lists.names(object_name)

    def objects(self) -> Sequence[str]:
        return tuple(self._objects)

    def queues(self) -> Sequence[str]:
        return tuple(self._draft.queues)

    def templates(self) -> Sequence[str]:
        return tuple(self._draft.templates)

    def consenting_objects(self, template: str, /) -> Sequence[str] | None:
        found = self._draft.templates.get(template)
        purpose = self._draft.organization.consents.get(found.purpose or "") if found else None
        return None if purpose is None else purpose.objects

    def users(self) -> Sequence[str] | None:
        """Not known here: users are data."""
        return None

    def calendars(self) -> Sequence[str]:
        return tuple(self._draft.calendars)

    def webhooks(self) -> Sequence[str]:
        return tuple(self._draft.webhooks)

    def carried_channels(self) -> Sequence[str]:
        return tuple(webhook.channel for webhook in self._draft.webhooks.values() if webhook.channel)

    def roles(self) -> Sequence[str]:
        return tuple(self._draft.roles)

    def teams(self) -> Sequence[str]:
        return tuple(self._draft.teams)

    def declared(self) -> Declared:
        """Of all rule files, which are read for it at the first use; what cannot be read declares nothing."""
        if self._declared is None:
            self._declared = declared_in(parse_with_problems(file.source)[0] for file in self._draft.rule_files)
        return self._declared


class Rules:
    """What the rule files of a model say, by object; checked at the first use when that was not done before. Those were accepted when
    they were deployed: for one that this version does not accept, saves of the objects that it is about are refused."""

    def __init__(self, files: Sequence[RuleFile], names: ModelNames, checked: Sequence[CheckedRules] | None) -> None:
        self._files = files
        self.names = names
        self._by_object = None if checked is None else rules_by_object(checked)

    @property
    def by_object(self) -> Mapping[str, CheckedRules]:
        if self._by_object is None:
            self._by_object = rules_by_object(self._check(file) for file in self._files)
        return self._by_object

    def _check(self, file: RuleFile) -> CheckedRules:
        try:
            return check_rules(file.source, self.names)
        except SourceError:
            return refusing_rules(file, self.names.objects())


def rules_by_object(files: Iterable[CheckedRules]) -> dict[str, CheckedRules]:
    """The statements of all files by object, in the order of files and lines."""
    files = tuple(files)
    rules = _grouped(rule for file in files for rule in file.rules)
    assignments = _grouped(assignment for file in files for assignment in file.assignments)
    validations = _grouped(validation for file in files for validation in file.validations)
    approvals = _grouped(approval for file in files for approval in file.approvals)
    tests = _grouped(test for file in files for test in file.tests)
    return {
        name: CheckedRules(
            rules=tuple(rules[name]),
            assignments=tuple(assignments[name]),
            validations=tuple(validations[name]),
            approvals=tuple(approvals[name]),
            tests=tuple(tests[name]),
        )
        for name in dict.fromkeys((*rules, *assignments, *validations, *approvals, *tests))
    }


def _grouped(statements: Iterable[AboutObject]) -> defaultdict[str, list[AboutObject]]:
    found: defaultdict[str, list[AboutObject]] = defaultdict(list)
    for statement in statements:
        found[statement.object].append(statement)
    return found


def validations_of(
    target: Object, conditions: Sequence[CheckedFormula], rules: CheckedRules
) -> tuple[CheckedValidation, ...]:
    """The object's own validations, whose checked formulas are `conditions`, then those of rule files; inactive ones are left out."""
    own = tuple(
        CheckedValidation(
            object=target.name,
            name=validation.name,
            condition=condition,
            message=validation.message,
            field=validation.field,
        )
        for validation, condition in zip(target.validations, conditions, strict=True)
    )
    return own + tuple(
        CheckedValidation(
            object=target.name,
            name=validation.name,
            condition=row.condition,
            message=row.message,
            field=row.field,
            line=row.line,
        )
        for validation in rules.validations
        if validation.is_active
        for row in validation.rows
    )
