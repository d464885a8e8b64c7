"""Who has a record and who would get it, in words that a program can read. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from rule_engine.rules.checked import (
    Assignee,
    LeastLoaded,
    RoundRobin,
    Sticky,
    ToPreviousOwner,
    ToQueue,
    ToRole,
    ToTeam,
    ToUser,
    Weighted,
)
from trellis.simulation.outcome import Owner

_STRATEGIES: Mapping[type, str] = {
    RoundRobin: "round robin",
    LeastLoaded: "least loaded",
    Weighted: "weighted",
    Sticky: "sticky",
}


def owner_before(user: str | None, queue: str | None, names: Mapping[str, str]) -> Owner:
    """`names`: usernames by id."""
    if user is not None:
        return {"user": names.get(user, user)}
    return {"queue": queue} if queue is not None else {}


def owner_after(assignee: Assignee, user: str | None, names: Mapping[str, str], before: Owner) -> Owner:
    """`user`: the id that the formula of a ToUser gave; with nobody the owner stays. Whose turn it is in a queue, nobody knows yet."""
    match assignee:
        case ToUser(user=str() as username):
            return {"user": username}
        case ToUser():
            return before if user is None else {"user": names.get(user, user)}
        case ToQueue(queue=queue, strategy=None):
            return {"queue": queue}
        case ToQueue(queue=queue, strategy=strategy):
            return {"queue": queue, "strategy": _STRATEGIES[type(strategy)]}
        case ToRole(role=role):
            return {"role": role}
        case ToTeam(team=team):
            return {"team": team}
        case ToPreviousOwner():
            return {"previous": "owner"}
    raise AssertionError(assignee)
