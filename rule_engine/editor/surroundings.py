"""What stands around each place of a formula, finished or not: the calls it is inside of, and the names known there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rule_engine.tokenizer import Token, TokenKind
from rule_engine.types import Kind, Path, Reference, Scope

_AGGREGATES = frozenset({"COUNT", "SUM", "AVG", "MIN", "MAX"})


@dataclass(slots=True, kw_only=True)
class Frame:
    """An open bracket. `function`: upper-case name of the call, "in" after the operator, None of a group; `at`: the
    index of the bracket's token; `arguments`: the indexes of the tokens that begin an argument, as far as known; `rows`:
    the child list that is its first argument; `rows_around`: the one whose rows are spoken of around it; `names`: what
    LET has bound around and inside it, by lower-case name."""

    function: str | None
    at: int
    rows_around: Reference | None
    names: Mapping[str, str]
    argument: int = 0
    arguments: list[int] = field(default_factory=list)
    rows: Reference | None = None

    @property
    def rows_inside(self) -> Reference | None:
        """The child list whose rows are spoken of in the argument that is being written."""
        return self.rows if self.rows is not None and self.argument else self.rows_around


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Of the place before the token with this index. `frames`: the innermost last."""

    tokens: Sequence[Token]
    index: int
    frames: Sequence[Frame]
    scope: Scope

    @property
    def frame(self) -> Frame | None:
        return self.frames[-1] if self.frames else None

    @property
    def rows(self) -> Reference | None:
        """The child list whose rows are spoken of here."""
        return self.frame.rows_inside if self.frame is not None else None

    @property
    def names_scope(self) -> Scope:
        """Where the names at this place are looked up: that of the child inside an aggregate."""
        rows = self.rows
        return rows.members if rows is not None and rows.members is not None else self.scope

    @property
    def locals(self) -> Mapping[str, str]:
        """The names that LET binds here, by lower-case name as they are written; the nearest last."""
        return self.frame.names if self.frame is not None else {}


def surroundings(source: str, tokens: Sequence[Token], scope: Scope) -> Iterator[Surroundings]:
    """One for the place before each token, and one for the end. `frames` are alive: look before you go on."""
    frames: list[Frame] = []
    meaningful = [token for token in tokens if token.kind is not TokenKind.COMMENT]
    for index, token in enumerate(meaningful):
        yield Surroundings(tokens=meaningful, index=index, frames=frames, scope=scope)
        _note_argument(frames, index, token)
        if token.kind is TokenKind.BRACKET and source[token.start] == "(":
            frames.append(_opened(frames, _function_before(meaningful, index, source), index))
        elif token.kind is TokenKind.BRACKET and frames:
            frames.pop()
        elif token.kind is TokenKind.COMMA and frames:
            _next_argument(frames[-1], meaningful, index, source, scope)
    yield Surroundings(tokens=meaningful, index=len(meaningful), frames=frames, scope=scope)


def path_of(source: str, token: Token) -> Path:
    """The path that a name's token writes; {!Name} without its braces."""
    return tuple(source[token.start : token.end].strip("{!} \t\r\n").split("."))


def _opened(frames: Sequence[Frame], function: str | None, index: int) -> Frame:
    if not frames:
        return Frame(function=function, at=index, rows_around=None, names={})
    return Frame(function=function, at=index, rows_around=frames[-1].rows_inside, names=frames[-1].names)


def _note_argument(frames: list[Frame], index: int, token: Token) -> None:
    if frames and token.kind is not TokenKind.COMMA and len(frames[-1].arguments) <= frames[-1].argument:
        frames[-1].arguments.append(index)


def _function_before(tokens: Sequence[Token], index: int, source: str) -> str | None:
    before = tokens[index - 1] if index else None
    if before is None:
        return None
    word = source[before.start : before.end]
    if before.kind is TokenKind.FUNCTION:
        return word.upper()
    return "in" if before.kind is TokenKind.KEYWORD and word.lower() == "in" else None


def _next_argument(frame: Frame, tokens: Sequence[Token], comma: int, source: str, scope: Scope) -> None:
    """After a comma: the first argument of an aggregate names its rows, every other one of LET has bound a name."""
    while len(frame.arguments) <= frame.argument:
        frame.arguments.append(comma)
    first = tokens[frame.arguments[0]]
    if frame.argument == 0 and frame.function in _AGGREGATES and frame.arguments[0] == comma - 1:
        reference = scope.find(path_of(source, first)) if first.kind is TokenKind.NAME else None
        frame.rows = reference if reference is not None and reference.type.kind is Kind.LIST else None
    if frame.function == "LET" and frame.argument % 2 == 1:
        name = tokens[frame.arguments[frame.argument - 1]]
        if name.kind is TokenKind.NAME:
            word = source[name.start : name.end]
            frame.names = {**frame.names, word.lower(): word}
    frame.argument += 1
