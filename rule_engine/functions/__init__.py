"""All built-ins: one entry for each, built by one function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from rule_engine.functions.arithmetic import operator_functions
from rule_engine.functions.calendar import calendar_functions
from rule_engine.functions.collections import collection_functions
from rule_engine.functions.entry import Form, Function, FunctionInfo
from rule_engine.functions.logic import logic_functions
from rule_engine.functions.lookups import lookup_functions
from rule_engine.functions.numeric import number_functions
from rule_engine.functions.textual import text_functions

__all__ = ["FUNCTIONS", "Form", "Function", "FunctionInfo", "build_functions", "describe_function"]


def build_functions() -> Mapping[str, Function]:
    """Every built-in by its upper-case name; operators and conversions under names no formula can write."""
    functions: dict[str, Function] = {}
    for function in (
        *logic_functions(),
        *number_functions(),
        *text_functions(),
        *calendar_functions(),
        *collection_functions(),
        *lookup_functions(),
        *operator_functions(),
    ):
        forms = tuple(
            replace(form, key=f"{_key(function.name)}_{index}") for index, form in enumerate(function.forms, start=1)
        )
        functions[function.name] = replace(function, forms=forms)
    return MappingProxyType(functions)


_SIGN_WORDS = {"+": "plus", "-": "minus", "*": "times", "/": "over", "^": "power", "&": "and"}


def _key(name: str) -> str:
    words = name.replace(":", " ").split()
    return "_".join(_SIGN_WORDS.get(word, word) for word in words).lower()


FUNCTIONS = build_functions()


def describe_function(name: str) -> FunctionInfo:
    """What documents show of a built-in, by its name in any letter case.

    Raises: KeyError when there is none.
    """
    function = FUNCTIONS[name.upper()]
    if function.is_internal:
        raise KeyError(name)
    return FunctionInfo(
        name=function.name,
        signature=function.usage,
        summary_en=function.summary_en,
        summary_zh=function.summary_zh,
        example=function.example,
    )
