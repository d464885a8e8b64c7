"""Text into a syntax tree, by the grammar in grammar/formula.lark. Knows no names and no types."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from rule_engine import syntax
from rule_engine.diagnosis import diagnose
from rule_engine.errors import Diagnostic, SourceError

MAX_SOURCE_LENGTH = 65_536
MAX_DEPTH = 100
MAX_LIST_LENGTH = 1_000
MAX_NUMBER_LENGTH = 100

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
            raise LimitExceeded("too_long", f"A number has at most {MAX_NUMBER_LENGTH} digits.", start, end)
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
            raise LimitExceeded("syntax", f'"{token.value}" has an empty part between dots.', start, end)
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
            raise LimitExceeded("too_deep", f"The formula is nested more than {MAX_DEPTH} levels deep.", start, end)

    def _limit_list(self, parts: Sequence[syntax.Expression]) -> None:
        if len(parts) > MAX_LIST_LENGTH:
            message = f"A list has at most {MAX_LIST_LENGTH} members, this one has {len(parts)}."
            raise LimitExceeded("too_long", message, parts[0].start, parts[-1].end)

    def _start(self, token: Token) -> int:
        return (token.start_pos or 0) + self.offset

    def _end(self, token: Token) -> int:
        return (token.end_pos or 0) + self.offset


def _only(parts: Sequence[_T]) -> _T:
    (part,) = parts
    return part


def parse_formula(source: str) -> syntax.Expression:
    """The syntax tree of one formula.

    Raises: SourceError when the text is no formula, too long or too deep.
    """
    if len(source) > MAX_SOURCE_LENGTH:
        raise SourceError([too_long(source)], source[:200])
    try:
        tree: Any = _formula_parser().parse(source)
    except UnexpectedInput as error:
        raise SourceError([explain_unexpected(source, error)], source) from None
    except LimitExceeded as limit:
        raise SourceError([diagnose(source, limit.code, limit.message, limit.start, limit.end)], source) from None
    return tree  # type: ignore[no-any-return]  # the embedded builder makes Lark return our node


def too_long(source: str) -> Diagnostic:
    """The diagnostic for a text past MAX_SOURCE_LENGTH."""
    message = f"The text has {len(source)} characters; at most {MAX_SOURCE_LENGTH} are read."
    return diagnose(source[:200], "too_long", message, 0, 1, "Split it, or move parts into formula fields.")


@cache
def _formula_parser() -> Lark:
    grammar = files("rule_engine").joinpath("grammar/formula.lark").read_text(encoding="utf-8")
    return Lark(
        grammar,
        start="formula",
        parser="lalr",
        lexer="contextual",
        transformer=ExpressionBuilder(),
        maybe_placeholders=False,
    )


def explain_unexpected(source: str, error: UnexpectedInput) -> Diagnostic:
    """A syntax error in words: what stands there, and what may stand there."""
    start = error.pos_in_stream if error.pos_in_stream is not None else len(source)
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return diagnose(source, "syntax", "The text ends too early.", len(source), len(source), _expected(error))
    if isinstance(error, UnexpectedToken):
        found = str(error.token)
        return diagnose(
            source, "syntax", f'"{found[:40]}" cannot stand here.', start, start + len(found), _expected(error, found)
        )
    return _explain_character(source, start, error)


def _explain_character(source: str, start: int, error: UnexpectedInput) -> Diagnostic:
    character = source[start : start + 1]
    if character in ("'", '"'):
        if re.match(r"""(['"])(?:(?!\1)[^\\\r\n]|\\.)*\1""", source[start:]) and "\\" in source[start:]:
            hint = "After a backslash only n, r, t, a quote or a backslash may stand."
            return diagnose(source, "syntax", "The text holds an unknown escape.", start, start + 1, hint)
        hint = "Close it with the same quote, on the same line."
        if re.match(r"""(['"])(?:(?!\1)[^\\\r\n]|\\.)*\1""", source[start:]):
            return diagnose(source, "syntax", "A text cannot stand here.", start, start + 1, _expected(error))
        return diagnose(source, "syntax", "The text is not closed.", start, start + 1, hint)
    if source.startswith("/*", start):
        return diagnose(source, "syntax", "The comment is not closed.", start, start + 2, "Close it with */.")
    word = re.match(r"[\w$:.#]+", source[start:])
    found = word.group() if word else character
    message = f'"{found[:40]}" cannot stand here.'
    return diagnose(source, "syntax", message, start, start + len(found), _expected(error, found))


_TERMINAL_WORDS = {
    "NAME": "a name",
    "NUMBER": "a number",
    "TEXT": "a text",
    "RPAR": '")"',
    "LPAR": '"("',
    "_COMMA": '","',
    "_AND": '"and"',
}


def _expected(error: UnexpectedInput, found: str = "") -> str | None:
    """What could stand there instead, in a few words."""
    if found.lower() in ("and", "or"):
        operator = "&&" if found.lower() == "and" else "||"
        return f'Join conditions with "{operator}" or {found.upper()}(..., ...).'
    if found.startswith("."):
        return "A number begins with a digit: 0.5, not .5."
    allowed = getattr(error, "allowed", None) if isinstance(error, UnexpectedCharacters) else None
    allowed = allowed or getattr(error, "expected", None) or getattr(error, "accepts", None) or ()
    names = {name.rpartition("__")[2] if name.startswith("formula__") else name for name in allowed}
    if "NAME" in names:
        return "Expected a value: a field, a function, a number or a text."
    words = [word for name, word in _TERMINAL_WORDS.items() if name in names]
    if any(name.endswith("_OPERATOR") for name in names):
        words = ["an operator"]
    return f"Expected {' or '.join(words)}." if words else None
