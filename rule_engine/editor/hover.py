"""What to say about the word under the pointer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rule_engine import typed
from rule_engine.checking.checker import Checker
from rule_engine.checking.fitting import Mode
from rule_engine.editor.signatures import at_position
from rule_engine.editor.surroundings import Surroundings, path_of
from rule_engine.editor.words import Language, kind_word, said
from rule_engine.errors import SourceError
from rule_engine.functions import FUNCTIONS
from rule_engine.parser import parse_formula
from rule_engine.runtime.values import shown_value
from rule_engine.targets.sentence.names import Labels
from rule_engine.tokenizer import Token, TokenKind, tokens
from rule_engine.types import Kind, Reference, Scope

_MAX_VALUES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Hover:
    """About source[start:end]: a title in code (a path, a signature), and lines of plain text."""

    start: int
    end: int
    title: str
    lines: tuple[str, ...]


def hover(
    source: str,
    position: int,
    scope: Scope,
    language: Language = "en",
    *,
    labels: Labels | None = None,
    mode: Mode = "trellis",
) -> Hover | None:
    """None where there is nothing to say. Never raises. `labels` is asked as for `sentence`."""
    found_tokens = tokens(source)
    index = next((at for at, one in enumerate(found_tokens) if one.start <= position < one.end), None)
    if index is None:
        return None
    token = found_tokens[index]
    about = _About(source, found_tokens[index:], at_position(source, token.start, scope), language, labels, mode)
    found = about.found()
    if found is None:
        return None
    title, lines = found
    return Hover(start=token.start, end=token.end, title=title, lines=tuple(lines))


class _About:
    """The first of some tokens of a formula."""

    def __init__(
        self,
        source: str,
        following: Sequence[Token],
        place: Surroundings,
        language: Language,
        labels: Labels | None,
        mode: Mode,
    ) -> None:
        self._source, self._token, self._following, self._place = source, following[0], following, place
        self._language, self._labels, self._mode = language, labels, mode
        self._text = source[self._token.start : self._token.end]

    def found(self) -> tuple[str, list[str]] | None:
        match self._token.kind:
            case TokenKind.FUNCTION:
                return self._function()
            case TokenKind.NAME | TokenKind.GLOBAL:
                return self._name()
            case TokenKind.NUMBER | TokenKind.TEXT:
                kind = Kind.NUMBER if self._token.kind is TokenKind.NUMBER else Kind.TEXT
                return self._text, [kind_word(kind, self._language)]
        return None

    def _function(self) -> tuple[str, list[str]] | None:
        function = FUNCTIONS.get(self._text.upper())
        if function is None or function.is_internal:
            return None
        lines = [function.summary_zh if self._language == "zh-Hans" else function.summary_en]
        if function.example is not None:
            lines.append(said("example", self._language).format(*function.example))
        value = self._constant()
        if value is not None:
            lines.append(said("value", self._language).format(value))
        return function.usage, lines

    def _name(self) -> tuple[str, list[str]] | None:
        path = path_of(self._source, self._token)
        if len(path) == 1 and path[0].lower() in self._place.locals:
            return path[0], [said("local", self._language)]
        if self._mode == "trellis" and self._text.lower() in ("$now", "$today"):
            function = FUNCTIONS[self._text[1:].upper()]
            return self._text, [function.summary_zh if self._language == "zh-Hans" else function.summary_en]
        scope = self._place.scope if path[0].startswith("$") else self._place.names_scope
        reference = scope.find(path)
        return (".".join(reference.path), list(self._reference(reference))) if reference is not None else None

    def _reference(self, reference: Reference) -> Iterator[str]:
        label = self._label(reference)
        if label:
            yield label
        type_ = reference.type
        kind = kind_word(type_.kind, self._language)
        yield said("of", self._language).format(kind, type_.target) if type_.target else kind
        if type_.percent:
            yield said("fraction" if self._mode == "salesforce" else "percent", self._language)
        if type_.values:
            more = ", …" if len(type_.values) > _MAX_VALUES else ""
            yield said("values", self._language).format(", ".join(type_.values[:_MAX_VALUES]) + more)

    def _label(self, reference: Reference) -> str | None:
        if self._labels is None:
            return None
        rows = self._place.rows
        return self._labels((*(rows.path if rows is not None else ()), *reference.path))

    def _constant(self) -> str | None:
        """What the call under the pointer gives, where that does not depend on the record."""
        call = self._call()
        if call is None:
            return None
        checker = Checker(call, self._place.names_scope, mode=self._mode, blank_as_zero=False)
        try:
            checked = checker.check(parse_formula(call), may_be_list=True)
        except SourceError:
            return None
        return shown_value(checked.value) if isinstance(checked, typed.Constant) else None

    def _call(self) -> str | None:
        """The text of the call; None where it is not closed, or reads names, so that it cannot be constant."""
        depth = 0
        for token in self._following[1:]:
            text = self._source[token.start : token.end]
            if token.kind in (TokenKind.NAME, TokenKind.GLOBAL, TokenKind.UNKNOWN):
                return None
            if token.kind is TokenKind.BRACKET:
                depth += 1 if text == "(" else -1
                if depth == 0:
                    return self._source[self._token.start : token.end]
        return None
