"""A new rule file: which object it is about, what it is called, and an example to begin with."""

from __future__ import annotations

import re

from starlette.responses import Response

from builder_ui.builder.frame import RULES, render_builder
from builder_ui.builder.rules.examples import Example, blank_rule, examples_for
from builder_ui.builder.rules.files import find_file, path_of_rules
from builder_ui.builder.rules.model import ExampleChoice, NewRulePage
from builder_ui.builder.workspace import Workspace, load_workspace, write_source
from builder_ui.findings import problem_lines
from builder_ui.labels import Labels
from builder_ui.lists.model import Choice
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from metamodel.definitions import Object

BLANK = "blank"
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9_]+")


async def new_rules(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    return await _show(visit, workspace, _chosen(workspace, visit.asked("object")), visit.asked("name"))


async def create_rules(visit: Visit) -> Response:
    """With another object chosen, the page is shown again with examples about that one."""
    workspace = await load_workspace(visit)
    thing = _chosen(workspace, visit.posted("object"))
    typed = visit.posted("name").strip()
    if thing is None or visit.posted("do") != "create":
        return await _show(visit, workspace, thing, typed)
    examples = {one.name: one.text for one in _examples(visit, workspace, thing)}
    text = examples.get(visit.posted("example")) or blank_rule(thing.name, visit.words)
    name = _NOT_PLAIN.sub("_", typed.removesuffix(".rule")).strip("_").lower()
    path = path_of_rules(name)
    if path is None:
        return await _refuse(
            visit, workspace, thing, typed, visit.words.say("Give the file a name, such as lead_routing.")
        )
    if find_file(workspace, path) is not None:
        return await _refuse(
            visit, workspace, thing, typed, visit.words.say("There is a rule file named %(name)s already.", name=name)
        )
    problems = await write_source(visit, workspace, path, text)
    if problems:
        return await _refuse(visit, workspace, thing, typed, *problem_lines(visit.words, problems))
    return leave_toast(to(f"/builder/rules/{name}"), visit.words.say("Rules added to the draft"))


async def _refuse(visit: Visit, workspace: Workspace, thing: Object, typed: str, *errors: str) -> Response:
    return await _show(visit, workspace, thing, typed, errors=errors, status=422)


async def _show(
    visit: Visit,
    workspace: Workspace,
    thing: Object | None,
    typed: str,
    *,
    errors: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    labels = Labels(workspace.model, visit.words)
    every = [one for one in workspace.model.objects.values() if not one.is_system]
    page = NewRulePage(
        objects=tuple(
            Choice(value=one.name, label=labels.object(one), is_on=thing is not None and one.name == thing.name)
            for one in sorted(every, key=labels.object)
        ),
        object=labels.object(thing) if thing else "",
        name=typed or (f"{thing.name}_rules" if thing else ""),
        examples=_choices(visit, workspace, thing) if thing else (),
        errors=errors,
    )
    return await render_builder(visit, "rule_new.html", page, here=RULES, status=status)


def _choices(visit: Visit, workspace: Workspace, thing: Object) -> tuple[ExampleChoice, ...]:
    wanted = visit.posted("example")
    examples = _examples(visit, workspace, thing)
    chosen = wanted if wanted in {one.name for one in examples} else examples[0].name
    return tuple(
        ExampleChoice(value=one.name, label=one.label, help=one.help, text=one.text, is_on=one.name == chosen)
        for one in examples
    )


def _examples(visit: Visit, workspace: Workspace, thing: Object) -> tuple[Example, ...]:
    words = visit.words
    blank = Example(
        name=BLANK,
        label=words.say("An empty rule"),
        help=words.say("For those who know what they want to write."),
        text=blank_rule(thing.name, words),
    )
    return (*examples_for(workspace.model, thing, words), blank)


def _chosen(workspace: Workspace, name: str) -> Object | None:
    """The first object, where none is named."""
    every = [one for one in workspace.model.objects.values() if not one.is_system]
    return next((one for one in every if one.name == name), every[0] if every else None)
