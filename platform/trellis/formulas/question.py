"""A formula that somebody asks about: over which object, in which syntax, and what it shall give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from metamodel.fields.computed import RESULT_TYPES
from metamodel.formulas import Mode
from rule_engine.diagnosis import did_you_mean
from trellis.errors import InvalidRequest

MODES: tuple[str, ...] = get_args(Mode)
MAX_CHARACTERS = 64_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`returns`: a result type as formula fields name it (text, number, checkbox ...), None for any; `blank_as_zero`: as in
    FormulaField.blanks."""

    object: str
    source: str
    mode: Mode = "trellis"
    returns: str | None = None
    blank_as_zero: bool = False


def build_question(
    object_name: str, source: str, *, mode: str = "trellis", returns: str | None = None, blank_as_zero: bool = False
) -> Question:
    """Raises InvalidRequest for a syntax or a result type that there is not, and for a formula that is too long."""
    if mode not in MODES:
        raise _unknown("syntax", mode, MODES)
    if returns is not None and returns not in RESULT_TYPES:
        raise _unknown("returns", returns, RESULT_TYPES)
    check_length(source)
    return Question(
        object=object_name,
        source=source,
        mode="salesforce" if mode == "salesforce" else "trellis",
        returns=returns,
        blank_as_zero=blank_as_zero,
    )


def check_length(source: str) -> None:
    """Raises InvalidRequest."""
    if len(source) > MAX_CHARACTERS:
        raise InvalidRequest(f"The formula has {len(source):,} characters; at most {MAX_CHARACTERS:,} are taken.")


def _unknown(what: str, given: str, known: Mapping[str, Any] | tuple[str, ...]) -> InvalidRequest:
    near = did_you_mean(given, known)
    hint = " ".join(filter(None, (near, f"Known here: {', '.join(known)}.")))
    return InvalidRequest(f'{what} is "{given[:60]}", which is not known.', hint=hint)
