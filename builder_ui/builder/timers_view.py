"""Timers of records -> what the page of timers shows of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from builder_ui.builder.outbox_model import OutboxTile
from builder_ui.builder.timers_model import TimerRow, TimersPage
from builder_ui.translation import Words
from builder_ui.visit import Visit
from trellis.automation.timing.kinds import DATE, DELAY, SCHEDULE
from trellis.automation.timing.waiting import WaitingTimer, WaitingTimers

ADDRESS = "/builder/timers"
_ICONS = {DELAY: "hourglass", DATE: "calendar-event", SCHEDULE: "repeat"}  # icons: hourglass calendar-event repeat bell


def build_timers(visit: Visit, waiting: WaitingTimers, dead: WaitingTimers, names: Mapping[str, str]) -> TimersPage:
    """`names`: what records are called, by id."""
    return TimersPage(
        tiles=_tiles(visit, waiting, dead),
        dead=tuple(_row(visit, timer, names) for timer in dead.timers),
        dead_count=dead.total,
        more_dead=_more(visit, dead),
        waiting=tuple(_row(visit, timer, names) for timer in waiting.timers),
        more_waiting=_more(visit, waiting),
    )


def _tiles(visit: Visit, waiting: WaitingTimers, dead: WaitingTimers) -> tuple[OutboxTile, ...]:
    words, formats = visit.words, visit.formats
    following = waiting.timers[0] if waiting.timers else None
    return (
        OutboxTile(
            title=words.say("Waiting"), number=formats.number(waiting.total), note=words.say("dates: for a day ahead")
        ),
        OutboxTile(
            title=words.say("Next"),
            number=formats.moment(following.due_at) if following else "–",
            note=following.rule or "" if following else "",
        ),
        OutboxTile(
            title=words.say("Given up"),
            number=formats.number(dead.total),
            note=words.say("see below") if dead.total else words.say("nothing to decide"),
            tone="bad" if dead.total else "",
        ),
    )


def _row(visit: Visit, timer: WaitingTimer, names: Mapping[str, str]) -> TimerRow:
    thing = visit.model.find_object(timer.object or "")
    return TimerRow(
        id=timer.id,
        icon=_ICONS.get(timer.kind, "bell"),
        kind=_kind_label(visit.words, timer.kind),
        rule=timer.rule or "",
        about=visit.labels.object(thing) if thing else timer.object or "",
        name=names.get(timer.record_id, ""),
        record_href=f"/app/{timer.object}/{timer.record_id}",
        due=visit.formats.moment(timer.due_at),
        due_iso=timer.due_at.isoformat(),
        error=timer.last_error or "" if timer.attempts else "",
        tries=visit.words.count("%(num)d try", "%(num)d tries", timer.attempts) if timer.attempts else "",
    )


def _kind_label(words: Words, kind: str) -> str:
    labels: dict[str, Callable[[], str]] = {
        DELAY: lambda: words.say("After some time"),
        DATE: lambda: words.say("By its date"),
        SCHEDULE: lambda: words.say("By a schedule"),
    }
    return labels[kind]() if kind in labels else words.say("Reminder")


def _more(visit: Visit, found: WaitingTimers) -> str:
    others = found.total - len(found.timers)
    number = visit.formats.number(others)
    return visit.words.count("%(number)s more", "%(number)s more", others, number=number) if others > 0 else ""
