"""Whether permission sets and groups of them grant what there is, and whether roles report to one another without a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from metamodel.access_definitions import ADMINISTRATOR, EVERY_FIELD, FieldRight, ObjectRight, PermissionSet
from metamodel.cycles import find_cycles
from metamodel.definitions import Object
from metamodel.draft import Draft
from metamodel.names import did_you_mean
from metamodel.problems import MetadataProblem
from metamodel.yaml_reader import Path
from rule_engine.wording import say

_OF_USERS: tuple[ObjectRight, ...] = ("read", "view_all")
_Finding = tuple[str, str, str | None]


def check_permissions(draft: Draft) -> Iterator[MetadataProblem]:
    for component in draft.components:
        if component.kind == "permission_set" and component.name == ADMINISTRATOR:
            message = say("the permission set %(name)r is built in: it grants everything", name=ADMINISTRATOR)
            yield component.problem("reserved_name", (), message, say("Choose another name."))
    for permission_set in draft.permission_sets.values():
        if permission_set.name != ADMINISTRATOR:
            yield from _check_set(draft, permission_set)
    yield from _check_groups(draft)
    yield from _check_roles(draft)


def _check_set(draft: Draft, permission_set: PermissionSet) -> Iterator[MetadataProblem]:
    key = ("permission_set", permission_set.name)
    body = draft.body(key)
    for name, permission in body.get("objects", {}).items():
        at: Path = ("objects", name)
        target = draft.objects.get(name)
        if target is None:
            message = say("there is no object %(name)r", name=name)
            yield draft.problem(key, "unknown_object", message, did_you_mean(name, draft.objects), at)
            continue
        for index, right in enumerate(permission["rights"]):
            if target.is_system and right not in _OF_USERS:
                message = say("records of %(object)s are changed by those with manage_users", object=name)
                hint = say("Allowed: %(names)s.", names=", ".join(_OF_USERS))
                yield draft.problem(key, "wrong_type", message, hint, (*at, "rights", index))
        for code, fault, type_hint, *place in _record_type_faults(target, permission):
            yield draft.problem(key, code, fault, type_hint, (*at, "record_types", *place))
        fields: Mapping[str, FieldRight] = permission.get("fields", {})
        for field_name, right in fields.items():
            for code, fault, field_hint in _field_faults(target, field_name, right, fields):
                yield draft.problem(key, code, fault, field_hint, (*at, "fields", field_name))
    for index, name in enumerate(body.get("apps", ())):
        if name not in draft.apps:
            message = say("there is no app %(name)r", name=name)
            yield draft.problem(key, "unknown_app", message, did_you_mean(name, draft.apps), ("apps", index))


def _record_type_faults(target: Object, permission: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """(code, message, hint, *place in the list)"""
    if "record_types" not in permission:
        return
    if not target.record_types:
        message = say("%(object)s has no record types", object=target.name)
        yield "unknown_record_type", message, say("Leave it out.")
        return
    if not {"create", "edit", "modify_all"} & set(permission["rights"]):
        message = say("record types are for those who create or edit records, and this set lets nobody do that")
        yield "bad_value", message, say("Leave it out.")
    for index, name in enumerate(permission["record_types"]):
        if name not in target.record_types:
            message = say("%(object)s has no record type %(name)r", object=target.name, name=name)
            yield "unknown_record_type", message, did_you_mean(name, target.record_types), index


def _field_faults(target: Object, name: str, right: FieldRight, fields: Mapping[str, FieldRight]) -> Iterator[_Finding]:
    if name == EVERY_FIELD:
        return
    field = target.fields.get(name)
    if field is None:
        message = say("%(object)s has no field %(name)r", object=target.name, name=name)
        yield "unknown_field", message, did_you_mean(name, target.fields)
    elif right == "edit" and not field.is_writable:
        message = say("nobody writes %(field)s: it is computed, or kept by the platform", field=name)
        yield "bad_value", message, say("Write read.")
    elif right == "none" and (name == target.name_field or (field.is_system and not target.is_system)):
        message = say("whoever may read a record reads %(field)s", field=name)
        yield "bad_value", message, say("Leave it out.")
    elif right == "none" and EVERY_FIELD not in fields:
        message = say("fields that are not named are hidden already, so this hides nothing")
        yield "bad_value", message, say('Say what holds for the others: "*": edit.')


def _check_groups(draft: Draft) -> Iterator[MetadataProblem]:
    for group in draft.permission_groups.values():
        key = ("permission_group", group.name)
        if group.name in draft.permission_sets:
            message = say("there is a permission set %(name)r, too", name=group.name)
            yield draft.problem(key, "duplicate_name", message, say("Rename one of them."))
        for index, name in enumerate(group.sets):
            at = ("sets", index)
            if name == ADMINISTRATOR:
                message = say("%(name)r grants everything, so it stands in no group", name=name)
                yield draft.problem(key, "bad_value", message, say("Give it by itself."), at)
            elif name not in draft.permission_sets:
                hint = did_you_mean(name, [one for one in draft.permission_sets if one != ADMINISTRATOR])
                message = say("there is no permission set %(name)r", name=name)
                yield draft.problem(key, "unknown_permission_set", message, hint, at)


def _check_roles(draft: Draft) -> Iterator[MetadataProblem]:
    for role in draft.roles.values():
        if role.reports_to is not None and role.reports_to not in draft.roles:
            message = say("there is no role %(name)r", name=role.reports_to)
            hint = did_you_mean(role.reports_to, [name for name in draft.roles if name != role.name])
            yield draft.problem(("role", role.name), "unknown_role", message, hint, ("reports_to",))
    reports = {name: (role.reports_to,) if role.reports_to else () for name, role in draft.roles.items()}
    for cycle in find_cycles(reports):
        message = say("roles report to one another in a circle: %(circle)s", circle=" -> ".join((*cycle, cycle[0])))
        yield draft.problem(("role", cycle[0]), "cyclic_role", message, say("Break the circle."), ("reports_to",))
