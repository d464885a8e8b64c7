"""Finds the stable codes that the code can give, by reading its syntax: the documents must have every one of them."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import builder_ui
import trellis
from trellis.errors import TrellisError

ROOT = Path(__file__).resolve().parents[3]
_CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")

VALUE_CALLS = {"FieldValueError": 0, "FieldError": None}
FORMULA_CALLS = {"FormulaError": 0}
SOURCE_CALLS = {
    "PathFault": 0,
    "YamlFault": 0,
    "MetadataProblem": None,
    "_file_problem": 0,
    "diagnose": 1,
    "report": 0,
    "LimitExceeded": 0,
}


def problem_codes() -> set[str]:
    """The codes of the error classes of the runtime and of the web."""
    for package in (trellis, builder_ui):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    return {error.code for error in _derived(TrellisError) if error.__module__.partition(".")[0] != "tests"}


def value_codes() -> set[str]:
    """What can be wrong with one field of one record."""
    refusals = _arguments("platform/trellis/records", "add", 2)
    users = {f"invalid_{field}" for field in _arguments("platform/trellis/security", "_wrong", 0)}
    return {
        *_calls(VALUE_CALLS, "metamodel/fields", "platform/trellis"),
        *refusals,
        *users,
        *_said("platform/trellis/records"),
    }


def formula_codes() -> set[str]:
    """How a formula can fail while it is evaluated."""
    return set(_calls(FORMULA_CALLS, "rule_engine"))


def source_codes() -> set[str]:
    """What can be wrong with metadata, formulas and rules."""
    found = set(_calls(SOURCE_CALLS, "metamodel", "rule_engine"))
    for place in (0, 1):
        found |= set(_arguments("metamodel", "problem", place)) | set(_arguments("platform/trellis", "problem", place))
    found |= set(_arguments("rule_engine/checking", "add", 0)) | set(_arguments("rule_engine", "report.add", 0))
    found |= set(_said("metamodel"))
    kinds = {*_arguments("rule_engine/rules", "report_unknown", 0), *_arguments("rule_engine/rules", "is_known", 0)}
    return found | {f"unknown_{kind}" for kind in kinds}


def _derived(error: type[TrellisError]) -> Iterator[type[TrellisError]]:
    yield error
    for below in error.__subclasses__():
        yield from _derived(below)


def _calls(names: Mapping[str, int | None], *folders: str) -> Iterator[str]:
    for folder in folders:
        for full_name, call in _all_calls(folder):
            name = full_name.rpartition(".")[2]
            if name in names:
                place = names[name]
                yield from _texts(call.args[place : place + 1] if place is not None else [])
                yield from _texts([keyword.value for keyword in call.keywords if keyword.arg == "code"])


def _arguments(folder: str, name: str, place: int) -> Iterator[str]:
    for full_name, call in _all_calls(folder):
        if full_name.endswith(f".{name}"):
            yield from _texts(call.args[place : place + 1])


def _said(folder: str) -> Iterator[str]:
    """Codes that are assigned to `code`, and those that come first in a tuple, with their message behind them."""
    for node in _nodes(folder):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "code":
            yield from _texts(
                [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
            )
        elif isinstance(node, ast.Tuple) and len(node.elts) >= 2 and _is_message(node.elts[1]):
            yield from (text for text in _texts(node.elts[:1]) if "_" in text)


def _is_message(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_message(node.body) or _is_message(node.orelse)
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in ("say", "say_count")
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and " " in str(node.value))


@cache
def _all_calls(folder: str) -> tuple[tuple[str, ast.Call], ...]:
    """Each with the name of what is called, a dot in front."""
    return tuple((f".{ast.unparse(node.func)}", node) for node in _nodes(folder) if isinstance(node, ast.Call))


@cache
def _nodes(folder: str) -> tuple[ast.AST, ...]:
    paths = sorted((ROOT / folder).rglob("*.py"))
    return tuple(node for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8"))))


def _texts(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CODE.match(node.value):
            yield node.value
        elif isinstance(node, ast.Attribute) and node.attr == "code" and isinstance(node.value, ast.Name):
            yield from (error.code for error in _derived(TrellisError) if error.__name__ == node.value.id)
