"""The picklist that a value is compared with: whose values may stand at a place."""

from __future__ import annotations

from rule_engine.editor.surroundings import Surroundings, path_of
from rule_engine.tokenizer import TokenKind
from rule_engine.types import Kind, Path, Reference

_EQUALITIES = ("=", "==", "<>", "!=")
_TESTS = ("ISPICKVAL", "INCLUDES", "IN")


def compared_picklist(source: str, place: Surroundings) -> Reference | None:
    """None where no value of a picklist is wanted."""
    path = _subject(source, place)
    reference = place.names_scope.find(path) if path else None
    if reference is None or reference.type.kind not in (Kind.PICKLIST, Kind.MULTI_PICKLIST):
        return None
    return reference


def _subject(source: str, place: Surroundings) -> Path | None:
    before = _text(source, place, place.index - 1)
    if before in _EQUALITIES:
        return _operand_before(source, place, place.index - 2)
    frame = place.frame
    if frame is None or before not in ("(", ","):
        return None
    if frame.function == "in":
        return _operand_before(source, place, frame.at - 2)
    is_value = frame.argument == 1 or (frame.function == "IN" and frame.argument > 1)
    is_case = frame.function == "CASE" and frame.argument % 2 == 1
    if is_case or (is_value and frame.function in _TESTS):
        return _operand_from(source, place, frame.arguments[0])
    return None


def _operand_before(source: str, place: Surroundings, index: int) -> Path | None:
    """The field that ends with the token at `index`: a name, or TEXT of one."""
    if _text(source, place, index) == ")" and _text(source, place, index - 3).upper() == "TEXT":
        index -= 1
    return _name_at(source, place, index)


def _operand_from(source: str, place: Surroundings, index: int) -> Path | None:
    if _text(source, place, index).upper() == "TEXT":
        return _name_at(source, place, index + 2)
    return _name_at(source, place, index) if _text(source, place, index + 1) == "," else None


def _name_at(source: str, place: Surroundings, index: int) -> Path | None:
    if not 0 <= index < len(place.tokens) or place.tokens[index].kind is not TokenKind.NAME:
        return None
    return path_of(source, place.tokens[index])


def _text(source: str, place: Surroundings, index: int) -> str:
    if not 0 <= index < len(place.tokens):
        return ""
    token = place.tokens[index]
    return source[token.start : token.end]
