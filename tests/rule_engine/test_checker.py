"""Names and types: every fault is reported at once, with its place and the nearest name."""

from __future__ import annotations

import pytest

from rule_engine import Kind, SourceError, check_formula
from rule_engine.types import BOOLEAN
from tests.rule_engine.sample import SCOPE

FAULTS = [
    ("contry = 1", "unknown_field", 1, "count"),
    ("amout > 1", "unknown_field", 1, "amount"),
    ("owner.nme = 'x'", "unknown_field", 1, "name"),
    ("city.name = 'x'", "not_a_reference", 1, "a text"),
    ("LEFTT(name, 1)", "unknown_function", 1, "LEFT"),
    ("LEFT(name)", "wrong_number_of_arguments", 1, "LEFT(text, count)"),
    ("IFS(active, 1)", "wrong_number_of_arguments", 1, "3"),
    ("amount > 'a lot'", "wrong_type", 1, "VALUE"),
    ("name & amount", "wrong_type", 8, "TEXT"),
    ("due - at", "wrong_type", 1, "DATEVALUE"),
    ("IF(amount, 1, 2)", "wrong_type", 4, "a boolean"),
    ("IF(active, 1, 'x')", "wrong_type", 15, "a number"),
    ("YEAR(at)", "wrong_type", 6, "DATEVALUE"),
    ("tags = 'vip'", "wrong_type", 1, "INCLUDES"),
    ("ISPICKVAL(name, 'x')", "wrong_type", 11, "a picklist"),
    ("ISCHANGED(owner.name)", "wrong_type", 11, "record itself"),
    ("REGEX(name, '(')", "invalid_regex", 13, "RE2"),
    ("REGEX(name, '(?=a)b')", "invalid_regex", 13, "RE2"),
    ("$Api.Partner_Server_URL_260 & owner", "unknown_field", 1, "$Api"),
    ("LET(x, 1, y)", "unknown_field", 11, '"y"'),
    ("LET(total, 1, totl)", "unknown_field", 15, "total"),
    ("LET(amount, 1, 2)", "duplicate_name", 5, "Choose another name"),
    ("LET(x, 1, X, 2, x)", "duplicate_name", 11, "LET around"),
    ("LET(x, 1)", "wrong_number_of_arguments", 1, "LET(name, value, ..., result)"),
    ("LET(x, 1, y, 2)", "wrong_number_of_arguments", 1, "takes 5 arguments"),
    ("LET(owner.name, 1, 2)", "wrong_name", 5, "letters, digits"),
    ("LET(x, name, x.y)", "not_a_reference", 14, "no fields"),
    ("LET(x, (1, 2), x + 1)", "wrong_type", 16, "after in"),
    ("LET(x, (1, 'a'), 1 in x)", "wrong_type", 12, "a number"),
    ("LET(x, amount, PRIORVALUE(x))", "wrong_type", 27, "needs a field"),
    ("lines", "wrong_type", 1, "COUNT(children)"),
    ("COUNT(lnes)", "wrong_type", 7, "lines"),
    ("SUM(amount, 1)", "wrong_type", 5, "There are: lines"),
    ("SUM(lines)", "wrong_number_of_arguments", 1, "SUM(children, value, condition)"),
    ("SUM(lines, title)", "wrong_type", 12, "VALUE"),
    ("MAX(lines, title)", "wrong_type", 12, "a number or a date"),
    ("SUM(lines, cst)", "unknown_field", 12, "cost"),
    ("COUNT(lines, cost > amount)", "unknown_field", 21, "LET(name, amount, ...)"),
    ("COUNT(lines, cost)", "wrong_type", 14, "a boolean"),
    ("SUM(lines, COUNT(lines))", "nested_aggregate", 12, "formula field"),
    ("COUNT(lines, ISCHANGED(cost))", "wrong_type", 24, "needs a field"),
    ("LET(cost, 1, SUM(lines, cost))", "duplicate_name", 25, "another name"),
    ("city in (lines)", "wrong_type", 10, "child records"),
    ("IF(active, lines, 1)", "wrong_type", 12, "child records"),
    ("$ObjectType.Rate.Fields.Value", "wrong_type", 1, "VLOOKUP"),
    ("VLOOKUP(amount, $ObjectType.Rate.Fields.Name, city)", "wrong_type", 9, "$ObjectType.OBJECT"),
    ("VLOOKUP($ObjectType.Rate.Fields.Value, $ObjectType.Zone.Fields.Name, city)", "wrong_type", 40, "one object"),
    ("VLOOKUP($ObjectType.Rate.Fields.Value, $ObjectType.Rate.Fields.Name, 1)", "wrong_type", 70, "a text"),
    ("{!amount} + 1", "merge_field", 1, "Write amount"),
    ("%%%NAMESPACE%%%Amount + 1", "namespace_mark", 1, "Write Amount"),
    ("Amount:SUM / 2", "report_dialect", 1, "reports"),
    ("PARENTGROUPVAL(amount)", "report_dialect", 1, "reports"),
]


@pytest.mark.parametrize(("source", "code", "column", "word"), FAULTS)
def test_a_fault_has_a_code_a_place_and_a_hint(source: str, code: str, column: int, word: str) -> None:
    with pytest.raises(SourceError) as raised:
        check_formula(source, SCOPE)
    (diagnostic,) = raised.value.diagnostics
    assert (diagnostic.code, diagnostic.column) == (code, column)
    assert word in str(raised.value)


