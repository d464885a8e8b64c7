"""What can go wrong in automation."""

from __future__ import annotations

from trellis.errors import InvalidRecord, TrellisError


class RuleFailed(InvalidRecord):
    """A rule's formula failed on a record, so the save was refused; `fields` names the records."""

    code = "rule_failed"


class RuleRecursion(InvalidRecord):
    """Rules that keep creating records that set off rules; the message names the chain."""

    code = "rule_recursion"


class TemplateRefused(TrellisError):
    """A message template that is not well formed, or does what a template may not."""

    code = "template_refused"


class DeliveryFailed(TrellisError):
    """A message that could not be handed over this time; it is tried again later. `is_permanent`: trying again cannot help; `wait_s`: how
    long the receiver wants to be left alone."""

    code = "delivery_failed"

    def __init__(
        self, message: str, *, is_permanent: bool = False, wait_s: float = 0.0, hint: str | None = None
    ) -> None:
        self.is_permanent = is_permanent
        self.wait_s = wait_s
        super().__init__(message, hint=hint)
