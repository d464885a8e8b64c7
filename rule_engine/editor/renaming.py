"""Renames a field in the texts of formulas, and leaves everything else of them as it is: comments, layout, letter case."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rule_engine.editor.surroundings import Surroundings, surroundings
from rule_engine.tokenizer import Token, TokenKind, tokens
from rule_engine.types import Kind, Path, Scope

_PART = re.compile(r"[^.{}!\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaText:
    """One formula to rename in. `object`: whose fields its names are; `scope`: the names as they were before."""

    source: str
    scope: Scope
    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Name:
    """A name in a formula: its parts, and where each stands."""

    parts: Path
    places: tuple[tuple[int, int], ...]
    surroundings: Surroundings


def rename_field(source: str, scope: Scope, old: Path, new_name: str) -> str:
    """The formula with the last step of the path `old` renamed, wherever a path has or begins with it. Inside an
    aggregate the path of the child list counts as the beginning. Never raises."""
    wanted = _lowered(old)

    def step(name: _Name) -> Iterator[int]:
        prefix = _prefix(name)
        whole = (*prefix, *_lowered(name.parts))
        if whole[: len(wanted)] == wanted and len(wanted) > len(prefix):
            yield len(wanted) - len(prefix) - 1

    return _renamed(source, scope, step, new_name)


def rename_in_formulas(formulas: Iterable[FormulaText], object_name: str, field: str, new_name: str) -> tuple[str, ...]:
    """The formulas with a field of one object renamed, also where paths across lookups and aggregates reach it."""

    def renamed(formula: FormulaText) -> str:
        def steps(name: _Name) -> Iterator[int]:
            for index, owner in enumerate(_owners(name, formula)):
                if owner == object_name.lower() and name.parts[index].lower() == field.lower():
                    yield index

        return _renamed(formula.source, formula.scope, steps, new_name)

    return tuple(renamed(formula) for formula in formulas)


def _renamed(source: str, scope: Scope, steps: Callable[[_Name], Iterable[int]], new_name: str) -> str:
    pieces, last = [], 0
    for name in _names(source, scope):
        for index in steps(name):
            start, end = name.places[index]
            pieces += [source[last:start], new_name]
            last = end
    return "".join([*pieces, source[last:]])


def _names(source: str, scope: Scope) -> Iterator[_Name]:
    """Every name that is looked up in a scope; not those of functions and of LET."""
    found = tokens(source)
    for place in surroundings(source, found, scope):
        if place.index == len(place.tokens):
            return
        token = place.tokens[place.index]
        if token.kind not in (TokenKind.NAME, TokenKind.GLOBAL):
            continue
        name = _name(source, token, place)
        if name.parts and name.parts[0].lower() not in place.locals:
            yield name


def _name(source: str, token: Token, place: Surroundings) -> _Name:
    matches = list(_PART.finditer(source, token.start, token.end))
    return _Name(
        parts=tuple(match.group() for match in matches),
        places=tuple(match.span() for match in matches),
        surroundings=place,
    )


def _prefix(name: _Name) -> Path:
    """The path of the child list around it."""
    rows = name.surroundings.rows
    return _lowered(rows.path) if rows is not None and not name.parts[0].startswith("$") else ()


def _owners(name: _Name, formula: FormulaText) -> Iterator[str | None]:
    """The object that each step of the path is a field of, None where that is not known."""
    parts, place = _lowered(name.parts), name.surroundings
    if parts[0] == "$objecttype":
        yield from (None, None, None)
        yield parts[1] if len(parts) > 1 else None
        return
    is_global = parts[0].startswith("$")
    rows = None if is_global else place.rows
    scope = place.scope if is_global else place.names_scope
    owner: str | None = rows.type.target if rows is not None else formula.object.lower()
    for index in range(len(parts)):
        yield None if is_global and index == 0 else owner
        reference = scope.find(parts[: index + 1])
        is_lookup = reference is not None and reference.type.kind is Kind.ID
        owner = reference.type.target if reference is not None and is_lookup else None
        if index == 0 and parts[0] == "$user":
            owner = "user"


def _lowered(path: Path) -> Path:
    return tuple(part.lower() for part in path)
