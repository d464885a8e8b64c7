"""Who gets a record, and who hears of it, in words."""

from __future__ import annotations

from rule_engine.rules.checked import (
    Assignee,
    Creator,
    EmailRecipient,
    LeastLoaded,
    Owner,
    PathRecipient,
    QueueRecipient,
    Recipient,
    RoleRecipient,
    RoundRobin,
    Sticky,
    TeamRecipient,
    ToPreviousOwner,
    ToQueue,
    ToRole,
    ToTeam,
    ToUser,
    UserRecipient,
    Weighted,
)
from rule_engine.targets.outline.teller import Teller


def say_assignee(teller: Teller, assignee: Assignee) -> str:
    match assignee:
        case ToUser(user=str() as name):
            return teller.say("user", name=name)
        case ToUser(user=user):
            assert not isinstance(user, str)
            return teller.say("path", path=teller.formula(user))
        case ToQueue():
            return _queue(teller, assignee)
        case ToRole():
            return teller.say("role", name=assignee.role)
        case ToTeam():
            return teller.say("team", name=assignee.team)
        case ToPreviousOwner():
            return teller.say("previous owner")


def say_recipient(teller: Teller, recipient: Recipient) -> str:
    match recipient:
        case Owner():
            return teller.say("owner")
        case Creator():
            return teller.say("creator")
        case PathRecipient():
            return teller.say("path", path=teller.formula(recipient.user))
        case UserRecipient():
            return teller.say("user", name=recipient.username)
        case QueueRecipient():
            return teller.say("queue", name=teller.names.queue(recipient.queue))
        case RoleRecipient():
            return teller.say("role", name=recipient.role)
        case TeamRecipient():
            return teller.say("team", name=recipient.team)
        case EmailRecipient():
            return teller.say("path", path=teller.formula(recipient.address))


def _queue(teller: Teller, assignee: ToQueue) -> str:
    name = teller.names.queue(assignee.queue)
    how = _strategy(teller, assignee)
    return teller.say("queue by", name=name, strategy=how) if how else teller.say("queue", name=name)


def _strategy(teller: Teller, assignee: ToQueue) -> str:
    strategy, limits = assignee.strategy, assignee.limits
    capacity = limits.capacity
    match strategy:
        case None:
            return ""
        case RoundRobin():
            text = teller.say("round robin")
        case LeastLoaded():
            text, capacity = teller.say("least loaded"), strategy.capacity or capacity
        case Weighted():
            text = teller.say("weighted", weights=", ".join(f"{name} {weight}" for name, weight in strategy.weights))
        case Sticky():
            text = teller.say("sticky", path=teller.formula(strategy.path))
    if capacity is not None:
        text = teller.say("capacity", strategy=text, number=capacity)
    return teller.say("hours", strategy=text, calendar=limits.hours) if limits.hours else text
