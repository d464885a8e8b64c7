"""A new object, and the settings of one: labels, description, icon and colour, who sees its records."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from builder_ui.builder.field_options import api_name, typed_values
from builder_ui.builder.frame import OBJECTS, render_builder
from builder_ui.builder.model import ObjectForm
from builder_ui.builder.object_sharing import chosen_sharing, sharing_choice
from builder_ui.builder.workspace import Body, Workspace, load_workspace, write_body
from builder_ui.findings import problem_lines
from builder_ui.forms.model import Widget
from builder_ui.posted import whole_number
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from metamodel import path_of
from trellis.errors import NotFound

HUES = tuple(range(0, 360, 30))
DEFAULT_ICON, DEFAULT_HUE = "box", 210


async def new_object(visit: Visit) -> Response:
    return await _show(visit, "", {})


async def create_object(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    typed = typed_values(visit.form)
    name = typed.get("name", "").strip() or api_name(typed.get("label", ""))
    body = {**_settings(visit, {}), "name_field": "name", "fields": {"name": _name_field(visit)}}
    if name in workspace.model.objects or name in workspace.live.objects:
        errors: tuple[str, ...] = (visit.words.say("There is an object named %(name)s already.", name=name),)
    else:
        errors = await _write(visit, workspace, name, body)
    if errors:
        return await _show(visit, "", body, errors, 422)
    text = visit.words.say("%(label)s added to the draft", label=body["label"])
    return leave_toast(to(f"/builder/objects/{name}"), text)


async def settings_form(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    return await _show(visit, visit.part("name"), _own_body(workspace, visit.part("name")))


async def save_settings(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    name = visit.part("name")
    before = _own_body(workspace, name)
    kept = {
        key: value
        for key, value in before.items()
        if key not in ("label", "plural_label", "icon", "hue", "description", "history", "sharing")
    }
    body = {**_settings(visit, before), **kept}
    errors = await _write(visit, workspace, name, body)
    if errors:
        return await _show(visit, name, body, errors, 422)
    return leave_toast(to(f"/builder/objects/{name}"), visit.words.say("Change added to the draft"))


def _own_body(workspace: Workspace, name: str) -> Body:
    body = workspace.body(path_of("object", name))
    if body is None:
        raise NotFound(f"There is no object {name!r} of your own.")
    return body


async def _write(visit: Visit, workspace: Workspace, name: str, body: Body) -> tuple[str, ...]:
    problems = await write_body(visit, workspace, "object", name, body) if name else ()
    if not name:
        return (visit.words.say("Give the object a label."),)
    return problem_lines(visit.words, problems)


def _settings(visit: Visit, before: Body) -> Body:
    """`before`: the object as it was."""
    typed = typed_values(visit.form)
    label = typed.get("label", "").strip()
    hue = whole_number(visit.posted("hue"))
    body: dict[str, Any] = {
        "label": label,
        "plural_label": typed.get("plural_label", "").strip() or label,
        "icon": visit.posted("icon") or DEFAULT_ICON,
        "hue": DEFAULT_HUE if hue is None else hue,
        "description": typed.get("description", "").strip(),
    }
    kept = chosen_sharing(before, typed.get("sharing", "")) | ({"history": True} if typed.get("history") else {})
    return {key: value for key, value in body.items() if value != ""} | kept


def _name_field(visit: Visit) -> Body:
    """Every object has a name; it is the link in lists."""
    label = visit.words.say("Name")
    return {"type": "text", "label": label, "length": 120, "required": True, "indexed": True}


async def _show(visit: Visit, name: str, body: Body, errors: tuple[str, ...] = (), status: int = 200) -> Response:
    """`name` "": a new object."""
    words = visit.words
    typed = typed_values(visit.form)
    icon = body.get("icon", DEFAULT_ICON)
    icons = visit.renderer.assets.object_icons
    own_name = (
        ()
        if name
        else (
            _input(
                "name",
                words.say("Name in formulas and addresses"),
                typed.get("name", ""),
                is_required=False,
                help_text=words.say("Lower-case letters, digits and underscores. It cannot be changed here later."),
            ),
        )
    )
    page = ObjectForm(
        title=words.say("Settings") if name else words.say("New object"),
        action=f"/builder/objects/{name}/settings" if name else "/builder/objects/new",
        cancel_href=f"/builder/objects/{name}" if name else "/builder",
        widgets=(
            _input("label", words.say("Label"), body.get("label", ""), is_focused=True),
            _input("plural_label", words.say("Plural label"), body.get("plural_label", ""), is_required=False),
            *own_name,
            Widget(
                kind="textarea",
                id="o-description",
                name="f.description",
                label=words.say("What is it? One sentence"),
                text=body.get("description", ""),
                is_wide=True,
                rows=2,
                help=words.say("Shown where the first record is about to be made."),
                length=1000,
            ),
            sharing_choice(words, body),
            Widget(
                kind="checkbox",
                id="o-history",
                name="f.history",
                label=words.say("Keep what becomes of its fields: before and after, when and by whom"),
                is_on=bool(body.get("history")),
                is_wide=True,
            ),
        ),
        icons=icons if icon in icons else (icon, *icons),
        icon=icon,
        hues=HUES if body.get("hue", DEFAULT_HUE) in HUES else (*HUES, body["hue"]),
        hue=body.get("hue", DEFAULT_HUE),
        cost=words.say("Labels, icon and colour are words only; no record is touched.")
        if name
        else words.say("An empty table is added, with a form, a list and an API of its own."),
        errors=errors,
    )
    return await render_builder(visit, "new_object.html", page, here=OBJECTS, status=status)


def _input(
    key: str, label: str, text: str, *, is_required: bool = True, is_focused: bool = False, help_text: str = ""
) -> Widget:
    return Widget(
        kind="input",
        id=f"o-{key}",
        name=f"f.{key}",
        label=label,
        text=text,
        is_required=is_required,
        is_focused=is_focused,
        length=80,
        help=help_text,
    )
