"""Whether translations translate what exists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from metamodel.component import Component
from metamodel.definitions import Layout, Object
from metamodel.draft import Draft
from metamodel.fields.choice import PicklistField
from metamodel.names import did_you_mean
from metamodel.problems import MetadataProblem
from metamodel.yaml_reader import Path
from rule_engine.rules import parse_with_problems
from rule_engine.rules.syntax.statements import Approval
from rule_engine.wording import say


def check_translations(draft: Draft) -> Iterator[MetadataProblem]:
    components = [component for component in draft.components if component.kind == "translation"]
    if not components:
        return
    keys = set(_keys(draft))
    known: dict[str, set[str]] = {}
    for key in keys:
        parts = key.split(".")
        for length in range(len(parts)):
            known.setdefault(".".join(parts[:length]), set()).add(parts[length])
    for component in components:
        yield from _check(component, component.body or {}, (), keys, known)


def _check(
    component: Component, texts: Mapping[str, Any], path: Path, keys: set[str], known: Mapping[str, set[str]]
) -> Iterator[MetadataProblem]:
    """Reports the first part of a key that leads nowhere, not all that hangs below it."""
    for name, value in texts.items():
        here = (*path, name)
        key = ".".join(map(str, here))
        if key not in keys and key not in known:
            hint = did_you_mean(name, known.get(".".join(map(str, path)), ()))
            yield component.problem("unknown_key", here, say("there is no %(key)r to translate", key=key), hint)
        elif isinstance(value, Mapping):
            yield from _check(component, value, here, keys, known)
        elif key not in keys:
            hint = did_you_mean("", known.get(key, ()))
            yield component.problem("wrong_type", here, say("%(key)r is no text of its own", key=key), hint)


def _keys(draft: Draft) -> Iterator[str]:
    for target in draft.objects.values():
        yield from _object_keys(target)
    for picklist in draft.picklists.values():
        yield f"picklists.{picklist.name}.label"
        yield from (f"picklists.{picklist.name}.values.{value.name}" for value in picklist.values)
    for layout in draft.layouts.values():
        yield from _layout_keys(layout)
    yield from (f"views.{view.object}.{view.name}.label" for view in draft.views.values())
    for app in draft.apps:
        yield from (f"apps.{app}.label", f"apps.{app}.description")
    yield from (f"queues.{queue}.label" for queue in draft.queues)
    for kind, names in (("calendars", draft.calendars), ("roles", draft.roles), ("teams", draft.teams)):
        yield from (f"{kind}.{name}.label" for name in names)
    yield from _access_keys(draft)
    yield from _approval_keys(draft)
    yield from (f"templates.{template}.label" for template in draft.templates)
    yield from (f"labels.{label}" for label in draft.labels)
    for purpose in draft.organization.consents:
        yield from (f"consents.{purpose}.label", f"consents.{purpose}.description")


def _access_keys(draft: Draft) -> Iterator[str]:
    for permission_set in draft.permission_sets:
        yield from (f"permissions.{permission_set}.label", f"permissions.{permission_set}.description")
    yield from (f"permission_groups.{name}.label" for name in draft.permission_groups)
    for sharing in draft.sharing.values():
        yield from (f"sharing.{sharing.object}.rules.{name}.label" for name in sharing.rules)
        yield from (f"sharing.{sharing.object}.restrictions.{name}.label" for name in sharing.restrictions)


def _object_keys(target: Object) -> Iterator[str]:
    prefix = f"objects.{target.name}"
    yield from (f"{prefix}.{attribute}" for attribute in ("label", "plural_label", "description"))
    yield from (f"{prefix}.validations.{validation.name}.message" for validation in target.validations)
    for name in target.record_types:
        yield from (f"{prefix}.record_types.{name}.{attribute}" for attribute in ("label", "description"))
    for field in target.fields.values():
        yield from (f"{prefix}.fields.{field.name}.{attribute}" for attribute in ("label", "help", "description"))
        if isinstance(field, PicklistField) and field.picklist is None and not field.is_system:
            yield from (f"{prefix}.fields.{field.name}.values.{value.name}" for value in field.values)


def _approval_keys(draft: Draft) -> Iterator[str]:
    """Rule files are read for them only where somebody translates some."""
    bodies = (component.body for component in draft.components if component.kind == "translation")
    if not any("approvals" in (body or {}) for body in bodies):
        return
    for file in draft.rule_files:
        for statement in parse_with_problems(file.source)[0].statements:
            if isinstance(statement, Approval):
                prefix = f"approvals.{statement.name.name}"
                yield from (f"{prefix}.label", *(f"{prefix}.steps.{step.name.name}" for step in statement.steps))


def _layout_keys(layout: Layout) -> Iterator[str]:
    prefix = f"layouts.{layout.object}.{layout.name}"
    yield f"{prefix}.label"
    yield from (f"{prefix}.sections.{section.label}" for section in layout.sections)
    yield from (f"{prefix}.related.{related.label}" for related in layout.related)
