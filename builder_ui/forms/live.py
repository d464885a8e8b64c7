"""What a form needs to compute as one types: the address of the object's module, and what it must know of the moment and the person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from builder_ui.forms.fields import form_fields
from builder_ui.forms.live_formulas import LiveFormulas, live_formulas
from builder_ui.layouts import placed_sections
from builder_ui.objects import find_readable
from builder_ui.record_types import RecordKind, kind_of
from builder_ui.visit import Visit
from metamodel.definitions import Object
from metamodel.fields.computed import FormulaField
from metamodel.record_types import RECORD_TYPE
from metamodel.rules import CheckedValidation
from trellis.errors import FieldError, NotFound
from trellis.query.context import actor_fields

_KEPT = {"cache-control": "private, max-age=31536000, immutable"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveForm:
    """`knows`: JSON for the module: the moment, the person, the messages in their language."""

    href: str
    knows: str
    shown: tuple[str, ...]


def find_live_form(visit: Visit, kind: RecordKind, *, is_new: bool) -> LiveForm | None:
    """None when nothing of the object can be computed in a form."""
    thing, formulas = kind.object, _formulas(visit, kind)
    if formulas is None or formulas.is_empty:
        return None
    knows: dict[str, Any] = {
        "now": int(visit.now.timestamp() * 1000),
        "timeZone": visit.formats.time_zone.key,
        "locale": visit.formats.locale.language,
        "user": actor_fields(visit.actor),
        "isNew": is_new,
        "messages": [
            validation_message(visit, thing, one) if isinstance(one.message, str) else None
            for one in formulas.validations
        ],
        "symbols": _symbols(visit, thing, formulas.shown),
        "yes": visit.words.say("Yes"),
        "no": visit.words.say("No"),
    }
    query = f"?{RECORD_TYPE}={kind.type.name}" if kind.type else ""
    return LiveForm(
        href=f"/app/{thing.name}/live/{formulas.digest}.js{query}",
        knows=json.dumps(knows, default=str),
        shown=formulas.shown,
    )


async def live_module(visit: Visit) -> Response:
    """The module under a name that its content decides, so that it is fetched once."""
    thing = find_readable(visit, visit.part("object"))
    formulas = _formulas(visit, kind_of(visit.model, thing, visit.asked(RECORD_TYPE)))
    if formulas is None or visit.part("name") != f"{formulas.digest}.js":
        raise NotFound(visit.words.say("There is no page at %(path)s.", path=visit.request.url.path))
    return Response(formulas.text, media_type="text/javascript", headers=_KEPT)


def _formulas(visit: Visit, kind: RecordKind) -> LiveFormulas | None:
    """Made once for a revision of the model, a record type and those who may see the same of it."""
    assets = visit.renderer.assets
    if not assets.is_built:
        return None

    def make() -> LiveFormulas:
        thing = kind.object
        sections = placed_sections(visit.labels, thing, kind.layout)
        placed = tuple(dict.fromkeys(name for section in sections for name in section.fields))
        typed = [*form_fields(visit, kind), *([thing.fields[RECORD_TYPE]] if kind.type else [])]
        return live_formulas(visit.model, thing, typed, placed, assets)

    key = ("builder_ui", "live", kind.object.name, kind.type and kind.type.name, visit.access.shape(visit.actor))
    return visit.compiled.prepared(key, make)


def _symbols(visit: Visit, thing: Object, shown: Iterable[str]) -> Mapping[str, str]:
    """Of the currencies in which formula fields are shown."""
    fields = (thing.fields[name] for name in shown)
    return {
        one.name: visit.formats.currency_symbol(one.currency)
        for one in fields
        if isinstance(one, FormulaField) and one.returns == "currency"
    }


def validation_message(visit: Visit, thing: Object, validation: CheckedValidation) -> str:
    """In the reader's language where the model has it."""
    assert isinstance(validation.message, str)
    return visit.labels.text(f"objects.{thing.name}.validations.{validation.name}.message", validation.message)


def in_readers_language(visit: Visit, thing: Object, error: FieldError) -> str:
    """The words of a validation that refused a record, which the model may have in other languages."""
    for one in visit.model.validations_for(thing.name):
        if error.code == "validation_failed" and one.message == error.message:
            return validation_message(visit, thing, one)
    return error.message
