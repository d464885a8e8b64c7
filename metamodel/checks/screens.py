"""Whether layouts, list views and apps show what exists."""

from __future__ import annotations

from collections.abc import Iterator

from metamodel.definitions import Layout, ListView, RelatedList
from metamodel.draft import Draft, Key
from metamodel.fields.choice import MultiPicklistField, PicklistField
from metamodel.fields.compound import GeolocationField
from metamodel.fields.reference import LookupField
from metamodel.fields.text import LongTextField
from metamodel.names import did_you_mean
from metamodel.paths import find_path, path_fault
from metamodel.problems import MetadataProblem
from metamodel.words import word_for
from metamodel.yaml_reader import Path
from rule_engine.wording import say

_UNSORTABLE = (LongTextField, MultiPicklistField, GeolocationField)


def check_screens(draft: Draft) -> Iterator[MetadataProblem]:
    for layout in draft.layouts.values():
        yield from _check_layout(draft, layout)
    for view in draft.views.values():
        yield from _check_view(draft, view)
    for app in draft.apps.values():
        for index, name in enumerate(app.objects):
            if name not in draft.objects:
                yield unknown_object(draft, ("app", app.name), name, ("objects", index))


def unknown_object(draft: Draft, key: Key, name: str, at: Path) -> MetadataProblem:
    return draft.problem(
        key, "unknown_object", say("there is no object %(name)r", name=name), did_you_mean(name, draft.objects), at
    )


def _check_layout(draft: Draft, layout: Layout) -> Iterator[MetadataProblem]:
    key = ("layout", f"{layout.object}.{layout.name}")
    target = draft.objects.get(layout.object)
    if target is None:
        yield unknown_object(draft, key, layout.object, ())
        return
    for index, name in enumerate(layout.header):
        if name not in target.fields:
            yield _unknown_field(draft, key, layout.object, name, ("header", index))
    if layout.path is not None:
        field = target.fields.get(layout.path)
        if field is None:
            yield _unknown_field(draft, key, layout.object, layout.path, ("path",))
        elif not isinstance(field, PicklistField) or isinstance(field, MultiPicklistField):
            message = say(
                "the path must be a picklist, %(path)r is a %(type)s", path=layout.path, type=word_for(field.type_name)
            )
            yield draft.problem(key, "wrong_type", message, None, ("path",))
    yield from _check_sections(draft, key, layout)
    for index, related in enumerate(layout.related):
        yield from _check_related(draft, key, layout, related, ("related", index))


def _check_sections(draft: Draft, key: Key, layout: Layout) -> Iterator[MetadataProblem]:
    fields = draft.objects[layout.object].fields
    seen: set[str] = set()
    for index, section in enumerate(layout.sections):
        for place, name in enumerate(section.fields):
            path: Path = ("sections", index, "fields", place)
            if name not in fields:
                yield _unknown_field(draft, key, layout.object, name, path)
            elif name in seen:
                yield draft.problem(
                    key,
                    "duplicate_name",
                    say("the field %(name)r is on this layout already", name=name),
                    say("Remove one of them."),
                    path,
                )
            seen.add(name)


def _check_related(draft: Draft, key: Key, layout: Layout, related: RelatedList, at: Path) -> Iterator[MetadataProblem]:
    child = draft.objects.get(related.object)
    if child is None:
        yield unknown_object(draft, key, related.object, (*at, "object"))
        return
    field = child.fields.get(related.field)
    if field is None:
        yield _unknown_field(draft, key, related.object, related.field, (*at, "field"))
    elif not isinstance(field, LookupField) or field.object != layout.object:
        message = say(
            "%(object)s.%(field)s does not point to %(object_2)s",
            object=related.object,
            field=related.field,
            object_2=layout.object,
        )
        lookups = [
            name
            for name, known in child.fields.items()
            if isinstance(known, LookupField) and known.object == layout.object
        ]
        hint = say("Lookups that do: %(names)s.", names=", ".join(lookups)) if lookups else None
        yield draft.problem(key, "wrong_type", message, hint, (*at, "field"))
    for index, column in enumerate(related.columns):
        yield from _check_path(draft, key, related.object, column, (*at, "columns", index))


def _check_view(draft: Draft, view: ListView) -> Iterator[MetadataProblem]:
    key = ("view", f"{view.object}.{view.name}")
    if view.object not in draft.objects:
        yield unknown_object(draft, key, view.object, ())
        return
    for index, column in enumerate(view.columns):
        yield from _check_path(draft, key, view.object, column, ("columns", index))
    for index, sort in enumerate(view.sort):
        at: Path = ("sort", index, "field")
        yield from _check_path(draft, key, view.object, sort.field, at)
        steps = find_path(draft.objects, view.object, sort.field.split("."))
        if steps and steps[-1].field.encrypted:
            message = say("a list cannot be sorted by an encrypted field")
            yield draft.problem(key, "wrong_type", message, None, at)
        elif steps and isinstance(steps[-1].field, _UNSORTABLE):
            message = say("a list cannot be sorted by a %(type)s field", type=word_for(steps[-1].field.type_name))
            yield draft.problem(key, "wrong_type", message, None, at)


def _check_path(draft: Draft, key: Key, object_name: str, path: str, at: Path) -> Iterator[MetadataProblem]:
    if path != path.lower() or find_path(draft.objects, object_name, path.split(".")) is None:
        message, hint = path_fault(draft.objects, object_name, path)
        if path != path.lower():
            hint = hint or say("Did you mean %(match)r?", match=path.lower())
        yield draft.problem(key, "unknown_field", message, hint, at)


def _unknown_field(draft: Draft, key: Key, object_name: str, name: str, at: Path) -> MetadataProblem:
    hint = did_you_mean(name, draft.objects[object_name].fields)
    return draft.problem(
        key, "unknown_field", say("%(object)s has no field %(name)r", object=object_name, name=name), hint, at
    )
