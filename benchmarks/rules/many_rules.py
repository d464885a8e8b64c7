"""Creating one record where 100 and where 10,000 rules are on its object: in one process, on SQLite, rules not yet compiled to begin
with."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

from benchmarks.inserting import COUNTRIES, OBJECTS, payload
from tests.trellis.factory import administrator, opened_tenant
from trellis.automation.engine import Engine
from trellis.garbage import collect_seldom
from trellis.records.service import Records
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor

SIZES = (100, 10_000)
RULES_A_FILE = 1_000
CREATED = 100
ROUNDS = 7


def measure(*, quick: bool = False) -> None:
    """Prints one table, in milliseconds for one record: the least of some rounds in turn."""
    asyncio.run(_measure(tuple(size // 10 for size in SIZES) if quick else SIZES))


async def _measure(sizes: tuple[int, ...]) -> None:
    first: dict[int, float] = {}
    taken: dict[int, list[float]] = {size: [] for size in sizes}
    async with AsyncExitStack() as stack:
        offices: dict[int, tuple[Records, Actor]] = {}
        for size in sizes:
            tenant = await stack.enter_async_context(opened_tenant("sqlite", {**OBJECTS, **rule_files(size)}))
            access = AdministratorAccess()
            offices[size] = Records(tenant, Engine(lambda _: None, access), access), await administrator(tenant)
            first[size] = await _create(*offices[size], 1)
        collect_seldom()
        for _ in range(ROUNDS):
            for size in sizes:
                taken[size].append(await _create(*offices[size], CREATED))
    print(
        f"\nOne record created where many rules are, ms, the least of {ROUNDS} rounds of {CREATED}; the first of all beside it"
    )
    for size in sizes:
        print(f"{f'{size:,} rules':20}{min(taken[size]):>8.2f}{first[size]:>10.0f}")
    print(f"{'ratio':20}{min(taken[sizes[-1]]) / min(taken[sizes[0]]):>8.2f}")


def rule_files(size: int) -> dict[str, str]:
    """A hundred records meet about as many of them whatever `size` is."""
    width = 100_000 * 100 // size
    rules = [
        f'rule "R{number}" on lead when saved if country = "{COUNTRIES[number % 10]}"'
        f" && revenue >= {number * 10} && revenue < {number * 10 + width} then set score = {number % 100} end"
        for number in range(size)
    ]
    return {
        f"rules/part{start}.rule": "\n".join(rules[start : start + RULES_A_FILE])
        for start in range(0, size, RULES_A_FILE)
    }


async def _create(records: Records, actor: Actor, count: int) -> float:
    """Milliseconds a record, of the same ones each time: rules are compiled when they are first met."""
    began = time.perf_counter()
    for number in range(count):
        await records.create(actor, "lead", [payload(number)])
    return (time.perf_counter() - began) / count * 1e3
