"""The names that begin with `$`: what formulas know besides the record. Gives their types; the platform gives their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metamodel.definitions import Label, Object, Setting
from metamodel.fields.field import Field
from rule_engine.types import TEXT, Path, Reference
from rule_engine.wording import say

USER, ORG, PROFILE, LABEL, SETUP, OBJECT_TYPE = "$user", "$org", "$profile", "$label", "$setup", "$objecttype"
ORG_NAMES = ("id", "name", "language", "time_zone", "currency")
PROFILE_NAMES = ("name",)
SHOWN = {USER: "$User", ORG: "$Org", PROFILE: "$Profile", LABEL: "$Label", SETUP: "$Setup", OBJECT_TYPE: "$ObjectType"}
_OTHER_SPELLINGS = {"$organization": ORG}
_FIELDS = "fields"


class GlobalNames:
    """`find` takes paths in lower case."""

    def __init__(
        self, objects: Mapping[str, Object], labels: Mapping[str, Label], settings: Mapping[str, Setting]
    ) -> None:
        self._objects = objects
        self._labels = labels
        self._settings = settings

    def find(self, path: Path) -> Reference | None:
        root = _OTHER_SPELLINGS.get(path[0], path[0])
        rest = path[1:]
        match root:
            case "$user":
                return _of_field((root, *rest), self._objects["user"].fields.get(rest[0]) if len(rest) == 1 else None)
            case "$setup":
                setting = self._settings.get(rest[0]) if len(rest) == 2 else None
                return _of_field((root, *rest), setting.fields.get(rest[1]) if setting else None)
            case "$objecttype":
                return _of_field((root, *rest), self._looked_up(rest))
            case _:
                known = len(rest) == 1 and rest[0] in self.names((root,))
                return Reference(path=(root, *rest), type=TEXT) if known else None

    def names(self, prefix: Path) -> Sequence[str]:
        """The names that may follow `prefix`, in lower case; () gives the roots as they are written."""
        if not prefix:
            return tuple(SHOWN.values())
        root, rest = _OTHER_SPELLINGS.get(prefix[0], prefix[0]), prefix[1:]
        if not rest:
            return tuple(self._below(root))
        if root == SETUP and len(rest) == 1 and rest[0] in self._settings:
            return tuple(self._settings[rest[0]].fields)
        if root == OBJECT_TYPE and rest[0] in self._objects:
            if len(rest) == 1:
                return (_FIELDS,)
            return tuple(name for name, field in self._objects[rest[0]].fields.items() if _can_be_looked_up(field))
        return ()

    def why_not(self, path: Path) -> str | None:
        """Why a name that other platforms have has no value here; None for any other."""
        name = ".".join(path)
        match path[0].lower():
            case "$role" | "$userrole":
                return say("Formulas do not know the roles that people have, so %(name)s has no value.", name=name)
            case "$permission":
                return say("Formulas do not know what permission sets give, so %(name)s has no value.", name=name)
            case "$api":
                return say(
                    "Formulas know neither the session nor an address of the API in this version, so %(name)s has no value.",
                    name=name,
                )
            case _:
                return None

    def _below(self, root: str) -> Sequence[str]:
        match root:
            case "$user":
                return tuple(self._objects["user"].fields)
            case "$org":
                return ORG_NAMES
            case "$profile":
                return PROFILE_NAMES
            case "$label":
                return tuple(self._labels)
            case "$setup":
                return tuple(self._settings)
            case "$objecttype":
                return tuple(self._objects)
            case _:
                return ()

    def _looked_up(self, rest: Path) -> Field | None:
        """`OBJECT.fields.FIELD`, as VLOOKUP names what it looks up."""
        target = self._objects.get(rest[0]) if len(rest) == 3 and rest[1] == _FIELDS else None
        field = target.fields.get(rest[2]) if target else None
        return field if field is not None and _can_be_looked_up(field) else None


def _can_be_looked_up(field: Field) -> bool:
    return len(field.columns) == 1


def _of_field(path: Path, field: Field | None) -> Reference | None:
    return Reference(path=path, type=field.formula_type) if field else None
