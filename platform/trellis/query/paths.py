"""A dotted name across lookups ("account.owner.name") -> the fields it goes through, or an error. Who is to be told the nearest name says
which names may be suggested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metamodel.definitions import Object
from metamodel.fields.field import Field
from metamodel.model import Model
from rule_engine.types import Path
from trellis.errors import InvalidRequest, NotFound
from trellis.query.suggestions import Suggestions

MAX_HOPS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPath:
    """`names` are field names; the field names[i] belongs to the object objects[i]; `field` is the last one."""

    names: Path
    objects: tuple[str, ...]
    field: Field

    @property
    def key(self) -> str:
        """The path as one asks for it, and as it is called in the answer."""
        return ".".join(self.names)


def lookup_target(field: Field) -> str | None:
    """The object that a lookup points to; None for any other field."""
    return field.columns[0].references if len(field.columns) == 1 else None


def get_object(model: Model, name: str, suggestions: Suggestions | None = None) -> Object:
    """Raises NotFound."""
    found = model.objects.get(name) if isinstance(name, str) else None
    if found is None:
        hint = suggestions.near_object(str(name)) if suggestions else None
        raise NotFound(f'There is no object "{str(name)[:100]}".', hint=hint)
    return found


def resolve_path(model: Model, object_name: str, text: str, suggestions: Suggestions | None = None) -> FieldPath:
    """Raises InvalidRequest: no such field, a field that is no lookup in the middle, too many hops."""
    names = tuple(text.split(".")) if isinstance(text, str) else ("",)
    return resolve_names(model, object_name, names, suggestions)


def resolve_names(
    model: Model, object_name: str, names: Sequence[str], suggestions: Suggestions | None = None
) -> FieldPath:
    if len(names) > MAX_HOPS + 1:
        path = ".".join(names)[:100]
        raise InvalidRequest(f"{path}… crosses {len(names) - 1} lookups; a path may cross {MAX_HOPS}.")
    current = get_object(model, object_name)
    objects: list[str] = []
    for name in names[:-1]:
        field = _get_field(current, name, suggestions)
        target = lookup_target(field)
        if target is None:
            raise InvalidRequest(
                f'{current.name}.{name} is no lookup, so "{".".join(names)[:200]}" leads nowhere.',
                hint=_lookups_hint(current, suggestions),
            )
        objects.append(current.name)
        current = get_object(model, target)
    field = _get_field(current, names[-1], suggestions)
    return FieldPath(names=tuple(names), objects=(*objects, current.name), field=field)


def _get_field(owner: Object, name: str, suggestions: Suggestions | None) -> Field:
    field = owner.fields.get(name)
    if field is None:
        hint = suggestions.near_field(owner, name) if suggestions else None
        raise InvalidRequest(f'{owner.name} has no field "{name[:100]}".', hint=hint)
    return field


def _lookups_hint(owner: Object, suggestions: Suggestions | None) -> str | None:
    known = suggestions.fields(owner) if suggestions else ()
    lookups = [name for name in known if lookup_target(owner.fields[name])]
    return f"Lookups of {owner.name}: {', '.join(lookups)}." if lookups else None
