"""The grammar: precedence, names, literals, comments, and what is refused."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rule_engine import SourceError, format_formula, parse_formula
from rule_engine.syntax import Call, Name, NumberLiteral, TextLiteral, walk

CANONICAL = [
    ("a||b&&c=d", "a || b && c = d"),
    ("(a||b)&&c", "(a || b) && c"),
    ("a==b", "a = b"),
    ("a!=b", "a <> b"),
    ("-a -- 2", "-a - -2"),
    ("- -a", "- -a"),
    ("2*3^2", "2 * 3 ^ 2"),
    ("(2*3)^2", "(2 * 3) ^ 2"),
    ("2^3^2", "2 ^ 3 ^ 2"),
    ("2^-1", "2 ^ -1"),
    ("-2^2", "(-2) ^ 2"),
    ("-(2^2)", "-(2 ^ 2)"),
    ("2^(3^2)", "2 ^ (3 ^ 2)"),
    ("a-(b-c)", "a - (b - c)"),
    ("(a-b)-c", "a - b - c"),
    ("not(a)", "!a"),
    ("NOT a = b", "!a = b"),
    ("not (a = b)", "!(a = b)"),
    ("if(isblank(a),'',\"x\")", 'IF(ISBLANK(a), "", "x")'),
    ("'say \"x\"'", "'say \"x\"'"),
    ("a in('x',\"y\")", 'a in ("x", "y")'),
    ("a between 1 and 2 && b", "a between 1 and 2 && b"),
    ("(a in (1)) = true", "a in (1) = TRUE"),
    ("x + /* a comment */ y", "x + y"),
    ("account.owner.name & $User.id & AMOUNT:Sum", "account.owner.name & $User.id & AMOUNT:Sum"),
    ("1.50", "1.50"),
    ("IN(a,1)", "IN(a, 1)"),
    ("a in dach", "a in (dach)"),
    ("let(x,1,Y,('a','b'),x)", 'LET(x, 1, Y, ("a", "b"), x)'),
    ("count(contacts,age>3)", "COUNT(contacts, age > 3)"),
    ("{! a.B }+%%%NS%%%c__c.%%%NS%%%d", "{!a.B} + %%%NS%%%c__c.%%%NS%%%d"),
]


@pytest.mark.parametrize(("source", "canonical"), CANONICAL)
def test_formulas_have_one_canonical_text(source: str, canonical: str) -> None:
    assert format_formula(parse_formula(source)) == canonical
    assert format_formula(parse_formula(canonical)) == canonical


COMMENTED = [
    ("x + /* a comment */ y", "x + /* a comment */ y"),
    ("/* first */(a+b)*c/*last*/", "/* first */ (a + b) * c /*last*/"),
    ("IF(a/*when*/,b,/*else*/c)", "IF(a /*when*/, b, /*else*/ c)"),
    ("if/* so */(((a/* in */)),1,2)", "IF /* so */ (a /* in */, 1, 2)"),
    ("(/* inside */a+b)*2", "(/* inside */ a + b) * 2"),
    ("(a+b/* end */)*2", "(a + b /* end */) * 2"),
    ("(a+b)/* out */*2", "(a + b) /* out */ * 2"),
    ("((a))/* 1 *//* 2 */", "a /* 1 */ /* 2 */"),
    ("-/* sign */a", "- /* sign */ a"),
    ("not/* no */a", "! /* no */ a"),
    ("/* two\nlines */a", "/* two\nlines */ a"),
    ("a in/* these */('x')", 'a in /* these */ ("x")'),
    ("'/* no */' & a", '"/* no */" & a'),
]


@pytest.mark.parametrize(("source", "canonical"), COMMENTED)
def test_the_formatter_keeps_comments(source: str, canonical: str) -> None:
    assert format_formula(source) == canonical
    assert format_formula(canonical) == canonical


@settings(max_examples=200, deadline=None)
@given(
    source=st.sampled_from([source for source, _ in CANONICAL]),
    places=st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["/**/", "/* a ( */", "/* b, */"])), max_size=4),
)
def test_formatting_keeps_every_comment_and_settles_at_once(source: str, places: list[tuple[int, str]]) -> None:
    parts = re.findall(r"""\"[^"]*\"|'[^']*'|/\*.*?\*/|\{![^}]*\}|[\w$.:%]+|&&|\|\||[<>=!]=|<>|.""", source)
    for place, comment in places:
        parts.insert(place % (len(parts) + 1), comment)
    once = format_formula("".join(parts))
    assert all(once.count(comment) >= 1 for _, comment in places)
    assert format_formula(once) == once
    assert format_formula(parse_formula(once)) == format_formula(parse_formula(source))


