"""A place in a formula -> what may be written there, and what stands there, in the reader's language. Takes any text, finished or not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rule_engine.editor import Completion, Hover, SignatureHelp, complete, hover, signature_help
from rule_engine.targets.sentence import Labels, Language
from rule_engine.types import Scope
from trellis.formulas.question import Question

CARET = "|"
_PATH_BEFORE = re.compile(r"[\w$.]*\.$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """`label`: what is shown, with a `detail` beside it and `info` when it is looked at; `insert`: what is written, with a "|" where
    the caret goes if that is not its end."""

    label: str
    kind: str
    detail: str
    info: str
    insert: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """For what stands from `start` to `end`."""

    start: int
    end: int
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads: in which language, and what they call the fields."""

    language: Language
    labels: Labels


def offers_at(scope: Scope, question: Question, position: int, reader: Reader) -> Offers:
    found = complete(question.source, position, scope, question.mode)
    if not found:
        return Offers(start=position, end=position, offers=())
    prefix = _path_before(question.source, found[0].start)
    return Offers(start=found[0].start, end=found[0].end, offers=tuple(_offer(one, prefix, reader) for one in found))


def hover_at(scope: Scope, question: Question, position: int, reader: Reader) -> Hover | None:
    return hover(question.source, position, scope, reader.language, labels=reader.labels, mode=question.mode)


def call_at(scope: Scope, question: Question, position: int) -> SignatureHelp | None:
    """The function whose argument is being written."""
    return signature_help(question.source, position, scope)


def _offer(one: Completion, prefix: tuple[str, ...], reader: Reader) -> Offer:
    summary = one.summary_zh if reader.language == "zh-Hans" else one.summary_en
    label = reader.labels((*prefix, one.name)) if one.kind in ("field", "lookup", "children") else None
    return Offer(
        label=one.name,
        kind=one.kind,
        detail=label or one.detail,
        info=summary or (one.detail if label else ""),
        insert=_call(one) if one.kind == "function" else one.text,
    )


def _call(one: Completion) -> str:
    """With its brackets; the caret between them where there are arguments."""
    return f"{one.text}()" if one.detail.endswith("()") else f"{one.text}({CARET})"


def _path_before(source: str, start: int) -> tuple[str, ...]:
    match = _PATH_BEFORE.search(source, max(0, start - 200), start)
    return tuple(part.lower() for part in match.group().split(".") if part) if match else ()
