"""Writes the Python expression of each typed node.

In `value` form it gives the node's value, None for blank; in `condition` form only its truth counts, so that a
comparison needs no case for blanks. Temporaries are assigned in place (`:=`).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from rule_engine import typed
from rule_engine.functions.entry import Form
from rule_engine.runtime import aggregates, numbers
from rule_engine.targets.python import support
from rule_engine.targets.python.inputs import EachChild, Inputs, context_read
from rule_engine.targets.python.nodes import (
    LOAD,
    NONE,
    both,
    choose,
    compare,
    either,
    filled,
    is_none,
    is_some,
    last_of,
    named,
)
from rule_engine.types import Kind

_MOST_ARGUMENTS = 50
_ORDERS: dict[str, ast.cmpop] = {"<": ast.Lt(), "<=": ast.LtE(), ">": ast.Gt(), ">=": ast.GtE()}


class Writer:
    """Writes expressions, and collects the constants and functions they name. `inputs`: where fields and the context
    are found."""

    def __init__(self, inputs: Inputs) -> None:
        self.names: dict[str, Any] = {}
        self._inputs = inputs
        self._known: dict[int, str] = {}
        self._temporaries = 0
        self._locals: dict[str, ast.expr] = {}

    # names

    def _constant(self, value: Any) -> ast.expr:
        """Plain values stand in the code; others are named."""
        if value is None or isinstance(value, bool | str):
            return ast.Constant(value=value)
        return self._named(value, "k")

    def _named(self, value: Any, prefix: str) -> ast.expr:
        name = self._known.get(id(value))
        if name is None:
            name = f"{prefix}{len(self.names)}"
            self.names[name] = value
            self._known[id(value)] = name
        return named(name)

    def _temporary(self) -> str:
        self._temporaries += 1
        return f"t{self._temporaries}"

    def _keep(self, value: ast.expr) -> tuple[ast.expr, ast.expr]:
        """An expression that computes and keeps the value, and one that reads it again."""
        if isinstance(value, ast.Name | ast.Constant):
            return value, value
        name = self._temporary()
        return ast.NamedExpr(target=ast.Name(id=name, ctx=ast.Store()), value=value), named(name)

    def _support(self, function: Callable[..., Any], *arguments: ast.expr) -> ast.expr:
        return ast.Call(func=self._named(function, "f"), args=list(arguments), keywords=[])

    # values

    def value(self, node: typed.Typed) -> ast.expr:
        """An expression that gives the node's value, None for blank."""
        match node:
            case typed.Constant(value=value):
                return self._constant(value)
            case typed.Read():
                return self._read(node)
            case typed.ContextRead():
                return self._context_value(node)
            case typed.Apply():
                return self._apply(node)
            case typed.All() | typed.AnyOf() | typed.IsBlank() | typed.OneOf() | typed.Holds():
                return self._truth(self.condition(node))
            case typed.Not(operand=operand):
                return self._unless_blank((operand,), lambda parts: ast.UnaryOp(op=ast.Not(), operand=parts[0]))
            case typed.Fallback(operand=operand, fallback=fallback):
                return self._fallback(operand, fallback)
            case typed.Recover(operand=operand, fallback=fallback):
                return self._support(support.recover, self._thunk(operand), self._thunk(fallback))
            case typed.Conditional(branches=branches, otherwise=otherwise):
                result = self.value(otherwise)
                for condition, value in reversed(branches):
                    result = choose(self.condition(condition), self.value(value), result)
                return result
            case typed.Case():
                return self._case(node)
            case typed.Equal():
                return self._equal(node)
            case typed.Order(operator=sign, left=left, right=right):
                return self._unless_blank((left, right), lambda parts: compare(parts[0], _ORDERS[sign], parts[1]))
            case typed.Let():
                return self._let(node, self.value)
            case typed.Local(name=name):
                return self._locals[name]
            case typed.Aggregate():
                return self._aggregate(node)
            case typed.FindValue(object=object_, field=field, key_field=key_field, key=key):
                names = [ast.Constant(value=name) for name in (object_, field, key_field)]
                return self._support(support.find_value, self._inputs.context("find_value"), *names, self.value(key))
        raise AssertionError(node)

    def condition(self, node: typed.Typed) -> ast.expr:
        """An expression whose truth is the node's; blank is false."""
        match node:
            case typed.Read(is_prior=False):
                return self._field(node)
            case typed.All(operands=operands):
                return both([self.condition(operand) for operand in operands])
            case typed.AnyOf(operands=operands):
                return either([self.condition(operand) for operand in operands])
            case typed.Not(operand=operand) if not typed.can_be_blank(operand):
                return ast.UnaryOp(op=ast.Not(), operand=self.condition(operand))
            case typed.IsBlank(operand=operand):
                return is_none(self.value(operand))
            case typed.OneOf():
                return self._one_of(node)
            case typed.Holds(subject=subject, values=values):
                return self._support(support.holds, self.value(subject), self._tuple(values))
            case typed.Equal():
                return self._equal_condition(node)
            case typed.Order(operator=sign, left=left, right=right):
                return self._both_present(left, right, _ORDERS[sign])
            case typed.Let():
                return self._let(node, self.condition)
        return self.value(node)

    def _truth(self, condition: ast.expr) -> ast.expr:
        if isinstance(condition, ast.Compare) or (
            isinstance(condition, ast.UnaryOp) and isinstance(condition.op, ast.Not)
        ):
            return condition
        return choose(condition, ast.Constant(value=True), ast.Constant(value=False))

    def _thunk(self, node: typed.Typed) -> ast.expr:
        arguments = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
        return ast.Lambda(args=arguments, body=self.value(node))

    # reading

    def _field(self, node: typed.Read) -> ast.expr:
        return self._inputs.field(".".join(node.reference.path))

    def _read(self, node: typed.Read) -> ast.expr:
        value = self._field(node)
        if node.is_prior:
            prior = self._inputs.context("prior")
            earlier = ast.Subscript(value=prior, slice=ast.Constant(value=".".join(node.reference.path)), ctx=LOAD)
            value = choose(is_none(prior), value, earlier)
        if node.type.kind is Kind.BOOLEAN:
            return ast.BoolOp(op=ast.Or(), values=[value, ast.Constant(value=False)])
        if node.blank_is_zero:
            value = ast.BoolOp(op=ast.Or(), values=[value, self._named(numbers.ZERO, "k")])
        if not node.reference.type.percent:
            return value
        percent = self._named(numbers.percent, "f")
        if node.blank_is_zero:
            return ast.Call(func=percent, args=[value], keywords=[])
        kept, again = self._keep(value)
        return choose(is_none(kept), NONE, ast.Call(func=percent, args=[again], keywords=[]))

    def _context_value(self, node: typed.ContextRead) -> ast.expr:
        value = context_read(self._inputs, node.name)
        if node.type.kind is Kind.BOOLEAN and "." in node.name:
            return ast.BoolOp(op=ast.Or(), values=[value, ast.Constant(value=False)])
        return value

    # names and child rows

    def _let(self, node: typed.Let, write: Callable[[typed.Typed], ast.expr]) -> ast.expr:
        """(name := value, ..., body)[-1]"""
        kept: list[ast.expr] = []
        around = dict(self._locals)
        for name, value in node.bindings:
            first, again = self._keep(self.value(value))
            if first is not again:
                kept.append(first)
            self._locals[name] = again
        body = write(node.body)
        self._locals = around
        return last_of([*kept, body])

    def _aggregate(self, node: typed.Aggregate) -> ast.expr:
        """FUNCTION([value for row in rows if condition])"""
        rows, around = self._inputs.field(".".join(node.rows.path)), self._inputs
        row = self._temporary()
        self._inputs = EachChild(row, around)
        value = ast.Constant(value=True) if node.value is None else self.value(node.value)
        tests = [] if node.condition is None else [self.condition(node.condition)]
        self._inputs = around
        loop = ast.comprehension(target=ast.Name(id=row, ctx=ast.Store()), iter=rows, ifs=tests, is_async=0)
        values = rows if node.value is None and not tests else ast.ListComp(elt=value, generators=[loop])
        return self._support(aggregates.OVER_ROWS[node.function], values)

    # calls

    def _apply(self, node: typed.Apply) -> ast.expr:
        def call(parts: Sequence[ast.expr]) -> ast.expr:
            return self._call_form(node.form, [*parts, *(self._inputs.context(need) for need in node.form.needs)])

        if node.form.takes_blanks:
            return call([self.value(argument) for argument in node.arguments])
        return self._unless_blank(node.arguments, call)

    def _call_form(self, form: Form, arguments: list[ast.expr]) -> ast.expr:
        if form.inline is not None:
            return filled(form.inline, arguments)
        while (
            form.repeated is not None and len(arguments) > _MOST_ARGUMENTS
        ):  # so that long texts do not all wait for the last
            groups = range(0, len(arguments), _MOST_ARGUMENTS)
            arguments = [self._support(form.python, *arguments[first : first + _MOST_ARGUMENTS]) for first in groups]
        return self._support(form.python, *arguments)

    def _unless_blank(self, nodes: Sequence[typed.Typed], build: Callable[[Sequence[ast.expr]], ast.expr]) -> ast.expr:
        """`build` over the values, or None when one is blank. A blank never hides that another fails."""
        if any(map(_is_blank_constant, nodes)) and not any(map(typed.can_fail, nodes)):
            return NONE
        may_hide = any(map(typed.can_fail, nodes[1:])) or any(
            typed.can_fail(first) and not typed.can_be_blank(first) for first in nodes[:1]
        )
        is_eager = may_hide and any(map(typed.can_be_blank, nodes))
        tests: list[ast.expr] = []
        parts: list[ast.expr] = []
        before: list[ast.expr] = []
        for node in nodes:
            value = self.value(node)
            if not typed.can_be_blank(node) and not is_eager:
                parts.append(value)
                continue
            kept, again = self._keep(value)
            if is_eager:
                before.append(kept)
                kept = again
            parts.append(again)
            if typed.can_be_blank(node):
                tests.append(is_none(kept))
        result = build(parts)
        if tests:
            result = choose(either(tests), NONE, result)
        return last_of([*before, result])

    # comparisons

    def _equal(self, node: typed.Equal) -> ast.expr:
        sign: ast.cmpop = ast.NotEq() if node.is_negated else ast.Eq()
        if typed.is_text_equality(node):
            return compare(self.value(node.left), sign, self.value(node.right))
        return self._unless_blank((node.left, node.right), lambda parts: compare(parts[0], sign, parts[1]))

    def _equal_condition(self, node: typed.Equal) -> ast.expr:
        if typed.is_text_equality(node):
            return self._equal(node)
        if node.is_negated:
            return self._both_present(node.left, node.right, ast.NotEq())
        if typed.can_be_blank(node.left) and typed.can_be_blank(node.right):
            return self._both_present(node.left, node.right, ast.Eq())
        return compare(self.value(node.left), ast.Eq(), self.value(node.right))

    def _both_present(self, left: typed.Typed, right: typed.Typed, sign: ast.cmpop) -> ast.expr:
        """left is not None and right is not None and left sign right"""
        if typed.can_fail(left) or typed.can_fail(right):
            return self._unless_blank((left, right), lambda parts: compare(parts[0], sign, parts[1]))
        tests: list[ast.expr] = []
        parts: list[ast.expr] = []
        for node in (left, right):
            value = self.value(node)
            if typed.can_be_blank(node):
                kept, value = self._keep(value)
                tests.append(is_some(kept))
            parts.append(value)
        return both([*tests, compare(parts[0], sign, parts[1])])

    def _one_of(self, node: typed.OneOf) -> ast.expr:
        values = [value for value in node.values if not _is_blank_constant(value)]
        if not values:
            return self._unless_blank((node.subject,), lambda _: ast.Constant(value=False))
        if all(isinstance(value, typed.Constant) for value in values):
            constants = frozenset(value.value for value in values if isinstance(value, typed.Constant))
            return compare(self.value(node.subject), ast.In(), self._named(constants, "k"))
        return self._support(support.one_of, self.value(node.subject), self._tuple(values))

    def _tuple(self, nodes: Sequence[typed.Typed]) -> ast.expr:
        return ast.Tuple(elts=[self.value(node) for node in nodes], ctx=LOAD)

    # choices

    def _fallback(self, operand: typed.Typed, fallback: typed.Typed) -> ast.expr:
        if typed.can_fail(fallback):
            return self._support(support.first_present, self.value(operand), self.value(fallback))
        kept, again = self._keep(self.value(operand))
        return choose(is_some(kept), again, self.value(fallback))

    def _case(self, node: typed.Case) -> ast.expr:
        parts = [part for branch in node.branches for part in branch]
        is_text = node.subject.type.kind in typed.TEXT_KINDS or any(
            value.type.kind in typed.TEXT_KINDS for value, _ in node.branches
        )
        if any(map(typed.can_fail, [*parts, node.otherwise])):
            chooser = support.case_of_text if is_text else support.case_of_values
            return self._support(chooser, self.value(node.subject), self._tuple(parts), self.value(node.otherwise))
        return self._lazy_case(node, is_text=is_text)

    def _lazy_case(self, node: typed.Case, *, is_text: bool) -> ast.expr:
        """Nothing can fail, so the first match decides."""
        kept, again = self._keep(self.value(node.subject))
        chain = self.value(node.otherwise)
        for index, (value, result) in reversed(list(enumerate(node.branches))):
            subject = kept if index == 0 else again
            test = compare(subject, ast.Eq(), self.value(value))
            if not is_text and typed.can_be_blank(node.subject) and typed.can_be_blank(value):
                test = both([compare(subject, ast.Eq(), self.value(value)), is_some(again)])
            chain = choose(test, self.value(result), chain)
        return chain


def _is_blank_constant(node: typed.Typed) -> bool:
    return isinstance(node, typed.Constant) and node.value is None