def test_nodes_know_their_place() -> None:
    source = "IF( (amount) > 10, 'big', name )"
    texts = {type(node): source[node.start : node.end] for node in walk(parse_formula(source))}
    assert texts[Call] == source
    assert texts[NumberLiteral] == "10"
    assert texts[TextLiteral] == "'big'"
    assert texts[Name] == "name"


REFUSED = [
    ("", 1, 1, "ends too early"),
    ("1 +", 1, 4, "ends too early"),
    ("(1 + 2", 1, 7, "ends too early"),
    ("a b", 1, 3, "cannot stand here"),
    ("a and b", 1, 3, "&&"),
    (".5", 1, 1, "0.5"),
    ("IF(TRUE,1,)", 1, 11, "cannot stand here"),
    ("2 ** 3", 1, 4, "cannot stand here"),
    ("a +\n  'open", 2, 3, "not closed"),
    ("'a\\d'", 1, 1, "escape"),
    ("a /* b", 1, 3, "comment"),
    ("a..b", 1, 1, "empty part"),
    ("NOT(TRUE, FALSE)", 1, 9, "cannot stand here"),
    ("a = \u201c", 1, 5, "straight quote"),
    ("a \u2265 3", 1, 3, "Write >= instead"),
    ("MAX(a; b)", 1, 6, "Write , instead"),
    ("MAX(a\uff0cb)", 1, 6, "Write , instead"),
]


@pytest.mark.parametrize(("source", "line", "column", "word"), REFUSED)
def test_a_syntax_error_says_where_and_what(source: str, line: int, column: int, word: str) -> None:
    with pytest.raises(SourceError) as raised:
        parse_formula(source)
    (diagnostic,) = raised.value.diagnostics
    assert (diagnostic.code, diagnostic.line, diagnostic.column) == ("syntax", line, column)
    assert word in str(raised.value)
    assert "^" in str(raised.value)


SEVERAL = [
    ("IF(a >, 1, 2) + LEFT(name,)", [7, 27]),
    ("a b + (c d)", [3, 10]),
    ("1 +* 2 && (3", [4, 13]),
    ("x and y or z", [3, 9]),
    ('"a\\d" & "b\\e"', [1, 9]),
    ("5 % 2 + .5", [3, 9]),
    ("IF(a,\n  b c,\n  = 3)", [5, 3]),
    ("func())", [7]),
    ("func@)", [5]),
    ("a + ) b", [5]),
    ("'open", [1]),
]


@pytest.mark.parametrize(("source", "columns"), SEVERAL)
def test_every_syntax_fault_is_reported_and_no_consequence_of_it(source: str, columns: list[int]) -> None:
    with pytest.raises(SourceError) as raised:
        parse_formula(source)
    assert [one.column for one in raised.value.diagnostics] == columns


def test_a_fault_says_what_is_expected_and_what_is_found() -> None:
    with pytest.raises(SourceError) as raised:
        parse_formula("IF(a b, 1, 2")
    first, second = raised.value.diagnostics
    assert (first.expected, first.found) == ('an operator or "," or ")"', "b")
    assert (second.expected, second.found) == ('"," or ")"', "the end")


HOSTILE = [
    ("a megabyte", "x" * 1_000_000, "too_long"),
    ("deep parentheses", "(" * 10_000 + "1" + ")" * 10_000, "too_deep"),
    ("deep calls", "ABS(" * 10_000 + "1" + ")" * 10_000, "too_deep"),
    ("many signs", "-" * 60_000 + "1", "too_deep"),
    ("a long sum", "1" + "+1" * 30_000, "too_deep"),
    ("a long chain", '"a"' + '&"a"' * 15_000, "too_long"),
    ("a long number", "9" * 60_000, "too_long"),
    ("many arguments", "MAX(" + "1," * 30_000 + "1)", "too_long"),
    ("open quotes", "'" * 60_001, "syntax"),
    ("backslashes", '"' + "\\" * 60_001, "syntax"),
    ("open comments", "/*" * 30_000, "syntax"),
    ("blanks", " " * 60_000, "syntax"),
]


@pytest.mark.parametrize(("source", "code"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_hostile_text_is_refused_at_once(source: str, code: str) -> None:
    began = time.process_time()
    with pytest.raises(SourceError) as raised:
        parse_formula(source)
    assert raised.value.diagnostics[0].code == code
    assert len(str(raised.value)) < 5_000
    assert time.process_time() - began < 5
