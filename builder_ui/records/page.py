"""The record page: header, stage bar, sections and related lists from the layout."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from starlette.responses import Response

from builder_ui.approvals.panel import panel_of
from builder_ui.columns import ShownColumn, fetch_paths, resolve_column, resolve_columns
from builder_ui.display import Fact
from builder_ui.layouts import placed_sections
from builder_ui.objects import find_readable, object_link
from builder_ui.record_types import RecordKind, kind_of, kinds_of, offered_types, type_fact, type_path
from builder_ui.records.calls import call_links
from builder_ui.records.consent_card import consent_card
from builder_ui.records.model import PathStep, RecordPage, ShownField, ShownSection, StagePath
from builder_ui.records.related import build_related
from builder_ui.shell import render_page
from builder_ui.visit import Visit
from metamodel.definitions import Layout, Object
from metamodel.fields.choice import PicklistField
from metamodel.fields.computed import FormulaField
from metamodel.fields.text import TextAreaField
from metamodel.record_types import RECORD_TYPE

SYSTEM = ("created_by", "created_at", "updated_by", "updated_at", "owner_queue", "version", "id")
MOST_FACTS = 6


async def record_page(visit: Visit) -> Response:
    return await show_record(visit, find_readable(visit, visit.part("object")))


async def show_record(
    visit: Visit,
    thing: Object,
    problem: tuple[str, ...] = (),
    status: int = 200,
    revealed: Mapping[str, str | None] = MappingProxyType({}),
) -> Response:
    """`problem`: why the last thing one did was refused; `revealed`: encrypted fields in the clear. Raises NotFound."""
    record_id = visit.part("id")
    row = await visit.queries.row(visit.actor, thing.name, record_id, _paths(visit, thing))
    kind = kind_of(visit.model, thing, row.get(RECORD_TYPE))
    page = await _build(visit, kind, {**row, **revealed}, problem, frozenset(revealed))
    calls = call_links(visit, thing, record_id)
    return await render_page(
        visit, "record.html", page, here=thing.name, object_name=thing.name, status=status, calls=calls
    )


def _paths(visit: Visit, thing: Object) -> tuple[str, ...]:
    """Of every layout that the record may have: which one it is, its type says, which is fetched with it."""
    layouts = {kind.layout.name: kind.layout for kind in kinds_of(visit.model, thing)}.values()
    names = dict.fromkeys(name for layout in layouts for name in _shown_names(visit, thing, layout))
    columns = resolve_columns(visit.labels, thing, [name for name in names if name.split(".")[0] in thing.fields])
    paths = [layout.path for layout in layouts if layout.path]
    return fetch_paths(columns, "id", "version", thing.name_field, *type_path(thing), *paths)


def _shown_names(visit: Visit, thing: Object, layout: Layout) -> tuple[str, ...]:
    sections = placed_sections(visit.labels, thing, layout)
    return (*layout.header, *(name for section in sections for name in section.fields), *SYSTEM)


async def _build(
    visit: Visit,
    kind: RecordKind,
    row: Mapping[str, Any],
    problem: tuple[str, ...],
    revealed: frozenset[str],
) -> RecordPage:
    thing, layout = kind.object, kind.layout
    record_id = str(row["id"])
    here = f"/app/{thing.name}/{record_id}"
    rights = await visit.queries.rights(visit.actor, thing.name, record_id)
    link = object_link(visit, thing)
    return RecordPage(
        title=str(row[thing.name_field] or "").strip() or visit.words.say("(no name)"),
        object=link,
        list_href=link.href,
        edit_href=f"{here}/edit" if rights.update else None,
        copy_href=f"{link.new_href}?copy={record_id}" if link.new_href else None,
        delete_action=f"{here}/delete" if rights.delete else None,
        api_href=f"/api/v1/records/{thing.name}/{record_id}",
        version=row["version"],
        facts=_facts(visit, thing, layout.header[:MOST_FACTS], row),
        path=_path(visit, kind, row) if rights.update else None,
        type=type_fact(visit, thing, row),
        change_type_href=f"{here}/{RECORD_TYPE}" if rights.update and _has_others(visit, kind) else None,
        sections=tuple(
            ShownSection(
                label=section.label,
                columns=section.columns,
                fields=tuple(
                    _field(visit, thing, column, row, revealed)
                    for column in resolve_columns(visit.labels, thing, section.fields)
                ),
            )
            for section in placed_sections(visit.labels, thing, layout)
        ),
        related=await build_related(visit, thing, layout, record_id),
        system=_facts(visit, thing, _system_names(layout, row), row),
        history_href=f"{here}/history",
        sharing_href=f"{here}/sharing",
        reveal_action=f"{here}/reveal",
        problem=problem,
        consents=await consent_card(visit, thing, record_id, can_change=rights.update),
        is_read_only=not rights.update and visit.may("update", thing.name),
        approval=await panel_of(visit, thing, record_id),
    )


def _system_names(layout: Layout, row: Mapping[str, Any]) -> list[str]:
    """What the layout does not show itself."""
    placed = {name for section in layout.sections for name in section.fields}
    return [name for name in SYSTEM if name not in placed and (name != "owner_queue" or row.get(name))]


def _facts(visit: Visit, thing: Object, names: tuple[str, ...] | list[str], row: Mapping[str, Any]) -> tuple[Fact, ...]:
    columns = (resolve_column(visit.labels, thing, name) for name in names)
    return tuple(Fact(label=one.label, shown=visit.display.cell(one, row)) for one in columns if one)


def _field(
    visit: Visit, thing: Object, column: ShownColumn, row: Mapping[str, Any], revealed: frozenset[str]
) -> ShownField:
    field = column.field
    is_sealed = field.encrypted and column.path == field.name and field.name not in revealed
    may_reveal = is_sealed and visit.access.decide(visit.actor, "reveal", thing.name, field.name).allowed
    is_own_formula = isinstance(field, FormulaField) and column.path == field.name
    is_kept = not field.is_writable and not isinstance(field, FormulaField)
    return ShownField(
        label=column.label,
        shown=visit.display.cell(column, row),
        help=visit.labels.help(column.object, field),
        is_wide=isinstance(column.shown_field, TextAreaField) and not isinstance(field, FormulaField),
        mark="formula" if isinstance(field, FormulaField) else "system" if is_kept else "",
        formula=field.formula if isinstance(field, FormulaField) else "",
        why_href=f"/app/{thing.name}/{row['id']}/why/{field.name}" if is_own_formula else "",
        reveal=field.name if may_reveal and row.get(field.name) is not None else "",
    )


def _has_others(visit: Visit, kind: RecordKind) -> bool:
    return any(kind.type is None or one.name != kind.type.name for one in offered_types(visit, kind.object))


def _path(visit: Visit, kind: RecordKind, row: Mapping[str, Any]) -> StagePath | None:
    """Steps before the current one count as done, unless the current one is grey: that is where records end that came to nothing."""
    thing = kind.object
    field = thing.fields.get(kind.layout.path or "")
    if not isinstance(field, PicklistField) or not visit.may_write(thing.name, field.name):
        return None
    names = kind.offered(field)
    hues = {value.name: value.hue for value in field.values}
    current = row.get(field.name)
    at = names.index(current) if current in names else -1
    is_lost = at >= 0 and hues[names[at]] is None and any(hues[name] is not None for name in names)
    steps = tuple(
        PathStep(
            label=visit.labels.value(thing, field, name),
            value=name,
            state="now" if index == at else "done" if index < at and not is_lost else "ahead",
        )
        for index, name in enumerate(names)
    )
    return StagePath(label=visit.labels.field(thing, field), action=f"/app/{thing.name}/{row['id']}/path", steps=steps)
