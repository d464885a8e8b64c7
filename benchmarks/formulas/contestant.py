"""One way to evaluate the filter, in a process of its own: reads the records, then times one pass for each line it is sent,
in seconds of processor time, which a busy machine stretches less than the clock.

    python contestant.py NAME < requests

Runs as a plain script in the contestant's own environment, so it imports nothing of this project but what NAME asks for.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

Record = dict[str, Any]
Pass = Callable[[], int]

COUNTRIES = ("DE", "AT", "CH", "FR", "IT")


def plain_lambda(records: list[Record]) -> Pass:
    """What a programmer would write, on plain integers."""
    matches = lambda record: (  # noqa: E731  # a lambda is what this measures
        record["country"] in COUNTRIES_SET
        and record["revenue"] > 1_000_000
        and (record["industry"] == "Energy" or record["rating"] == "Hot")
        and record["email"] is not None
    )
    return lambda: sum([matches(record) for record in records])


COUNTRIES_SET = frozenset(COUNTRIES)


def decimal_lambda(records: list[Record]) -> Pass:
    """The same lambda on the records that ours reads, whose numbers are decimals."""
    return plain_lambda(_with_decimals(records))


def trellis_call(records: list[Record]) -> Pass:
    """Ours, called for each record."""
    from benchmarks.formulas.filter import CONTEXT, checked_filter
    from rule_engine import compile_python

    matches, context, decimals = compile_python(checked_filter()), CONTEXT, _with_decimals(records)
    return lambda: sum([matches(record, context) for record in decimals])


def trellis_batch(records: list[Record]) -> Pass:
    """Ours, all records in one call."""
    from benchmarks.formulas.filter import CONTEXT, checked_filter
    from rule_engine import compile_batch

    batch, decimals = compile_batch(checked_filter()), _with_decimals(records)
    return lambda: len(batch.select(decimals, CONTEXT))


def trellis_columns(records: list[Record]) -> Pass:
    """Ours, columns in one call."""
    from benchmarks.formulas.filter import CONTEXT, checked_filter
    from rule_engine import compile_batch

    batch, decimals = compile_batch(checked_filter()), _with_decimals(records)
    columns = {key: [record[key] for record in decimals] for key in decimals[0]}
    return lambda: len(batch.select_columns(columns, CONTEXT))


def _with_decimals(records: list[Record]) -> list[Record]:
    from decimal import Decimal

    return [record | {"revenue": Decimal(record["revenue"])} for record in records]


def rule_engine(records: list[Record]) -> Pass:
    import rule_engine as peer

    text = 'country in ["DE", "AT", "CH", "FR", "IT"] and revenue > 1000000 and (industry == "Energy" or rating == "Hot") and email != null'
    rule = peer.Rule(text, context=peer.Context(resolver=peer.resolve_item))
    return lambda: sum([rule.matches(record) for record in records])


def zen_engine(records: list[Record]) -> Pass:
    import zen

    text = 'country in ["DE", "AT", "CH", "FR", "IT"] and revenue > 1000000 and (industry == "Energy" or rating == "Hot") and email != null'
    expression = zen.compile_expression(text)
    return lambda: sum([expression.evaluate(record) for record in records])


def json_logic_qubit(records: list[Record]) -> Pass:
    from json_logic import jsonLogic

    either = {"or": [{"==": [{"var": "industry"}, "Energy"]}, {"==": [{"var": "rating"}, "Hot"]}]}
    rule = {
        "and": [
            {"in": [{"var": "country"}, list(COUNTRIES)]},
            {">": [{"var": "revenue"}, 1_000_000]},
            either,
            {"!=": [{"var": "email"}, None]},
        ]
    }
    return lambda: sum([jsonLogic(rule, record) for record in records])


def simpleeval(records: list[Record]) -> Pass:
    from simpleeval import EvalWithCompoundTypes

    text = f'country in {COUNTRIES} and revenue > 1000000 and (industry == "Energy" or rating == "Hot") and email is not None'
    evaluator = EvalWithCompoundTypes()
    parsed = evaluator.parse(text)

    def matches(record: Record) -> Any:
        evaluator.names = record
        return evaluator.eval(text, previously_parsed=parsed)

    return lambda: sum([matches(record) for record in records])


def cel_python(records: list[Record]) -> Pass:
    """Records are converted to its own types beforehand."""
    import celpy

    text = 'country in ["DE", "AT", "CH", "FR", "IT"] && revenue > 1000000 && (industry == "Energy" || rating == "Hot") && email != null'
    environment = celpy.Environment()
    program = environment.program(environment.compile(text))
    converted = [{key: celpy.json_to_cel(value) for key, value in record.items()} for record in records]
    return lambda: sum([bool(program.evaluate(record)) for record in converted])


CONTESTANTS: dict[str, Callable[[list[Record]], Pass]] = {
    "lambda": plain_lambda,
    "lambda-decimal": decimal_lambda,
    "trellis-call": trellis_call,
    "trellis-batch": trellis_batch,
    "trellis-columns": trellis_columns,
    "rule-engine": rule_engine,
    "zen-engine": zen_engine,
    "json-logic-qubit": json_logic_qubit,
    "simpleeval": simpleeval,
    "cel-python": cel_python,
}


def main() -> None:
    records = json.loads(sys.stdin.readline())
    run = CONTESTANTS[sys.argv[1]](records)
    run()
    print("ready", flush=True)
    for _ in sys.stdin:
        started = time.process_time()
        found = run()
        print(json.dumps({"seconds": time.process_time() - started, "found": found}), flush=True)


if __name__ == "__main__":
    main()
