"""The page of an object's sharing in the builder, and what one does there; everything lands in the draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from builder_ui.builder.frame import OBJECTS, render_builder
from builder_ui.builder.object_sharing import package_sharing_choice
from builder_ui.builder.objects import built_object, find_object, is_own, object_facts, object_tabs
from builder_ui.builder.sharing.defaults import default_words
from builder_ui.builder.sharing.drawers import KIND, PARTS, asked_drawer, drawer_of, rules_file
from builder_ui.builder.sharing.every import list_sharing
from builder_ui.builder.sharing.model import Part, RuleDrawer, SharingPage
from builder_ui.builder.sharing.overview import Overview
from builder_ui.builder.sharing.rule_form import read_rule, written
from builder_ui.builder.workspace import Body, Workspace, load_workspace, write_body
from builder_ui.findings import problem_lines, problems_by_key
from builder_ui.forms.model import Widget
from builder_ui.toasts import leave_toast
from builder_ui.visit import Handler, Visit, to
from metamodel import MetadataProblem, path_of
from metamodel.definitions import Object
from metamodel.names import NAME, NAME_LENGTH
from trellis.errors import NotFound

ADDRESS = "/builder/objects/{name}/sharing"
_KEYS = ("label", "when", "owned_by", "share_with", "applies_to")


async def sharing_page(visit: Visit) -> Response:
    """`?add=rules`, `?rules=NAME` and the same with restrictions open the drawer."""
    workspace = await load_workspace(visit)
    thing = _find(workspace, visit)
    drawer = await asked_drawer(visit, workspace, thing)
    return await _show(visit, workspace, thing, drawer)


async def add_rule(visit: Visit) -> Response:
    return await _save(visit, "")


async def change_rule(visit: Visit) -> Response:
    return await _save(visit, visit.part("rule"))


async def remove_rule(visit: Visit) -> Response:
    """Or takes back what the draft did to it."""
    workspace = await load_workspace(visit)
    thing, part, name = _find(workspace, visit), _part(visit), visit.part("rule")
    body = rules_file(workspace, thing)
    before = (workspace.live_body(path_of(KIND, thing.name)) or {}).get(part, {}).get(name)
    if name not in body.get(part, {}) and before is None:
        raise _no_rule(name)
    is_gone = name not in body.get(part, {})
    problems = await _write(visit, workspace, thing, part, name, before if is_gone else None)
    if problems:
        errors = problem_lines(visit.words, problems)
        return await _show(visit, workspace, thing, None, errors=errors, status=422)
    return leave_toast(to(_href(thing)), visit.words.say("Change added to the draft"))


async def set_openness(visit: Visit) -> Response:
    """How open the records of a package's object are here. Blank: as the package has it."""
    workspace = await load_workspace(visit)
    thing = _find(workspace, visit)
    if is_own(workspace, thing.name):
        raise NotFound(f"{thing.name} is your own object: its settings say how open it is.")
    body = {**rules_file(workspace, thing), "default": visit.posted("f.sharing")}
    problems = await _write_file(visit, workspace, thing, body)
    if problems:
        errors = problem_lines(visit.words, problems)
        return await _show(visit, workspace, thing, None, errors=errors, status=422)
    return leave_toast(to(_href(thing)), visit.words.say("Change added to the draft"))


async def _save(visit: Visit, name: str) -> Response:
    """`name` "": a new one."""
    workspace = await load_workspace(visit)
    thing, part, words = _find(workspace, visit), _part(visit), visit.words
    before = _own_rule(workspace, thing, part, name) if name else {}
    typed_name, body = read_rule(visit.form, part, before, has_owner=thing.has_owner)

    async def show(errors: Mapping[str, Sequence[str]], status: int) -> Response:
        drawer = await drawer_of(visit, workspace, thing, part, name, body, errors)
        return await _show(visit, workspace, thing, drawer, status=status)

    if visit.posted("do").startswith("add:"):
        return await show({}, 200)
    errors = {} if name else _name_errors(visit, workspace, thing, part, typed_name)
    errors |= _blanks(visit, part, body)
    if errors:
        return await show(errors, 422)
    problems = await _write(visit, workspace, thing, part, name or typed_name, written(body))
    if problems:
        return await show(problems_by_key(words, problems, f"{part}.{name or typed_name}", _KEYS), 422)
    added = words.say("%(label)s added to the draft", label=body["label"])
    return leave_toast(to(_href(thing)), words.say("Change added to the draft") if name else added)


async def _write(
    visit: Visit, workspace: Workspace, thing: Object, part: Part, name: str, rule: Body | None
) -> tuple[MetadataProblem, ...]:
    """The object's file with the rule as given, or without it."""
    body = rules_file(workspace, thing)
    rules: dict[str, Any] = {**body.get(part, {}), name: rule}
    body[part] = {key: one for key, one in rules.items() if one is not None}
    return await _write_file(visit, workspace, thing, body)


