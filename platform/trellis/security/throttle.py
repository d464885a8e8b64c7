"""Slows down guessing where there is no tenant to count in. Kept in memory, so each process counts for itself."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from trellis.errors import TrellisError


class TooManyAttempts(TrellisError):
    code = "too_many_attempts"

    def __init__(self, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__("There were too many failed sign-ins.", hint=f"Try again in {retry_after_s} seconds.")


@dataclass(slots=True)
class _Failures:
    count: int
    blocked_until_s: float


class SignInThrottle:
    """Counts failures by key, such as (address,). `now_s` is a monotonic clock in seconds. Bounded: the keys
    that failed longest ago are forgotten first."""

    def __init__(
        self, *, free_attempts: int = 5, first_wait_s: float = 2.0, longest_wait_s: float = 300.0, size: int = 10_000
    ) -> None:
        self._free_attempts = free_attempts
        self._first_wait_s = first_wait_s
        self._longest_wait_s = longest_wait_s
        self._size = size
        self._failures: OrderedDict[tuple[str, ...], _Failures] = OrderedDict()

    def check(self, key: tuple[str, ...], now_s: float) -> None:
        """Raises TooManyAttempts while the key has to wait."""
        failures = self._failures.get(key)
        if failures and now_s < failures.blocked_until_s:
            raise TooManyAttempts(max(1, round(failures.blocked_until_s - now_s)))

    def failed(self, key: tuple[str, ...], now_s: float) -> None:
        failures = self._failures.pop(key, None) or _Failures(0, 0.0)
        failures.count += 1
        beyond = failures.count - self._free_attempts
        if beyond >= 0:
            failures.blocked_until_s = now_s + min(self._longest_wait_s, self._first_wait_s * 2.0 ** min(beyond, 20))
        self._failures[key] = failures
        if len(self._failures) > self._size:
            self._failures.popitem(last=False)

    def succeeded(self, key: tuple[str, ...]) -> None:
        self._failures.pop(key, None)
