"""A formula's text, or its syntax tree, into a checked formula: the typed tree and everything that it reads.

Two modes: `salesforce` takes what Salesforce takes and converts nothing; `trellis` also has LET, `in`, `between` and
aggregates over child lists, lets picklists stand where text is wanted, and compares dates with datetimes.
"""

from __future__ import annotations

from dataclasses import dataclass

from rule_engine import syntax, typed
from rule_engine.checking.broken import find_unknown_names
from rule_engine.checking.checker import Checker
from rule_engine.checking.fitting import Mode
from rule_engine.checking.warnings import find_warnings
from rule_engine.errors import Diagnostic, SourceError
from rule_engine.parser import parse_formula
from rule_engine.types import Kind, Reference, Scope, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildReads:
    """A child list that a formula goes over, and what it reads of each row: paths of the child."""

    rows: Reference
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFormula:
    """A formula that targets can compile. `references`: every field path read of the record itself; `collections`: its
    child lists; `user_fields`: the fields of `$User`; `globals`: the names of the other globals, as the context has
    them ("org.name"); `functions`: upper-case names; `warnings`: what is allowed but looks wrong. Places in
    the tree and in warnings count from `offset` characters before `source`: it may be a part of a longer text."""

    source: str
    tree: typed.Typed
    type: Type
    references: tuple[Reference, ...]
    functions: frozenset[str]
    blank_as_zero: bool
    user_fields: tuple[str, ...] = ()
    globals: tuple[str, ...] = ()
    collections: tuple[ChildReads, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    offset: int = 0


def check_formula(
    source: str | syntax.Expression,
    scope: Scope,
    *,
    mode: Mode = "trellis",
    blank_as_zero: bool = False,
    expect: Type | tuple[Kind, ...] | None = None,
    text: str | None = None,
) -> CheckedFormula:
    """Checks a formula, or a tree whose places lie in `text` (a rule file, say).

    Raises: SourceError with all that is wrong.
    """
    expression = _parsed(source, scope, mode) if isinstance(source, str) else source
    whole = source if isinstance(source, str) else (text or "")
    checker = Checker(whole, scope, mode=mode, blank_as_zero=blank_as_zero)
    tree = checker.check(expression)
    if expect is not None:
        checker.need_kind(tree, *((expect.kind,) if isinstance(expect, Type) else expect))
    diagnostics = sorted(checker.report.diagnostics, key=lambda diagnostic: diagnostic.start)
    if any(diagnostic.severity == "error" for diagnostic in diagnostics):
        raise SourceError((one for one in diagnostics if one.severity == "error"), whole)
    uses = checker.uses
    return CheckedFormula(
        source=source if isinstance(source, str) else whole[expression.start : expression.end],
        tree=tree,
        type=tree.type,
        references=tuple(uses.references.values()),
        functions=frozenset(uses.functions),
        blank_as_zero=blank_as_zero,
        user_fields=tuple(uses.user_fields),
        globals=tuple(uses.globals),
        collections=tuple(
            ChildReads(rows=rows, references=tuple(reads.values())) for rows, reads in uses.collections.values()
        ),
        warnings=tuple(sorted([*diagnostics, *find_warnings(tree, whole, diagnostics)], key=lambda one: one.start)),
        offset=0 if isinstance(source, str) else expression.start,
    )


def _parsed(source: str, scope: Scope, mode: Mode) -> syntax.Expression:
    """Raises: SourceError with the syntax faults, and with the names that are unknown besides."""
    try:
        return parse_formula(source)
    except SourceError as error:
        faults = list(error.diagnostics)
        if any(fault.code != "syntax" for fault in faults):
            raise
        places = {place for fault in faults for place in range(fault.start, max(fault.end, fault.start + 1))}
        faults += [name for name in find_unknown_names(source, scope, mode) if name.start not in places]
        raise SourceError(sorted(faults, key=lambda fault: fault.start), source) from None
