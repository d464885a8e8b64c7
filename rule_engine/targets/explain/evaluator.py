"""Evaluates a typed tree node by node and keeps what every part gave; the values are those of the Python target."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from rule_engine import typed
from rule_engine.checker import CheckedFormula
from rule_engine.context import EvaluationContext
from rule_engine.errors import FormulaError
from rule_engine.runtime import numbers
from rule_engine.targets.explain.naming import what_is
from rule_engine.targets.explain.rows import Rows
from rule_engine.targets.explain.tree import Explanation, Failure
from rule_engine.types import Kind

Take = Callable[[typed.Typed], Any]

_WRITTEN_ORDER = re.compile(r"(?:[\s)]|/\*(?s:.*?)\*/)*[<>]=?(?:[\s(]|/\*(?s:.*?)\*/)*")
_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
}


class Evaluator:
    """Over one record, or one row of a child list. `locals`: the values of the names that LET binds."""

    def __init__(
        self,
        checked: CheckedFormula,
        record: Mapping[str, Any],
        context: EvaluationContext,
        locals_: Mapping[str, Any] | None = None,
    ) -> None:
        self._checked, self._record, self._context = checked, record, context
        self._locals: Mapping[str, Any] = locals_ or {}

    def explain(self, node: typed.Typed) -> Explanation:
        """The node with its parts, in the order they are evaluated; those that were not needed are skipped."""
        if isinstance(node, typed.Aggregate):
            rows = Rows(node, self._record[".".join(node.rows.path)], self._of_row, self._bare(node))
            return self._finished(node, rows, rows.value)
        parts = Parts(self, typed.children(node))
        return self._finished(node, parts, lambda: self._value(node, parts))

    def _of_row(self, row: Mapping[str, Any]) -> Evaluator:
        return Evaluator(self._checked, row, self._context, self._locals)

    def _with_local(self, name: str, value: Any) -> Evaluator:
        return Evaluator(self._checked, self._record, self._context, {**self._locals, name: value})

    def _finished(self, node: typed.Typed, parts: Parts | Rows, compute: Callable[[], Any]) -> Explanation:
        """What `compute` gives, or why it failed, with the parts that it took."""
        value, failure = None, None
        try:
            value = compute()
        except FormulaError as error:
            failure = Failure(kind=error.kind, message=str(error))
        except ArithmeticError as error:
            failure = Failure(kind="out_of_range", message=f"The result is out of range ({type(error).__name__}).")
        return replace(
            self._bare(node),
            value=value,
            failure=failure,
            children=parts.all(),
            rows_left_out=parts.rows_left_out,
        )

    def skipped(self, node: typed.Typed) -> Explanation:
        """A part that nobody needed."""
        return replace(self._bare(node), is_skipped=True)

    def _bare(self, node: typed.Typed) -> Explanation:
        return Explanation(
            text=self._text(node),
            start=node.start - self._checked.offset,
            end=node.end - self._checked.offset,
            what=what_is(node),
            kind=node.type.kind,
        )

    def _text(self, node: typed.Typed) -> str:
        """What is written there; of one of the two comparisons that `between` is, that comparison."""
        offset, source = self._checked.offset, self._checked.source
        if isinstance(node, typed.Order):
            left, right = node.left, node.right
            if not _WRITTEN_ORDER.fullmatch(source, left.end - offset, right.start - offset):
                return f"{self._text(left)} {node.operator} {self._text(right)}"
        return source[node.start - offset : node.end - offset]

    def _value(self, node: typed.Typed, parts: Parts) -> Any:
        take = parts.take
        match node:
            case typed.Constant(value=value):
                return value
            case typed.Read():
                return self._read(node)
            case typed.ContextRead(name=name):
                value = _context_value(self._context, name)
                return value or False if node.type.kind is Kind.BOOLEAN else value
            case typed.Local(name=name):
                return self._locals[name]
            case typed.Apply():
                return self._apply(node, [take(argument) for argument in node.arguments])
            case typed.All(operands=operands):
                return all(take(operand) for operand in operands)
            case typed.AnyOf(operands=operands):
                return any(take(operand) for operand in operands)
            case typed.Not(operand=operand):
                value = take(operand)
                return None if value is None else not value
            case typed.IsBlank(operand=operand):
                return take(operand) is None
            case typed.Fallback(operand=operand, fallback=fallback):
                return self._fallback(take, operand, fallback)
            case typed.Recover(operand=operand, fallback=fallback):
                return self._recover(take, operand, fallback)
            case typed.Conditional(branches=branches, otherwise=otherwise):
                return self._conditional(parts, branches, otherwise)
            case typed.Case():
                return self._case(node, parts)
            case typed.Equal():
                return _equal(node, take(node.left), take(node.right))
            case typed.Order(operator=operator, left=left, right=right):
                values = take(left), take(right)
                return None if None in values else _ORDERS[operator](*values)
            case typed.OneOf(subject=subject, values=values):
                given, members = take(subject), [take(value) for value in values]
                return given is not None and given in members
            case typed.Holds(subject=subject, values=values):
                held, members = take(subject), [take(value) for value in values]
                return held is not None and any(one in held for one in members if one is not None)
            case typed.Let(bindings=bindings, body=body):
                return self._let(parts, bindings, body)
            case typed.FindValue(key=key):
                return self._find_value(node, take(key))
        raise AssertionError(node)

    def _read(self, node: typed.Read) -> Any:
        key = ".".join(node.reference.path)
        is_earlier = node.is_prior and self._context.prior is not None
        value = (self._context.prior if is_earlier else self._record)[key]  # type: ignore[index]  # not None: is_earlier
        if node.type.kind is Kind.BOOLEAN:
            return bool(value)
        if value is None:
            value = numbers.ZERO if node.blank_is_zero else None
        is_fraction = node.reference.type.percent and value is not None
        return numbers.percent(value) if is_fraction else value

    def _apply(self, node: typed.Apply, values: list[Any]) -> Any:
        if None in values and not node.form.takes_blanks:
            return None
        return node.form.python(*values, *(getattr(self._context, need) for need in node.form.needs))

    def _fallback(self, take: Take, operand: typed.Typed, fallback: typed.Typed) -> Any:
        value = take(operand)
        if value is not None and not typed.can_fail(fallback):
            return value
        substitute = take(fallback)
        return substitute if value is None else value

    def _recover(self, take: Take, operand: typed.Typed, fallback: typed.Typed) -> Any:
        try:
            return take(operand)
        except FormulaError:
            return take(fallback)

    def _conditional(
        self, parts: Parts, branches: Iterable[tuple[typed.Typed, typed.Typed]], otherwise: typed.Typed
    ) -> Any:
        for condition, value in branches:
            if parts.take(condition):
                return parts.take(value)
            parts.skip(value)
        return parts.take(otherwise)

    def _case(self, node: typed.Case, parts: Parts) -> Any:
        """Where nothing can fail the results that are not chosen are skipped, as the Python target does."""
        subject = parts.take(node.subject)
        is_text = any(
            part.type.kind in typed.TEXT_KINDS for part in (node.subject, *(value for value, _ in node.branches))
        )
        matches = is_text or subject is not None
        if not any(map(typed.can_fail, typed.children(node)[1:])):
            for value, result in node.branches:
                if parts.take(value) == subject and matches:
                    return parts.take(result)
                parts.skip(result)
            return parts.take(node.otherwise)
        pairs = [(parts.take(value), parts.take(result)) for value, result in node.branches]
        otherwise = parts.take(node.otherwise)
        return next((result for value, result in pairs if value == subject), otherwise) if matches else otherwise

    def _let(self, parts: Parts, bindings: Iterable[tuple[str, typed.Typed]], body: typed.Typed) -> Any:
        inner = self
        for name, value in bindings:
            inner = inner._with_local(name, parts.take(value, inner))
        return parts.take(body, inner)

    def _find_value(self, node: typed.FindValue, key: Any) -> Any:
        if self._context.find_value is None:
            raise FormulaError("cannot_look_up", f"{node.object} cannot be looked up here.")
        return None if key is None else self._context.find_value(node.object, node.field, node.key_field, key)


class Parts:
    """The parts of one node, taken or skipped in their order."""

    def __init__(self, evaluator: Evaluator, nodes: tuple[typed.Typed, ...]) -> None:
        self._evaluator, self._nodes = evaluator, nodes
        self._done: list[Explanation] = []
        self.rows_left_out = 0

    def take(self, node: typed.Typed, evaluator: Evaluator | None = None) -> Any:
        """The value of the next part.

        Raises: FormulaError where the part failed.
        """
        part = (evaluator or self._evaluator).explain(node)
        self._done.append(part)
        if part.failure is not None:
            raise part.failure.as_error()
        return part.value

    def skip(self, node: typed.Typed) -> None:
        self._done.append(self._evaluator.skipped(node))

    def all(self) -> tuple[Explanation, ...]:
        """Those that were taken or skipped, and the rest, which nobody needed."""
        return (*self._done, *(self._evaluator.skipped(node) for node in self._nodes[len(self._done) :]))


def _context_value(context: EvaluationContext, name: str) -> Any:
    if name.startswith("user."):
        return context.user[name.removeprefix("user.")]
    return context.globals.get(name) if "." in name else getattr(context, name)


def _equal(node: typed.Equal, left: Any, right: Any) -> bool | None:
    if not typed.is_text_equality(node) and (left is None or right is None):
        return None
    return bool((left == right) is not node.is_negated)
