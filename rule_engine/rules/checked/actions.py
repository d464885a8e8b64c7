"""What a checked rule does.

A formula reads plain fields of the triggering record. The first part of a longer path may also be a loop variable, an alias of a
created record, or the object of an `update … where` or `delete … where`: ("deal", "stage"). A variable or alias alone is its id:
("deal", "id"). A parameter of `called` is a path of one part. Members of the event are globals: "event.reference".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rule_engine.checker import CheckedFormula
from rule_engine.rules.checked.people import Assignee, Recipient
from rule_engine.rules.checked.records import OneRecord
from rule_engine.types import Reference

Channel = Literal["email", "in_app", "sms", "chat"]
Values = tuple[tuple[str, CheckedFormula], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    assignee: Assignee
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetField:
    field: str
    value: CheckedFormula
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """Exactly one of `template` and `message` (a text formula) is given."""

    recipients: tuple[Recipient, ...]
    channels: tuple[Channel, ...]
    line: int
    template: str | None = None
    message: CheckedFormula | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRecord:
    """`values`: (field, formula over the triggering record) pairs, in order. `alias`: how later actions name the new record."""

    object: str
    values: Values
    line: int
    alias: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsWhere:
    """The records of `object` for which `condition` holds."""

    object: str
    condition: CheckedFormula


Target = OneRecord | RecordsWhere


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRecords:
    target: Target
    values: Values
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRecords:
    target: Target
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """A message to somebody outside. `gateway`: the webhook that carries it, None for e-mail and for the one that carries the channel.
    Exactly one of `template` and `message` is given."""

    channel: Literal["email", "sms", "chat"]
    recipient: Recipient
    line: int
    template: str | None = None
    message: CheckedFormula | None = None
    gateway: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostWebhook:
    webhook: str
    values: Values
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitForApproval:
    approval: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Runs a rule that is `called`, on the same record."""

    rule: str
    values: Values
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail:
    """Refuses the save with `message` at `field`, None: at the record."""

    field: str | None
    message: CheckedFormula
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Ends the part it stands in (then, else or after) for this record, out of every branch and loop; later rules run. One at the end
    of the part itself is left out."""

    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    condition: CheckedFormula
    then: tuple[Action, ...]
    otherwise: tuple[Action, ...]
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForEach:
    """Runs `body` for each row of a child list where `condition` (over (variable, field) paths) holds, at most `limit` rows."""

    variable: str
    rows: Reference
    condition: CheckedFormula | None
    limit: int | None
    body: tuple[Action, ...]
    line: int


Action = (
    Assign
    | SetField
    | Notify
    | CreateRecord
    | UpdateRecords
    | DeleteRecords
    | Send
    | PostWebhook
    | SubmitForApproval
    | Call
    | Fail
    | Stop
    | Branch
    | ForEach
)
