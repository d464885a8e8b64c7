"""What the person of a record consented to, as the card beside the record shows it."""

from __future__ import annotations

from dataclasses import dataclass

from builder_ui.visit import Visit
from metamodel.definitions import Object
from trellis.privacy.consents import PurposeState, list_consents, purposes_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRow:
    """`tone`: ok, bad or ""; `said`: when and how it is known."""

    purpose: str
    label: str
    help: str
    state: str
    tone: str
    said: str
    is_given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentCard:
    """`action` None: the reader may not write anything down."""

    action: str | None
    rows: tuple[ConsentRow, ...]


async def consent_card(visit: Visit, thing: Object, record_id: str, *, can_change: bool) -> ConsentCard | None:
    """None for objects that nobody consents about; then nothing is asked."""
    if not purposes_of(visit.model, thing.name):
        return None
    found = await list_consents(visit.tenant, visit.runtime.access, visit.actor, thing.name, record_id, now=visit.now)
    action = f"/app/{thing.name}/{record_id}/consents" if can_change else None
    return ConsentCard(action=action, rows=tuple(_row(visit, one) for one in found.purposes))


def _row(visit: Visit, one: PurposeState) -> ConsentRow:
    words, newest = visit.words, one.newest
    said = ""
    if newest is not None:
        said = f"{visit.formats.moment(newest.said_at)} · {newest.source}"
    state, tone = {
        "given": (words.say("Given"), "ok"),
        "withdrawn": (words.say("Withdrawn"), "bad"),
        "not_asked": (words.say("Not asked"), ""),
    }[one.state]
    return ConsentRow(
        purpose=one.purpose.name,
        label=visit.labels.purpose(one.purpose),
        help=visit.labels.purpose_description(one.purpose),
        state=state,
        tone=tone,
        said=said,
        is_given=one.state == "given",
    )
