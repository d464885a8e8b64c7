"""Writes the JavaScript of each typed node: calls of the runtime, which knows what is done with blanks.

In `value` form the code gives the node's value, null for blank; in `condition` form only its truth counts, and JavaScript
takes null for false.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from rule_engine import typed
from rule_engine.errors import UnsupportedOnTarget
from rule_engine.runtime.numbers import number_text
from rule_engine.targets.javascript.code import (
    Code,
    array,
    arrow,
    block,
    call,
    called_at_once,
    choice,
    joined,
    prefixed,
)
from rule_engine.targets.javascript.functions import runtime_function
from rule_engine.targets.javascript.literals import text_literal
from rule_engine.types import Kind

_ORDERS = {"<": "less", "<=": "atMost", ">": "more", ">=": "atLeast"}
_AGGREGATES = {
    "count": "countRows",
    "sum": "sumRows",
    "avg": "averageRows",
    "min": "smallestOfRows",
    "max": "largestOfRows",
}
_CONTEXT = {
    "now": "context.now",
    "today": "context.today",
    "time_zone": "context.timeZone",
    "is_new": "context.isNew",
    "is_clone": "context.isClone",
    "currency_rates": "context.currencyRates",
}


class Writer:
    """Writes the formulas of one module, and collects what they import and the constants they share."""

    def __init__(self) -> None:
        self.imports: set[str] = set()
        self.constants: dict[str, str] = {}
        self._locals: dict[str, str] = {}
        self._local_count = 0
        self._row = "record"

    def function(self, tree: typed.Typed) -> Code:
        """An arrow function of a record and a context."""
        body = self._let_block(tree) if isinstance(tree, typed.Let) else self.value(tree)
        return arrow("record, context", body)

    # the two forms

    def value(self, node: typed.Typed) -> Code:
        """Code that gives the node's value, null for blank."""
        match node:
            case typed.Constant(value=value):
                return self._constant(value)
            case typed.Read():
                return self._read(node)
            case typed.ContextRead():
                return self._context_read(node)
            case typed.Apply(form=form, arguments=arguments):
                needs = (self._need(need) for need in form.needs)
                return self._call(runtime_function(form), *map(self.value, arguments), *needs)
            case typed.All(operands=operands) | typed.AnyOf(operands=operands):
                return self._truth(operands, self.condition(node))
            case typed.Not(operand=operand) if typed.can_be_blank(operand):
                return self._call("not", self.value(operand))
            case typed.Not(operand=operand):
                return prefixed("!", self.condition(operand))
            case typed.IsBlank(operand=operand):
                return self._call("isBlank", self.value(operand))
            case typed.Fallback(operand=operand, fallback=fallback):
                return self._call("orElse", self.value(operand), self.value(fallback))
            case typed.Recover(operand=operand, fallback=fallback):
                return self._call("recover", arrow("", self.value(operand)), arrow("", self.value(fallback)))
            case typed.Conditional(branches=branches, otherwise=otherwise):
                chosen = [(self.condition(condition), self.value(value)) for condition, value in branches]
                return choice(chosen, self.value(otherwise))
            case typed.Case():
                return self._case(node)
            case typed.Equal():
                return self._equal(node)
            case typed.Order(operator=sign, left=left, right=right):
                return self._call(_ORDERS[sign], self.value(left), self.value(right))
            case typed.OneOf(subject=subject, values=values):
                return self._call("oneOf", self.value(subject), self._array(values))
            case typed.Holds(subject=subject, values=values):
                return self._call("holds", self.value(subject), self._array(values))
            case typed.Let():
                return called_at_once(self._let_block(node))
            case typed.Local(name=name):
                return self._locals[name]
            case typed.Aggregate():
                return self._aggregate(node)
            case typed.FindValue(object=name, field=field, key_field=key_field, key=key):
                places = [text_literal(part) for part in (name, field, key_field)]
                return self._call("findValue", "context", *places, self.value(key))
        raise UnsupportedOnTarget("javascript", type(node).__name__)

    def condition(self, node: typed.Typed) -> Code:
        """Code whose truth is the node's; blank is false."""
        match node:
            case typed.All(operands=operands):
                return joined("&&", [self.condition(operand) for operand in operands])
            case typed.AnyOf(operands=operands):
                return joined("||", [self.condition(operand) for operand in operands])
        return self.value(node)

    def _truth(self, operands: Sequence[typed.Typed], condition: Code) -> Code:
        """Never blank, though an operand may be."""
        if not any(map(typed.can_be_blank, operands)):
            return condition
        self.imports.add("isTrue")
        return call("isTrue", condition) if len(operands) == 1 else prefixed("isTrue", condition)

    def _call(self, function: str, *arguments: Code) -> Code:
        self.imports.add(function)
        return call(function, *arguments)

    def _array(self, nodes: Sequence[typed.Typed]) -> Code:
        return array([self.value(node) for node in nodes])

    # constants

    def _constant(self, value: Any) -> Code:
        """Plain values stand in the code; others are made once for the module."""
        if value is None or isinstance(value, bool):
            return {None: "null", True: "true", False: "false"}[value]
        if isinstance(value, str):
            return text_literal(value)
        if isinstance(value, tuple):
            return array([self._constant(one) for one in value])
        return self._shared(*_made(value))

    def _shared(self, kind: str, text: str) -> str:
        """The name of a constant of the module."""
        self.imports.add(kind)
        made = f"{kind}({text_literal(text)})"
        return self.constants.setdefault(made, f"{kind.upper()}_{len(self.constants) + 1}")

    # reading

    def _read(self, node: typed.Read) -> Code:
        row = self._call("before", self._row, "context") if node.is_prior else self._row
        path = text_literal(".".join(node.reference.path))
        if node.type.kind is Kind.BOOLEAN:
            return self._call("readFlag", row, path)
        value = self._call("readOrZero" if node.blank_is_zero else "read", row, path)
        return self._call("percent", value) if node.reference.type.percent else value

    def _context_read(self, node: typed.ContextRead) -> Code:
        holder, _, name = node.name.partition(".")
        if not name:
            return self._need(node.name)
        read = "readFlag" if node.type.kind is Kind.BOOLEAN else "read"
        if holder == "user":
            return self._call(read, "context.user", text_literal(name))
        return self._call(read, "context.globals", text_literal(node.name))

    def _need(self, name: str) -> str:
        if name not in _CONTEXT:
            raise UnsupportedOnTarget("javascript", name)
        return _CONTEXT[name]

    # comparisons and choices

    def _equal(self, node: typed.Equal) -> Code:
        sides = self.value(node.left), self.value(node.right)
        if typed.is_text_equality(node):
            return self._call("differ" if node.is_negated else "same", *sides)
        return self._call("unequal" if node.is_negated else "equal", *sides)

    def _case(self, node: typed.Case) -> Code:
        nodes = [node.subject, *(value for value, _ in node.branches)]
        is_text = any(one.type.kind in typed.TEXT_KINDS for one in nodes)
        pairs = self._array([part for branch in node.branches for part in branch])
        chooser = "caseOfText" if is_text else "caseOf"
        return self._call(chooser, self.value(node.subject), pairs, self.value(node.otherwise))

    # names and rows

    def _let_block(self, node: typed.Let) -> Code:
        """Constants of a function body; names that a formula gives are only hints of how they are called here."""
        outer = self._locals
        self._locals = dict(outer)
        constants: list[tuple[str, Code]] = []
        for name, bound in node.bindings:
            value = self.value(bound)
            self._local_count += 1
            self._locals[name] = f"{_readable(name)}_{self._local_count}"
            constants.append((self._locals[name], value))
        body = block(constants, self.value(node.body))
        self._locals = outer
        return body

    def _aggregate(self, node: typed.Aggregate) -> Code:
        rows = self._call("rows", self._row, text_literal(".".join(node.rows.path)))
        outer, self._row = self._row, "row"
        parts = [arrow("row", self.value(part)) for part in (node.value, node.condition) if part is not None]
        self._row = outer
        return self._call(_AGGREGATES[node.function], rows, *parts)


def _readable(name: str) -> str:
    """The start of an identifier."""
    letters = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return letters if letters[:1].isalpha() else f"let{letters}"


def _made(value: Any) -> tuple[str, str]:
    """The runtime function that makes a value, and the text it makes it of."""
    if isinstance(value, Decimal):
        return "number", number_text(value)
    if isinstance(value, datetime):
        return "datetime", value.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    if isinstance(value, date):
        return "date", value.isoformat()
    if isinstance(value, time):
        return "time", value.isoformat("milliseconds")
    raise UnsupportedOnTarget("javascript", f"a constant of type {type(value).__name__}")
