"""What was sent to share a record -> the share it asks for; and the form as it is shown, begun or sent back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from builder_ui.lists.model import Choice
from builder_ui.principals import PrincipalGroup, principal_groups
from builder_ui.records.share_model import ShareForm
from builder_ui.visit import Visit
from metamodel.access_definitions import PrincipalKind
from trellis.records.shares import MOST_TEAM_ROLE, NewShare, Share

GROUPS: tuple[PrincipalKind, ...] = ("everyone", "role", "role_and_below", "team", "queue")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedShare:
    """As it was typed, `until` as a day; `share` is None while something is wrong with it, which `errors` say."""

    is_team: bool
    principal: str
    username: str
    team_role: str
    writes: bool
    until: str
    share: NewShare | None
    errors: tuple[str, ...]


def read_share(visit: Visit, before: Share | None) -> TypedShare:
    """`before`: what is changed. Its end stays as it was, to the second, where the day does."""
    words, is_team = visit.words, visit.posted("part") == "team"
    username = visit.posted("username").strip()
    principal = before.principal if before else visit.posted("principal") or (f"user:{username}" if username else "")
    team_role, until = visit.posted("team_role").strip(), visit.posted("until").strip()
    zone, errors = visit.formats.time_zone, []
    ends = None
    if before is not None and until == last_day(before, zone):
        ends = before.expires_at
    elif until:
        ends = _end_of(until, zone)
        if ends is None:
            errors.append(words.say("This is no day: %(text)s", text=until[:40]))
    if ends is not None and ends <= visit.now:
        errors.append(words.say("That day is over. Choose a later one, or none."))
    if not principal:
        errors.append(words.say("Choose a person.") if is_team else words.say("Choose a person or a group."))
    if is_team and not (0 < len(team_role) <= MOST_TEAM_ROLE and team_role.isprintable()):
        errors.append(words.say("Say in a few words what they do for it, such as “Technical advice”."))
    writes = visit.posted("access") == "read_write"
    share = NewShare(
        principal=principal,
        access="read_write" if writes else "read",
        team_role=team_role if is_team else None,
        expires_at=ends,
    )
    return TypedShare(
        is_team=is_team,
        principal=principal,
        username=username,
        team_role=team_role,
        writes=writes,
        until=until,
        share=None if errors else share,
        errors=tuple(errors),
    )


def share_form(
    visit: Visit,
    people: Sequence[Choice],
    *,
    is_team: bool,
    typed: TypedShare | None,
    changed: tuple[Share, str] | None,
) -> ShareForm:
    """`people`: by user name; () where there are more than are listed. `changed`: what is changed, and with whom it is shared."""
    shown = typed if typed is not None and typed.is_team == is_team else None
    before = changed[0] if changed is not None and (changed[0].cause == "team") == is_team else None
    begun = last_day(before, visit.formats.time_zone) if before else ""
    everybody = tuple(Choice(value=f"user:{one.value}", label=one.label) for one in people)
    persons = PrincipalGroup(label=visit.words.say("People"), choices=everybody)
    groups = () if is_team else principal_groups(visit.labels, GROUPS)
    return ShareForm(
        is_team=is_team,
        fixed=changed[1] if before is not None and changed is not None else "",
        principal=shown.principal if shown else "",
        groups=(*((persons,) if everybody else ()), *groups),
        asks_name=not everybody,
        username=shown.username if shown else "",
        team_role=shown.team_role if shown else (before.team_role or "") if before else "",
        writes=shown.writes if shown else before is not None and before.access == "read_write",
        until=shown.until if shown else begun,
        errors=shown.errors if shown else (),
    )


def last_day(share: Share, zone: tzinfo) -> str:
    """The last day that it holds, where the reader is; "" for good."""
    if share.expires_at is None:
        return ""
    return (share.expires_at - timedelta(microseconds=1)).astimezone(zone).date().isoformat()


def _end_of(day: str, zone: tzinfo) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
