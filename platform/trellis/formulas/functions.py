"""The built-in functions as a reader looks them up: by group, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from rule_engine import FUNCTIONS, describe_function
from rule_engine.functions.calendar import calendar_functions
from rule_engine.functions.entry import Function
from rule_engine.functions.logic import logic_functions
from rule_engine.functions.numeric import number_functions
from rule_engine.functions.textual import text_functions

Group = Literal["logic", "numbers", "text", "dates", "records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFunction:
    """`example`: a formula and the text of its result."""

    name: str
    group: Group
    signature: str
    summary: str
    example: tuple[str, str] | None


def list_functions(language: str) -> tuple[ListedFunction, ...]:
    """Every function that a formula may call, in the order of the registry."""
    groups = _groups()
    return tuple(
        _listed(name, groups.get(name, "records"), language)
        for name, function in FUNCTIONS.items()
        if not function.is_internal
    )


def _listed(name: str, group: Group, language: str) -> ListedFunction:
    about = describe_function(name)
    return ListedFunction(
        name=name,
        group=group,
        signature=about.signature,
        summary=about.summary_zh if language.startswith("zh") else about.summary_en,
        example=about.example,
    )


def _groups() -> Mapping[str, Group]:
    by_group: tuple[tuple[Group, Iterable[Function]], ...] = (
        ("logic", logic_functions()),
        ("numbers", number_functions()),
        ("text", text_functions()),
        ("dates", calendar_functions()),
    )
    return {function.name: group for group, functions in by_group for function in functions}
