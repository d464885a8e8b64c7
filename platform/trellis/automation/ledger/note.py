"""One thing that a rule did to a record, and why: what the ledger is made of."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

Done = Literal[
    "assign",
    "set",
    "fail",
    "notify",
    "send",
    "withhold",
    "webhook",
    "create",
    "update",
    "delete",
    "call",
    "submit",
    "approve",
    "reject",
    "recall",
    "remind",
    "delegate",
    "skip",
    "wait",
    "fire",
    "cancel",
    "pull",
    "reassign",
]
"""assign, set, fail: of the record itself. create, update, delete: of another record by this one's rule, and at the other record too.
withhold: a message that its recipients have not consented to. wait, fire, cancel: a timer. submit to skip: an approval. pull,
reassign: a record and its queue."""

Read = tuple[tuple[str, Any], ...]


class Reading(NamedTuple):
    """What was read before the change was made; None where it is not kept."""

    values: Read | None


class Note(NamedTuple):
    """`line`: of the rule file, the row or action that decided, 0 for none. `subject`: the field that was set, the object of the other
    record, the channels of a message, what one that was withheld is for, the step of an approval. `value`: what came of it,
    `before`: what was there; for a message the ids of its users and the addresses, for another record its id. `read`: what the
    conditions and formulas read, by path; None where it was not kept. `origin`: the (object, id) of the record whose rule it was, None for
    this one."""

    rule: str
    line: int
    done: Done
    subject: str | None = None
    value: Any = None
    before: Any = None
    read: Read | None = None
    origin: tuple[str, str] | None = None
