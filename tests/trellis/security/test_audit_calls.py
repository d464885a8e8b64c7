"""Who writes to the audit does it last in a transaction; and every event that there is, is written by somebody."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import trellis
from trellis.security.audit.asked import EVENT_NAMES

ROOT = Path(trellis.__file__).parent
AUDIT = ROOT / "security" / "audit"
WRITERS = frozenset({"write_audit"})


@cache
def _sources() -> tuple[tuple[Path, str], ...]:
    """Of the modules that write, but for those that write what they are told."""
    found = ((path, path.read_text("utf-8")) for path in ROOT.rglob("*.py"))
    return tuple((path, text) for path, text in found if "AuditEvent" in text or "write_audit" in text)


def _functions(tree: ast.AST) -> Iterator[ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef))


def _awaits(function: ast.AsyncFunctionDef) -> list[tuple[int, str]]:
    """Line and name of what a function awaits itself, in order; not what functions within it do."""
    found: list[tuple[int, str]] = []
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Await) and isinstance(node.value, ast.Call):
            called = node.value.func
            name = (
                called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
            )
            found.append((node.value.end_lineno or node.lineno, name))
        waiting += ast.iter_child_nodes(node)
    return sorted(found)


def _late(tree: ast.AST) -> Iterator[str]:
    """Names of the functions that await something after they wrote. Who calls a writer of the module with its transaction writes, too."""
    functions = list(_functions(tree))
    writers = set(WRITERS)
    while True:
        more = {
            one.name
            for one in functions
            if "transaction" in {argument.arg for argument in one.args.args}
            and any(name in writers for _, name in _awaits(one))
        }
        if more <= writers:
            break
        writers |= more
    for one in functions:
        awaited = _awaits(one)
        last = max((line for line, name in awaited if name in writers), default=None)
        if last is not None and any(line > last and name not in writers for line, name in awaited):
            yield one.name


def test_nothing_is_awaited_after_what_holds_the_head_of_the_chain() -> None:
    late = {f"{path.relative_to(ROOT)}: {name}" for path, text in _sources() for name in _late(ast.parse(text))}
    assert late == set()


def test_every_event_is_written_somewhere() -> None:
    written = "".join(
        text for path, text in _sources() if AUDIT not in path.parents or path.name in ("prune.py", "export.py")
    )
    assert [name for name in EVENT_NAMES if f'"{name}"' not in written] == []
