"""Builds assignees, strategies and recipients: one function for one rule of grammar/rules.lark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rule_engine.building import LimitExceeded
from rule_engine.rules.building.leaves import quoted, whole_number, word
from rule_engine.rules.building.parts import Parts
from rule_engine.rules.syntax import people
from rule_engine.rules.syntax.node import Node, Word
from rule_engine.rules.syntax.people import Strategy, Weight
from rule_engine.syntax import Expression
from rule_engine.wording import say

_KINDS: dict[str, Any] = {
    "round": "round robin",
    "least": "least loaded",
    "weighted": "weighted",
    "sticky": "sticky",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyOption(Node):
    """One `within …`, `during …`, `skipping …` or `by …`: the members of Strategy it gives."""

    keyword: str
    values: dict[str, Any]


def user_assignee(parts: Parts) -> people.UserAssignee:
    return people.UserAssignee(user=parts.parts[1], **parts.place)


def queue_assignee(parts: Parts) -> people.QueueAssignee:
    return people.QueueAssignee(queue=parts.parts[1], strategy=parts.find(Strategy), **parts.place)


def role_assignee(parts: Parts) -> people.GroupAssignee:
    return people.GroupAssignee(kind="role", name=parts.parts[1], **parts.place)


def team_assignee(parts: Parts) -> people.GroupAssignee:
    return people.GroupAssignee(kind="team", name=parts.parts[1], **parts.place)


def previous_owner(parts: Parts) -> people.PreviousOwnerAssignee:
    return people.PreviousOwnerAssignee(**parts.place)


def path_assignee(parts: Parts) -> people.PathAssignee:
    return people.PathAssignee(path=parts.parts[0], **parts.place)


def strategy(parts: Parts) -> Strategy:
    values: dict[str, Any] = {}
    seen: set[str] = set()
    for option in parts.every(StrategyOption):
        if option.keyword in seen:
            raise LimitExceeded(
                "syntax", say('"%(keyword)s" is said twice.', keyword=option.keyword), option.start, option.end
            )
        seen.add(option.keyword)
        values |= option.values
    return Strategy(
        kind=_KINDS[parts.keyword()],
        weights=parts.every(Weight),
        path=parts.after("BY"),
        **values,
        **parts.place,
    )


def username(parts: Parts) -> Word | Expression:
    return word(parts) if parts.parts[0].type == "NAME" else quoted(parts)


def weight(parts: Parts) -> Weight:
    return Weight(user=parts.parts[0], weight=whole_number(parts), **parts.place)


def strategy_option(parts: Parts) -> StrategyOption:
    keyword = parts.keyword()
    values: dict[str, Any]
    if keyword == "within":
        values = {"capacity": whole_number(parts)}
    elif keyword == "during":
        values = {"hours": parts.after("HOURS")}
    elif keyword == "skipping":
        values = {"skips_absent": True}
    else:
        values = {"counted": parts.parts[1], "where": parts.after("WHERE")}
    return StrategyOption(keyword=keyword, values=values, **parts.place)


def recipient(parts: Parts) -> people.Recipient:
    if parts.has("USER"):
        return people.UserRecipient(user=parts.parts[1], **parts.place)
    if len(parts.parts) > 1:
        kind: Any = parts.keyword()
        return people.GroupRecipient(kind=kind, name=parts.parts[1], **parts.place)
    return people.ExpressionRecipient(expression=parts.parts[0], **parts.place)


def group_recipient(parts: Parts) -> people.ExpressionRecipient:
    return people.ExpressionRecipient(expression=parts.parts[1], **parts.place)


BUILDERS = {
    "user_assignee": user_assignee,
    "queue_assignee": queue_assignee,
    "role_assignee": role_assignee,
    "team_assignee": team_assignee,
    "previous_owner": previous_owner,
    "path_assignee": path_assignee,
    "strategy": strategy,
    "username": username,
    "weight": weight,
    "strategy_option": strategy_option,
    "recipient": recipient,
    "send_recipient": recipient,
    "group_recipient": group_recipient,
}
