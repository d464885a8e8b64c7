"""What changes of permissions and sharing come to, in words, and which of them let somebody see or do more than before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import TypeVar

from metamodel.access_definitions import (
    EVERY_FIELD,
    OBJECT_RIGHTS,
    SYSTEM_PERMISSIONS,
    FieldRight,
    ObjectPermission,
    ObjectSharing,
    PermissionGroup,
    PermissionSet,
    RestrictionRule,
    Sharing,
    SharingRule,
)
from metamodel.automation_definitions import Role
from metamodel.changes import AccessNote
from metamodel.definitions import Object
from rule_engine.wording import Wording, say, say_list

Rule = TypeVar("Rule", SharingRule, RestrictionRule)

_NOTHING = ObjectPermission(rights=frozenset(), fields=MappingProxyType({}))
_FIELD_RIGHTS: tuple[FieldRight, ...] = ("none", "read", "edit")
_OPENNESS: tuple[ObjectSharing, ...] = ("private", "read", "read_write")
_SHOWN_FIELDS = 10


def permission_set_notes(old: PermissionSet, new: PermissionSet) -> Iterator[AccessNote]:
    """Of a set in both models, whose holders have it on."""
    for name in dict.fromkeys((*new.objects, *old.objects)):
        yield from _object_notes(name, old.objects.get(name, _NOTHING), new.objects.get(name, _NOTHING))
    yield from _gained_and_lost(_in_order(old.system, SYSTEM_PERMISSIONS), _in_order(new.system, SYSTEM_PERMISSIONS))
    yield from _gained_and_lost(sorted(old.apps), sorted(new.apps), of=say("apps"))
    if old.api_only != new.api_only:
        text = say("whoever has it may no longer sign in on the web")
        yield AccessNote(
            text=say("whoever has it may sign in on the web") if old.api_only else text, opens=old.api_only
        )


def permission_group_notes(old: PermissionGroup, new: PermissionGroup) -> Iterator[AccessNote]:
    yield from _gained_and_lost(old.sets, new.sets)


def role_notes(old: Role, new: Role) -> Iterator[AccessNote]:
    if old.reports_to == new.reports_to:
        return
    if old.reports_to:
        text = say(
            "no longer reports to %(role)s, whose people lose sight of what its people have", role=old.reports_to
        )
        yield AccessNote(text=text, opens=False)
    if new.reports_to:
        text = say("reports to %(role)s, whose people come to see what its people have", role=new.reports_to)
        yield AccessNote(text=text, opens=True)


def object_notes(old: Object, new: Object) -> Iterator[AccessNote]:
    if old.sharing != new.sharing:
        known = old.sharing in _OPENNESS and new.sharing in _OPENNESS
        opens = not known or _OPENNESS.index(new.sharing) > _OPENNESS.index(old.sharing)
        yield AccessNote(text=say("sharing: %(old)s becomes %(new)s", old=old.sharing, new=new.sharing), opens=opens)


def sharing_notes(old: Sharing | None, new: Sharing | None) -> Iterator[AccessNote]:
    """A rule that changed may open more than before, unless it is its label that changed."""
    no_rules: Mapping[str, SharingRule] = {}
    for before, after in _pairs(old.rules if old else no_rules, new.rules if new else no_rules):
        if before is None and after is not None:
            yield AccessNote(
                text=say("rule %(name)s: shares records, access %(access)s", name=after.name, access=after.access),
                opens=True,
            )
        elif after is None and before is not None:
            yield AccessNote(text=say("rule %(name)s: shares no more", name=before.name), opens=False)
        elif before is not None and after is not None and _sense(before) != _sense(after):
            yield AccessNote(text=say("rule %(name)s: shares otherwise", name=after.name), opens=True)
    none: Mapping[str, RestrictionRule] = {}
    for was, now in _pairs(old.restrictions if old else none, new.restrictions if new else none):
        if was is None and now is not None:
            yield AccessNote(text=say("restriction %(name)s: keeps records from people", name=now.name), opens=False)
        elif now is None and was is not None:
            yield AccessNote(
                text=say("restriction %(name)s: keeps nothing from anybody any more", name=was.name), opens=True
            )
        elif was is not None and now is not None and (was.when, was.applies_to) != (now.when, now.applies_to):
            yield AccessNote(
                text=say("restriction %(name)s: keeps other records from people", name=now.name), opens=True
            )


def _object_notes(name: str, old: ObjectPermission, new: ObjectPermission) -> Iterator[AccessNote]:
    yield from _gained_and_lost(
        _in_order(old.rights, OBJECT_RIGHTS),
        _in_order(new.rights, OBJECT_RIGHTS),
        of=Wording("%(text)s", {"text": name}),
    )
    if not new.rights:
        return
    yield from _record_type_notes(name, old, new)
    by_change: dict[tuple[FieldRight, FieldRight], list[str]] = {}
    for field in dict.fromkeys((EVERY_FIELD, *new.fields, *old.fields)):
        change = _right(old, field), _right(new, field)
        if change[0] != change[1]:
            by_change.setdefault(change, []).append(field)
    for (before, after), fields in by_change.items():
        shown = [f"{name}.{field}" for field in fields[:_SHOWN_FIELDS]]
        more = ["…"] if len(fields) > _SHOWN_FIELDS else []
        text = say("%(fields)s: %(old)s becomes %(new)s", fields=say_list([*shown, *more]), old=before, new=after)
        yield AccessNote(text=text, opens=_FIELD_RIGHTS.index(after) > _FIELD_RIGHTS.index(before))


def _record_type_notes(name: str, old: ObjectPermission, new: ObjectPermission) -> Iterator[AccessNote]:
    """Of a set that let people create or edit records before and does now: else its rights say more."""
    before, after = old.record_types, new.record_types
    if before == after or not all({"create", "edit"} & permission.rights for permission in (old, new)):
        return
    if after is None:
        yield AccessNote(text=say("lets new records of %(object)s have every record type", object=name), opens=True)
        return
    if before is None:
        names = say_list(sorted(after)) if after else say("none")
        text = say("lets new records of %(object)s have these record types alone: %(names)s", object=name, names=names)
        yield AccessNote(text=text, opens=False)
        return
    yield from _gained_and_lost(sorted(before), sorted(after), of=say("record types of %(object)s", object=name))


def _right(permission: ObjectPermission, field: str) -> FieldRight:
    return permission.fields.get(field, permission.fields.get(EVERY_FIELD, "none"))


def _gained_and_lost(old: Collection[str], new: Collection[str], of: Wording | None = None) -> Iterator[AccessNote]:
    gained, lost = [one for one in new if one not in old], [one for one in old if one not in new]
    if gained:
        names = say_list(gained)
        text = say("gives %(what)s: %(names)s", what=of, names=names) if of else say("gives %(names)s", names=names)
        yield AccessNote(text=text, opens=True)
    if lost:
        names = say_list(lost)
        text = (
            say("takes away %(what)s: %(names)s", what=of, names=names)
            if of
            else say("takes away %(names)s", names=names)
        )
        yield AccessNote(text=text, opens=False)


def _in_order(found: Collection[str], order: Collection[str]) -> list[str]:
    return [name for name in order if name in found]


def _pairs(old: Mapping[str, Rule], new: Mapping[str, Rule]) -> Iterator[tuple[Rule | None, Rule | None]]:
    for name in dict.fromkeys((*new, *old)):
        yield old.get(name), new.get(name)


def _sense(rule: SharingRule) -> tuple[object, ...]:
    return rule.when, frozenset(rule.owned_by), frozenset(rule.share_with), rule.access
