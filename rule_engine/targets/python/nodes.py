"""Small pieces of Python syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

NONE = ast.Constant(value=None)
LOAD = ast.Load()


def named(name: str) -> ast.expr:
    return ast.Name(id=name, ctx=LOAD)


def stored(name: str) -> ast.expr:
    """The name as a place to assign to."""
    return ast.Name(id=name, ctx=ast.Store())


def item(container: ast.expr, key: str) -> ast.expr:
    return ast.Subscript(value=container, slice=ast.Constant(value=key), ctx=LOAD)


def called(function: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(func=named(function), args=list(arguments), keywords=[])


def is_none(value: ast.expr) -> ast.expr:
    """Decided at once for a constant, which Python does not like to see compared."""
    if isinstance(value, ast.Constant):
        return ast.Constant(value=value.value is None)
    return ast.Compare(left=value, ops=[ast.Is()], comparators=[NONE])


def is_some(value: ast.expr) -> ast.expr:
    if isinstance(value, ast.Constant):
        return ast.Constant(value=value.value is not None)
    return ast.Compare(left=value, ops=[ast.IsNot()], comparators=[NONE])


def either(tests: Sequence[ast.expr]) -> ast.expr:
    return tests[0] if len(tests) == 1 else ast.BoolOp(op=ast.Or(), values=list(tests))


def both(tests: Sequence[ast.expr]) -> ast.expr:
    return tests[0] if len(tests) == 1 else ast.BoolOp(op=ast.And(), values=list(tests))


def choose(test: ast.expr, value: ast.expr, otherwise: ast.expr) -> ast.expr:
    return ast.IfExp(test=test, body=value, orelse=otherwise)


def last_of(values: Sequence[ast.expr]) -> ast.expr:
    """All are computed, the last is the value."""
    if len(values) == 1:
        return values[0]
    return ast.Subscript(value=ast.Tuple(elts=list(values), ctx=LOAD), slice=ast.Constant(value=-1), ctx=LOAD)


def attribute(name: str, attribute: str) -> ast.expr:
    return ast.Attribute(value=named(name), attr=attribute, ctx=LOAD)


def compare(left: ast.expr, sign: ast.cmpop, right: ast.expr) -> ast.expr:
    return ast.Compare(left=left, ops=[sign], comparators=[right])


class _Filler(ast.NodeTransformer):
    """Puts arguments for the names a, b, c of an inline template."""

    def __init__(self, arguments: Mapping[str, ast.expr]) -> None:
        self._arguments = arguments

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._arguments.get(node.id, node)


def filled(inline: str, arguments: Sequence[ast.expr]) -> ast.expr:
    template = ast.parse(inline, mode="eval").body
    result: ast.expr = _Filler(dict(zip("abcdefgh", arguments, strict=False))).visit(template)
    return result
