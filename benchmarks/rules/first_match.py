"""Which row of an assignment table a record comes to: tables of 100, 1,000 and 10,000 rows by the index, beside a linear scan of
compiled conditions and zen-engine's decision table of 1,000 rows."""

from __future__ import annotations

import gc
import json
import subprocess
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.formulas.filter import CONTEXT
from benchmarks.formulas.peers import PeerMissing, python_of
from benchmarks.rules.table import SPAN, conditions, records, rows
from rule_engine import compile_python
from rule_engine.rules.index import FirstMatch

SIZES = (100, 1_000, 10_000)
RECORDS = 2_000
SCANNED = 200
ROUNDS = 9
GOAL_US, GOAL_RATIO = 15.0, 2.0
Find = Callable[[dict[str, Any]], int | None]


def measure(rounds: int = ROUNDS) -> None:
    """Prints one table, in microseconds of processor time for one record: the least of some rounds, since what else the machine does
    to its caches only adds."""
    tables = {size: rows(size) for size in SIZES}
    checked = {size: conditions(table) for size, table in tables.items()}
    given = {size: [one | {"revenue": Decimal(one["revenue"])} for one in records(RECORDS, size)] for size in SIZES}
    indexed = {size: FirstMatch(checked[size]) for size in SIZES}
    gc.collect()
    gc.freeze()
    taken: dict[int, list[float]] = {size: [] for size in SIZES}
    for round_number in range(rounds + 1):
        for size in SIZES:
            us = _timed(_by_index(indexed[size]), given[size])
            if round_number:
                taken[size].append(us)
    least = {size: min(times) for size, times in taken.items()}
    print(
        f"\nFirst match in an assignment table, {RECORDS:,} records, us a record, the least of {rounds} rounds in turn"
    )
    for size, us in least.items():
        print(f"{f'Trellis, {size:,} rows':40}{us:>10.2f}")
    ratio = least[10_000] / least[100]
    print(f"{'10,000 rows to 100 rows':40}{ratio:>10.2f}  goal {GOAL_RATIO}{'' if ratio <= GOAL_RATIO else '  missed'}")
    print(f"{'goal at 10,000 rows':40}{GOAL_US:>10.2f}{'' if least[10_000] <= GOAL_US else '  missed'}")
    scan = _scan(checked[1_000])
    sample = given[1_000][:SCANNED]
    assert [scan(record) for record in sample] == [_by_index(indexed[1_000])(record) for record in sample]
    print(f"{'linear scan of compiled, 1,000 rows':40}{_timed(scan, sample):>10.2f}")
    _print_zen(tables[1_000], sum(_by_index(indexed[1_000])(record) is not None for record in sample))
    gc.unfreeze()


def _by_index(table: FirstMatch) -> Find:
    return lambda record: table.find(record, CONTEXT)


def _scan(checked: Sequence[Any]) -> Find:
    compiled = [compile_python(one) for one in checked]
    return lambda record: next((number for number, run in enumerate(compiled) if run(record, CONTEXT) is True), None)


def _timed(find: Find, given: Sequence[dict[str, Any]]) -> float:
    started = time.process_time()
    for record in given:
        find(record)
    return (time.process_time() - started) / len(given) * 1e6


def _print_zen(table: Sequence[Any], expected: int) -> None:
    asked = {"rows": table, "span": SPAN, "records": records(RECORDS, len(table))[:SCANNED]}
    script = str(Path(__file__).with_name("zen_table.py"))
    try:
        python = str(python_of("zen-engine"))
    except PeerMissing as missing:
        print(f"NOT MEASURED AGAINST ZEN-ENGINE: {missing}")
        return
    done = subprocess.run([python, script], input=json.dumps(asked), capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"NOT MEASURED AGAINST ZEN-ENGINE: {done.stderr.strip().splitlines()[-1]}")
        return
    answer = json.loads(done.stdout)
    agrees = "" if answer["found"] == expected else f"  found {answer['found']} of {expected}"
    print(f"{'zen-engine decision table, 1,000 rows':40}{answer['us']:>10.2f}{agrees}")
