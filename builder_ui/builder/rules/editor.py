"""One rule file: its text, what it says in words, and what is wrong with it. What is written goes into the draft."""

from __future__ import annotations

from starlette.responses import Response

from builder_ui.builder.frame import RULES, render_builder
from builder_ui.builder.rules.files import BuiltFile, find_file, heads_of, path_of_rules
from builder_ui.builder.rules.model import RulePage
from builder_ui.builder.rules.panel import build_panel
from builder_ui.builder.rules.simulate import build_simulation, since_choices
from builder_ui.builder.workspace import Workspace, load_workspace, write_source
from builder_ui.findings import problem_lines
from builder_ui.labels import Labels
from builder_ui.lists.model import Choice
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from trellis.errors import InvalidRequest, NotFound, TrellisError
from trellis.rules.errors import InvalidRules
from trellis.rules.service import RuleFiles

SERVICE = "/builder/rules/ask"
MAX_ROWS = 40


async def rule_page(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    file = _find(visit, workspace, visit.asked("owner"))
    return await _show(visit, workspace, file, file.source)


async def change_rules(visit: Visit) -> Response:
    """`do`: save, format, check, simulate or remove."""
    workspace = await load_workspace(visit)
    file = _find(visit, workspace, visit.asked("owner"))
    if file.owner and visit.posted("do") != "simulate":
        raise InvalidRequest(visit.words.say("These rules belong to a package and cannot be changed here."))
    text, wanted = posted_text(visit), visit.posted("do")
    if wanted == "remove":
        return await _remove(visit, workspace, file)
    if wanted in ("check", "simulate"):
        return await _show(visit, workspace, file, text)
    if wanted == "format":
        return await _format(visit, workspace, file, text)
    problems = await write_source(visit, workspace, file.path, text)
    if problems:
        elsewhere = [one for one in problems if one.file != file.path]
        lines = problem_lines(visit.words, elsewhere) or (visit.words.say("Mend what is marked in the text first."),)
        return await _show(visit, workspace, file, text, errors=lines, status=422)
    return leave_toast(to(file.href), visit.words.say("Rules added to the draft"))


def posted_text(visit: Visit) -> str:
    """Lines as files have them."""
    return visit.posted("rules").replace("\r\n", "\n")


def rule_service(visit: Visit, workspace: Workspace) -> RuleFiles:
    """About the draft, so that a field added a minute ago has a name."""
    return RuleFiles(visit.tenant, visit.runtime.access, workspace.model)


async def _remove(visit: Visit, workspace: Workspace, file: BuiltFile) -> Response:
    problems = await write_source(visit, workspace, file.path, None)
    if problems:
        return await _show(visit, workspace, file, file.source, errors=problem_lines(visit.words, problems), status=422)
    return leave_toast(to("/builder/rules"), visit.words.say("Removal added to the draft"))


async def _format(visit: Visit, workspace: Workspace, file: BuiltFile, text: str) -> Response:
    try:
        formatted = await rule_service(visit, workspace).format(visit.actor, text)
    except InvalidRules:
        return await _show(visit, workspace, file, text, status=422)
    return await _show(visit, workspace, file, formatted)


async def _show(
    visit: Visit, workspace: Workspace, file: BuiltFile, text: str, *, errors: tuple[str, ...] = (), status: int = 200
) -> Response:
    labels = Labels(workspace.model, visit.words)
    try:
        panel = build_panel(labels, await rule_service(visit, workspace).check(visit.actor, text))
    except InvalidRequest as error:
        raise _told(visit, error) from error
    is_own, is_there = not file.owner, file.state != "gone"
    is_simulated = visit.posted("do") == "simulate"
    page = RulePage(
        title=file.name,
        path=file.path,
        text=text,
        state=file.state,
        panel=panel,
        service=SERVICE,
        action=file.href,
        can_write=is_own,
        note=_note(visit, workspace, file),
        errors=errors,
        can_remove=is_own and is_there,
        rows=min(MAX_ROWS, text.count("\n") + 3),
        objects=_objects(labels, text, visit.posted("object")),
        since=since_choices(visit),
        simulation=await build_simulation(visit, text) if is_simulated else None,
    )
    return await render_builder(visit, "rule.html", page, here=RULES, status=status)


def _find(visit: Visit, workspace: Workspace, owner: str = "") -> BuiltFile:
    path = path_of_rules(visit.part("name"))
    found = find_file(workspace, path, owner) if path else None
    if found is None:
        raise NotFound(visit.words.say("There is no rule file %(name)s.", name=visit.part("name")[:60]))
    return found


def _objects(labels: Labels, text: str, chosen: str) -> tuple[Choice, ...]:
    """Those that the rules are about."""
    names = dict.fromkeys(head.object for head in heads_of(text) or ())
    found = [thing for name in names if (thing := labels.model.find_object(name)) is not None]
    return tuple(Choice(value=one.name, label=labels.object(one), is_on=one.name == chosen) for one in found)


def _note(visit: Visit, workspace: Workspace, file: BuiltFile) -> str:
    if file.owner:
        package = workspace.live.packages.get(file.owner)
        return visit.words.say(
            "These rules come from the package %(package)s and change when it is upgraded. Rules of your own stand beside them.",
            package=package.label if package else file.owner,
        )
    if file.state == "gone":
        return visit.words.say("The draft removes these rules. Add them to the draft again to keep them.")
    return ""


def _told(visit: Visit, error: InvalidRequest) -> TrellisError:
    return InvalidRequest(visit.words.tell(error.message))
