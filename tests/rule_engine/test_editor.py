"""Editor services: tokens, completion, hover texts, signatures and renaming, in finished text and in any other."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rule_engine import (
    Completion,
    FormulaText,
    Kind,
    Reference,
    SourceError,
    TokenKind,
    Type,
    check_formula,
    complete,
    hover,
    parse_formula,
    rename_field,
    rename_in_formulas,
    signature_help,
    tokens,
)
from rule_engine.types import NUMBER, TEXT, Path
from tests.rule_engine.sample import SCOPE


def _split(marked: str) -> tuple[str, int]:
    """A text in which `|` marks the position."""
    return marked.replace("|", "", 1), marked.index("|")


def _offers(marked: str, mode: str = "trellis") -> tuple[Completion, ...]:
    source, position = _split(marked)
    return complete(source, position, SCOPE, mode)  # type: ignore[arg-type]  # a mode


def _names(marked: str, mode: str = "trellis") -> list[str]:
    return [offer.name for offer in _offers(marked, mode)]


# tokens


def test_tokens_have_kinds() -> None:
    source = 'IF(status in ("New") && not $User.x >= 1.5, /* no */ TRUE, #)'
    shown = [(token.kind.value, source[token.start : token.end]) for token in tokens(source)]
    assert shown == [
        ("function", "IF"), ("bracket", "("), ("name", "status"), ("keyword", "in"), ("bracket", "("), ("text", '"New"'),
        ("bracket", ")"), ("operator", "&&"), ("keyword", "not"), ("global", "$User.x"), ("operator", ">="),
        ("number", "1.5"), ("comma", ","), ("comment", "/* no */"), ("keyword", "TRUE"), ("comma", ","), ("unknown", "#"),
        ("bracket", ")"),
    ]  # fmt: skip


def test_in_is_a_function_or_an_operator() -> None:
    assert tokens("IN(a, 1)")[0].kind is TokenKind.FUNCTION
    assert tokens("a in (1)")[1].kind is TokenKind.KEYWORD


@pytest.mark.parametrize("source", ['"open', "/* open", "'a\\", "\\", "\x00", "é$", "{!a", "{!a.b }"])
def test_unfinished_text_has_tokens_too(source: str) -> None:
    assert tokens(source)


@given(st.text())
def test_tokens_leave_out_only_white_space(source: str) -> None:
    last = 0
    for token in tokens(source):
        assert source[last : token.start].strip() == ""
        assert token.start < token.end
        last = token.end
    assert source[last:].strip() == ""


# completion


def test_fields_come_before_functions() -> None:
    assert _names("a|")[:4] == ["amount", "active", "at", "ABS"]
    assert _names("amount + pri|")[0] == "price"


def test_names_are_found_by_their_later_parts_too() -> None:
    assert _names("mount|") == ["amount"]


@pytest.mark.parametrize(
    "marked",
    ["status = |", "status <> |", "TEXT(status) = |", "ISPICKVAL(status, |", 'status in ("New", |)', "CASE(status, |",
     "IN(status, |", 'CASE(TEXT(status), "New", 1, |', "IF(active && status = |", "status = |  && active"],
)  # fmt: skip
def test_values_of_a_picklist_come_first_where_it_is_compared(marked: str) -> None:
    offers = _offers(marked)
    assert [offer.text for offer in offers[:3]] == ['"New"', '"Open"', '"Closed won"']
    assert {offer.kind for offer in offers[:3]} == {"value"}


def test_a_value_replaces_the_text_that_is_being_written() -> None:
    (offer,) = _offers("status = 'Op|")
    assert (offer.text, offer.start, offer.end) == ("'Open'", 9, 12)
    (offer,) = _offers('status = "Op|xx" && active')
    assert (offer.text, offer.start, offer.end) == ('"Open"', 9, 15)
    assert _names('INCLUDES(tags, "v|')[0] == "vip"


@pytest.mark.parametrize("marked", ['name = "a|', "/* am|", "12|", "1.|5", 'status = "New"|'])
def test_nothing_is_offered_inside_texts_comments_and_numbers(marked: str) -> None:
    assert not [name for name in _names(marked) if name not in ("in", "between")]


def test_paths_go_on_step_by_step() -> None:
    assert _names("owner.|") == ["name"]
    assert _names("LEN(owner.n|)") == ["name"]
    (offer,) = [one for one in _offers("own|") if one.kind == "lookup"]
    assert (offer.name, offer.detail) == ("owner", "id of user")


def test_names_of_let_are_known_behind_their_value() -> None:
    assert _names("LET(total, amount * 2, tot|")[0] == "total"
    assert "total" not in _names("LET(total, tot|")
    assert _names("LET(a1, 1, a2, 2, a|")[:2] == ["a2", "a1"]


def test_inside_an_aggregate_the_names_are_those_of_the_child() -> None:
    assert _names("COUNT(|") == ["lines"]
    assert _names("SUM(lines, |")[:3] == ["title", "quantity", "cost"]
    assert "amount" not in _names("SUM(lines, cost * (am|")
    assert _names("SUM(lines, cost) + am|")[0] == "amount"
    assert "lines" in _names("MAX(li|")
    assert "lines" not in _names("li|")


def test_functions_have_signatures_and_summaries() -> None:
    (offer,) = list(_offers("CONT|"))
    assert (offer.text, offer.detail) == ("CONTAINS", "CONTAINS(text, part)")
    assert offer.summary_en.endswith(".")
    assert offer.summary_zh.endswith("。")


def test_only_operators_are_offered_behind_a_value() -> None:
    assert _names("amount |") == ["in", "between"]
    assert _names("amount |", "salesforce") == []


def test_what_salesforce_does_not_have_is_not_offered_there() -> None:
    assert "LET" in _names("LE|")
    assert "LET" not in _names("LE|", "salesforce")
    assert "$Today" in _names("$|")
    assert "$Today" not in _names("$|", "salesforce")


# hover and signatures


def _hover(marked: str, language: str = "en") -> tuple[str, ...] | None:
    source, position = _split(marked)
    about = hover(source, position, SCOPE, language, labels=lambda path: {("amount",): "Revenue"}.get(path))  # type: ignore[arg-type]
    return None if about is None else (about.title, *about.lines)


def test_hover_tells_of_fields() -> None:
    assert _hover("amo|unt > 1") == ("amount", "Revenue", "Number")
    assert _hover("sta|tus") == ("status", "Picklist", "Values: New, Open, Closed won")
    assert _hover("disc|ount") == ("discount", "Number", "In percent: 24 is 24%")
    assert _hover("own|er", "zh-Hans") == ("owner", "查找：user")
    assert _hover("SUM(lines, qua|ntity)") == ("quantity", "Number")
    assert _hover("nothing|_known") is None


def test_hover_tells_of_functions_and_of_constant_calls() -> None:
    assert _hover('LE|FT("abc", 2)') == (
        "LEFT(text, count)", "The first characters.", 'For example, LEFT("abc", 2) is ab', 'Here it is always "ab"',
    )  # fmt: skip
    assert _hover("LE|FT(name, ") == ("LEFT(text, count)", "The first characters.", 'For example, LEFT("abc", 2) is ab')
    assert _hover("LET(x, 1, |x)") == ("x", "A name that LET binds")


@pytest.mark.parametrize(
    ("marked", "signature", "parameter"),
    [
        ("LEFT(|", "LEFT(text, count)", "text"),
        ("LEFT(name, |", "LEFT(text, count)", "count"),
        ("LEFT(name, 2, |", "LEFT(text, count)", None),
        ("IF(a, LEFT(UPPER(name), 2|)", "LEFT(text, count)", "count"),
        ("IF(a, (1 + |", "IF(condition, value, otherwise)", "value"),
        ("CASE(a, 1, 2, |", "CASE(subject, value, result, ..., otherwise)", "value"),
        ("CASE(a, 1, 2, 3, |", "CASE(subject, value, result, ..., otherwise)", "result"),
        ("AND(a, b, c, |", "AND(condition, ...)", "condition"),
        ("MAX(1, |", "MAX(number, ...)", "number"),
        ("MAX(lines, |", "MAX(children, value, condition)", "value"),
        ('LEFT("a, (b", |', "LEFT(text, count)", "count"),
    ],
)  # fmt: skip
def test_the_signature_shows_which_argument_is_written(marked: str, signature: str, parameter: str | None) -> None:
    source, position = _split(marked)
    shown = signature_help(source, position, SCOPE)
    assert shown is not None
    assert shown.signature == signature
    active = None if shown.active is None else signature[slice(*shown.parameters[shown.active])]
    assert active == parameter


@pytest.mark.parametrize("marked", ["amount|", "LEFT(name, 1)|", "nothing_known(|", "|LEFT(name)", "(a + |"])
def test_outside_of_calls_there_is_no_signature(marked: str) -> None:
    source, position = _split(marked)
    assert signature_help(source, position) is None


# renaming


@pytest.mark.parametrize(
    ("source", "old", "new", "result"),
    [
        ("/* amount */  Amount+ LEN( \"amount\" )\n- AMOUNT", ("amount",), "total", "/* amount */  total+ LEN( \"amount\" )\n- total"),
        ("owner.Name & owner", ("owner",), "boss", "boss.Name & boss"),
        ("owner.Name & name", ("owner", "name"), "full_name", "owner.full_name & name"),
        ("count + COUNT(lines)", ("count",), "number", "number + COUNT(lines)"),
        ("SUM(lines, cost) + COUNT(Lines)", ("lines",), "items", "SUM(items, cost) + COUNT(items)"),
        ("SUM(lines, cost, cost > 1)", ("lines", "cost"), "price", "SUM(lines, price, price > 1)"),
        ("SUM(lines, title) + title", ("title",), "x", "SUM(lines, title) + x"),
        ("amount + (", ("amount",), "total", "total + ("),
    ],
)  # fmt: skip
def test_a_field_is_renamed_and_nothing_else_changes(source: str, old: Path, new: str, result: str) -> None:
    assert rename_field(source, SCOPE, old, new) == result


class _Scope:
    """Two objects that point to each other: contact.account, account.owner, account.contacts."""

    def __init__(self, owner: str) -> None:
        self._object = owner

    def find(self, path: Path) -> Reference | None:
        fields = {
            "contact": {"name": TEXT, "account": Type(kind=Kind.ID, target="account")},
            "account": {
                "name": TEXT, "size": NUMBER, "owner": Type(kind=Kind.ID, target="user"),
                "contacts": Type(kind=Kind.LIST, target="contact"),
            },
            "user": {"name": TEXT, "manager": Type(kind=Kind.ID, target="user")},
        }  # fmt: skip
        if path[0].lower() == "$user":
            return Reference(path=path, type=TEXT) if len(path) == 2 else None
        if path[0].lower() == "$objecttype":
            return Reference(path=path, type=TEXT)
        owner, found = self._object, None
        for step in path:
            found = fields.get(owner, {}).get(step.lower())
            if found is None:
                return None
            owner = found.target or "" if found.kind is Kind.ID else ""
        assert found is not None
        members = _Scope("contact") if found.kind is Kind.LIST else None
        return Reference(path=tuple(step.lower() for step in path), type=found, members=members)

    def names(self, prefix: Path) -> Sequence[str]:
        return ()


def test_a_field_is_renamed_across_formulas_of_many_objects() -> None:
    formulas = [
        FormulaText(source="account.Name & name", scope=_Scope("contact"), object="contact"),
        FormulaText(source="name & COUNT(contacts, account.name = name)", scope=_Scope("account"), object="account"),
        FormulaText(
            source="VLOOKUP($ObjectType.Account.Fields.Size, $ObjectType.account.Fields.name, name)",
            scope=_Scope("contact"), object="contact",
        ),
        FormulaText(source="owner.manager.name & $User.name & owner.name", scope=_Scope("account"), object="account"),
    ]  # fmt: skip
    assert rename_in_formulas(formulas, "account", "name", "title") == (
        "account.title & name",
        "title & COUNT(contacts, account.title = name)",
        "VLOOKUP($ObjectType.Account.Fields.Size, $ObjectType.account.Fields.title, name)",
        "owner.manager.name & $User.name & owner.name",
    )
    assert rename_in_formulas(formulas, "user", "name", "full_name")[3] == (
        "owner.manager.full_name & $User.full_name & owner.full_name"
    )
    assert rename_in_formulas(formulas, "contact", "account", "company")[:2] == (
        "company.Name & name",
        "name & COUNT(contacts, company.name = name)",
    )


def test_a_renamed_formula_means_the_same() -> None:
    renamed = rename_field("amount > 1 && amount < price", SCOPE, ("amount",), "count")
    assert [one.path for one in check_formula(renamed, SCOPE).references] == [("count",), ("price",)]


# any text

_PIECES = st.sampled_from(
    ["IF(", "LET(", "COUNT(", "lines", ",", ")", "(", "amount", "status", "=", '"New', '"', "'", "/*", "*/", ".", "owner.", "$User.",
     "in", " ", "\n", "x", "{!", "}", "1", "&&", "CASE(", "TEXT(", "MAX(", "\\", "é", "between", "$", "..", "%%%NS%%%"]
)  # fmt: skip
_ANY_TEXT = st.one_of(st.text(), st.lists(_PIECES, max_size=25).map("".join))


def test_a_name_that_ends_with_a_dot_before_an_open_text_is_a_source_error() -> None:
    with pytest.raises(SourceError):
        parse_formula('IF(A."')


@settings(max_examples=300, deadline=None)
@given(source=_ANY_TEXT, position=st.integers(-2, 80))
def test_no_text_makes_a_service_fail(source: str, position: int) -> None:
    for offer in complete(source, position, SCOPE):
        assert 0 <= offer.start <= offer.end <= len(source)
    hover(source, position, SCOPE, "zh-Hans")
    shown = signature_help(source, position, SCOPE)
    assert shown is None or shown.active is None or shown.active < len(shown.parameters)
    assert rename_field(source, SCOPE, ("no_such",), "other") == source
    formula = FormulaText(source=source, scope=SCOPE, object="sample")
    assert rename_in_formulas([formula], "sample", "no_such", "other") == (source,)
