"""Where a field stands on the tenant's own layouts and list views: put there when it is added, taken off when it is removed."""

from __future__ import annotations

from collections.abc import Iterator

from builder_ui.builder.workspace import Body, Workspace
from builder_ui.record_types import kinds_of
from metamodel import path_of

Screens = dict[tuple[str, str], Body | None]


def placed_on_layout(workspace: Workspace, object_name: str, field_name: str) -> Screens:
    """At the end of the first section of each layout that forms use, as far as it is the tenant's own."""
    thing = workspace.model.find_object(object_name)
    changed: Screens = {}
    for layout in {kind.layout.name for kind in kinds_of(workspace.model, thing)} if thing else ():
        name = f"{object_name}.{layout}"
        body = workspace.body(path_of("layout", name))
        if not body or not body.get("sections"):
            continue
        first = body["sections"][0]
        if field_name not in first["fields"]:
            first["fields"] = [*first["fields"], field_name]
        changed["layout", name] = body
    return changed


def taken_off_screens(workspace: Workspace, object_name: str, field_name: str) -> Screens:
    """The own layouts and views that show the field, without it. A section or view that showed nothing else stays as it is, and the
    model says so."""
    changed: Screens = {}
    for kind, name in _screens(workspace, object_name):
        body = workspace.body(path_of(kind, name))
        if body and _take_off(body, field_name):
            changed[kind, name] = body
    return changed


def _screens(workspace: Workspace, object_name: str) -> Iterator[tuple[str, str]]:
    paths = {path for path, source in {**workspace.own, **workspace.draft}.items() if source is not None}
    for path in sorted(paths):
        folder, _, rest = path.partition("/")
        owner, _, file = rest.partition("/")
        if folder in ("layouts", "views") and owner == object_name:
            yield folder.removesuffix("s"), f"{owner}.{file.removesuffix('.yaml')}"


def _take_off(body: Body, field_name: str) -> bool:
    """Whether the body named the field."""
    lists = [(section, "fields") for section in body.get("sections", [])] + [(body, "header"), (body, "columns")]
    is_there = False
    for holder, key in lists:
        names = holder.get(key)
        kept = [name for name in names or () if str(name).split(".")[0] != field_name]
        if names and len(kept) < len(names):
            is_there = True
            if kept or key == "header":
                holder[key] = kept
    if not body.get("header", True):
        del body["header"]
    return is_there
