"""Texts on PostgreSQL character by character: letter case of words, encodings, patterns, links. Blank texts stay blank."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from rule_engine.runtime.patterns import MAX_LIKE_LENGTH

Element = Any

_ICU = "und-x-icu"
_UNRESERVED = "^[A-Za-z0-9_.~-]$"
_PUNCTUATION = r"^[!-/:-@\[-`{-~]$"
_WHITE_SPACE = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_SAFE_ADDRESS = r"^(?:https?:|mailto:|tel:|/(?!/)|[^:/?#]*(?:[/?#]|$))"
_HTML_SIGNS = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}


class PostgresqlTexts:
    """What the forms of text functions say with more than one call."""

    # character by character

    def mapped(self, text: Element, mapping: Mapping[str, str]) -> Element:
        """Each character replaced by what the mapping has for it."""
        members = sa.cast(_literal(json.dumps(mapping)), JSONB())
        return _each_character(text, lambda character: sa.func.coalesce(members.op("->>")(character), character))

    def url_encoded(self, text: Element) -> Element:
        def encoded(character: Element) -> Element:
            codes = sa.func.upper(sa.func.encode(sa.func.convert_to(character, _literal("UTF8")), _literal("hex")))
            percents = sa.func.regexp_replace(codes, _literal("(..)"), _literal(r"%\1"), _literal("g"))
            return sa.case((_matches(character, _UNRESERVED), character), else_=percents)

        return _each_character(text, encoded)

    def capitalized(self, text: Element) -> Element:
        """A letter or digit before a letter makes it small, anything else makes it a capital."""
        characters = (
            sa.func.regexp_split_to_table(text, _literal(""))
            .table_valued("c", with_ordinality="n", name="s")
            .render_derived()
        )
        before = sa.func.lag(characters.c.c).over(order_by=characters.c.n)
        pairs = sa.select(characters.c.c, characters.c.n, before.label("b")).subquery("p")
        is_inside = _matches(sa.collate(pairs.c.b, _ICU), "^[[:alnum:]]$")
        character = sa.collate(pairs.c.c, _ICU)
        cased = sa.case((is_inside, sa.func.lower(character)), else_=sa.func.upper(character))
        return sa.select(_joined(sa.collate(cased, "C"), pairs.c.n)).scalar_subquery()

    # patterns

    def is_like(self, text: Element, pattern: Element) -> Element:
        r"""LIKE as ours has it: `.` and `|` keep their meaning in regular expressions."""
        pattern = sa.func.coalesce(pattern, _literal(""))
        parts = sa.func.regexp_matches(pattern, _literal(r"\\.|."), _literal("g"))
        rows = parts.table_valued(sa.column("m", sa.ARRAY(sa.Text())), with_ordinality="n", name="s").render_derived()
        part = rows.c.m[1]
        last = sa.func.right(part, sa.literal(1, sa.Integer()))
        translated = sa.case(
            (part == _literal("%"), _literal(".*")),
            (part == _literal("_"), _literal(".")),
            (part.in_([_literal("."), _literal("|")]), part),
            (_matches(last, _PUNCTUATION), _literal("\\").concat(last)),
            else_=last,
        )
        whole: Element = sa.func.coalesce(sa.select(_joined(translated, rows.c.n)).scalar_subquery(), _literal(""))
        # One after the other they mean the same as one, but take PostgreSQL minutes.
        whole = sa.func.regexp_replace(whole, _literal(r"(?:\.\*){2,}"), _literal(".*"), _literal("g"))
        expression = sa.func.concat(_literal("^(?:"), whole, _literal(")$"))
        is_like = sa.collate(sa.func.coalesce(text, _literal("")), "C").op("~", is_comparison=True)(expression)
        return sa.case((sa.func.char_length(pattern) <= sa.literal(MAX_LIKE_LENGTH, sa.Integer()), is_like))

    # links

    def html_escaped(self, text: Element) -> Element:
        """Safe in HTML; blank is the empty text."""
        escaped: Element = sa.func.coalesce(text, _literal(""))
        for sign, name in _HTML_SIGNS.items():
            escaped = sa.func.replace(escaped, _literal(sign), _literal(name))
        return escaped

    def address(self, text: Element) -> Element:
        """Nothing but web, mail and telephone addresses and paths of this site, escaped."""
        bare = sa.func.btrim(sa.func.coalesce(text, _literal("")), _literal(_WHITE_SPACE))
        is_safe = sa.collate(bare, "C").op("~*", is_comparison=True)(_literal(_SAFE_ADDRESS))
        return sa.case((is_safe, self.html_escaped(bare)), else_=_literal("#"))

    def tag(self, *parts: Element | str) -> Element:
        """Parts one after the other; a blank one counts as empty."""
        return sa.func.concat(*(_literal(part) if isinstance(part, str) else part for part in parts))

    # money

    def grouped(self, number: Element, places: Element) -> Element:
        """1,234.50: so many decimals, rounded half up."""
        digits = sa.cast(sa.func.round(number, places), sa.Text())
        return sa.func.regexp_replace(digits, _literal(r"(\d)(?=(?:\d{3})+(?!\d))"), _literal(r"\1,"), _literal("g"))


def _each_character(text: Element, change: Callable[[Element], Element]) -> Element:
    rows = (
        sa.func.regexp_split_to_table(text, _literal(""))
        .table_valued("c", with_ordinality="n", name="s")
        .render_derived()
    )
    return sa.select(_joined(change(rows.c.c), rows.c.n)).scalar_subquery()


def _joined(part: Element, order: Element) -> Element:
    return sa.func.string_agg(part, aggregate_order_by(_literal(""), order), type_=sa.Text())


def _matches(text: Element, pattern: str) -> Element:
    return text.op("~", is_comparison=True)(_literal(pattern))


def _literal(value: str) -> Element:
    return sa.literal(value, sa.Text())
