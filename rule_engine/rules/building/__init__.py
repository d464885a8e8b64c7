"""Turns what the parser recognises into the syntax tree, while it parses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lark import Token, Transformer
from lark.visitors import merge_transformers

from rule_engine.building import ExpressionBuilder
from rule_engine.rules.building import actions, leaves, people, statements, triggers
from rule_engine.rules.building.parts import Parts


def tree_builder() -> Transformer[Token, Any]:
    """The builder of all rules of grammar/rules.lark, formulas included; for Lark's `transformer`."""
    builder: Transformer[Token, Any] = Transformer()
    for module in (leaves, triggers, people, actions, statements):
        for name, build in module.BUILDERS.items():
            setattr(builder, name, _over_parts(build))
    merged: Transformer[Token, Any] = merge_transformers(builder, formula=ExpressionBuilder())  # type: ignore[no-untyped-call]  # as Lark has it
    return merged


def _over_parts(build: Callable[[Parts], Any]) -> Callable[[Sequence[Any]], Any]:
    return lambda parts: build(Parts(parts))
