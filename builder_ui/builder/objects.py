"""The builder's objects: the list of all, a new one, an object's settings, and its page."""

from __future__ import annotations

from starlette.responses import Response

from builder_ui.builder.field_drawer import build_drawer
from builder_ui.builder.frame import OBJECTS, render_builder
from builder_ui.builder.model import BuiltObject, ObjectList, ObjectPage, SourceFile, State
from builder_ui.builder.object_fields import build_fields
from builder_ui.builder.workspace import Workspace, load_workspace, write_body
from builder_ui.labels import Labels
from builder_ui.lists.model import Tab
from builder_ui.record_types import kinds_of
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from metamodel import path_of
from metamodel.definitions import Object
from trellis.errors import InvalidRequest, NotFound
from trellis.query.query import Query
from trellis.rules.check import statements_of


async def object_list(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    names = dict.fromkeys([*workspace.live.objects, *workspace.model.objects])
    page = ObjectList(
        objects=tuple(
            built_object(visit, workspace, name) for name in names if not find_object(workspace, name).is_system
        )
    )
    return await render_builder(visit, "objects.html", page, here=OBJECTS)


async def object_page(visit: Visit) -> Response:
    """Fields, or with ?tab=source the files. `?field=` and `?add=` open the drawer."""
    workspace = await load_workspace(visit)
    return await show_object(visit, workspace, visit.part("name"))


async def show_object(
    visit: Visit, workspace: Workspace, name: str, *, errors: tuple[str, ...] = (), status: int = 200
) -> Response:
    """`errors`: why the drawer's form was refused."""
    thing = find_object(workspace, name)
    is_source = visit.asked("tab") == "source"
    page = ObjectPage(
        object=built_object(visit, workspace, name),
        facts=await object_facts(visit, workspace, thing),
        tabs=object_tabs(visit, workspace, thing, here="source" if is_source else "fields"),
        fields=None if is_source else build_fields(visit, workspace, thing),
        parts=_sources(visit, workspace, thing) if is_source else (),
        add_href=f"/builder/objects/{name}?add=text",
        records_href=f"/app/{name}" if name in workspace.live.objects else None,
        remove_action=f"/builder/objects/{name}/remove" if is_own(workspace, name) else None,
        note=_note(visit, thing),
        problems=tuple(problem.render() for problem in workspace.problems),
        drawer=None if is_source else await build_drawer(visit, workspace, thing, errors),
    )
    return await render_builder(visit, "object.html", page, here=OBJECTS, status=status)


async def remove_object(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    name = visit.part("name")
    if not is_own(workspace, name):
        raise InvalidRequest(visit.words.say("This object belongs to a package and cannot be removed here."))
    problems = await write_body(visit, workspace, "object", name, None)
    if problems:
        return await show_object(visit, workspace, name, errors=tuple(one.render() for one in problems), status=422)
    return leave_toast(to("/builder"), visit.words.say("Removal added to the draft"))


def find_object(workspace: Workspace, name: str) -> Object:
    """The object with the draft, else as it is in force: one that the draft removes. Raises NotFound."""
    found = workspace.model.find_object(name) or workspace.live.find_object(name)
    if found is None:
        raise NotFound(f"There is no object {name!r}.")
    return found


def is_own(workspace: Workspace, name: str) -> bool:
    """Whether the tenant itself defines the object, and not a package."""
    return workspace.source(path_of("object", name)) is not None


def built_object(visit: Visit, workspace: Workspace, name: str) -> BuiltObject:
    thing = find_object(workspace, name)
    return BuiltObject(
        name=name,
        label=Labels(workspace.model, visit.words).object(thing),
        icon=thing.icon,
        hue=thing.hue,
        href=f"/builder/objects/{name}",
        field_count=sum(not field.is_system for field in thing.fields.values()),
        package=package_label(workspace, thing.owner),
        state=_state(workspace, name),
    )


def package_label(workspace: Workspace, owner: str) -> str:
    """ "" for what is the tenant's own."""
    package = workspace.live.packages.get(owner)
    return package.label if package else owner


def _state(workspace: Workspace, name: str) -> State:
    if name not in workspace.live.objects:
        return "new"
    if name not in workspace.model.objects:
        return "gone"
    paths = (path_of("object", name), path_of("extension", name), path_of("sharing", name))
    return "changed" if any(path in workspace.draft for path in paths) else "live"


def object_tabs(visit: Visit, workspace: Workspace, thing: Object, *, here: str) -> tuple[Tab, ...]:
    """`here`: fields, record_types, source or sharing."""
    words, href = visit.words, f"/builder/objects/{thing.name}"
    own = [field for field in thing.fields.values() if not field.is_system]
    tabs = [Tab(label=words.say("Fields"), href=href, is_here=here == "fields", count=str(len(own)))]
    if not thing.is_system:
        count = str(len(thing.record_types) or "")
        types = words.say("Record types")
        tabs.append(Tab(label=types, href=f"{href}/record_types", is_here=here == "record_types", count=count))
    tabs.append(Tab(label=words.say("Source"), href=f"{href}?tab=source", is_here=here == "source"))
    rules = workspace.model.rules.get(thing.name)
    count = str(len(statements_of(rules))) if rules else ""
    tabs.append(Tab(label=words.say("Rules"), href=f"/builder/rules?object={thing.name}", count=count))
    if not thing.is_system:
        sharing = workspace.model.sharing.get(thing.name)
        count = str(len(sharing.rules) + len(sharing.restrictions)) if sharing else ""
        tabs.append(Tab(label=words.say("Sharing"), href=f"{href}/sharing", is_here=here == "sharing", count=count))
    if is_own(workspace, thing.name):
        tabs.append(Tab(label=words.say("Settings"), href=f"{href}/settings"))
    return tuple(tabs)


async def object_facts(visit: Visit, workspace: Workspace, thing: Object) -> tuple[str, ...]:
    facts = []
    if thing.name in workspace.live.objects and visit.may("read", thing.name):
        count, is_exact = await visit.queries.count(visit.actor, Query(object=thing.name))
        number = visit.formats.number(count) + ("" if is_exact else "+")
        facts.append(visit.words.count("%(number)s record", "%(number)s records", count, number=number))
    apps = sum(thing.name in app.objects for app in workspace.model.apps.values())
    if apps:
        facts.append(visit.words.count("in %(num)d app", "in %(num)d apps", apps))
    return tuple(facts)


def _sources(visit: Visit, workspace: Workspace, thing: Object) -> tuple[SourceFile, ...]:
    """Every file that says something of the object: its own, extensions, sharing, layouts and views."""
    paths = [path_of("object", thing.name), path_of("extension", thing.name)]
    paths.append(path_of("sharing", thing.name))
    folders = (f"layouts/{thing.name}/", f"views/{thing.name}/")
    found: dict[tuple[str, str], str] = {
        (file.owner, file.path): file.source
        for file in workspace.stored
        if file.path in paths or file.path.startswith(folders)
    }
    for path, source in workspace.draft.items():
        if path in paths or path.startswith(folders):
            found["", path] = source or ""
    own = visit.words.say("Yours")
    # icons: package file-code
    return tuple(
        SourceFile(
            icon="package" if owner else "file-code",
            label=owner or own,
            path=path,
            text=source.rstrip() or visit.words.say("(removed in the draft)"),
            note=_layout_note(visit, workspace, thing, path),
        )
        for (owner, path), source in found.items()
    )


def _layout_note(visit: Visit, workspace: Workspace, thing: Object, path: str) -> str:
    """Of which record types it is the layout."""
    folder = f"layouts/{thing.name}/"
    if not path.startswith(folder) or not thing.record_types:
        return ""
    name = path.removeprefix(folder).removesuffix(".yaml")
    labels = Labels(workspace.model, visit.words)
    kinds = kinds_of(workspace.model, thing)
    users = [labels.record_type(thing, kind.type) for kind in kinds if kind.type and kind.layout.name == name]
    if not users:
        return visit.words.say("No record type has this layout.")
    return visit.words.say("Layout of: %(names)s", names=", ".join(users))


def _note(visit: Visit, thing: Object) -> str:
    if thing.owner:
        return visit.words.say(
            "This object comes from a package. Fields that you add are yours and stay when it is upgraded."
        )
    return ""
