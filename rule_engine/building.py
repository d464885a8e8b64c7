"""Nodes of the syntax tree from what the parser finds, within the limits of a formula."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from lark import Token, Transformer

from rule_engine import syntax
from rule_engine.wording import say

MAX_DEPTH = 100
MAX_LIST_LENGTH = 1_000
MAX_NUMBER_LENGTH = 100
MAX_PATH_LENGTH = 20

_T = TypeVar("_T")
_OPERATOR_SPELLINGS = {"==": "=", "!=": "<>"}
_CHAINED_OPERATORS = ("&",)
_TEMPLATE_MARK = re.compile(r"%%%[A-Z_]+%%%")


class LimitExceeded(Exception):
    """Raised while a tree is built: the place that goes past a limit. Parsers turn it into a SourceError."""

    def __init__(self, code: str, message: str, start: int, end: int) -> None:
        self.code, self.message, self.start, self.end = code, message, start, end
        super().__init__(message)


class ExpressionBuilder(Transformer[Token, Any]):
    """Builds nodes from the named alternatives of formula.lark; give it to Lark as `transformer`.

    A grammar that imports `expression` (`%import .formula.expression`) prefixes the names of the alternatives, so its
    parser takes `merge_transformers(its_own_builder, formula=ExpressionBuilder())` of lark.visitors. `offset` is added
    to every place, for a text that was cut out of a longer one.
    """

    def __init__(self, offset: int = 0) -> None:
        super().__init__()
        self.offset = offset

    def formula(self, parts: Sequence[syntax.Expression]) -> syntax.Expression:
        return _only(parts)

    def any_of(self, parts: Sequence[Any]) -> syntax.Expression:
        return self._chain("||", parts)

    def all_of(self, parts: Sequence[Any]) -> syntax.Expression:
        return self._chain("&&", parts)

    def operations(self, parts: Sequence[Any]) -> syntax.Expression:
        """operand, operator, operand, operator, ... folded from the left."""
        result: syntax.Expression = parts[0]
        run: list[syntax.Expression] = []
        for token, operand in zip(parts[1::2], parts[2::2], strict=True):
            operator = _OPERATOR_SPELLINGS.get(token.value, token.value)
            if operator in _CHAINED_OPERATORS:
                run = run or [result]
                run.append(operand)
                continue
            if run:
                result, run = self._chain("&", run), []
            result = syntax.BinaryOperation(
                operator=operator,
                left=result,
                right=operand,
                start=result.start,
                end=operand.end,
                depth=self._depth([result, operand]),
            )
        return self._chain("&", run) if run else result

    def membership(self, parts: Sequence[Any]) -> syntax.Expression:
        subject, _, *values, closing = parts
        self._limit_list(values)
        return syntax.Membership(
            subject=subject,
            values=tuple(values),
            start=subject.start,
            end=self._end(closing),
            depth=self._depth([subject, *values]),
        )

    def membership_of_name(self, parts: Sequence[Any]) -> syntax.Expression:
        subject, name = parts
        value = self.name([name])
        return syntax.Membership(
            subject=subject, values=(value,), start=subject.start, end=value.end, depth=self._depth([subject, value])
        )

    def list(self, parts: Sequence[Any]) -> syntax.Expression:
        opening, *values, closing = parts
        self._limit_list(values)
        return syntax.ListLiteral(
            values=tuple(values), start=self._start(opening), end=self._end(closing), depth=self._depth(values)
        )

    def between(self, parts: Sequence[Any]) -> syntax.Expression:
        subject, low, high = parts
        return syntax.Between(
            subject=subject, low=low, high=high, start=subject.start, end=high.end, depth=self._depth(parts)
        )

    def unary_operation(self, parts: Sequence[Any]) -> syntax.Expression:
        operator, operand = parts
        sign = operator.value if operator.value in "+-" else "!"
        return syntax.UnaryOperation(
            operator=sign, operand=operand, start=self._start(operator), end=operand.end, depth=self._depth([operand])
        )

    def number(self, parts: Sequence[Any]) -> syntax.Expression:
        token = _only(parts)
        start, end = self._start(token), self._end(token)
        if len(token.value) > MAX_NUMBER_LENGTH:
            raise LimitExceeded(
                "too_long",
                say("A number has at most %(most)s digits.", most=MAX_NUMBER_LENGTH),
                start,
                end,
            )
        return syntax.NumberLiteral(value=Decimal(token.value), start=start, end=end)

    def text(self, parts: Sequence[Any]) -> syntax.Expression:
        token = _only(parts)
        value = re.sub(r'\\(["\\])', r"\1", token.value[1:-1])
        return syntax.TextLiteral(value=value, source=token.value, start=self._start(token), end=self._end(token))

    def true(self, parts: Sequence[Any]) -> syntax.Expression:
        return self._boolean(_only(parts), value=True)

    def false(self, parts: Sequence[Any]) -> syntax.Expression:
        return self._boolean(_only(parts), value=False)

    def null(self, parts: Sequence[Any]) -> syntax.Expression:
        token = _only(parts)
        return syntax.NullLiteral(start=self._start(token), end=self._end(token))

    def name(self, parts: Sequence[Any]) -> syntax.Expression:
        token = _only(parts)
        return self._name(token, token.value, is_merged=False)

    def merged_name(self, parts: Sequence[Any]) -> syntax.Expression:
        token = _only(parts)
        return self._name(token, token.value[2:-1].strip(), is_merged=True)

    def call(self, parts: Sequence[Any]) -> syntax.Expression:
        name, _, *rest, closing = parts
        arguments = tuple(argument for argument in rest if argument is not None)
        self._limit_list(arguments)
        return syntax.Call(
            name=name.value,
            name_end=self._end(name),
            arguments=arguments,
            start=self._start(name),
            end=self._end(closing),
            depth=self._depth(arguments),
        )

    def group(self, parts: Sequence[Any]) -> syntax.Expression:
        opening, inner, closing = parts
        start, end = self._start(opening), self._end(closing)
        node: syntax.Expression = replace(inner, start=start, end=end, depth=self._depth([inner]))
        return node

    def _name(self, token: Token, written: str, *, is_merged: bool) -> syntax.Expression:
        path = tuple(written.split("."))
        start, end = self._start(token), self._end(token)
        if not all(_TEMPLATE_MARK.sub("", part) for part in path):
            raise LimitExceeded(
                "syntax", say('"%(path)s" has an empty part between dots.', path=token.value), start, end
            )
        if len(path) > MAX_PATH_LENGTH:
            message = say(
                "A path has at most %(most)s names, this one has %(count)s.",
                most=MAX_PATH_LENGTH,
                count=len(path),
            )
            raise LimitExceeded("too_long", message, start, end)
        return syntax.Name(path=path, start=start, end=end, is_merged=is_merged)

    def _boolean(self, token: Token, *, value: bool) -> syntax.Expression:
        return syntax.BooleanLiteral(value=value, start=self._start(token), end=self._end(token))

    def _chain(self, operator: str, operands: Sequence[syntax.Expression]) -> syntax.Expression:
        self._limit_list(operands)
        return syntax.Chain(
            operator=operator,
            operands=tuple(operands),
            start=operands[0].start,
            end=operands[-1].end,
            depth=self._depth(operands),
        )

    def _depth(self, parts: Sequence[syntax.Expression]) -> int:
        depth = 1 + max((part.depth for part in parts), default=0)
        if parts:
            self._limit_depth(depth, parts[0].start, parts[-1].end)
        return depth

    def _limit_depth(self, depth: int, start: int, end: int) -> None:
        if depth > MAX_DEPTH:
            raise LimitExceeded(
                "too_deep",
                say("The formula is nested more than %(most)s levels deep.", most=MAX_DEPTH),
                start,
                end,
            )

    def _limit_list(self, parts: Sequence[syntax.Expression]) -> None:
        if len(parts) > MAX_LIST_LENGTH:
            message = say(
                "A list has at most %(most)s members, this one has %(count)s.",
                most=MAX_LIST_LENGTH,
                count=len(parts),
            )
            raise LimitExceeded("too_long", message, parts[0].start, parts[-1].end)

    def _start(self, token: Token) -> int:
        return (token.start_pos or 0) + self.offset

    def _end(self, token: Token) -> int:
        return (token.end_pos or 0) + self.offset


def _only(parts: Sequence[_T]) -> _T:
    (part,) = parts
    return part
