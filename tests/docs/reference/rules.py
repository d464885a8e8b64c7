"""docs/reference/rules.md and its Chinese twin: the grammar of rule files, from the grammar that the parser uses."""

from __future__ import annotations

from collections.abc import Iterator

from tests.docs.reference.grammar import Production, productions
from tests.docs.reference.markdown import block, page
from tests.docs.reference.rule_words import ABOUT, FINDINGS, FINDINGS_INTRODUCTION, FINDINGS_TITLE, INTRODUCTION, PARTS

_TITLE = ("The grammar of rules", "规则语法")


def render(language: int = 0) -> str:
    """0 for English, 1 for Chinese."""
    return page(_TITLE[language], INTRODUCTION[language], list(_parts(language)))


def render_chinese() -> str:
    return render(1)


def _parts(language: int) -> Iterator[str]:
    known = {production.name: production for production in productions()}
    for heading, names in PARTS.items():
        yield f"## {heading[language]}"
        for name in names:
            if name in known:
                yield _entry(known[name], language)
    yield f"## {FINDINGS_TITLE[language]}"
    yield FINDINGS_INTRODUCTION[language]
    yield "\n".join(f"- `{name}`: {about[language]}" for name, about in FINDINGS.items())


def _entry(production: Production, language: int) -> str:
    forms = block("ebnf", "\n  | ".join(production.forms))
    return f"### {production.name}\n\n{ABOUT[production.name][language]}\n\n{forms}"
