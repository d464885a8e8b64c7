"""Messages that were given up -> what the pages of the outbox show of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson

from builder_ui.builder.outbox_model import CauseCard, MessagePage, MessageRow, OutboxPage, OutboxTile
from builder_ui.forms.complaints import complaint
from builder_ui.forms.model import Widget
from builder_ui.lists.model import Choice
from builder_ui.translation import Words
from builder_ui.visit import Visit
from trellis.automation.dead_rows import Cause, DeadDetail, DeadRow, DeadRows
from trellis.automation.mending import LONG_TEXTS, mendable
from trellis.automation.outbox_state import MOST_COUNTED, OutboxState
from trellis.errors import FieldError
from trellis.security.users import User

ADDRESS = "/builder/outbox"
ROWS_SHOWN = 5
_ICONS = {  # icons: mail bell device-mobile-message messages webhook send
    "email": "mail",
    "in_app": "bell",
    "sms": "device-mobile-message",
    "chat": "messages",
    "webhook": "webhook",
}


def build_outbox(visit: Visit, state: OutboxState, dead: DeadRows) -> OutboxPage:
    """All causes, each with its newest messages."""
    return OutboxPage(
        tiles=_tiles(visit, state, len(dead.causes)),
        causes=tuple(_card(visit, cause, _rows_of(cause, dead.rows)[:ROWS_SHOWN]) for cause in dead.causes),
        is_one_cause=False,
        older_href=None,
    )


def build_cause(visit: Visit, dead: DeadRows, next_before: str | None) -> OutboxPage:
    """One cause, with a page of its messages."""
    cards = tuple(_card(visit, cause, dead.rows) for cause in dead.causes)
    older = None
    if next_before and cards:
        older = f"{cards[0].href}&{urlencode({'before': next_before})}"
    return OutboxPage(tiles=(), causes=cards, is_one_cause=True, older_href=older)


def build_message(
    visit: Visit,
    detail: DeadDetail,
    users: Sequence[User],
    *,
    typed: Mapping[str, str],
    refused: Sequence[FieldError] = (),
    errors: tuple[str, ...] = (),
) -> MessagePage:
    """`typed`: what stands in the form instead of what the message has."""
    words, row, payload = visit.words, detail.row, detail.payload or {}
    complaints = {one.field: complaint(words, one.code, one.message) for one in refused}
    names = mendable(payload)
    thing = visit.model.find_object(row.object or "")
    rest = {name: value for name, value in payload.items() if name not in names}
    facts = [
        (words.say("Rule"), row.rule or ""),
        (words.say("Tries"), str(row.attempts)),
        (words.say("Created"), visit.formats.moment(row.created_at)),
        (words.say("Given up"), visit.formats.moment(row.given_up_at) if row.given_up_at else ""),
    ]
    return MessagePage(
        title=kind_label(words, row.kind),
        icon=_ICONS.get(row.kind, "send"),
        action=f"{ADDRESS}/{row.id}",
        error=row.error or "",
        widgets=tuple(
            _widget(visit, name, typed.get(name, payload[name] or ""), users, complaints.get(name)) for name in names
        ),
        fixed=orjson.dumps(rest, option=orjson.OPT_INDENT_2).decode() if any(rest.values()) else "",
        facts=tuple((label, value) for label, value in facts if value),
        record_href=f"/app/{row.object}/{row.record_id}" if thing and row.record_id else None,
        record_label=visit.labels.object(thing) if thing else row.object or "",
        errors=errors,
    )


def kind_label(words: Words, kind: str) -> str:
    labels: dict[str, Callable[[], str]] = {
        "email": lambda: words.say("E-mail"),
        "in_app": lambda: words.say("Notice"),
        "sms": lambda: words.say("Text message"),
        "chat": lambda: words.say("Chat message"),
        "webhook": lambda: words.say("Webhook"),
    }
    return labels[kind]() if kind in labels else kind


def _widget(visit: Visit, name: str, text: str, users: Sequence[User], error: str | None) -> Widget:
    words = visit.words
    common: dict[str, Any] = {"id": f"p-{name}", "name": f"p.{name}", "text": text, "error": error, "is_wide": True}
    if name == "user":
        people = [(user.id, f"{user.name} ({user.username})") for user in users if user.is_active or user.id == text]
        return Widget(
            kind="select",
            label=words.say("User"),
            blank_label=words.say("Nobody"),
            choices=_choices(people, text),
            **common,
        )
    if name == "template":
        templates = [(one, one) for one in sorted(visit.model.templates)]
        return Widget(
            kind="select",
            label=words.say("Template"),
            blank_label="" if not text else None,
            choices=_choices(templates, text),
            **common,
        )
    if name == "webhook":
        webhooks = [(one.name, one.label) for one in visit.model.webhooks.values()]
        return Widget(kind="select", label=words.say("Webhook"), choices=_choices(webhooks, text), **common)
    if name in LONG_TEXTS:
        return Widget(kind="textarea", label=words.say("Text"), rows=6, **common)
    return Widget(kind="input", label=words.say("Address") if name == "address" else name, **common)


def _choices(values: Iterable[tuple[str, str]], chosen: str) -> tuple[Choice, ...]:
    """What is chosen stays visible even when it can be chosen no more."""
    choices = [Choice(value=value, label=label, is_on=value == chosen) for value, label in values]
    if chosen and not any(choice.is_on for choice in choices):
        choices.insert(0, Choice(value=chosen, label=chosen, is_on=True))
    return tuple(choices)


def _tiles(visit: Visit, state: OutboxState, causes: int) -> tuple[OutboxTile, ...]:
    words = visit.words

    def number(count: int) -> str:
        return visit.formats.number(count) if count <= MOST_COUNTED else f"{visit.formats.number(MOST_COUNTED)}+"

    waiting = words.say("nothing is late")
    if state.due_since is not None:
        waiting = words.say("the oldest since %(time)s", time=visit.formats.since(state.due_since, visit.now))
    given_up = words.count("%(num)d cause, see below", "%(num)d causes, see below", causes) if causes else ""
    return (
        OutboxTile(title=words.say("Waiting"), number=number(state.waiting), note=waiting),
        OutboxTile(
            title=words.say("Trying again"), number=number(state.retrying), note=words.say("by themselves, later")
        ),
        OutboxTile(
            title=words.say("Given up"),
            number=number(state.dead),
            note=given_up or words.say("nothing to decide"),
            tone="bad" if causes else "",
        ),
        OutboxTile(title=words.say("Delivered"), number=number(state.delivered), note=words.say("in 24 hours")),
    )


def _card(visit: Visit, cause: Cause, rows: Sequence[DeadRow]) -> CauseCard:
    words, newest = visit.words, cause.newest_at or visit.now
    others = cause.count - len(rows)
    return CauseCard(
        kind=cause.kind,
        kind_label=kind_label(words, cause.kind),
        icon=_ICONS.get(cause.kind, "send"),
        error=cause.error or "",
        count=cause.count,
        count_text=words.count(
            "%(number)s message", "%(number)s messages", cause.count, number=visit.formats.number(cause.count)
        ),
        at=visit.formats.since(newest, visit.now),
        at_iso=newest.isoformat(),
        at_full=visit.formats.moment(newest),
        rows=tuple(_row(visit, row) for row in rows),
        more=words.count("%(number)s more", "%(number)s more", others, number=visit.formats.number(others))
        if others > 0
        else "",
        href=f"{ADDRESS}?{urlencode({'kind': cause.kind, 'error': cause.error or ''})}",
    )


def _row(visit: Visit, row: DeadRow) -> MessageRow:
    thing = visit.model.find_object(row.object or "")
    at = row.given_up_at or row.created_at
    return MessageRow(
        href=f"{ADDRESS}/{row.id}",
        about=visit.labels.object(thing) if thing else row.object or "",
        rule=row.rule or "",
        tries=visit.words.count("%(num)d try", "%(num)d tries", row.attempts),
        at=visit.formats.since(at, visit.now),
        at_iso=at.isoformat(),
        at_full=visit.formats.moment(at),
    )


def _rows_of(cause: Cause, rows: Sequence[DeadRow]) -> list[DeadRow]:
    return [row for row in rows if row.kind == cause.kind and row.error == cause.error]
