"""What each node of a typed tree is called in an explanation."""

from __future__ import annotations

from collections.abc import Mapping

from rule_engine import typed
from rule_engine.functions import FUNCTIONS
from rule_engine.functions.form_names import name_of_form

_WORDS: Mapping[type[typed.Typed], str] = {
    typed.Constant: "constant",
    typed.Read: "field",
    typed.ContextRead: "context",
    typed.Local: "name",
    typed.All: "all of",
    typed.AnyOf: "any of",
    typed.Not: "not",
    typed.IsBlank: "is blank",
    typed.Fallback: "fallback",
    typed.Recover: "fallback on failure",
    typed.Conditional: "choice",
    typed.Case: "choice by value",
    typed.OneOf: "one of",
    typed.Holds: "holds",
    typed.Let: "let",
    typed.FindValue: "look-up",
}


def what_is(node: typed.Typed) -> str:
    """A word or two; functions and operators by their names."""
    match node:
        case typed.Apply(form=form):
            return _call_name(name_of_form(form))
        case typed.Equal(is_negated=is_negated):
            return "operator <>" if is_negated else "operator ="
        case typed.Order(operator=operator):
            return f"operator {operator}"
        case typed.Aggregate(function=function):
            return f"function {function.upper()}"
        case typed.Read(is_prior=True):
            return "field before the change"
    return _WORDS[type(node)]


def _call_name(name: str) -> str:
    if not FUNCTIONS[name].is_internal:
        return f"function {name}"
    return "function TEXT" if name == "TEXT:FORM" else name
