"""How many requests are let through, and what is said about it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from trellis.edge.counts import CountsInMemory, CountsInRedis, build_rate_limits, parse_rate
from trellis.edge.errors import TooManyRequests
from trellis.edge.rates import COUNTED, Rate, RateLimits, count_address, rate_headers
from trellis.errors import InvalidSettings
from trellis.settings import Settings


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def _limits(clock: Clock, amount: int = 2) -> RateLimits:
    return RateLimits({"address": Rate(amount=amount, window_s=60)}, CountsInMemory(clock=clock), clock)


def test_so_many_in_a_window_and_no_more() -> None:
    clock = Clock(600_015.0)
    limits = _limits(clock)

    async def hit(address: str) -> list[Any]:
        scope: dict[str, Any] = {}
        try:
            await count_address(limits, scope, address)
        except TooManyRequests as error:
            return [error.retry_after_s, *rate_headers(scope[COUNTED])]
        return [*rate_headers(scope[COUNTED])]

    async def go() -> None:
        policy = (b"ratelimit-policy", b'"address";q=2;w=60')
        assert await hit("10.0.0.1") == [policy, (b"ratelimit", b'"address";r=1;t=45')]
        assert await hit("10.0.0.1") == [policy, (b"ratelimit", b'"address";r=0;t=45')]
        assert await hit("10.0.0.1") == [45, policy, (b"ratelimit", b'"address";r=0;t=45')]
        assert len(await hit("10.0.0.2")) == 2
        clock.now += 45
        assert await hit("10.0.0.1") == [policy, (b"ratelimit", b'"address";r=1;t=60')]

    asyncio.run(go())


def test_one_customers_network_counts_as_one_address() -> None:
    limits = _limits(Clock(0.0))

    async def go() -> None:
        for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"):
            await count_address(limits, {}, address)
        await count_address(limits, {}, "2001:db8:1:3::1")
        with pytest.raises(TooManyRequests):
            await count_address(limits, {}, "2001:db8:1:2:3:4:5:6")

    asyncio.run(go())


def test_memory_is_bounded_and_what_is_over_is_forgotten() -> None:
    clock = Clock(0.0)
    counts = CountsInMemory(size=3, clock=clock)

    async def go() -> list[int]:
        given = [await counts.add(name, 60) for name in ("a", "a", "b", "c", "d", "a")]
        clock.now = 61.0
        return [*given, await counts.add("a", 60)]

    assert asyncio.run(go()) == [1, 2, 1, 1, 1, 1, 1]


class _Gone:
    """A Redis that does not answer."""

    def __init__(self) -> None:
        self.asked = 0

    async def incr(self, key: str, expiry: int) -> int:
        self.asked += 1
        raise ConnectionError("gone")


def test_while_redis_is_gone_each_process_counts_for_itself_and_does_not_wait(caplog: pytest.LogCaptureFixture) -> None:
    gone, clock = _Gone(), Clock(0.0)
    counts = CountsInRedis(gone, clock=clock)  # type: ignore[arg-type]  # as much of a storage as is asked

    async def go() -> list[int]:
        given = [await counts.add("a", 60) for _ in range(3)]
        clock.now = 6.0
        return [*given, await counts.add("a", 60)]

    assert asyncio.run(go()) == [1, 2, 3, 4]
    assert gone.asked == 2
    assert "Redis does not count requests" in caplog.text


def test_processes_count_together_in_redis(redis_url: str) -> None:
    async def go() -> list[int]:
        from limits.aio.storage import RedisStorage

        given = []
        for _ in range(2):
            storage = RedisStorage(f"async+{redis_url}", implementation="redispy")
            given.append(await CountsInRedis(storage).add("user:1:acme.anna", 60))
            await storage.bridge.storage.aclose()  # type: ignore[attr-defined]  # the client of redis-py
        return given

    assert asyncio.run(go()) == [1, 2]


@pytest.mark.parametrize(
    ("text", "rate"),
    [("600/minute", (600, 60)), ("5000 per hour", (5000, 3600)), ("20/10 second", (20, 10)), ("1/day", (1, 86_400))],
)
def test_rates_are_written_as_people_say_them(text: str, rate: tuple[int, int]) -> None:
    assert parse_rate("TRELLIS_RATE_PER_USER", text) == Rate(amount=rate[0], window_s=rate[1])


@pytest.mark.parametrize("text", ["many", "0/minute", "5", "-1/minute"])
def test_a_rate_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidSettings, match="TRELLIS_RATE_PER_USER"):
        parse_rate("TRELLIS_RATE_PER_USER", text)


def test_no_rates_count_nothing() -> None:
    assert build_rate_limits(Settings(rate_per_address="", rate_per_user="", rate_per_key="")) is None
