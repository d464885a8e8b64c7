"""The table of an object's fields: live ones, and what the draft adds, changes and removes."""

from __future__ import annotations

from collections.abc import Callable

from builder_ui.builder.field_screens import placed_on_layout, taken_off_screens
from builder_ui.builder.field_types import icon_of, note_of, type_label
from builder_ui.builder.model import BuiltField, Mark, State
from builder_ui.builder.record_types.body import without_field
from builder_ui.builder.workspace import Body, Workspace, write_bodies, write_body
from builder_ui.labels import Labels
from builder_ui.visit import Visit
from metamodel import MetadataProblem, path_of
from metamodel.definitions import Object
from metamodel.fields.field import Field


def build_fields(visit: Visit, workspace: Workspace, thing: Object) -> tuple[BuiltField, ...]:
    """The object's own fields in order, removed ones at their old place, the platform's last."""
    live = workspace.live.find_object(thing.name)
    now = workspace.model.find_object(thing.name) or thing
    before: dict[str, Field] = dict(live.fields) if live else {}
    names = dict.fromkeys([*(name for name, one in before.items() if not one.is_system), *now.fields])
    return tuple(_field(visit, workspace, now, name, before.get(name), now.fields.get(name)) for name in names)


def _field(
    visit: Visit, workspace: Workspace, thing: Object, name: str, before: Field | None, after: Field | None
) -> BuiltField:
    field = after or before
    assert field is not None, "the name came from one of the two"
    words = visit.words
    labels = Labels(workspace.model, words)
    state = _state(before, after)
    is_own = field_home(workspace, thing.name, name) is not None or state == "gone"
    can_change = is_own and not field.is_system
    is_back = state in ("gone", "new")
    label = (
        words.say("Take back: %(name)s", name=field.label)
        if is_back
        else words.say("Remove %(name)s", name=field.label)
    )
    href = f"/builder/objects/{thing.name}"
    is_removable = can_change and (name != thing.name_field or state == "new")
    return BuiltField(
        name=name,
        label=labels.field(thing, field),
        icon=icon_of(field),
        type_label=type_label(words, field.type_name),
        note=note_of(labels, field),
        marks=_marks(visit, field),
        state=state,
        edit_href=f"{href}?field={name}" if can_change and after is not None else None,
        remove_action=f"{href}/fields/{name}/remove" if is_removable else None,
        remove_label=label,
    )


def _state(before: Field | None, after: Field | None) -> State:
    """The platform's own fields come with their object: they are never news."""
    if after is None:
        return "gone"
    if before is None:
        return "live" if after.is_system else "new"
    return "changed" if before != after else "live"


def _marks(visit: Visit, field: Field) -> tuple[Mark, ...]:
    # icons: asterisk fingerprint lock
    words = visit.words
    marks: list[tuple[bool, str, Callable[[], str]]] = [
        (field.required, "asterisk", lambda: words.say("Required")),
        (field.unique, "fingerprint", lambda: words.say("Unique")),
        (field.is_system, "lock", lambda: words.say("Kept by Trellis")),
    ]
    return tuple(Mark(icon=icon, label=label()) for is_on, icon, label in marks if is_on)


def field_home(workspace: Workspace, object_name: str, field_name: str) -> str | None:
    """The kind of the tenant's own component that defines the field: "object", "extension", or None for a package's."""
    for kind in ("object", "extension"):
        body = workspace.body(path_of(kind, object_name))
        if body and field_name in body.get("fields", {}):
            return kind
    return None


async def put_field(
    visit: Visit, workspace: Workspace, object_name: str, field_name: str, body: Body
) -> tuple[MetadataProblem, ...]:
    """Adds or changes a field in the draft: in the object if it is the tenant's own, else in an extension of it. A new field is
    also put on the object's own layout."""
    is_own = workspace.body(path_of("object", object_name)) is not None
    home = field_home(workspace, object_name, field_name)
    kind = home or ("object" if is_own else "extension")
    component = workspace.body(path_of(kind, object_name)) or {}
    component["fields"] = {**component.get("fields", {}), field_name: body}
    screens = {} if home else placed_on_layout(workspace, object_name, field_name)
    return await write_bodies(visit, workspace, {(kind, object_name): component, **screens})


async def remove_field(
    visit: Visit, workspace: Workspace, object_name: str, field_name: str
) -> tuple[MetadataProblem, ...]:
    """Removes a field in the draft, and takes it off the object's own layouts, list views and record types; a field that the draft
    removed comes back."""
    kind = field_home(workspace, object_name, field_name)
    if kind is None:
        return await _bring_back(visit, workspace, object_name, field_name)
    component = workspace.body(path_of(kind, object_name)) or {}
    fields = {name: body for name, body in component.get("fields", {}).items() if name != field_name}
    rest = without_field(component, field_name)
    changed: Body | None = {**rest, "fields": fields}
    if kind == "extension" and not fields:
        # Without fields an extension may still add record types.
        changed = {key: value for key, value in rest.items() if key != "fields"} or None
    screens = taken_off_screens(workspace, object_name, field_name)
    return await write_bodies(visit, workspace, {(kind, object_name): changed, **screens})


async def _bring_back(
    visit: Visit, workspace: Workspace, object_name: str, field_name: str
) -> tuple[MetadataProblem, ...]:
    """The live field at its old place among those that are there."""
    for kind in ("object", "extension"):
        live = workspace.live_body(path_of(kind, object_name))
        if not live or field_name not in live.get("fields", {}):
            continue
        # An object of the draft's removal comes back whole, an extension with nothing but the field.
        whole = {**live, "fields": {}} if kind == "object" else {}
        component = workspace.body(path_of(kind, object_name)) or whole
        now = component.get("fields", {})
        old = {name: now.get(name, body) for name, body in live["fields"].items() if name in now or name == field_name}
        component["fields"] = {**old, **now}
        return await write_body(visit, workspace, kind, object_name, component)
    return ()
