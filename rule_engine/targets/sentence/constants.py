"""Constants as people write them: grouped numbers, readable dates, labels of picklist values."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from rule_engine import typed
from rule_engine.functions.form_names import name_of_form
from rule_engine.runtime.numbers import number_text
from rule_engine.targets.sentence.names import Names
from rule_engine.targets.sentence.words import Words
from rule_engine.types import Kind

_OF_YEARS = ("YEAR", "ISOYEAR", "DATE")
_PICKLISTS = (Kind.PICKLIST, Kind.MULTI_PICKLIST)


def constant_text(node: typed.Constant, words: Words, names: Names, beside: typed.Typed | None = None) -> str:
    """`beside`: what it is compared with, or the call it is in: tells percents, years and the labels of picklists."""
    match node.value:
        case None:
            return words.blank
        case bool():
            return words.boolean(node.value)
        case Decimal():
            return _number(node.value, beside)
        case str():
            return words.text(labelled(node.value, names, beside))
        case datetime():
            return words.datetime(node.value)
        case date():
            return words.date(node.value)
        case time():
            return words.time(node.value)
        case tuple():
            return words.items([words.text(str(one)) for one in node.value])
    return str(node.value)


def grouped(value: Decimal) -> str:
    """1234567.5 as 1,234,567.5."""
    whole, point, decimals = number_text(value).partition(".")
    sign = "-" if whole.startswith("-") else ""
    digits = whole.removeprefix("-")
    return f"{sign}{int(digits):,}{point}{decimals}" if len(digits) < 1000 else f"{whole}{point}{decimals}"


def _number(value: Decimal, beside: typed.Typed | None) -> str:
    if isinstance(beside, typed.Read) and beside.type.percent:
        return f"{grouped(value * 100 if beside.reference.type.percent else value)}%"
    is_year = isinstance(beside, typed.Apply) and name_of_form(beside.form) in _OF_YEARS
    return number_text(value) if is_year else grouped(value)


def labelled(value: str, names: Names, beside: typed.Typed | None) -> str:
    """The label of a picklist's value; any other text as it is."""
    if isinstance(beside, typed.Read) and beside.reference.type.kind in _PICKLISTS:
        return names.value(beside.reference.path, value)
    return value
