"""The names that formulas over one object may use, as the rule engine asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metamodel.child_lists import ChildLists
from metamodel.definitions import Object
from metamodel.fields.field import Field
from metamodel.fields.reference import LookupField
from metamodel.global_names import SHOWN, USER, GlobalNames
from metamodel.paths import MAX_HOPS, find_path
from rule_engine.diagnosis import did_you_mean
from rule_engine.types import Kind, Path, Reference, Type
from rule_engine.wording import say

_GLOBAL = "$"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vocabulary:
    """All that the formulas of one model may name."""

    objects: Mapping[str, Object]
    child_lists: ChildLists
    global_names: GlobalNames


class ObjectScope:
    """The fields of one object, paths across its lookups, its child lists, and globals. Remembers what it found: a model is
    immutable. A field hides a child list of the same name."""

    def __init__(self, vocabulary: Vocabulary, object_name: str) -> None:
        self._known = vocabulary
        self._object_name = object_name
        self._found: dict[Path, Reference] = {}

    def find(self, path: Path) -> Reference | None:
        canonical = tuple(part.lower() for part in path)
        if canonical not in self._found:
            reference = self._resolve(canonical)
            if reference is None:
                return None
            self._found[canonical] = reference
        return self._found[canonical]

    def names(self, prefix: Path) -> Sequence[str]:
        canonical = tuple(part.lower() for part in prefix)
        if canonical and canonical[0].startswith(_GLOBAL):
            return self._known.global_names.names(canonical)
        target = self._object_at(canonical)
        if target is None:
            return ()
        lists = tuple(name for name in self._known.child_lists.names(target.name) if name not in target.fields)
        own = () if canonical else self._known.global_names.names(())
        return (*target.fields, *lists, *own)

    def why_not(self, path: Path) -> tuple[str, str | None] | None:
        """What is to be said of a name that `find` does not find, and a hint; None when there is nothing special about it."""
        canonical = tuple(part.lower() for part in path)
        if canonical[0].startswith(_GLOBAL):
            message = self._known.global_names.why_not(path)
            return (message, None) if message else None
        target = self._object_at(canonical[:-1])
        claimants = self._known.child_lists.of(target.name).get(canonical[-1], []) if target else []
        if not claimants:
            return None
        lookups = " or ".join(f"{one.object.name}.{one.lookup.name}" for one in claimants)
        message = say('"%(path)s" may be the records of %(lookups)s.', path=".".join(path), lookups=lookups)
        return message, say("Give one of these lookups a children_name.")

    def _resolve(self, path: Path) -> Reference | None:
        if path[0].startswith(_GLOBAL):
            return self._known.global_names.find(path)
        steps = find_path(self._known.objects, self._object_name, path)
        if steps:
            return Reference(path=path, type=steps[-1].field.formula_type)
        return self._child_list(path)

    def _child_list(self, path: Path) -> Reference | None:
        target = self._object_at(path[:-1])
        found = self._known.child_lists.find(target.name, path[-1]) if target else None
        if found is None:
            return None
        members = MemberScope(ObjectScope(self._known, found.object.name), found.object.name)
        return Reference(path=path, type=Type(kind=Kind.LIST, target=found.object.name), members=members)

    def _object_at(self, path: Path) -> Object | None:
        """The object whose fields may follow `path`."""
        if not path:
            return self._known.objects[self._object_name]
        steps = find_path(self._known.objects, self._object_name, path) if len(path) <= MAX_HOPS else None
        field = steps[-1].field if steps else None
        return self._known.objects.get(field.object) if isinstance(field, LookupField) else None


class AccessScope:
    """The names of a condition that decides who may see a record: its stored fields, and those of `$User` where `knows_user`. So it is
    one predicate over one table, whoever asks."""

    def __init__(self, scope: ObjectScope, fields: Mapping[str, Field], *, knows_user: bool) -> None:
        self._scope = scope
        self._fields = {name: field for name, field in fields.items() if _is_comparable(field)}
        self._knows_user = knows_user

    def find(self, path: Path) -> Reference | None:
        root = path[0].lower()
        is_known = self._knows_user if root == USER else len(path) == 1 and root in self._fields
        return self._scope.find(path) if is_known else None

    def names(self, prefix: Path) -> Sequence[str]:
        if not prefix:
            return (*self._fields, *((SHOWN[USER],) if self._knows_user else ()))
        return self._scope.names(prefix) if self._knows_user and prefix[0].lower() == USER else ()

    def why_not(self, path: Path) -> tuple[str, str | None] | None:
        """Of what other formulas may read, why this one may not."""
        found = self._scope.find(path)
        if found is None:
            return self._scope.why_not(path)
        name = ".".join(path)
        if path[0].lower() == USER:
            message = say("A sharing rule is the same whoever asks, so it cannot read %(name)s.", name=name)
            return message, say("Name the people in share_with, or write a restriction.")
        message = say("%(name)s is not stored in the record itself, which is all that sharing may read.", name=name)
        return message, say("Name stored fields of the record.")


def _is_comparable(field: Field) -> bool:
    return field.is_stored and field.formula_type.kind not in (Kind.GEOLOCATION, Kind.SEALED)


class MemberScope:
    """The names of one row of a child list: those of its object, but for child lists of its own."""

    def __init__(self, scope: ObjectScope, object_name: str) -> None:
        self._scope = scope
        self._object_name = object_name

    def find(self, path: Path) -> Reference | None:
        found = self._scope.find(path)
        return None if found is not None and found.members is not None else found

    def names(self, prefix: Path) -> Sequence[str]:
        return tuple(
            name for name in self._scope.names(prefix) if name.startswith(_GLOBAL) or self._is_field(prefix, name)
        )

    def why_not(self, path: Path) -> tuple[str, str | None] | None:
        found = self._scope.find(path)
        if found is None:
            return self._scope.why_not(path) or self._unknown(path)
        message = say(
            '"%(path)s" is a child list inside a child list, which is one level too many.', path=".".join(path)
        )
        hint = say("Give %(object)s a formula field that reads it, and name that field here.", object=self._object_name)
        return message, hint

    def _unknown(self, path: Path) -> tuple[str, str | None] | None:
        """Names the object, which the formula around is not over."""
        if len(path) > 1:
            return None
        message = say('%(object)s has no field "%(name)s".', object=self._object_name, name=path[0])
        return message, did_you_mean(path[0], self.names(()))

    def _is_field(self, prefix: Path, name: str) -> bool:
        found = self._scope.find((*prefix, name))
        return found is None or found.members is None
