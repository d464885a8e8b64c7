"""From text to a function: a formula of 300 characters, and how parsing grows."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.formulas.filter import LeadScope
from rule_engine import SourceError, check_formula, compile_python, parse_formula

GOAL_MS = 3.0
GOAL_64_KB_S = 1.0
FORMULA = (
    'IF(ISPICKVAL(rating, "Hot") && revenue > 1000000, "Call today: " & email & " in " & country, '
    'IF(due < TODAY() - 30, "Overdue since " & TEXT(due), CASE(MOD(revenue, 4), 0, "Spring", 1, "Summer", 2, "Autumn", "Winter")))'
    ' & IF(ISBLANK(email), " / no address", " / " & LEFT(email, 20)) & TEXT(ROUND(revenue * 1.19, 2))'
)
_PIECE = '(IF(revenue > 5, LEFT(email, 3) & country, "abcdef") = "DE")'


def measure() -> None:
    """Prints the medians."""
    scope = LeadScope()
    tree, checked = parse_formula(FORMULA), check_formula(FORMULA, scope)
    parse_ms = _median_ms(lambda: parse_formula(FORMULA))
    check_ms = _median_ms(lambda: check_formula(tree, scope, text=FORMULA))
    compile_ms = _median_ms(lambda: compile_python(checked))
    whole_ms = _median_ms(lambda: compile_python(check_formula(FORMULA, scope)))
    mark = "" if whole_ms < GOAL_MS else "  below the goal"
    print(
        f"\nA formula of {len(FORMULA)} characters, median of 50: parse {parse_ms:.2f} ms, check {check_ms:.2f} ms, ",
        end="",
    )
    print(f"compile {compile_ms:.2f} ms, all three {whole_ms:.2f} ms (goal {GOAL_MS:g} ms){mark}")
    for size in (8, 16, 32, 64):
        text = _long_formula(size * 1024)
        seconds = _median_ms(lambda text=text: parse_formula(text), runs=3) / 1000
        mark = "" if seconds < GOAL_64_KB_S else "  below the goal"
        print(
            f"parsing {len(text):>6,} characters: {seconds:.3f} s, {seconds / len(text) * 1e6:.2f} us a character{mark}"
        )
    seconds = _median_ms(_deep, runs=3) / 1000
    print(f"refusing 10,000 parentheses inside one another: {seconds:.3f} s")


def _long_formula(size: int) -> str:
    """A formula of at most `size` characters, made of conditions in lists of a hundred."""
    whole: list[str] = []
    piece = f"OR({', '.join([_PIECE] * 100)})"
    while len(" && ".join([*whole, piece])) <= size:
        whole.append(piece)
    rest = (size - len(" && ".join([*whole, "OR()"]))) // (len(_PIECE) + 2)
    return " && ".join([*whole, f"OR({', '.join([_PIECE] * rest)})"] if rest > 0 else whole)


def _deep() -> None:
    try:
        parse_formula("(" * 10_000 + "1" + ")" * 10_000)
    except SourceError as error:
        (diagnostic,) = error.diagnostics
        assert diagnostic.code == "too_deep"


def _median_ms(work: Callable[[], Any], runs: int = 50) -> float:
    taken = []
    for _ in range(runs):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return statistics.median(taken) * 1000
