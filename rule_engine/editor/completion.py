"""What may be written at a place of a formula, the likeliest first. Works in text that is not finished."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from rule_engine.checking.fitting import Mode
from rule_engine.editor.signatures import at_position
from rule_engine.editor.subjects import compared_picklist
from rule_engine.editor.surroundings import Surroundings
from rule_engine.functions import FUNCTIONS
from rule_engine.tokenizer import Token, TokenKind, is_closed, tokens
from rule_engine.types import Kind, Path, Reference, Scope

CompletionKind = Literal["field", "lookup", "children", "name", "value", "function", "global", "keyword"]

MAX_COMPLETIONS = 100
_GLOBALS = ("$User", "$Org", "$Profile", "$Role", "$Label", "$Setup", "$Permission", "$Api", "$System", "$ObjectType")
_AGGREGATES = ("COUNT", "SUM", "AVG")
_WORDS = (TokenKind.NAME, TokenKind.GLOBAL, TokenKind.FUNCTION, TokenKind.KEYWORD)
_OPERANDS = (TokenKind.NAME, TokenKind.GLOBAL, TokenKind.TEXT, TokenKind.NUMBER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """`text` replaces source[start:end]; `name` is what to show. `detail`: a type or a signature. Behind a lookup a
    path goes on with a dot, behind a function comes a bracket: `text` has neither."""

    kind: CompletionKind
    name: str
    text: str
    start: int
    end: int
    detail: str = ""
    summary_en: str = ""
    summary_zh: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writing:
    """What is being written: `prefix` is the path before it, `word` what there is of the next step, `start` and `end`
    what a completion replaces."""

    prefix: Path
    word: str
    start: int
    end: int

    def offer(self, kind: CompletionKind, name: str, text: str | None = None, **about: str) -> Completion:
        return Completion(kind=kind, name=name, text=text or name, start=self.start, end=self.end, **about)


def complete(source: str, position: int, scope: Scope, mode: Mode = "trellis") -> tuple[Completion, ...]:
    """At most MAX_COMPLETIONS, those that begin with what is written before those that have it inside. Never raises."""
    position = max(0, min(position, len(source)))
    token = _token_at(source, position)
    place = at_position(source, position if token is None else token.start, scope)
    if token is None or token.kind in _WORDS:
        writing = _writing(source, position, token)
        return _ranked(_offers(source, place, writing, mode), writing.word)
    if token.kind is TokenKind.TEXT and not (position == token.end and is_closed(token, source)):
        end = token.end if is_closed(token, source) else position
        writing = _Writing(prefix=(), word=source[token.start + 1 : position], start=token.start, end=end)
        return _ranked(_values(source, place, writing, source[token.start]), writing.word)
    return ()


def _token_at(source: str, position: int) -> Token | None:
    """The token that is being written: one that begins before the position and reaches it."""
    for token in tokens(source):
        if token.start < position <= token.end:
            is_written = token.kind in (*_WORDS, TokenKind.NUMBER) or (
                token.kind in (TokenKind.TEXT, TokenKind.COMMENT)
                and (position < token.end or not is_closed(token, source))
            )
            return token if is_written else None
    return None


def _writing(source: str, position: int, token: Token | None) -> _Writing:
    if token is None:
        return _Writing(prefix=(), word="", start=position, end=position)
    written = source[token.start : position].lstrip("{! \t\r\n")
    *prefix, word = written.split(".")
    rest = source[position : token.end]
    cut = next((index for index, character in enumerate(rest) if character in ". \t\r\n}"), len(rest))
    return _Writing(prefix=tuple(prefix), word=word, start=position - len(word), end=position + cut)


def _offers(source: str, place: Surroundings, writing: _Writing, mode: Mode) -> Iterator[Completion]:
    if writing.prefix:
        yield from _steps(place, writing)
        return
    if _is_after_operand(source, place):
        yield from (writing.offer("keyword", word) for word in ("in", "between") if mode == "trellis")
        return
    frame = place.frame
    if frame is not None and frame.function in _AGGREGATES and frame.argument == 0:
        yield from (offer for offer in _fields(place, writing, may_be_list=True) if offer.kind == "children")
        return
    yield from _values(source, place, writing, '"')
    yield from (writing.offer("name", name) for name in reversed(tuple(place.locals.values())))
    may_be_list = frame is not None and frame.function in ("MIN", "MAX") and frame.argument == 0
    yield from _fields(place, writing, may_be_list=may_be_list)
    yield from _functions(writing, mode)
    yield from _globals(place.scope, writing, mode)
    yield from (writing.offer("keyword", word) for word in ("TRUE", "FALSE", "NULL", "NOT"))


def _is_after_operand(source: str, place: Surroundings) -> bool:
    if not place.index:
        return False
    before = place.tokens[place.index - 1]
    return before.kind in _OPERANDS or source[before.start : before.end] == ")"


def _values(source: str, place: Surroundings, writing: _Writing, quote: str) -> Iterator[Completion]:
    reference = compared_picklist(source, place)
    for value in (reference.type.values or ()) if reference is not None else ():
        escaped = value.replace("\\", "\\\\").replace('"', '\\"') if quote == '"' else value
        if quote not in escaped.replace(f"\\{quote}", ""):
            yield writing.offer("value", value, f"{quote}{escaped}{quote}", detail="picklist")


def _steps(place: Surroundings, writing: _Writing) -> Iterator[Completion]:
    """The next step of a path."""
    scope = place.scope if writing.prefix[0].startswith("$") else place.names_scope
    for name in scope.names(writing.prefix):
        yield _field(writing, name, scope.find((*writing.prefix, name)))


def _fields(place: Surroundings, writing: _Writing, *, may_be_list: bool) -> Iterator[Completion]:
    scope = place.names_scope
    for name in scope.names(()):
        if name.startswith("$") or not _rank(name, writing.word):
            continue
        offer = _field(writing, name, scope.find((name,)))
        if offer.kind != "children" or may_be_list:
            yield offer


def _field(writing: _Writing, name: str, reference: Reference | None) -> Completion:
    if reference is None:
        return writing.offer("field", name)
    type_ = reference.type
    if type_.kind is Kind.LIST:
        return writing.offer("children", name, detail=f"list of {type_.target}" if type_.target else "list")
    if type_.kind is Kind.ID and type_.target is not None:
        return writing.offer("lookup", name, detail=f"id of {type_.target}")
    return writing.offer("field", name, detail=str(type_))


def _functions(writing: _Writing, mode: Mode) -> Iterator[Completion]:
    for name in sorted(FUNCTIONS):
        function = FUNCTIONS[name]
        if function.is_internal or (mode == "salesforce" and function.is_addition):
            continue
        yield writing.offer(
            "function",
            name,
            detail=function.usage,
            summary_en=function.summary_en,
            summary_zh=function.summary_zh,
        )


def _globals(scope: Scope, writing: _Writing, mode: Mode) -> Iterator[Completion]:
    known = [name for name in scope.names(()) if name.startswith("$")]
    known += [name for name in _GLOBALS if scope.names((name.lower(),))]
    clocks = ("$Now", "$Today") if mode == "trellis" else ()
    by_lower = {name.lower(): name for name in reversed([*known, *clocks])}
    for lowered in sorted(by_lower):
        yield writing.offer("global", by_lower[lowered])


def _ranked(offers: Iterable[Completion], word: str) -> tuple[Completion, ...]:
    ranked = [(rank, offer) for offer in offers if (rank := _rank(offer.name, word))]
    ranked.sort(key=lambda pair: pair[0])
    return tuple(offer for _, offer in ranked[:MAX_COMPLETIONS])


def _rank(name: str, word: str) -> int:
    """1 begins with the word, 2 a later part of the name does, 3 has it inside, 0 does not have it."""
    lowered, wanted = name.lower(), word.lower()
    if lowered.startswith(wanted) or lowered.lstrip("$").startswith(wanted):
        return 1
    if any(part.startswith(wanted) for part in lowered.replace(" ", "_").split("_")):
        return 2
    return 3 if wanted in lowered else 0
