"""Why a record is not submitted, or a decision not taken."""

from __future__ import annotations

from rule_engine.wording import say
from trellis.errors import Conflict, InvalidRecord


class NotSubmittable(InvalidRecord):
    """The record does not meet the approval's condition, or is being decided on already."""

    code = "not_submittable"


class NoApprover(InvalidRecord):
    """A step that is to be taken has fewer people to decide than it needs. Nothing was changed."""

    code = "no_approver"

    def __init__(self, step: str, *, found: int, needed: int) -> None:
        self.step, self.found, self.needed = step, found, needed
        super().__init__(
            say(
                'Too few people can decide on the step "%(step)s": it needs %(needed)s, and there are %(found)s.',
                step=step,
                needed=needed,
                found=found,
            ),
            hint=say("Fill in whom the step names, or seat more people there."),
        )


class NotWaiting(Conflict):
    """The request is decided, or waits for somebody else."""

    code = "not_waiting"
