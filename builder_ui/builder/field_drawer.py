"""The side editor: a new field of a chosen type, or the options of one that is there; and what its form does."""

from __future__ import annotations

from starlette.datastructures import FormData

from builder_ui.builder.field_options import Options
from builder_ui.builder.field_types import ICONS, type_label
from builder_ui.builder.model import FieldDrawer, TypeChoice
from builder_ui.builder.object_fields import field_home
from builder_ui.builder.workspace import Body, Workspace
from builder_ui.forms.model import Widget
from builder_ui.formulas.editor import Editor
from builder_ui.formulas.samples import sample_widget
from builder_ui.labels import Labels
from builder_ui.visit import Visit
from metamodel import FIELD_TYPES, path_of
from metamodel.definitions import Object
from metamodel.fields.computed import FormulaField


async def build_drawer(
    visit: Visit, workspace: Workspace, thing: Object, errors: tuple[str, ...]
) -> FieldDrawer | None:
    """`?add=TYPE` for a new field, `?field=NAME` for one that is there; None when the address names neither."""
    form = visit.form if visit.form else None
    field_name = visit.asked("field")
    if field_name:
        body = field_body(workspace, thing.name, field_name)
        if body is None:
            return None
        sample = await _sample(visit, workspace, thing, body["type"])
        return _edit_drawer(visit, workspace, thing, field_name, body, form, errors, sample)
    type_name = visit.posted("type") or visit.asked("add")
    if type_name not in FIELD_TYPES:
        return None
    sample = await _sample(visit, workspace, thing, type_name)
    return _new_drawer(visit, workspace, thing, type_name, form, errors, sample)


async def _sample(visit: Visit, workspace: Workspace, thing: Object, type_name: str) -> Widget | None:
    """A record to try a formula on, where there are some."""
    if type_name != FormulaField.type_name or thing.name not in workspace.live.objects:
        return None
    if not visit.may("read", thing.name):
        return None
    return await sample_widget(visit, thing, _service(thing))


def _service(thing: Object) -> str:
    return f"/builder/objects/{thing.name}/formula"


def _editor(thing: Object, body: Body) -> Editor:
    """Of the formula of a formula field, as its other options have it."""
    return Editor(
        service=_service(thing),
        returns_from="f.returns",
        syntax=body.get("syntax", "trellis"),
        blanks=body.get("blanks", "zero"),
    )


def field_body(workspace: Workspace, object_name: str, field_name: str) -> Body | None:
    """The definition in the tenant's own source; None for a package's field."""
    kind = field_home(workspace, object_name, field_name)
    body = workspace.body(path_of(kind, object_name)) if kind else None
    return dict(body["fields"][field_name]) if body else None


def _new_drawer(
    visit: Visit,
    workspace: Workspace,
    thing: Object,
    type_name: str,
    form: FormData | None,
    errors: tuple[str, ...],
    sample: Widget | None,
) -> FieldDrawer:
    words = visit.words
    href = f"/builder/objects/{thing.name}"
    computed = type_name == "formula"
    return FieldDrawer(
        title=words.say("New field"),
        subtitle=words.say("on %(label)s", label=Labels(workspace.model, words).object(thing)),
        action=f"{href}/fields?add={type_name}",
        close_href=href,
        types=tuple(
            TypeChoice(
                icon=ICONS[name], label=type_label(words, name), href=f"{href}?add={name}", is_on=name == type_name
            )
            for name in FIELD_TYPES
        ),
        type_name=type_name,
        widgets=Options(words, workspace.model, type_name, {}, "", _editor(thing, {}), sample).widgets(form),
        cost_tone="ok",
        cost_icon="bolt",
        cost_title=words.say("Instant."),
        cost_text=words.say("It is computed when it is read; nothing is stored.")
        if computed
        else words.say("An empty column is added. No record is touched, and no one is interrupted."),
        errors=errors,
    )


def _edit_drawer(
    visit: Visit,
    workspace: Workspace,
    thing: Object,
    name: str,
    body: Body,
    form: FormData | None,
    errors: tuple[str, ...],
    sample: Widget | None,
) -> FieldDrawer:
    words = visit.words
    field = thing.fields[name]
    href = f"/builder/objects/{thing.name}"
    return FieldDrawer(
        title=Labels(workspace.model, words).field(thing, field),
        subtitle=f"{thing.name}.{name} · {type_label(words, field.type_name)}",
        action=f"{href}/fields/{name}?field={name}",
        close_href=href,
        types=(),
        type_name=body["type"],
        widgets=Options(words, workspace.model, body["type"], body, name, _editor(thing, body), sample).widgets(form),
        cost_tone="warn",
        cost_icon="list-search",  # icons: list-search bolt
        cost_title=words.say("Checked before it is deployed."),
        cost_text=words.say("The plan says how many records are in the way, and shows them."),
        errors=errors,
    )
