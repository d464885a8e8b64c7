"""Says in words what a parser found and what it could have taken there instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from rule_engine.diagnosis import did_you_mean
from rule_engine.wording import say, say_choice

_FORMULA_START = "formula__NUMBER"
_STATEMENTS = ("RULE", "ASSIGNMENT", "VALIDATION", "APPROVAL", "TEST")
_ACTIONS = (
    *("ASSIGN", "SET", "CREATE", "UPDATE", "DELETE", "NOTIFY", "SEND", "POST", "SUBMIT", "CALL", "FAIL", "STOP"),
    *("IF", "FOR"),
)
_TRIGGERS = ("CREATED", "UPDATED", "SAVED", "DELETED", "RESTORED", "EVERY", "CRON", "EVENT", "CALLED")
_FORMULA_PARTS = ("TEXT", "NAME", "LPAR", "NUMBER", "SIGN", "NOT", "TRUE", "FALSE", "NULL")
_WORDS: Mapping[str, str] = {
    "NAME": say("a name"),
    "TEXT": say("a text in quotes"),
    "NUMBER": say("a number"),
    "INTEGER": say("a whole number"),
    "TIME": say("a time such as 09:00"),
    "UNIT": say("a unit of time (minutes, hours, days, weeks, months, years)"),
    "ARROW": '"->"',
    "EQUALS": '"="',
    "LPAR": '"("',
    "RPAR": '")"',
    "_COMMA": '","',
    "LIST_LPAR": say('a list of fields, "(field = value)"'),
    "IN_QUEUE": '"in queue"',
    "TEMPLATE_WITH": '"with template"',
    "$END": say("the end of the file"),
}
_MAX_SHOWN = 6
_FOUND = re.compile(r"""[\w$:.#]+|"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'|->|==|<>|!=|<=|>=|&&|\|\||.""")


def found_at(text: str, position: int) -> str:
    """The word, text or character that stands at a position; "" at the end."""
    found = _FOUND.match(text, position)
    return found.group() if found else ""


def hint_for(found: str, accepted: Iterable[str]) -> str | None:
    """The nearest keyword if `found` is nearly one, else everything the parser could take, grouped."""
    terminals = set(accepted)
    keywords = [name.lower() for name in terminals if name not in _WORDS and name.isalpha()]
    if found[:1].isalpha():
        units = ["minutes", "hours", "days", "weeks", "months", "years"] if "UNIT" in terminals else []
        near = did_you_mean(found, [*keywords, *units])
        if near:
            return near
    words = _in_words(terminals)
    if not words:
        return None
    shown = words[:_MAX_SHOWN] + (["…"] if len(words) > _MAX_SHOWN else [])
    return say("Expected %(what)s.", what=say_choice(shown))


def hint_for_trigger(before: str) -> str:
    """Where `changes` is missing: the word before it was read as a field, and perhaps was to be an event."""
    words = before.split()
    near = did_you_mean(words[-1], [name.lower() for name in _TRIGGERS]) if words else None
    return near or say('Expected "changes" after the name of a field, or an event such as created, updated or saved.')


def _in_words(terminals: set[str]) -> list[str]:
    left = set(terminals)
    words: list[str] = []
    if {"ASSIGN", "SET"} <= left:
        words.append(say("an action (assign, set, create, notify, …)"))
        left -= set(_ACTIONS)
    if {"RULE", "ASSIGNMENT"} <= left:
        words.append(say("a statement (rule, assignment, validation, …)"))
        left -= {*_STATEMENTS, "$END"}
    if {"CREATED", "UPDATED"} <= left:
        words.append(say("a trigger (created, updated, saved, FIELD changes, …)"))
        left -= {*_TRIGGERS, "ON", "INTEGER", "NAME"}
    if _FORMULA_START in left or {"NUMBER", "LPAR"} <= left:
        words.append(say("a formula"))
        left -= set(_FORMULA_PARTS)
    if any(name.endswith("_OPERATOR") for name in left):
        words.append(say("an operator"))
        left -= {"_IN", "LPAR"}
    plain = sorted(name for name in left if not name.startswith(("formula__", "_formula__")))
    plain.sort(key=lambda name: name != "END")
    words += [_WORDS.get(name, f'"{name.strip("_").lower()}"') for name in plain]
    return words
