"""What is there afterwards, beside what must be there."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from typing import Any

import asyncpg

from tests.chaos.site import LETTERS, NOTICES, TASKS, Site
from tests.trellis.outbound.receiver import Received

# Nobody waits that long: it only ends what hangs, on a machine however busy. A lease lasts 20 s.
PATIENCE_S = 180.0


class Evidence:
    """The tenant's tables, read past the product."""

    def __init__(self, connection: Any, site: Site) -> None:
        self._connection = connection
        self._schema = f"tenant_{site.tenant}"

    async def hasten_timers(self) -> int:
        """An hour passes for the delays that wait; gives how many there are."""
        done = await self._connection.execute(
            f'UPDATE "{self._schema}".trellis_timer SET due_at = now(), next_attempt_at = now()'
            " WHERE status = 'waiting' AND next_attempt_at > now() + interval '1 minute'"
        )
        return int(done.rpartition(" ")[2])

    async def until_quiet(self) -> float:
        """Waits until no message and no timer is left to do; gives the seconds. Raises AssertionError when something is stuck."""
        started = time.monotonic()
        while left := await self._left():
            assert time.monotonic() - started < PATIENCE_S, f"stuck: {left}"
            await self.hasten_timers()
            await asyncio.sleep(0.1)
        return time.monotonic() - started

    async def _left(self) -> dict[str, int]:
        rows = await self._connection.fetch(
            f"""SELECT 'message ' || status AS what, count(*) AS number FROM "{self._schema}".trellis_outbox
                WHERE status <> 'done' GROUP BY status
                UNION ALL SELECT 'timer ' || status, count(*) FROM "{self._schema}".trellis_timer GROUP BY status"""
        )
        return {row["what"]: row["number"] for row in rows}

    async def check(
        self, accepted: Collection[str], letters: Sequence[bytes], posts: Sequence[Received]
    ) -> dict[str, int]:
        """Raises AssertionError for whatever is lost or doubled; gives what was counted."""
        leads = await self._count("name", "lead")
        assert leads == Counter(accepted), _difference(leads, Counter(accepted))
        _compare("tasks", await self._count("subject", "task"), TASKS, accepted)
        _compare("notices", await self._count("title", "trellis_notification"), NOTICES, accepted)
        sent = _letters(letters)
        _compare("letters", _told_apart(sent), LETTERS, accepted)
        posted = [(json.loads(one.body)["lead"], one.headers["webhook-id"]) for one in posts]
        _compare("posts", _told_apart(posted), ("",), accepted)
        owners = await self._count("owner", "lead")
        assert max(owners.values()) - min(owners.values()) <= 1, f"turns go round: {owners}"
        return {
            "leads": leads.total(),
            "tasks": len(TASKS) * len(accepted),
            "notices": len(NOTICES) * len(accepted),
            "letters": len(accepted),
            "letters sent again": len(sent) - len(accepted),
            "posts": len(accepted),
            "posts sent again": len(posted) - len(accepted),
        }

    async def _count(self, column: str, table: str) -> Counter[str]:
        rows = await self._connection.fetch(f'SELECT "{column}" AS value FROM "{self._schema}"."{table}"')
        return Counter(str(row["value"]) for row in rows)


@asynccontextmanager
async def open_evidence(url: str, site: Site) -> AsyncIterator[Evidence]:
    connection = await asyncpg.connect(url)
    try:
        yield Evidence(connection, site)
    finally:
        await connection.close()


def _compare(what: str, found: Counter[str], kinds: Iterable[str], accepted: Collection[str]) -> None:
    wanted = Counter(f"{kind}{name}" for kind in kinds for name in accepted)
    assert found == wanted, f"{what}: {_difference(found, wanted)}"


def _difference(found: Counter[str], wanted: Counter[str]) -> str:
    return f"missing {list((wanted - found).items())[:5]}, too many {list((found - wanted).items())[:5]}"


def _told_apart(sent: Sequence[tuple[str, str]]) -> Counter[str]:
    """What a receiver counts that tells messages apart by their ids, and does nothing for one that it has had."""
    return Counter(what for what, _ in set(sent))


def _letters(letters: Sequence[bytes]) -> list[tuple[str, str]]:
    """Subject and Message-ID of each."""
    read = (message_from_bytes(letter, policy=policy.default) for letter in letters)
    return [(str(one["Subject"]), str(one["Message-ID"])) for one in read]
