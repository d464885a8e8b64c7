"""What somebody asks for in texts (an address, a form, a command line) -> which rows are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import get_args

from metamodel.names import did_you_mean
from trellis.errors import InvalidRequest
from trellis.security.audit.event import EventName, SubjectKind
from trellis.security.audit.read import Wanted

EVENT_NAMES: tuple[str, ...] = get_args(EventName)
SUBJECT_KINDS: tuple[str, ...] = get_args(SubjectKind)
ASKED = ("event", "actor", "subject_kind", "subject", "address", "since", "until")


def parse_wanted(asked: Mapping[str, str]) -> Wanted:
    """By the names of ASKED; what is missing or empty asks for nothing. `event`: names between commas; `actor` and `subject`: ids.
    Raises InvalidRequest."""
    asked = {name: text.replace("\0", "") for name, text in asked.items()}
    events = tuple(_known(name.strip(), EVENT_NAMES, "event") for name in asked.get("event", "").split(",") if name)
    kind = asked.get("subject_kind") or None
    return Wanted(
        events=events or None,
        actor_id=asked.get("actor") or None,
        subject_kind=kind and _known(kind, SUBJECT_KINDS, "kind of subject"),
        subject_id=asked.get("subject") or None,
        address=asked.get("address") or None,
        since=_moment(asked, "since"),
        until=_moment(asked, "until"),
    )


def parse_moment(text: str) -> datetime:
    """A date, for its beginning, or a date and a time; in UTC where no zone is said. Raises InvalidRequest."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        hint = "Write 2026-03-31, or 2026-03-31T14:30:00Z."
        raise InvalidRequest(f'"{text[:60]}" is no moment.', hint=hint) from None


def _moment(asked: Mapping[str, str], name: str) -> datetime | None:
    text = asked.get(name)
    return parse_moment(text) if text else None


def _known(name: str, known: tuple[str, ...], what: str) -> str:
    if name not in known:
        raise InvalidRequest(f'There is no {what} "{name[:60]}".', hint=did_you_mean(name[:60], known))
    return name
