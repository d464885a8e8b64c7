"""Rows of the audit -> what its pages show of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson

from builder_ui.account.devices import device_of
from builder_ui.builder.audit.model import AuditFact, AuditLine, AuditPage, AuditRowPage, Verdict
from builder_ui.builder.audit.said import AREAS, icon_of, say_area, say_event, tone_of
from builder_ui.faces import face_of
from builder_ui.forms.model import Widget
from builder_ui.lists.model import Choice
from builder_ui.translation import Words
from builder_ui.visit import Visit
from trellis.security.audit.chain import AuditRow
from trellis.security.audit.credential import UsedCredential
from trellis.security.audit.verify import Verification
from trellis.security.users import User

ADDRESS = "/builder/audit"
FILTERS = ("area", "person", "since", "until", "subject")


def build_page(
    visit: Visit,
    rows: Sequence[AuditRow],
    users: Sequence[User],
    asked: Mapping[str, str],
    *,
    next_before: int | None,
    verdict: Verdict | None = None,
) -> AuditPage:
    """`asked`: the filter by the names of FILTERS."""
    names = {user.id: user.name for user in users}
    given = {name: value for name, value in asked.items() if value}
    older = f"{ADDRESS}?{urlencode({**given, 'before': next_before})}" if next_before else None
    subject = asked["subject"]
    return AuditPage(
        lines=tuple(_line(visit, row, names) for row in rows),
        filters=tuple(_filters(visit, users, asked)),
        asked=given,
        subject=subject,
        about=_called(rows, subject, names) if subject else "",
        is_filtered=bool(given),
        older_href=older,
        verdict=verdict,
    )


def build_row(visit: Visit, row: AuditRow, used: UsedCredential | None, users: Sequence[User]) -> AuditRowPage:
    """`used`: the session or key by which it was done, None where it is not known any more."""
    details: dict[str, Any] = orjson.loads(row.details)
    about = {"subject": row.subject_id or ""}
    return AuditRowPage(
        line=_line(visit, row, {user.id: user.name for user in users}),
        facts=tuple(_facts(visit, row, used)),
        details=tuple(AuditFact(label=name, text=_text(value), is_code=True) for name, value in details.items()),
        about_href=f"{ADDRESS}?{urlencode(about)}" if row.subject_id else "",
        by_href=f"{ADDRESS}?{urlencode({'person': row.actor_id})}" if row.actor_id else "",
    )


def build_verdict(visit: Visit, found: Verification) -> Verdict:
    words, count = visit.words, max(0, found.last - found.first + 1)
    number = visit.formats.number(count)
    if found.is_intact:
        text = words.count(
            "%(number)s row, as it was written.", "%(number)s rows, all as they were written.", count, number=number
        )
    else:
        text = words.count("%(num)d thing is wrong.", "%(num)d things are wrong.", found.finding_count)
    return Verdict(is_intact=found.is_intact, text=text, findings=tuple(one.message for one in found.findings))


def _line(visit: Visit, row: AuditRow, names: Mapping[str, str]) -> AuditLine:
    name = names.get(row.actor_id or "", row.actor_name or "")
    subject = names.get(row.subject_id or "", row.subject_name or row.subject_id or "")
    says_more = row.subject_id != row.actor_id and row.subject_kind not in ("session", "audit")
    return AuditLine(
        number=row.number,
        href=f"{ADDRESS}/{row.number}",
        icon=icon_of(row.event),
        tone=tone_of(row.event),
        said=say_event(visit.words, row.event),
        about=subject if says_more else "",
        face=face_of(row.actor_id or name, name) if name else None,
        place=row.address or _way(visit.words, row.channel),
        at=visit.formats.since(row.occurred_at, visit.now),
        at_iso=row.occurred_at.isoformat(),
        at_full=visit.formats.moment(row.occurred_at),
    )


def _way(words: Words, channel: str | None) -> str:
    ways: Mapping[str, Callable[[], str]] = {
        "web": lambda: words.say("in the browser"),
        "api": lambda: words.say("by the API"),
        "cli": lambda: words.say("on the server"),
        "rule": lambda: words.say("by a rule"),
        "job": lambda: words.say("in the background"),
    }
    return ways[channel]() if channel is not None and channel in ways else ""


def _facts(visit: Visit, row: AuditRow, used: UsedCredential | None) -> Iterable[AuditFact]:
    words, may_go = visit.words, visit.may("customize")
    if row.subject_kind == "user":
        href = f"/builder/users/{row.subject_id}" if may_go else ""
        yield AuditFact(label=words.say("User"), text=row.subject_name or row.subject_id or "", href=href)
    elif row.subject_kind == "revision":
        number = row.subject_id or ""
        href = f"/builder/history/{number}" if may_go else ""
        yield AuditFact(label=words.say("Revision"), text=f"{number} {row.subject_name or ''}", href=href)
    elif row.subject_kind:
        text = " ".join(filter(None, (row.subject_name, row.subject_id)))
        yield AuditFact(label=words.say("What"), text=f"{row.subject_kind} {text}", is_code=True)
    if row.address:
        yield AuditFact(label=words.say("Address"), text=row.address)
    if row.channel:
        yield AuditFact(label=words.say("Way"), text=_way(words, row.channel))
    if used and used.kind == "session":
        device, _ = device_of(used.agent, words)
        text = f"{device} · {used.address}" if used.address else device
        yield AuditFact(label=words.say("Session"), text=text)
    elif used:
        yield AuditFact(label=words.say("API key"), text=used.name)
    elif row.credential_id:
        yield AuditFact(label=words.say("Session or key"), text=row.credential_id, is_code=True)
    yield AuditFact(label=words.say("Row"), text=visit.formats.number(row.number))
    yield AuditFact(label=words.say("Hash"), text=row.hash, is_code=True)


def _text(value: Any) -> str:
    """Of a change, what it was and what it became; a list line by line."""
    if isinstance(value, list) and len(value) == 2 and not all(isinstance(one, dict) for one in value):
        before, after = (_text(one) for one in value)
        return f"{before} → {after}"
    if isinstance(value, list):
        return "\n".join(_text(one) for one in value)
    if isinstance(value, str):
        return value
    return "–" if value is None else orjson.dumps(value).decode()


def _called(rows: Sequence[AuditRow], subject: str, names: Mapping[str, str]) -> str:
    """How what is filtered by is called."""
    if subject in names:
        return names[subject]
    return next((row.subject_name for row in rows if row.subject_id == subject and row.subject_name), subject)


def _filters(visit: Visit, users: Sequence[User], asked: Mapping[str, str]) -> Iterable[Widget]:
    words = visit.words
    areas = [(area, say_area(words, area)) for area in AREAS]
    people = [(user.id, user.name) for user in users]
    for name, label, blank, values in (
        ("area", words.say("What"), words.say("Everything"), areas),
        ("person", words.say("Who"), words.say("Everybody"), people),
    ):
        choices = tuple(Choice(value=value, label=text, is_on=value == asked[name]) for value, text in values)
        yield Widget(kind="select", id=f"f-{name}", name=name, label=label, blank_label=blank, choices=choices)
    for name, label in (("since", words.say("From day")), ("until", words.say("To day"))):
        yield Widget(kind="input", type="date", id=f"f-{name}", name=name, label=label, text=asked[name])
