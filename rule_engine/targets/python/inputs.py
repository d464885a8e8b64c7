"""Where a generated function finds the fields of the record and the context: in a record, or in columns beside one another."""

from __future__ import annotations

import ast
from typing import Protocol

from rule_engine.targets.python.nodes import LOAD, attribute, named


class Inputs(Protocol):
    def field(self, key: str) -> ast.expr:
        """An expression that reads a field; `key` is its path joined with dots."""

    def context(self, name: str) -> ast.expr:
        """An expression that reads an attribute of the context."""


class OneRecord:
    """The parameters `record` and `context`."""

    def field(self, key: str) -> ast.expr:
        return ast.Subscript(value=named("record"), slice=ast.Constant(value=key), ctx=LOAD)

    def context(self, name: str) -> ast.expr:
        return attribute("context", name)


class _ReadOnce:
    """The context is one for all records, so what is used of it is read before the loop."""

    def __init__(self) -> None:
        self._context: dict[str, str] = {}

    def context(self, name: str) -> ast.expr:
        return named(self._context.setdefault(name, f"context_{name}"))

    def before(self) -> list[ast.stmt]:
        """What stands before the loop."""
        return [_assigned(local, attribute("context", name)) for name, local in self._context.items()]


class EachRecord(_ReadOnce):
    """The parameter `records`; each in turn is `record`."""

    def field(self, key: str) -> ast.expr:
        return ast.Subscript(value=named("record"), slice=ast.Constant(value=key), ctx=LOAD)

    def target(self) -> ast.expr:
        """What the loop assigns."""
        return ast.Name(id="record", ctx=ast.Store())

    def rows(self) -> ast.expr:
        """What the loop goes over."""
        return named("records")


class EachRow(_ReadOnce):
    """The parameters `columns`, each a sequence, and `count`, the length of each; a row is a local for each field that is read."""

    def __init__(self) -> None:
        super().__init__()
        self._locals: dict[str, str] = {}

    def field(self, key: str) -> ast.expr:
        return named(self._locals.setdefault(key, f"v{len(self._locals)}"))

    def target(self) -> ast.expr:
        names: list[ast.expr] = [ast.Name(id=name, ctx=ast.Store()) for name in ("_", *self._locals.values())]
        return ast.Tuple(elts=names, ctx=ast.Store())

    def rows(self) -> ast.expr:
        counted = ast.Call(func=named("range"), args=[named("count")], keywords=[])
        columns = [
            ast.Subscript(value=named("columns"), slice=ast.Constant(value=key), ctx=LOAD) for key in self._locals
        ]
        strict = ast.keyword(arg="strict", value=ast.Constant(value=True))
        return ast.Call(func=named("zip"), args=[counted, *columns], keywords=[strict])


def _assigned(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign(targets=[ast.Name(id=name, ctx=ast.Store())], value=value)
