"""Who gets a record, and who hears of it, in checked rules."""

from __future__ import annotations

from dataclasses import dataclass

from rule_engine.checker import CheckedFormula
from rule_engine.rules.checked.records import OneRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRobin:
    """In turn, skipping members who are inactive or absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastLoaded:
    """To the member with the fewest open records.

    `object`: whose records count, None: those of the rule's object. `condition`: which of them count, None: all; its
    references begin with the counted object's name, ("case", "status"). `capacity`: a member who has as many gets none.
    """

    object: str | None = None
    condition: CheckedFormula | None = None
    capacity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """In proportion: (username, weight) pairs, weights from 1."""

    weights: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sticky:
    """To the member who has another record with the same value at `path`, such as the same account; in turn when nobody has."""

    path: CheckedFormula


Strategy = RoundRobin | LeastLoaded | Weighted | Sticky


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What keeps a member from getting a record, whatever the strategy. `capacity`: as many open records; `hours`: outside the hours of
    this calendar; `skips_absent`: absence (which also counts without it where the strategy says so). `object` and `condition` say
    which records count as open, as in LeastLoaded."""

    capacity: int | None = None
    hours: str | None = None
    skips_absent: bool = False
    object: str | None = None
    condition: CheckedFormula | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToUser:
    """`user`: a username, or a formula that gives a user's id (blank: nobody, the owner stays)."""

    user: CheckedFormula | str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToQueue:
    """`strategy` picks a member; None leaves the record with the queue, and so does a queue where nobody may get it."""

    queue: str
    strategy: Strategy | None = None
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToRole:
    """A user with the role, in turn."""

    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToTeam:
    """A member of the team, in turn."""

    team: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPreviousOwner:
    """Who owned it before the present owner; nobody: the owner stays."""


Assignee = ToUser | ToQueue | ToRole | ToTeam | ToPreviousOwner


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner; the members of the queue when a queue owns the record."""


@dataclass(frozen=True, slots=True)
class Creator:
    """Who created the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRecipient:
    """The user whose id `user` gives."""

    user: CheckedFormula


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecipient:
    username: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRecipient:
    """Every member of the queue."""

    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRecipient:
    """Everybody with the role."""

    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRecipient:
    """Every member of the team."""

    team: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailRecipient:
    """The address (e-mail, or a telephone number for SMS) that a text formula gives. `person`: whose it is, known where that record
    has to have consented to the message."""

    address: CheckedFormula
    person: OneRecord | None = None


Recipient = (
    Owner | Creator | PathRecipient | UserRecipient | QueueRecipient | RoleRecipient | TeamRecipient | EmailRecipient
)
