"""Where requests are counted: in this process, or in Redis for all processes together."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from trellis.edge.rates import ADDRESS, KEY, USER, Counts, Rate, RateLimits
from trellis.errors import InvalidSettings
from trellis.settings import Settings

if TYPE_CHECKING:
    from limits.aio.storage import Storage

log = logging.getLogger("trellis.http")

REMEMBERED = 100_000
REDIS_ANSWERS_WITHIN_S = 0.25
REDIS_RESTS_S = 5.0


class CountsInMemory:
    """Bounded: the names that were counted first are forgotten first. `clock`: monotonic seconds."""

    def __init__(self, *, size: int = REMEMBERED, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._clock = clock
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    async def add(self, name: str, kept_s: int) -> int:
        now = self._clock()
        while self._counts and next(iter(self._counts.values()))[1] <= now:
            self._counts.popitem(last=False)
        number, until = self._counts.get(name, (0, now + kept_s))
        self._counts[name] = (number + 1, until)
        if len(self._counts) > self._size:
            self._counts.popitem(last=False)
        return number + 1


class CountsInRedis:
    """While Redis does not answer, this process counts for itself: no request waits for it or is refused because of it."""

    def __init__(self, storage: Storage, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._storage = storage
        self._clock = clock
        self._own = CountsInMemory(clock=clock)
        self._rests_until_s = 0.0

    async def add(self, name: str, kept_s: int) -> int:
        from limits.errors import StorageError

        if self._clock() >= self._rests_until_s:
            try:
                return await self._storage.incr(f"trellis:rate:{name}", kept_s)
            except (StorageError, OSError, TimeoutError) as error:
                self._rests_until_s = self._clock() + REDIS_RESTS_S
                log.warning("Redis does not count requests (%s); each process counts its own", type(error).__name__)
        return await self._own.add(name, kept_s)


def build_rate_limits(settings: Settings) -> RateLimits | None:
    """None when the settings limit nothing. Raises InvalidSettings."""
    texts = {ADDRESS: settings.rate_per_address, USER: settings.rate_per_user, KEY: settings.rate_per_key}
    rates = {policy: parse_rate(f"TRELLIS_RATE_PER_{policy.upper()}", text) for policy, text in texts.items() if text}
    return RateLimits(rates, _counts(settings.redis_url)) if rates else None


def parse_rate(variable: str, text: str) -> Rate:
    """ "600/minute", "5000 per hour", "20/10 second". Raises InvalidSettings."""
    from limits import parse  # takes a while to import, and most commands do without

    try:
        item = parse(text)
    except ValueError:
        raise InvalidSettings(
            f"{variable} is {text!r}, which is no rate.", hint="Write 600/minute, or leave it empty for no limit."
        ) from None
    if item.amount < 1:
        raise InvalidSettings(
            f"{variable} is {text!r}: nobody could send a request.", hint="Leave it empty for no limit."
        )
    return Rate(amount=item.amount, window_s=item.get_expiry())


def _counts(redis_url: str) -> Counts:
    if not redis_url:
        return CountsInMemory()
    from limits.aio.storage import RedisStorage

    patience: Mapping[str, Any] = dict.fromkeys(("socket_timeout", "socket_connect_timeout"), REDIS_ANSWERS_WITHIN_S)
    return CountsInRedis(RedisStorage(f"async+{redis_url}", True, "redispy", **patience))
