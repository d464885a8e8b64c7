"""The formulas of a YAML component with a field renamed: fields, defaults, validations, filters, sharing. Comments and layout stay."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from metamodel import read_component
from metamodel.component import Component, line_of
from metamodel.yaml_reader import Path
from trellis.errors import InvalidRequest
from trellis.formulas.renaming.edits import Renaming

FORMULAS = ("formula", "default_formula")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A formula in a component's body."""

    path: Path
    object: str
    formula: str


def rename_in_component(component: Component, renaming: Renaming) -> str:
    """Its source, renamed. Raises InvalidRequest for a formula that is written so that it cannot be found again in the text."""
    source = component.source
    for place in _places(component):
        after = renaming.formula(place.formula, place.object)
        if after != place.formula:
            current = read_component(component.path, source, checked=True)
            source = _replaced(current, place, after)
    return source


def _places(component: Component) -> Iterator[_Place]:
    body = component.body or {}
    if component.kind in ("object", "extension"):
        for name, field in body.get("fields", {}).items():
            yield from _texts(field, ("fields", name), component.name, FORMULAS)
        for name, validation in body.get("validations", {}).items():
            yield from _texts(validation, ("validations", name), component.name, ("formula",))
    elif component.kind == "view":
        yield from _texts(body, (), component.name.partition(".")[0], ("filter",))
    elif component.kind == "sharing":
        for part in ("rules", "restrictions"):
            for name, rule in body.get(part, {}).items():
                yield from _texts(rule, (part, name), component.name, ("when",))


def _texts(body: Mapping[str, Any], at: Path, object_name: str, keys: tuple[str, ...]) -> Iterator[_Place]:
    for key in keys:
        if isinstance(body.get(key), str):
            yield _Place(path=(*at, key), object=object_name, formula=body[key])


def _replaced(component: Component, place: _Place, after: str) -> str:
    """Tries the ways a text may be written in YAML, and takes the one after which the file says what it should."""
    line = line_of(component.positions, place.path)
    start = sum(map(len, component.source.splitlines(keepends=True)[: line - 1]))
    for write in _WAYS:
        changed = write(component.source, start, place.formula, after)
        if changed is not None and _value(component.path, changed, place.path) == after:
            return changed
    raise InvalidRequest(
        f"{component.path}:{line}: this formula cannot be changed where it stands.",
        hint=f"Write it as: {after}",
    )


def _value(path: str, source: str, at: Path) -> Any:
    value: Any = read_component(path, source, checked=True).body
    for part in at:
        value = value[part]
    return value


def _written_as(encode: Callable[[str], str]) -> Callable[[str, int, str, str], str | None]:
    def write(source: str, start: int, before: str, after: str) -> str | None:
        at = source.find(encode(before), start)
        return None if at < 0 else source[:at] + encode(after) + source[at + len(encode(before)) :]

    return write


def _in_lines(source: str, start: int, before: str, after: str) -> str | None:
    """A block, whose lines are indented."""
    position = start
    for old, new in zip(before.splitlines(), after.splitlines(), strict=True):
        at = source.find(old.strip(), position)
        if at < 0:
            return None
        source = source[:at] + new.strip() + source[at + len(old.strip()) :]
        position = at + len(new.strip())
    return source


def _folded(source: str, start: int, before: str, after: str) -> str | None:
    """A text over several lines that reads as one; it is written on one line then."""
    match = re.compile(r"\s+".join(map(re.escape, before.split()))).search(source, start)
    return None if match is None else source[: match.start()] + " ".join(after.split()) + source[match.end() :]


_WAYS = (
    _written_as(str),
    _written_as(lambda text: text.replace("'", "''")),
    _written_as(lambda text: json.dumps(text, ensure_ascii=False)[1:-1]),
    _in_lines,
    _folded,
)
