"""The filter over 10,000 records: ours, lambdas and peers take turns, so that a busy machine hits them all."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.formulas.filter import FILTER, records
from benchmarks.formulas.peers import PEERS, PeerMissing, python_of

RECORDS = 10_000
ROUNDS = 7
GOAL_TO_LAMBDA, GOAL_TO_PEER = 2.0, 5.0
_HERE = Path(__file__).parent
_OURS = {
    "lambda": "hand-written lambda, integers",
    "lambda-decimal": "hand-written lambda, decimals",
    "trellis-call": "Trellis, one call a record",
    "trellis-batch": "Trellis, all records in one call",
    "trellis-columns": "Trellis, columns in one call",
}


class Contestant:
    """A process that makes one pass over the records when asked."""

    def __init__(self, name: str, command: list[str], sent: str) -> None:
        self.name, self.seconds, self.found = name, list[float](), -1
        self._process = subprocess.Popen(
            [*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_HERE.parents[1]
        )
        self._send(sent)
        if self._answer() != "ready":
            raise PeerMissing(f"{name} did not start")

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def run(self) -> None:
        """One timed pass."""
        self._send("go")
        answer: dict[str, Any] = json.loads(self._answer())
        self.seconds.append(answer["seconds"])
        self.found = answer["found"]

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def microseconds(self) -> float:
        """The median for one record."""
        return statistics.median(self.seconds) / RECORDS * 1e6

    def times(self, other: Contestant) -> float:
        """How many times as long as the other, round by round, the median."""
        return statistics.median(mine / theirs for mine, theirs in zip(self.seconds, other.seconds, strict=True))


def measure(rounds: int = ROUNDS) -> None:
    """Prints one table."""
    sent = json.dumps(records(RECORDS))
    contestants: dict[str, Contestant] = {}
    with ExitStack() as running:
        for name in (*_OURS, *PEERS):
            try:
                contestants[name] = Contestant(name, _command(name), sent)
            except PeerMissing as missing:
                print(f"NOT MEASURED AGAINST {name.upper()}: {missing}")
                continue
            running.callback(contestants[name].close)
        for _ in range(rounds):
            for contestant in contestants.values():
                contestant.run()
    _print(contestants, rounds)


def _command(name: str) -> list[str]:
    """Ours as a module of this checkout; a peer's as a script that cannot see it."""
    if name in _OURS:
        return [sys.executable, "-m", "benchmarks.formulas.contestant"]
    return [str(python_of(name)), "-I", str(_HERE / "contestant.py")]


def _print(contestants: dict[str, Contestant], rounds: int) -> None:
    ours, fastest = contestants["trellis-call"], contestants["lambda"]
    if len({contestant.found for contestant in contestants.values()}) != 1:
        raise SystemExit(
            f"They do not find the same records: { {one.name: one.found for one in contestants.values()} }"
        )
    print(f"\n{FILTER}\nover {RECORDS:,} records, {ours.found:,} of which match, median of {rounds} rounds in turn")
    print(f"{'':34}{'us a record':>12}{'to the lambda':>15}{'to one call':>13}")
    for name, contestant in contestants.items():
        label = _OURS.get(name, name)
        to_lambda, to_ours = contestant.times(fastest), contestant.times(ours)
        mark = ""
        if name.startswith("trellis") and to_lambda > GOAL_TO_LAMBDA:
            mark = f"  more than {GOAL_TO_LAMBDA} times the lambda: below the goal"
        if name in PEERS and to_ours < GOAL_TO_PEER:
            mark = f"  less than {GOAL_TO_PEER} times ours: below the goal"
        print(f"{label:34}{contestant.microseconds():>12.3f}{to_lambda:>15.2f}{to_ours:>13.2f}{mark}")
