"""Checks the options that stand between the head of a statement and what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from rule_engine.rules import checked
from rule_engine.rules.check.checking import Checking
from rule_engine.rules.syntax.node import Word
from rule_engine.rules.syntax.statements import Option
from rule_engine.syntax import TextLiteral
from rule_engine.wording import say

MAX_PRIORITY = 1_000
RUNS_AS = ("system", "user")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    is_active: bool = True
    priority: int = checked.DEFAULT_PRIORITY
    runs_as: Literal["system", "user"] = "system"
    description: str | None = None


def check_options(checking: Checking, options: tuple[Option, ...]) -> Options:
    values: dict[str, Any] = {}
    for option in options:
        match option:
            case Option(kind="inactive"):
                values["is_active"] = False
            case Option(kind="description", value=TextLiteral(value=text)):
                values["description"] = text
            case Option(kind="priority", value=int(priority)):
                if not 1 <= priority <= MAX_PRIORITY:
                    message = say("A priority is from 1 (first) to %(most)s (last).", most=MAX_PRIORITY)
                    checking.report("bad_priority", message, option)
                values["priority"] = priority
            case Option(kind="runs as", value=Word(name=who) as word):
                if who not in RUNS_AS:
                    checking.report_unknown("actor", word.text, word, RUNS_AS)
                values["runs_as"] = who
    return Options(**values)
