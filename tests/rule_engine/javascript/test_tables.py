"""The tables of cases hold in JavaScript, and what a compiled module looks like."""

from __future__ import annotations

import re
from pathlib import Path

from rule_engine import FormulaError, UnsupportedOnTarget, check_formula, compile_javascript, compile_javascript_module
from tests.rule_engine.javascript.evaluator import JavascriptEvaluator
from tests.rule_engine.sample import CONTEXT, SCOPE, record_of
from tests.rule_engine.test_formulas import CASES, Case, _checked, _same


def _holds(case: Case, result: object) -> bool:
    if "error" in case:
        return isinstance(result, FormulaError) and result.kind == case["error"]
    return not isinstance(result, FormulaError | UnsupportedOnTarget) and _same(result, case, _checked(case))


def test_every_case_gives_the_result_of_the_table(javascript: JavascriptEvaluator) -> None:
    cases: list[Case] = [case.values[0] for case in CASES]
    jobs = [(_checked(case), [record_of(case.get("given", {}))]) for case in cases]
    results = javascript.evaluate_many(jobs, CONTEXT)
    wrong = [(case, result) for case, (result,) in zip(cases, results, strict=True) if not _holds(case, result)]
    assert wrong == []


def test_a_module_reads_like_the_formula() -> None:
    checked = check_formula('LET(net, amount * 1.19, IF(net > 1000 && NOT(active), "big", LEFT(name, 3)))', SCOPE)
    assert (
        compile_javascript(checked).text
        == """\
// Compiled from formulas. Do not change it: change the formulas.

import { left, more, multiply, number, read, readFlag } from "./core.js";

const NUMBER_1 = number("1.19");
const NUMBER_2 = number("1000");
const NUMBER_3 = number("3");

// LET(net, amount * 1.19, IF(net > 1000 && NOT(active), "big", LEFT(name, 3)))
export default (record, context) => {
  const net_1 = multiply(read(record, "amount"), NUMBER_1);
  return (
    (more(net_1, NUMBER_2) && !readFlag(record, "active"))
    ? "big"
    : left(read(record, "name"), NUMBER_3)
  );
};
"""
    )


def test_the_module_in_the_documents_is_what_is_compiled() -> None:
    document = (Path(__file__).parents[3] / "docs" / "formulas-in-javascript.md").read_text("utf-8")
    (module,) = re.findall(r"```js\n(.*?)```", document, re.DOTALL)
    (source,) = re.findall(r"^// (LET.*)$", module, re.MULTILINE)
    assert compile_javascript(check_formula(source, SCOPE)).text == module


def test_long_code_is_broken_where_its_parts_are() -> None:
    source = (
        'IF(CONTAINS(name, "somewhere over the rainbow") || CONTAINS(city, "somewhere else"), "one of them", "none")'
    )
    text = compile_javascript(check_formula(source, SCOPE)).text
    assert (
        """\
export default (record, context) => (
  (
    contains(read(record, "name"), "somewhere over the rainbow")
    || contains(read(record, "city"), "somewhere else")
  )
  ? "one of them"
  : "none"
);
"""
        in text
    )


def test_only_what_needs_them_imports_patterns_and_markup() -> None:
    formulas = {"a": 'REGEX(name, "a+")', "b": "amount"}
    module = compile_javascript_module({name: check_formula(source, SCOPE) for name, source in formulas.items()})
    assert dict(module.imports) == {"core": ("read",), "patterns": ("matches",)}
    assert set(compile_javascript(check_formula("amount", SCOPE)).imports) == {"core"}
