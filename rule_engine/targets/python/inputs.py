"""Where a generated function finds fields and context: in one record, in each of many, or in columns beside one another."""

from __future__ import annotations

import ast
from typing import Protocol

from rule_engine.targets.python.nodes import attribute, called, item, named, stored


class Inputs(Protocol):
    def field(self, key: str) -> ast.expr:
        """An expression that reads a field; `key` is its path joined with dots."""

    def context(self, name: str) -> ast.expr:
        """An expression that reads an attribute of the context."""


def context_read(inputs: Inputs, name: str) -> ast.expr:
    """What ContextRead names: an attribute of the context, a field of the user, another global."""
    if name.startswith("user."):
        return item(inputs.context("user"), name.removeprefix("user."))
    if "." not in name:
        return inputs.context(name)
    find = ast.Attribute(value=inputs.context("globals"), attr="get", ctx=ast.Load())
    return ast.Call(func=find, args=[ast.Constant(value=name)], keywords=[])


class OneRecord:
    """The parameters `record` and `context`."""

    def field(self, key: str) -> ast.expr:
        return item(named("record"), key)

    def context(self, name: str) -> ast.expr:
        return attribute("context", name)


class EachChild:
    """A row of a child list, in a local of that name, within other inputs, whose context it shares."""

    def __init__(self, row: str, around: Inputs) -> None:
        self._row, self._around = row, around

    def field(self, key: str) -> ast.expr:
        return item(named(self._row), key)

    def context(self, name: str) -> ast.expr:
        return self._around.context(name)


class Many(Inputs, Protocol):
    """Inputs of a loop, which assigns `index` too."""

    parameters: tuple[str, ...]

    def before(self) -> list[ast.stmt]:
        """What stands before the loop: the context is one for all, so what is used of it is read once."""

    def target(self) -> ast.expr:
        """What the loop assigns."""

    def rows(self) -> ast.expr:
        """What the loop goes over."""


class EachRecord:
    """The parameters `records` and `context`."""

    parameters: tuple[str, ...] = ("records", "context")

    def __init__(self) -> None:
        self._context = _ContextOnce()

    def field(self, key: str) -> ast.expr:
        return item(named("record"), key)

    def context(self, name: str) -> ast.expr:
        return self._context.read(name)

    def before(self) -> list[ast.stmt]:
        return self._context.before()

    def target(self) -> ast.expr:
        return ast.Tuple(elts=[stored("index"), stored("record")], ctx=ast.Store())

    def rows(self) -> ast.expr:
        return called("enumerate", named("records"))


class EachRow:
    """The parameters `columns`, `context` and `count`, the length of each column. Every field is a local."""

    parameters: tuple[str, ...] = ("columns", "context", "count")

    def __init__(self) -> None:
        self._context = _ContextOnce()
        self._locals: dict[str, str] = {}

    def field(self, key: str) -> ast.expr:
        return named(self._locals.setdefault(key, f"v{len(self._locals)}"))

    def context(self, name: str) -> ast.expr:
        return self._context.read(name)

    def before(self) -> list[ast.stmt]:
        return self._context.before()

    def target(self) -> ast.expr:
        return ast.Tuple(elts=[stored("index"), *map(stored, self._locals.values())], ctx=ast.Store())

    def rows(self) -> ast.expr:
        columns = (item(named("columns"), key) for key in self._locals)
        zipped = called("zip", called("range", named("count")), *columns)
        zipped.keywords = [ast.keyword(arg="strict", value=ast.Constant(value=True))]
        return zipped


class _ContextOnce:
    """Attributes of the context, each read into a local."""

    def __init__(self) -> None:
        self._locals: dict[str, str] = {}

    def read(self, name: str) -> ast.expr:
        return named(self._locals.setdefault(name, f"context_{name}"))

    def before(self) -> list[ast.stmt]:
        return [
            ast.Assign(targets=[stored(local)], value=attribute("context", name))
            for name, local in self._locals.items()
        ]