def test_all_faults_are_reported_at_once() -> None:
    with pytest.raises(SourceError) as raised:
        check_formula("foo + LEN(5) +\n bar(1) + LEFT(name, 'x')", SCOPE)
    assert [(one.line, one.code) for one in raised.value.diagnostics] == [
        (1, "unknown_field"),
        (1, "wrong_type"),
        (2, "unknown_function"),
        (2, "wrong_type"),
    ]


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        ("nam / foo(1) + )", [("unknown_field", 1), ("unknown_function", 7), ("syntax", 16)]),
        ("LEN(nam", [("unknown_field", 5), ("syntax", 8)]),
        ("LET(a, 1, a + )", [("syntax", 15)]),
        ("SUM(rows, inner) +", [("syntax", 19)]),
        ("{!nam} + owner. +", [("syntax", 10)]),
    ],
)
def test_unknown_names_are_told_together_with_syntax_faults(source: str, faults: list[tuple[str, int]]) -> None:
    with pytest.raises(SourceError) as raised:
        check_formula(source, SCOPE)
    assert [(one.code, one.column) for one in raised.value.diagnostics] == faults


def test_names_and_functions_are_case_insensitive() -> None:
    checked = check_formula("iF(Active, NAME, Owner.Name)", SCOPE)
    assert [reference.path for reference in checked.references] == [("active",), ("name",), ("owner", "name")]
    assert checked.functions == {"IF"}


def test_fields_of_the_user_are_kept_apart_from_those_of_the_record() -> None:
    checked = check_formula("owner = $USER.Id && name = $User.Country", SCOPE)
    assert checked.user_fields == ("id", "country")
    assert [reference.path for reference in checked.references] == [("owner",), ("name",)]


def test_the_expected_type_is_checked() -> None:
    assert check_formula("active", SCOPE, expect=BOOLEAN).type == BOOLEAN
    assert check_formula("NULL", SCOPE, expect=(Kind.DATE, Kind.DATETIME)).type.kind is Kind.NULL
    with pytest.raises(SourceError, match="Expected a boolean, found a number"):
        check_formula("amount + 1", SCOPE, expect=BOOLEAN)


@pytest.mark.parametrize("source", ['status = "New"', "LEN(status)", "at > due", 'tags in ("vip")', "$Now"])
def test_what_our_mode_adds_is_refused_in_salesforce_mode(source: str) -> None:
    check_formula(source, SCOPE)
    with pytest.raises(SourceError):
        check_formula(source, SCOPE, mode="salesforce")


@pytest.mark.parametrize(
    ("source", "what", "hint"),
    [
        ("city in ('a', 'b')", '"in"', "IN("),
        ("amount between 1 and 2", '"between"', "AND("),
        ("LET(x, 1, x)", "LET", "Repeat"),
        ("COUNT(lines)", "COUNT", "roll-up"),
        ("MAX(lines, cost) + 1", "MAX", "roll-up"),
        ("IN(city, ('a', 'b'))", "A list", "one by one"),
    ],
)
def test_salesforce_mode_names_our_additions(source: str, what: str, hint: str) -> None:
    check_formula(source, SCOPE)
    with pytest.raises(SourceError) as raised:
        check_formula(source, SCOPE, mode="salesforce")
    (diagnostic,) = raised.value.diagnostics
    assert (diagnostic.code, diagnostic.message.startswith(what)) == ("not_in_salesforce", True)
    assert hint in (diagnostic.hint or "")


def test_salesforce_wants_the_digits_of_trunc() -> None:
    check_formula("TRUNC(amount)", SCOPE)
    with pytest.raises(SourceError, match="TRUNC takes 2 arguments, here are 1"):
        check_formula("TRUNC(amount)", SCOPE, mode="salesforce")


@pytest.mark.parametrize("source", ['"/" & owner', "LEFT(owner, 15)", 'owner = "005"', "{!amount} + 1", "%%%NS%%%name"])
def test_what_salesforce_takes_is_taken_in_its_mode(source: str) -> None:
    check_formula(source, SCOPE, mode="salesforce")


def test_a_formula_knows_all_that_it_reads() -> None:
    checked = check_formula(
        "LET(a, amount, SUM(lines, cost * quantity, cost > a) + COUNT(LINES, product.name = $User.name)"
        " + MAX(count, $Org.Seats)) > 1 && $Permission.Export && amount > $Org.seats",
        SCOPE,
    )
    assert [reference.path for reference in checked.references] == [("amount",), ("count",)]
    assert checked.user_fields == ("name",)
    assert checked.globals == ("org.seats", "permission.export")
    assert checked.functions == {"LET", "SUM", "COUNT", "MAX"}
    (lines,) = checked.collections
    assert lines.rows.path == ("lines",)
    assert [reference.path for reference in lines.references] == [("cost",), ("quantity",), ("product", "name")]


def test_expected_and_found_are_told_apart() -> None:
    with pytest.raises(SourceError) as raised:
        check_formula("LEFT(5, 'x')", SCOPE)
    first = raised.value.diagnostics[0]
    assert (first.expected, first.found) == ("a text", "a number")


def test_a_picklist_value_that_does_not_exist_is_a_warning() -> None:
    checked = check_formula('status = "Opn"', SCOPE)
    (warning,) = checked.warnings
    assert (warning.code, warning.severity, warning.hint) == ("unknown_value", "warning", 'Did you mean "Open"?')
