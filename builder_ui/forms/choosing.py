"""Of which type a record is to be: the page where one chooses, and what an address says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from builder_ui.objects import ObjectLink, find_readable, object_link
from builder_ui.record_types import RecordKind, default_type, kind_of, offered_types, type_path
from builder_ui.shell import render_page
from builder_ui.visit import Visit, safe_path
from metamodel.definitions import Object
from metamodel.record_types import RECORD_TYPE
from trellis.errors import AccessDenied
from trellis.security.access import Action, require

BACK = "back"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedType:
    """`is_default`: what one gets where one does not choose."""

    label: str
    description: str
    href: str
    is_default: bool
    is_now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TypePage:
    title: str
    question: str
    object: ObjectLink
    types: tuple[OfferedType, ...]
    cancel_href: str


def find_for(visit: Visit, action: Action) -> Object:
    thing = find_readable(visit, visit.part("object"))
    require(visit.access, visit.actor, action, thing.name)
    return thing


async def require_update(visit: Visit, thing: Object) -> None:
    """Raises AccessDenied for who may read the record and not change it."""
    if not (await visit.queries.rights(visit.actor, thing.name, visit.part("id"))).update:
        raise AccessDenied(
            visit.words.say("You may read this record, but not change it."),
            hint=visit.words.say("Its owner can share it with you."),
        )


def kind_asked_for(visit: Visit, thing: Object, copied: Mapping[str, Any] | None) -> RecordKind | None:
    """Of a new record, or of one that is a copy; None where one has to choose."""
    if not thing.record_types:
        return kind_of(visit.model, thing, None)
    offered = [one.name for one in offered_types(visit, thing)]
    wanted = visit.asked(RECORD_TYPE) or str((copied or {}).get(RECORD_TYPE))
    name = wanted if wanted in offered else offered[0] if len(offered) == 1 else None
    return kind_of(visit.model, thing, name) if name else None


def kind_to_edit(visit: Visit, thing: Object, row: Mapping[str, Any]) -> RecordKind:
    """As the record is, or as the address says that it is to be."""
    wanted = visit.asked(RECORD_TYPE)
    is_offered = any(one.name == wanted for one in offered_types(visit, thing))
    return kind_of(visit.model, thing, wanted if is_offered else row.get(RECORD_TYPE))


async def choose_type(visit: Visit, thing: Object) -> Response:
    """For a new record; what the address says beside the type stays."""
    kept = [(name, value) for name, value in visit.request.query_params.multi_items() if name != RECORD_TYPE]
    link = object_link(visit, thing)
    return await _show(
        visit,
        thing,
        title=link.new_label,
        question=visit.words.say("Which type is it?"),
        base=f"/app/{thing.name}/new",
        kept=kept,
        now=None,
        cancel_href=safe_path(visit.asked(BACK), "") or link.href,
    )


async def change_type(visit: Visit) -> Response:
    """For a record that is there; what no longer fits is asked on its form."""
    thing = find_for(visit, "update")
    await require_update(visit, thing)
    here = f"/app/{thing.name}/{visit.part('id')}"
    row = await visit.queries.row(
        visit.actor, thing.name, visit.part("id"), ("id", thing.name_field, *type_path(thing))
    )
    return await _show(
        visit,
        thing,
        title=visit.words.say("Change the record type"),
        question=str(row[thing.name_field] or ""),
        base=f"{here}/edit",
        kept=[],
        now=row.get(RECORD_TYPE),
        cancel_href=here,
    )


async def _show(
    visit: Visit,
    thing: Object,
    *,
    title: str,
    question: str,
    base: str,
    kept: list[tuple[str, str]],
    now: str | None,
    cancel_href: str,
) -> Response:
    default = default_type(visit, thing)
    page = TypePage(
        title=title,
        question=question,
        object=object_link(visit, thing),
        types=tuple(
            OfferedType(
                label=visit.labels.record_type(thing, one),
                description=visit.labels.record_type_description(thing, one),
                href=f"{base}?{urlencode([*kept, (RECORD_TYPE, one.name)])}",
                is_default=one is default and now is None,
                is_now=one.name == now,
            )
            for one in offered_types(visit, thing)
        ),
        cancel_href=cancel_href,
    )
    return await render_page(visit, "record_type.html", page, here=thing.name, object_name=thing.name)


def choosing_href(visit: Visit, kind: RecordKind, record_id: str | None) -> str:
    """Where one chooses another type for what the form is about, "" where there is no other."""
    others = [one for one in offered_types(visit, kind.object) if kind.type is None or one.name != kind.type.name]
    if kind.type is None or not others:
        return ""
    if record_id:
        return f"/app/{kind.object.name}/{record_id}/{RECORD_TYPE}"
    kept = [(name, value) for name, value in visit.request.query_params.multi_items() if name != RECORD_TYPE]
    return f"/app/{kind.object.name}/new" + (f"?{urlencode(kept)}" if kept else "")
