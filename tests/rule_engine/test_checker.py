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


@pytest.mark.parametrize(
    "source", ['status = "New"', "LEN(status)", "at > due", '"x" & owner', 'tags in ("vip")', "$Now"]
)
def test_what_our_mode_adds_is_refused_in_salesforce_mode(source: str) -> None:
    check_formula(source, SCOPE)
    with pytest.raises(SourceError):
        check_formula(source, SCOPE, mode="salesforce")


def test_a_picklist_value_that_does_not_exist_is_a_warning() -> None:
    checked = check_formula('status = "Opn"', SCOPE)
    (warning,) = checked.warnings
    assert (warning.code, warning.severity, warning.hint) == ("unknown_value", "warning", 'Did you mean "Open"?')
