"""`make bench`: measurements side by side, in one run on this machine.

    python -m benchmarks [formulas] [rules] [stack] [rules-insert] [delivery] [simulate] [access] [--quick]

formulas: evaluating a filter, beside a lambda and other packages, and the way from text to function. rules: the first
match in an assignment table, and a record where many rules are. stack: list, get and insert through the whole product, as ratios to
handlers written by hand. rules-insert: creating records in batches with rules and without,
beside COPY. delivery: notices through Redis and RQ, beside one RQ job for each. simulate: a draft of a rule
over 1,000,000 records. access: what a member who sees 1% of 1,000,000 records waits longer than an
administrator. All when none is named.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from benchmarks import delivery, inserting, stack
from benchmarks.access import measuring as access_costs
from benchmarks.formulas import evaluation, front_end
from benchmarks.load import Measured, run_load
from benchmarks.rules import first_match, many_rules, simulating
from tests import servers
from trellis.settings import Settings

ROUNDS = 5
PATH = "/api/v1/records/bench__deal"
GOALS = {"list": 0.5, "get": 0.5, "insert": 0.4}


def main() -> None:
    quick = "--quick" in sys.argv
    parts = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if "formulas" in parts or not parts:
        evaluation.measure(rounds=3 if quick else evaluation.ROUNDS)
        front_end.measure()
    if "rules" in parts or not parts:
        first_match.measure(rounds=3 if quick else first_match.ROUNDS)
        many_rules.measure(quick=quick)
    if "stack" in parts or not parts:
        measure_stack(quick=quick)
    if "rules-insert" in parts or not parts:
        inserting.measure(quick=quick)
    if "delivery" in parts or not parts:
        delivery.measure(quick=quick)
    if "simulate" in parts or not parts:
        simulating.measure(quick=quick)
    if "access" in parts or not parts:
        access_costs.measure(quick=quick)


def measure_stack(*, quick: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="trellis-bench-") as folder:
        measure("SQLite", Settings(data_dir=Path(folder)), quick=quick)
    try:
        with servers.postgresql() as url, tempfile.TemporaryDirectory(prefix="trellis-bench-") as folder:
            measure("PostgreSQL", Settings(data_dir=Path(folder), database_url=url), quick=quick)
    except servers.ServerMissing as missing:
        print(f"NOT MEASURED ON POSTGRESQL: {missing}")


def measure(name: str, settings: Settings, *, quick: bool) -> None:
    """Prints one table. Product and baseline take turns, so that a busy machine hits both."""
    prepared = asyncio.run(stack.prepare(settings, stack.TENANT))
    by_hand = asyncio.run(stack.prepare(settings, stack.BASELINE_TENANT))
    with stack.product(prepared) as product, stack.baseline(by_hand) as baseline:
        print(
            f"\n{name}, {stack.ROWS:,} rows, 8 connections, median of {ROUNDS} rounds; product ready in {product.ready_s:.2f} s"
        )
        print(
            f"{'':8}{'product/s':>12}{'baseline/s':>12}{'ratio':>8}{'goal':>7}{'product CPU ms':>16}{'baseline CPU ms':>17}"
        )
        for case, (for_product, for_baseline, expected) in requests(prepared, by_hand).items():
            ours: list[Measured] = []
            theirs: list[Measured] = []
            for _ in range(2 if quick else ROUNDS):
                seconds = 1.0 if quick else 2.0
                ours.append(
                    asyncio.run(run_load(product.port, product.pid, for_product, expected=expected, seconds=seconds))
                )
                theirs.append(
                    asyncio.run(run_load(baseline.port, baseline.pid, for_baseline, expected=expected, seconds=seconds))
                )
            print(row(case, ours, theirs))
        print(f"product's memory: {resident_mb(product.pid):.0f} MB; baseline's: {resident_mb(baseline.pid):.0f} MB")


def row(case: str, ours: list[Measured], theirs: list[Measured]) -> str:
    product, baseline = (statistics.median(m.per_second for m in runs) for runs in (ours, theirs))
    cpu, baseline_cpu = (statistics.median(m.cpu_ms for m in runs) for runs in (ours, theirs))
    ratio = product / baseline
    mark = "" if ratio >= GOALS[case] else "  below the goal"
    return f"{case:8}{product:>12,.0f}{baseline:>12,.0f}{ratio:>8.2f}{GOALS[case]:>7}{cpu:>16.2f}{baseline_cpu:>17.2f}{mark}"


Case = tuple[Callable[[], bytes], Callable[[], bytes], bytes]


def requests(prepared: stack.Prepared, by_hand: stack.Prepared) -> dict[str, Case]:
    """case -> how to ask the product, how to ask the baseline, how the answer begins."""
    ours, theirs = _gets(prepared), _gets(by_hand)
    stages, numbers = itertools.cycle(stack.STAGES), itertools.count(stack.ROWS)

    def listed() -> bytes:
        condition = quote(f'stage = "{next(stages)}"')
        return ours(f"?filter={condition}&sort=close_date&limit=50")

    def baseline_listed() -> bytes:
        return theirs(f"?stage={next(stages)}")

    def one(get: Callable[[str], bytes], ids: tuple[str, ...]) -> Callable[[], bytes]:
        turn = itertools.cycle(ids)
        return lambda: get("/" + next(turn))

    def insert(token: str) -> Callable[[], bytes]:
        return lambda: _post(token, json.dumps(stack.payload(next(numbers))))

    return {
        "list": (listed, baseline_listed, b"HTTP/1.1 200"),
        "get": (one(ours, prepared.ids), one(theirs, by_hand.ids), b"HTTP/1.1 200"),
        "insert": (insert(prepared.token), insert(by_hand.token), b"HTTP/1.1 201"),
    }


def _gets(prepared: stack.Prepared) -> Callable[[str], bytes]:
    return lambda target: f"GET {PATH}{target} HTTP/1.1\r\n{_headers(prepared.token)}\r\n".encode()


def _post(token: str, body: str) -> bytes:
    length = f"Content-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n\r\n"
    return (f"POST {PATH} HTTP/1.1\r\n{_headers(token)}{length}" + body).encode()


def _headers(token: str) -> str:
    return f"Authorization: Bearer {token}\r\nHost: 127.0.0.1\r\n"


def resident_mb(pid: int) -> float:
    """The resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
