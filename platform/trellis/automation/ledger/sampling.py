"""How many records may have in the ledger what was read about them: all, up to a rate; one in so many above it."""

from __future__ import annotations

from datetime import datetime

ALL_PER_SECOND = 100
ONE_IN = 50


class Sampling:
    """Counts for one process, by tenant. What was decided is always kept; this is about the values that were read."""

    def __init__(self, all_per_second: int = ALL_PER_SECOND, one_in: int = ONE_IN) -> None:
        self._all_per_second = all_per_second
        self._one_in = one_in
        self._counts: dict[str, tuple[int, int]] = {}

    def takes(self, tenant: str, now: datetime) -> bool:
        """Whether the next record is kept whole. The rate begins anew with each second of `now`."""
        second = int(now.timestamp())
        at, count = self._counts.get(tenant, (second, 0))
        count = count + 1 if at == second else 1
        self._counts[tenant] = (second, count)
        return count <= self._all_per_second or count % self._one_in == 0
