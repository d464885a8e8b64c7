"""Two models -> the changes from one to the other, in an order in which they can be applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

from metamodel.changes import (
    Change,
    FieldAdded,
    FieldChanged,
    FieldRemoved,
    FieldRenamed,
    IndexAdded,
    IndexRemoved,
    ObjectAdded,
    ObjectRemoved,
    ObjectRenamed,
)
from metamodel.definitions import Index, Object
from metamodel.diff_components import component_changes
from metamodel.fields.choice import PicklistField
from metamodel.fields.field import Field
from metamodel.fields.reference import LookupField, MasterDetailField
from metamodel.model import Model

_IGNORED_ATTRIBUTES = ("name", "owner", "renamed_from", "is_system")


@dataclass(frozen=True, slots=True)
class _Pair:
    """An object in both models; `fields` are (old, new) pairs of those in both."""

    old: Object
    new: Object
    fields: tuple[tuple[Field, Field], ...]


def diff(old: Model, new: Model) -> tuple[Change, ...]:
    """Renames; indexes that go; new objects, those others point to first; new fields, changed fields, new indexes; the rest; removed
    fields; removed objects, those that point to others first. The same models give ()."""
    renamed = _renames(_of_tenant(old), _of_tenant(new))
    pairs = [_pair(old.objects[before], new.objects[after]) for before, after in _matches(old, new, renamed)]
    matched_old, matched_new = {pair.old.name for pair in pairs}, {pair.new.name for pair in pairs}
    added = _referenced_first(target for name, target in _of_tenant(new).items() if name not in matched_new)
    removed = _referenced_first(target for name, target in _of_tenant(old).items() if name not in matched_old)[::-1]
    return (
        *(ObjectRenamed(old=pair.old, new=pair.new) for pair in pairs if pair.old.name != pair.new.name),
        *(change for pair in pairs for change in _field_renames(pair)),
        *(IndexRemoved(object=pair.new, index=index) for pair in pairs for index in _index_changes(pair)[0]),
        *(ObjectAdded(object=target) for target in added),
        *(change for pair in pairs for change in _fields_added(pair)),
        *(change for pair in pairs for change in _fields_changed(pair, renamed)),
        *(IndexAdded(object=pair.new, index=index) for pair in pairs for index in _index_changes(pair)[1]),
        *component_changes(old, new, [(pair.old, pair.new) for pair in pairs]),
        *(change for pair in pairs for change in _fields_removed(pair)),
        *(ObjectRemoved(object=target) for target in removed),
    )


def _of_tenant(model: Model) -> dict[str, Object]:
    return {name: target for name, target in model.objects.items() if not target.is_system}


def _matches(old: Model, new: Model, renamed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(old name, new name) of each object in both models, in the order of the new one."""
    before = {after: name for name, after in renamed.items()}
    for name in _of_tenant(new):
        earlier = before.get(name, name if name in old.objects and name not in renamed else None)
        if earlier is not None:
            yield earlier, name


def _renames(
    old: Mapping[str, Object] | Mapping[str, Field], new: Mapping[str, Object] | Mapping[str, Field]
) -> dict[str, str]:
    """Old name -> new name, for each definition that is gone and that a new one says it was renamed from."""
    renamed: dict[str, str] = {}
    for name, definition in new.items():
        if name in old:
            continue
        earlier = next(
            (known for known in definition.renamed_from if known in old and known not in new and known not in renamed),
            None,
        )
        if earlier is not None:
            renamed[earlier] = name
    return renamed


def _pair(old: Object, new: Object) -> _Pair:
    renamed = _renames(old.fields, new.fields)
    before = {after: name for name, after in renamed.items()}
    return _Pair(
        old=old,
        new=new,
        fields=tuple(
            (old.fields[before.get(name, name)], field)
            for name, field in new.fields.items()
            if before.get(name, name) in old.fields
        ),
    )


def _field_renames(pair: _Pair) -> Iterator[Change]:
    for old, new in pair.fields:
        if old.name != new.name:
            yield FieldRenamed(object=pair.new, old=old, new=new)


def _fields_added(pair: _Pair) -> Iterator[Change]:
    kept = {new.name for _, new in pair.fields}
    for name, field in pair.new.fields.items():
        if name not in kept:
            yield FieldAdded(object=pair.new, field=field)


def _fields_removed(pair: _Pair) -> Iterator[Change]:
    kept = {old.name for old, _ in pair.fields}
    for name, field in pair.old.fields.items():
        if name not in kept:
            yield FieldRemoved(object=pair.new, field=field)


def _fields_changed(pair: _Pair, renamed: Mapping[str, str]) -> Iterator[Change]:
    for old, new in pair.fields:
        attributes = _changed_attributes(old, new, renamed)
        if attributes:
            yield FieldChanged(object=pair.new, old=old, new=new, attributes=attributes)


def _changed_attributes(old: Field, new: Field, renamed: Mapping[str, str]) -> tuple[str, ...]:
    """The names of what differs, "type_name" first. A reference that follows a renamed object, and the values of a global picklist,
    are changes of something else."""
    if old is new:
        return ()
    changed = ["type_name"] if old.type_name != new.type_name else []
    shared = {attribute.name for attribute in fields(old)}
    for attribute in fields(new):
        name = attribute.name
        if name in _IGNORED_ATTRIBUTES or name not in shared:
            continue
        before, after = getattr(old, name), getattr(new, name)
        if name == "object" and isinstance(before, str):
            before = renamed.get(before, before)
        if before != after and not _follows_picklist(name, old, new):
            changed.append(name)
    return tuple(changed)


def _follows_picklist(attribute: str, old: Field, new: Field) -> bool:
    if not isinstance(old, PicklistField) or not isinstance(new, PicklistField):
        return False
    return attribute == "values" and new.picklist is not None and old.picklist == new.picklist


def _index_changes(pair: _Pair) -> tuple[tuple[Index, ...], tuple[Index, ...]]:
    """(removed, added); an index over renamed fields is the same index."""
    now = {old.name: new.name for old, new in pair.fields}
    kept = {
        Index(fields=tuple(now.get(name, name) for name in index.fields), unique=index.unique): index
        for index in pair.old.indexes
    }
    removed = tuple(index for renamed, index in kept.items() if renamed not in pair.new.indexes)
    return removed, tuple(index for index in pair.new.indexes if index not in kept)


def _referenced_first(objects: Iterable[Object]) -> list[Object]:
    """Each object after those it points to; masters before lookups where they go in a circle."""
    by_name = {target.name: target for target in objects}
    ordered: dict[str, Object] = {}
    visiting: set[str] = set()

    def visit(target: Object) -> None:
        if target.name in ordered or target.name in visiting:
            return
        visiting.add(target.name)
        lookups = [field for field in target.fields.values() if isinstance(field, LookupField)]
        for field in sorted(lookups, key=lambda field: not isinstance(field, MasterDetailField)):
            if field.object in by_name:
                visit(by_name[field.object])
        ordered[target.name] = target

    for name in sorted(by_name):
        visit(by_name[name])
    return list(ordered.values())
