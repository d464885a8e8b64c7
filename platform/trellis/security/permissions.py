"""What permission sets grant together: the sets of a user -> rights on objects, fields and the system. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from weakref import WeakKeyDictionary

from metamodel.access_definitions import (
    ADMINISTRATOR,
    EVERY_FIELD,
    FieldRight,
    ObjectPermission,
    ObjectRight,
    PermissionSet,
)
from metamodel.definitions import Object
from metamodel.fields.field import Field
from metamodel.fields.system import RecordTypeField
from metamodel.formula_reads import fields_read
from metamodel.model import Model
from trellis.security.actor import Actor
from trellis.security.grants import Grants

PEOPLE = "user"
EVERYBODY_SEES = frozenset({"id", "name", "username", "is_active"})
"""Of users: who somebody is, which every record's owner shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectGrant:
    """What may be done with records of one object. A field in `editable` may be read too. `revealable`: encrypted fields that may be seen
    in the clear; of others that are readable no more than the mask is. `record_types`: those that records may be given, None for all."""

    rights: frozenset[ObjectRight]
    readable: frozenset[str]
    editable: frozenset[str]
    revealable: frozenset[str] = frozenset()
    record_types: frozenset[str] | None = None


MOST_REMEMBERED = 2_000
_READS = ("read", "edit")
_WRITES = frozenset({"create", "edit"})
NOTHING = ObjectGrant(rights=frozenset(), readable=frozenset(), editable=frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """`sets`: the permission sets that count, in the model's order. `is_api_only`: whether one of them keeps the user off the web."""

    sets: tuple[PermissionSet, ...]
    objects: Mapping[str, ObjectGrant]
    system: frozenset[str]
    apps: frozenset[str]
    is_api_only: bool

    def on(self, object_name: str) -> ObjectGrant:
        return self.objects.get(object_name, NOTHING)


_KNOWN: WeakKeyDictionary[Model, dict[tuple[Grants, bool], Permissions]] = WeakKeyDictionary()


def permissions_of(model: Model, grants: Grants, *, is_admin: bool = False) -> Permissions:
    """What the sets of `grants` grant together; worked out once for all who have the same. Whoever is signed in may also read who the
    users are."""
    known = _KNOWN.setdefault(model, {})
    found = known.get((grants, is_admin))
    if found is None:
        if len(known) >= MOST_REMEMBERED:
            known.clear()
        found = known[grants, is_admin] = _work_out(model, grants, is_admin=is_admin)
    return found


def with_grants(actor: Actor, grants: Grants, model: Model) -> Actor:
    """The actor with what the grants mean in the model."""
    return replace(actor, grants=grants, system=permissions_of(model, grants, is_admin=actor.is_admin).system)


def _work_out(model: Model, grants: Grants, *, is_admin: bool) -> Permissions:
    sets = sets_of(model, grants, is_admin=is_admin)
    objects = {name: _on_object(model.objects[name], sets) for name in model.objects}
    return Permissions(
        sets=sets,
        objects=MappingProxyType(_without_leaks(model, objects)),
        system=frozenset(one for granted in sets for one in granted.system),
        apps=frozenset(one for granted in sets for one in granted.apps),
        is_api_only=any(granted.api_only for granted in sets),
    )


def sets_of(model: Model, grants: Grants, *, is_admin: bool = False) -> tuple[PermissionSet, ...]:
    """The sets given by name, with those of the groups that were given."""
    names = set(grants.permission_sets) - {ADMINISTRATOR}
    for group in grants.permission_groups:
        found = model.permission_groups.get(group)
        names.update(found.sets if found else ())
    if is_admin:
        names.add(ADMINISTRATOR)
    return tuple(granted for name, granted in model.permission_sets.items() if name in names)


def field_right(granted: PermissionSet, target: Object, field: Field) -> FieldRight:
    """What one set says of a field, system fields and the name of the record left aside. Which types a record may have is said by
    `record_types`, so the field for it needs no grant."""
    if granted.name == ADMINISTRATOR:
        return "edit"
    permission = granted.objects.get(target.name)
    if permission is None or "read" not in permission.rights:
        return "none"
    named = permission.fields.get(field.name)
    if named is not None:
        return named
    if isinstance(field, RecordTypeField):
        return "edit"
    return "none" if field.encrypted else permission.fields.get(EVERY_FIELD, "none")


def shows_with_record(target: Object, name: str) -> bool:
    """Whether whoever may read the record may read this field of it, without being granted it."""
    return name == target.name_field or (target.fields[name].is_system and not target.is_system)


def _on_object(target: Object, sets: Iterable[PermissionSet]) -> ObjectGrant:
    held: list[tuple[PermissionSet, ObjectPermission]] = [
        (granted, granted.objects[target.name]) for granted in sets if target.name in granted.objects
    ]
    rights = frozenset(right for _, permission in held for right in permission.rights)
    system = {one for granted in sets for one in granted.system}
    if held and "modify_all_data" in system:
        rights |= {"modify_all", "view_all", "read", "edit", "delete"}
    elif held and "view_all_data" in system:
        rights |= {"view_all", "read"}
    people = EVERYBODY_SEES & target.fields.keys() if target.name == PEOPLE else frozenset()
    if people:
        rights |= {"read"}
    if "read" not in rights:
        return NOTHING
    readable, editable, revealable = set(people), set(), set()
    for name, field in target.fields.items():
        said = {field_right(granted, target, field) for granted, _ in held}
        if "edit" in said:
            editable.add(name)
        if field.encrypted and said & {"read", "edit"}:
            revealable.add(name)
        if said & {"read", "edit"} or (held and shows_with_record(target, name)) or _shows_mask(field, held):
            readable.add(name)
    return ObjectGrant(
        rights=rights,
        readable=frozenset(readable),
        editable=frozenset(editable),
        revealable=frozenset(revealable),
        record_types=_record_types(permission for _, permission in held),
    )


def _record_types(held: Iterable[ObjectPermission]) -> frozenset[str] | None:
    """Those of any set that lets create or edit records. Who may do so by modify_all_data alone is not confined."""
    writing = [permission.record_types for permission in held if permission.rights & _WRITES]
    named = [types for types in writing if types is not None]
    return frozenset[str]().union(*named) if writing and len(named) == len(writing) else None


def _shows_mask(field: Field, held: Iterable[tuple[PermissionSet, ObjectPermission]]) -> bool:
    """Whether a set that reads all fields lets the mask of an encrypted one be seen, where that has one."""
    if field.mask is None or not field.encrypted:
        return False
    return any(
        "read" in permission.rights
        and field.name not in permission.fields
        and permission.fields.get(EVERY_FIELD) in _READS
        for _, permission in held
    )


def _without_leaks(model: Model, objects: Mapping[str, ObjectGrant]) -> dict[str, ObjectGrant]:
    """A formula field is readable only together with everything that it reads: else it would tell what is hidden."""
    known: dict[tuple[str, str], bool] = {}

    def is_readable(object_name: str, name: str) -> bool:
        key = (object_name, name)
        if key not in known:
            known[key] = name in objects[object_name].readable
            field = model.objects[object_name].fields[name]
            if known[key] and not field.is_stored:
                known[key] = all(is_readable(*read) for read in fields_read(model, object_name, name))
        return known[key]

    return {
        object_name: ObjectGrant(
            rights=grant.rights,
            readable=frozenset(name for name in grant.readable if is_readable(object_name, name)),
            editable=grant.editable,
            revealable=grant.revealable,
            record_types=grant.record_types,
        )
        for object_name, grant in objects.items()
    }
