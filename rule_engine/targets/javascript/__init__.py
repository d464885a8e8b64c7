"""Checked formulas into an ES module that imports a small runtime of ours (the TypeScript beside this file)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rule_engine.checker import CheckedFormula
from rule_engine.targets.javascript.code import Code, lay_out, prefixed
from rule_engine.targets.javascript.functions import FILES
from rule_engine.targets.javascript.literals import comment, text_literal
from rule_engine.targets.javascript.writer import Writer

__all__ = ["RUNTIME_ADDRESSES", "JavascriptModule", "compile_javascript", "compile_javascript_module"]

CORE = "core"
RUNTIME_ADDRESSES: Mapping[str, str] = MappingProxyType(
    {CORE: "./core.js", "patterns": "./patterns.js", "markup": "./markup.js"}
)
_NOTE = "// Compiled from formulas. Do not change it: change the formulas."


@dataclass(frozen=True, slots=True, kw_only=True)
class JavascriptModule:
    """`text`: an ES module; `imports`: the functions of the runtime that it imports, by the runtime's file (core,
    patterns, markup)."""

    text: str
    imports: Mapping[str, tuple[str, ...]]


def compile_javascript(
    checked: CheckedFormula, *, addresses: Mapping[str, str] = RUNTIME_ADDRESSES
) -> JavascriptModule:
    """A module whose default export is a function of a record (an object; keys are paths joined with dots) and a
    context. `addresses`: where the module finds each file of the runtime.

    Values are those of the runtime: numbers are Decimals, dates days since 1970, datetimes and times milliseconds, blank
    is null. The function throws FormulaError, or BeyondBudget where a browser should not try.

    Raises: UnsupportedOnTarget.
    """
    writer = Writer()
    function = prefixed("export default ", writer.function(checked.tree))
    return _module(writer, [comment(checked.source), f"{lay_out(function)};"], addresses)


def compile_javascript_module(
    formulas: Mapping[str, CheckedFormula], *, addresses: Mapping[str, str] = RUNTIME_ADDRESSES
) -> JavascriptModule:
    """A module whose export `formulas` is a Map of such functions by name.

    Raises: UnsupportedOnTarget when one of them cannot be compiled.
    """
    writer = Writer()
    lines = ["export const formulas = new Map(["]
    for name, checked in formulas.items():
        entry: Code = prefixed(f"[{text_literal(name)}, ", writer.function(checked.tree))
        lines += [f"  {comment(checked.source)}", f"  {lay_out(entry, indent=1)}],"]
    return _module(writer, [*lines, "]);"], addresses)


def _module(writer: Writer, body: list[str], addresses: Mapping[str, str]) -> JavascriptModule:
    files: dict[str, list[str]] = {}
    for function in sorted(writer.imports):
        files.setdefault(FILES.get(function, CORE), []).append(function)
    imports = [
        f"import {{ {', '.join(names)} }} from {text_literal(addresses[file])};" for file, names in files.items()
    ]
    constants = [f"const {name} = {made};" for made, name in writer.constants.items()]
    parts = [[_NOTE], imports, constants, body]
    text = "\n\n".join("\n".join(part) for part in parts if part)
    return JavascriptModule(
        text=text + "\n", imports=MappingProxyType({file: tuple(names) for file, names in files.items()})
    )
