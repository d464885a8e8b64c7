"""Changes of the model -> draft steps with their operations, in the order in which a person reads them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metamodel import Model, diff
from metamodel.changes import (
    Change,
    ComponentChanged,
    FieldAdded,
    FieldChanged,
    FieldRemoved,
    FieldRenamed,
    ObjectAdded,
    ObjectRemoved,
    ObjectRenamed,
)
from metamodel.definitions import Object
from metamodel.fields.system import RecordTypeField
from metamodel.words import word_for_one
from rule_engine.wording import Wording, say
from trellis.schema.drafting import Drafting, DraftStep, Pair
from trellis.schema.field_changes import field_changed, picklist_followed
from trellis.schema.field_steps import field_added, field_removed, field_renamed
from trellis.schema.index_steps import index_steps
from trellis.schema.object_steps import object_added, object_removed, object_renamed
from trellis.schema.shape import table_shape
from trellis.schema.type_values import NoLongerOffered, no_longer_offered


def translate(drafting: Drafting) -> tuple[DraftStep, ...]:
    """What leads from the old model to the new one."""
    changes = diff(drafting.old, drafting.new)
    steps = [step for change in changes for step in _steps(drafting, change)]
    steps += [step for pair in drafting.pairs for step in index_steps(drafting, pair)]
    steps += [step for pair in drafting.pairs for step in _sealed_elsewhere(pair)]
    return tuple(steps)


def pairs_of(old: Model, new: Model) -> tuple[Pair, ...]:
    """The objects in both models, those renamed included."""
    changes = diff(old, new)
    earlier = {change.new.name: change.old.name for change in changes if isinstance(change, ObjectRenamed)}
    added = {change.object.name for change in changes if isinstance(change, ObjectAdded)}
    return tuple(
        _pair(old, new, old.object(earlier.get(item.name, item.name)), item, changes)
        for item in new.objects.values()
        if not item.is_system and item.name not in added
    )


def _pair(old: Model, new: Model, before: Object, after: Object, changes: Sequence[Change]) -> Pair:
    renamed = {
        change.new.name: change.old.name
        for change in changes
        if isinstance(change, FieldRenamed) and change.object.name == after.name
    }
    added = {
        change.field.name for change in changes if isinstance(change, FieldAdded) and change.object.name == after.name
    }
    return Pair(
        old=before,
        new=after,
        before=table_shape(old, before),
        after=table_shape(new, after),
        fields={
            name: (before.fields[renamed.get(name, name)], field)
            for name, field in after.fields.items()
            if name not in added
        },
    )


def _steps(drafting: Drafting, change: Change) -> Iterator[DraftStep]:
    match change:
        case ObjectAdded():
            yield object_added(drafting, change)
        case ObjectRenamed():
            yield object_renamed(drafting, change)
        case ObjectRemoved():
            yield object_removed(drafting, change)
        case FieldAdded():
            yield field_added(drafting, change)
        case FieldRenamed():
            yield field_renamed(drafting, change)
        case FieldRemoved():
            yield field_removed(drafting, change)
        case FieldChanged(new=RecordTypeField()):
            # What became of each type is said by itself; whether records have one that goes is asked here.
            yield from (step for step in field_changed(drafting, change) if step.cost != "instant")
        case FieldChanged():
            yield from field_changed(drafting, change)
        case ComponentChanged():
            yield from _component(drafting, change)
        case _:
            return  # IndexAdded and IndexRemoved: index_steps compares all indexes, those of fields included


def _sealed_elsewhere(pair: Pair) -> Iterator[DraftStep]:
    """Sealed values open under the names that they were sealed under, and no others."""
    for old, new in pair.fields.values():
        if not (old.encrypted and new.encrypted):
            continue
        for before, after in ((pair.old, pair.new), (old, new)):
            if before.sealed_as != after.sealed_as:
                target = f"{pair.new.name}.{new.name}"
                refusal = say(
                    "the values of %(target)s are sealed under the name %(name)s: renamed_from must begin with it",
                    target=target,
                    name=before.sealed_as,
                )
                summary = say("Keep the values of %(target)s", target=target)
                yield DraftStep(cost="checked", summary=summary, target=target, refusal=refusal)


def _component(drafting: Drafting, change: ComponentChanged) -> Iterator[DraftStep]:
    target = f"{change.kind} {change.name}"
    yield DraftStep(
        cost="instant",
        summary=_component_summary(change),
        target=target,
        notes=change.notes,
        kept=_kept(drafting, change),
    )
    if change.kind == "picklist" and change.what == "changed":
        yield from picklist_followed(drafting, change.name)


def _kept(drafting: Drafting, change: ComponentChanged) -> tuple[NoLongerOffered, ...]:
    if change.kind != "record_type" or change.what != "changed":
        return ()
    object_name, _, name = change.name.partition(".")
    pair = drafting.pair_of(object_name)
    before, after = pair.old.record_types[name], pair.new.record_types[name]
    return tuple(no_longer_offered(pair.before.table, before, after, pair.fields))


def _component_summary(change: ComponentChanged) -> Wording:
    name = Wording("%(text)s", {"text": change.name})
    if change.label != change.name:
        name = say("%(name)s (%(label)s)", name=change.name, label=change.label)
    kind = word_for_one(change.kind)
    if change.what == "added":
        return say("Add %(kind)s %(name)s", kind=kind, name=name)
    if change.what == "removed":
        return say("Remove %(kind)s %(name)s", kind=kind, name=name)
    return say("Change %(kind)s %(name)s", kind=kind, name=name)
