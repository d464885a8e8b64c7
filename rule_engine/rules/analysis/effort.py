"""How much may be compared before an analysis lets a question rest: counted in steps, so that it ends alike on every machine."""

from __future__ import annotations

MAX_STEPS = 1_500_000
MAX_STEPS_OF_TABLE = 300_000
MAX_STEPS_OF_CONDITION = 50_000


class TooMuch(Exception):
    """An answer that would cost more than it is worth."""


class Effort:
    """`left` steps, each about the comparison of two spans of values; those spent here are spent of the `whole` too."""

    def __init__(self, left: int = MAX_STEPS, whole: Effort | None = None) -> None:
        self.left = left
        self._whole = whole

    def part(self, most: int) -> Effort:
        """For one of several questions, so that it does not take everything from those after it."""
        return Effort(most, self)

    def spend(self, steps: int = 1) -> None:
        """Raises: TooMuch, now and at every later call."""
        self.left -= steps
        if self._whole is not None:
            self._whole.left -= steps
        if self.is_spent:
            raise TooMuch

    @property
    def is_spent(self) -> bool:
        return self.left < 0 or (self._whole is not None and self._whole.is_spent)
