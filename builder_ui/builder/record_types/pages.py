"""An object's record types in the builder: the list of all, and the form of one. Everything lands in the draft."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from starlette.responses import Response

from builder_ui.builder.field_options import api_name
from builder_ui.builder.frame import OBJECTS, render_builder
from builder_ui.builder.objects import built_object, find_object, is_own, object_facts, object_tabs
from builder_ui.builder.record_types.body import TYPES, with_type, with_type_back, without_type
from builder_ui.builder.record_types.form import offered_values, read_type, type_widgets
from builder_ui.builder.record_types.home import Home, home_of, no_type
from builder_ui.builder.record_types.model import TypeForm, TypesPage
from builder_ui.builder.record_types.overview import type_rows
from builder_ui.builder.workspace import Body, Workspace, load_workspace, write_body
from builder_ui.findings import problem_lines
from builder_ui.labels import Labels
from builder_ui.toasts import leave_toast
from builder_ui.visit import Handler, Visit, to
from metamodel import MetadataProblem
from metamodel.definitions import Object
from metamodel.names import NAME, NAME_LENGTH
from trellis.query.query import Query

ADDRESS = "/builder/objects/{name}/record_types"


async def types_page(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    thing = find_object(workspace, visit.part("name"))
    home_of(workspace, thing)
    return await _show_all(visit, workspace, thing)


async def new_type(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    thing = find_object(workspace, visit.part("name"))
    home = home_of(workspace, thing)
    return await _show(visit, workspace, thing, home, "", {}, is_default=home.default is None)


async def create_type(visit: Visit) -> Response:
    workspace, words = await load_workspace(visit), visit.words
    thing = find_object(workspace, visit.part("name"))
    home = home_of(workspace, thing)
    body = read_type(visit.form, thing, {})
    name = visit.posted("f.name").strip() or api_name(body.get("label", ""))
    wrong = ""
    if not NAME.match(name) or len(name) > NAME_LENGTH:
        wrong = words.say("Give it a name of lower-case letters, digits and underscores.")
    elif name in home.types or name in thing.record_types:
        wrong = words.say("There is one named %(name)s already.", name=name)
    if wrong:
        is_default = _is_default(visit)
        return await _show(visit, workspace, thing, home, "", body, is_default=is_default, wrong=wrong, status=422)
    return await _save(visit, workspace, thing, home, name, body)


async def edit_type(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    thing = find_object(workspace, visit.part("name"))
    name, home = visit.part("type"), home_of(workspace, thing)
    return await _show(visit, workspace, thing, home, name, home.type(name), is_default=home.default == name)


async def save_type(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    thing = find_object(workspace, visit.part("name"))
    name, home = visit.part("type"), home_of(workspace, thing)
    return await _save(visit, workspace, thing, home, name, read_type(visit.form, thing, home.type(name)))


async def remove_type(visit: Visit) -> Response:
    """Or takes back what the draft did to it."""
    workspace = await load_workspace(visit)
    thing = find_object(workspace, visit.part("name"))
    name, home = visit.part("type"), home_of(workspace, thing)
    if name in home.types:
        body = without_type(home.component, name)
    elif name in home.live.get(TYPES, {}):
        body = with_type_back(home.component, home.live, name)
    else:
        raise no_type(name)
    problems = await write_body(visit, workspace, home.kind, thing.name, body or None)
    if problems:
        errors = problem_lines(visit.words, problems)
        return await _show_all(visit, workspace, thing, errors=errors, status=422)
    return leave_toast(to(_href(thing)), visit.words.say("Change added to the draft"))


async def _save(visit: Visit, workspace: Workspace, thing: Object, home: Home, name: str, body: Body) -> Response:
    is_default, is_new = _is_default(visit), name not in home.types
    component = with_type(home.component, name, body, is_default=is_default, says_default=home.says_default)
    problems = await write_body(visit, workspace, home.kind, thing.name, component)
    if problems:
        shown = "" if is_new else name
        by_picklist, rest = _placed(visit, problems, name)
        return await _show(
            visit,
            workspace,
            thing,
            home,
            shown,
            body,
            is_default=is_default,
            by_picklist=by_picklist,
            errors=rest,
            status=422,
        )
    words = visit.words
    text = words.say("%(label)s added to the draft", label=body["label"]) if is_new else None
    return leave_toast(to(_href(thing)), text or words.say("Change added to the draft"))


def _is_default(visit: Visit) -> bool:
    return bool(visit.posted("f.default"))


def _placed(
    visit: Visit, problems: Sequence[MetadataProblem], name: str
) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """What is wrong, by the picklist that it is about, and the rest."""
    lines: defaultdict[str, list[str]] = defaultdict(list)
    rest: list[str] = []
    start = f"{TYPES}.{name}.picklists."
    for problem, line in zip(problems, problem_lines(visit.words, problems), strict=True):
        if problem.path.startswith(start):
            lines[problem.path.removeprefix(start).split(".")[0]].append(line)
        else:
            rest.append(line)
    return dict(lines), tuple(rest)


def _href(thing: Object) -> str:
    return ADDRESS.replace("{name}", thing.name)


async def _show_all(
    visit: Visit, workspace: Workspace, thing: Object, *, errors: tuple[str, ...] = (), status: int = 200
) -> Response:
    name, own = thing.name, is_own(workspace, thing.name)
    page = TypesPage(
        object=built_object(visit, workspace, name),
        facts=await object_facts(visit, workspace, thing),
        tabs=object_tabs(visit, workspace, thing, here=TYPES),
        records_href=f"/app/{name}" if name in workspace.live.objects else None,
        remove_action=f"/builder/objects/{name}/remove" if own else None,
        problems=tuple(problem.render() for problem in workspace.problems),
        rows=await type_rows(visit, workspace, thing),
        add_href=f"{_href(thing)}/new",
        note="" if own else _note(visit),
        errors=errors,
    )
    return await render_builder(visit, "record_types.html", page, here=OBJECTS, status=status)


async def _show(
    visit: Visit,
    workspace: Workspace,
    thing: Object,
    home: Home,
    name: str,
    body: Body,
    *,
    is_default: bool,
    wrong: str = "",
    by_picklist: dict[str, list[str]] | None = None,
    errors: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    """`name` "": a new one; `wrong`: with the name that was typed."""
    words, model, href = visit.words, workspace.model, _href(thing)
    is_checked, title, text = await _cost(visit, workspace, thing, name)
    page = TypeForm(
        title=body.get("label", name) if name else words.say("New record type"),
        object_label=Labels(model, words).object(thing),
        object_href=f"/builder/objects/{thing.name}",
        types_href=href,
        action=f"{href}/{name}" if name else f"{href}/new",
        widgets=type_widgets(
            words,
            model,
            thing,
            name,
            body,
            typed_name=visit.posted("f.name"),
            is_default=is_default if home.says_default else None,
            wrong=wrong,
        ),
        picklists=offered_values(words, model, thing, body, by_picklist or {}),
        cost_tone="warn" if is_checked else "ok",
        cost_icon="arrows-exchange" if is_checked else "bolt",  # icons: arrows-exchange bolt
        cost_title=title,
        cost_text=text,
        errors=errors,
    )
    return await render_builder(visit, "record_type.html", page, here=OBJECTS, status=status)


def _note(visit: Visit) -> str:
    return visit.words.say(
        "This object comes from a package. Record types that you add are yours and stay when it is upgraded."
    )


async def _cost(visit: Visit, workspace: Workspace, thing: Object, name: str) -> tuple[bool, str, str]:
    """Whether records are touched, and what comes of it."""
    words = visit.words
    live = workspace.live.find_object(thing.name)
    if not name and live is not None and not live.record_types:
        count, is_exact = await visit.queries.count(visit.actor, Query(object=thing.name))
        number = visit.formats.number(count) + ("" if is_exact else "+")
        text = words.count(
            "The first types: %(number)s record gets the default one.",
            "The first types: %(number)s records get the default one.",
            count,
            number=number,
        )
        return True, words.say("Written to every record."), text
    text = words.say(
        "No record is touched. A value that is no longer offered stays where it is until somebody changes it."
    )
    return False, words.say("Instant."), text


_TYPE = f"{ADDRESS}/{{type}}"
PAGES: tuple[tuple[str, Handler], ...] = (
    (ADDRESS, types_page),
    (f"{ADDRESS}/new", new_type),
    (_TYPE, edit_type),
)
ACTIONS: tuple[tuple[str, Handler], ...] = (
    (f"{ADDRESS}/new", create_type),
    (_TYPE, save_type),
    (f"{_TYPE}/remove", remove_type),
)