async def _write_file(visit: Visit, workspace: Workspace, thing: Object, body: Body) -> tuple[MetadataProblem, ...]:
    """Without what is blank; where nothing is left there is no file."""
    kept = {key: value for key, value in body.items() if value}
    return await write_body(visit, workspace, KIND, thing.name, kept or None)


def _name_errors(visit: Visit, workspace: Workspace, thing: Object, part: Part, name: str) -> dict[str, Sequence[str]]:
    words = visit.words
    if not visit.posted("f.label").strip():
        return {}
    if not NAME.match(name) or len(name) > NAME_LENGTH:
        return {"name": (words.say("Give it a name of lower-case letters, digits and underscores."),)}
    sharing = workspace.model.sharing.get(thing.name)
    known: Iterable[str] = () if sharing is None else sharing.rules if part == "rules" else sharing.restrictions
    if name in known or name in rules_file(workspace, thing).get(part, {}):
        return {"name": (words.say("There is one named %(name)s already.", name=name),)}
    return {}


def _blanks(visit: Visit, part: Part, body: Body) -> dict[str, Sequence[str]]:
    words = visit.words
    errors: dict[str, Sequence[str]] = {}
    if not body["label"]:
        errors["label"] = (words.say("Say what it is for."),)
    if body.get("when") == "":
        errors["when"] = (words.say("Write a condition."),)
    if body.get("owned_by") == []:
        errors["owned_by"] = (words.say("Choose whose records it opens."),)
    if part == "rules" and not body["share_with"]:
        errors["share_with"] = (words.say("Choose whom it shares with."),)
    return errors


def _find(workspace: Workspace, visit: Visit) -> Object:
    thing = find_object(workspace, visit.part("name"))
    if thing.is_system:
        raise NotFound(f"Records of {thing.name} are not shared.")
    return thing


def _part(visit: Visit) -> Part:
    """The address says it."""
    found = next((one for one in PARTS if one == visit.part("part")), None)
    if found is None:
        raise NotFound("There is no such page.")
    return found


def _own_rule(workspace: Workspace, thing: Object, part: Part, name: str) -> Body:
    found: Body | None = rules_file(workspace, thing).get(part, {}).get(name)
    if found is None:
        raise _no_rule(name)
    return found


def _no_rule(name: str) -> NotFound:
    return NotFound(f"There is no rule {name!r} of your own.")


def _href(thing: Object) -> str:
    return ADDRESS.replace("{name}", thing.name)


async def _show(
    visit: Visit,
    workspace: Workspace,
    thing: Object,
    drawer: RuleDrawer | None,
    *,
    errors: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    name, words, href = thing.name, visit.words, _href(thing)
    overview, closed = Overview(visit, workspace, thing), _closed(visit, thing)
    own = is_own(workspace, name)
    page = SharingPage(
        object=built_object(visit, workspace, name),
        facts=await object_facts(visit, workspace, thing),
        tabs=object_tabs(visit, workspace, thing, here=KIND),
        records_href=f"/app/{name}" if name in workspace.live.objects else None,
        remove_action=f"/builder/objects/{name}/remove" if own else None,
        problems=tuple(problem.render() for problem in workspace.problems),
        default=default_words(words, thing),
        default_hint=words.say(
            "Of those to whom a permission set gives the object. Rules only open, restrictions only take away."
        ),
        settings_href=f"/builder/objects/{name}/settings" if own else f"{href}?change=default",
        openness=_openness(visit, workspace, thing) if not own and visit.asked("change") == "default" else None,
        openness_action=f"{href}/default",
        closed=closed,
        add_rule_href="" if closed else f"{href}?add=rules",
        add_restriction_href="" if closed else f"{href}?add=restrictions",
        rules=await overview.rules(),
        restrictions=await overview.restrictions(),
        access_href="/builder/plan/access"
        if path_of(KIND, name) in workspace.draft and visit.may("manage_access")
        else "",
        drawer=drawer,
        errors=errors,
    )
    return await render_builder(visit, "sharing.html", page, here=OBJECTS, status=status)


def _openness(visit: Visit, workspace: Workspace, thing: Object) -> Widget:
    return package_sharing_choice(visit.words, thing, rules_file(workspace, thing).get("default", ""))


def _closed(visit: Visit, thing: Object) -> str:
    if thing.sharing != "controlled_by_parent":
        return ""
    return visit.words.say(
        "Its records follow the record above them: share that one, or give the object another sharing."
    )


_RULE = f"{ADDRESS}/{{part}}/{{rule}}"
PAGES: tuple[tuple[str, Handler], ...] = (("/builder/sharing", list_sharing), (ADDRESS, sharing_page))
ACTIONS: tuple[tuple[str, Handler], ...] = (
    (f"{ADDRESS}/default", set_openness),
    (f"{ADDRESS}/{{part}}", add_rule),
    (_RULE, change_rule),
    (f"{_RULE}/remove", remove_rule),
)
