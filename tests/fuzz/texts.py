"""Texts that are nearly formulas: words of the language in any order, formulas with something changed, and anything at all."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from rule_engine import FUNCTIONS
from tests.agreement.formulas import cases
from tests.agreement.model import FIELDS

_SHARED = Path(__file__).parents[2].parent / "shared"
_SIGNS = "+ - * / ^ & = == <> != < <= > >= && || ! ( ) , ; . [ ] { } : ? % $ # @ \\ ' \" /* */ --".split()  # noqa: SIM905
_WORDS = [
    "amount", "name", "lines", "$User.id", "$User", "$Org.name", "$Now", "$", "owner.", ".name", "v1", "NULL", "TRUE", "not", "in",
    "between", "and", "LET(", "IF(", "SUM(lines,", "COUNT(", "CASE(", '"a"', "'b\\n'", '"\\q"', '"', "'", "1", "0.5", ".5", "1.", "1e5",
    "9" * 101, "ä", "中", "🙂", "\u202e", "\x00", "\ud800", "\n", "\t", "\r", "\u2028", "/*", "*/", "/* c */",
]  # fmt: skip
_NAMES = [name for name, function in FUNCTIONS.items() if not function.is_internal]
_PIECES = st.sampled_from([*_SIGNS, *_WORDS, *FIELDS, *(f"{name}(" for name in _NAMES)])


@cache
def _corpus() -> tuple[str, ...]:
    """Formulas of others that stand beside the checkout, where they do."""
    found: list[str] = []
    for file in ("corpora/formulas.jsonl", "conformance/vectors.dev.jsonl", "conformance/compile_errors.dev.jsonl"):
        path = _SHARED / file
        if path.exists():
            lines = path.read_text(encoding="utf-8").split("\n")
            found += [json.loads(line)["formula"] for line in lines[:: 1 if "corpora" in file else 20] if line]
    return tuple(dict.fromkeys(found))


def soups() -> st.SearchStrategy[str]:
    """Words and signs in any order."""
    return st.lists(_PIECES, max_size=25).flatmap(
        lambda pieces: st.sampled_from(("", " ")).map(lambda between: between.join(pieces))
    )


def formulas() -> st.SearchStrategy[str]:
    """Formulas that mean something, ours and others'."""
    own = cases().map(lambda case: case.text)
    return own | st.sampled_from(_corpus()) if _corpus() else own


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A formula in which a piece was left out, doubled, put in or exchanged, up to three times."""
    text = draw(formulas())
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 12)))
        piece = draw(_PIECES | st.just("") | st.just(text[start:end] * 2))
        text = text[:start] + piece + text[end:]
    return text


def anything() -> st.SearchStrategy[str]:
    """Characters of every sort."""
    return st.text(st.characters(codec=None), max_size=60)
