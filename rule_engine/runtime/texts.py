"""Text functions. Blank text is None, never ""; positions and lengths count UTF-16 units, as in Salesforce."""

from __future__ import annotations

from decimal import Decimal

from rule_engine.errors import FormulaError

MAX_TEXT_LENGTH = 131_072


def concatenate(*parts: str | None) -> str | None:
    """Blank parts count as empty; nothing but blanks gives blank."""
    given = [part for part in parts if part is not None]
    if sum(map(len, given)) > MAX_TEXT_LENGTH:
        raise FormulaError("out_of_range", f"A text has more than {MAX_TEXT_LENGTH} characters.")
    return "".join(given) or None


def length(text: str | None) -> Decimal:
    """Blank has length 0."""
    if text is None:
        return Decimal(0)
    return Decimal(len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2)


def _slice(text: str, start: int, end: int) -> str | None:
    """text[start:end] in UTF-16 units; half a character cut off at an edge is left out."""
    if text.isascii() or max(text) < "\U00010000":
        return text[start:end] or None
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * start : 2 * end].decode("utf-16-le", "ignore") or None


def _units(text: str) -> int:
    return int(length(text))


def left(text: str, count: Decimal) -> str | None:
    return _slice(text, 0, int(count)) if count >= 1 else None


def right(text: str, count: Decimal) -> str | None:
    size = _units(text)
    return _slice(text, max(0, size - int(count)), size) if count >= 1 else None


def middle(text: str, start: Decimal, count: Decimal) -> str | None:
    """1-based; a start below 1 counts as 1."""
    first = max(1, int(start))
    return _slice(text, first - 1, first - 1 + int(count)) if count >= 1 else None


def substring(text: str, start: Decimal, count: Decimal | None = None) -> str | None:
    """A negative start counts from the end; beyond the length it gives blank."""
    size, first = _units(text), int(start)
    if first < 0:
        first = size + first + 1
        if first < 1:
            return None
    first = max(1, first)
    if count is None:
        return _slice(text, first - 1, size)
    return middle(text, Decimal(first), count)


def find(searched: str | None, text: str | None, start: Decimal | None = None) -> Decimal:
    """1-based position, 0 when absent or when either text is blank."""
    if searched is None or text is None:
        return Decimal(0)
    first = max(1, int(start)) if start is not None else 1
    if text.isascii() or max(text) < "\U00010000":
        return Decimal(text.find(searched, first - 1) + 1)
    units, wanted = (part.encode("utf-16-le", "surrogatepass") for part in (text, searched))
    at = units.find(wanted, 2 * (first - 1))
    while at > 0 and at % 2:  # in the middle of a unit
        at = units.find(wanted, at + 1)
    return Decimal(at // 2 + 1)


def begins(text: str | None, prefix: str | None) -> bool | None:
    if prefix is None:
        return True
    return None if text is None else text.startswith(prefix)


def contains(text: str | None, part: str | None) -> bool | None:
    if part is None:
        return True
    return None if text is None else part in text


def substitute(text: str, old: str, new: str | None) -> str | None:
    """Measured first: two long texts could make one that fills the memory."""
    new = new or ""
    if len(text) + text.count(old) * (len(new) - len(old)) > MAX_TEXT_LENGTH:
        raise FormulaError("out_of_range", f"A text has more than {MAX_TEXT_LENGTH} characters.")
    return text.replace(old, new) or None


def trim(text: str) -> str | None:
    """Only blanks (U+0020), at both ends."""
    return text.strip(" ") or None


def upper(text: str, locale: str | None = None) -> str:
    if _is_turkish(locale):
        text = text.replace("i", "İ")
    return text.upper()


def lower(text: str, locale: str | None = None) -> str:
    if _is_turkish(locale):
        text = text.replace("İ", "i").replace("I", "ı")
    return text.lower()


def _is_turkish(locale: str | None) -> bool:
    return locale is not None and locale.lower().replace("-", "_").split("_")[0] in ("tr", "az")


def capitalize_words(text: str) -> str:
    """A letter after a character that is neither letter nor decimal digit is upper case, every other letter lower case."""
    result, inside_word = [], False
    for character in text:
        result.append(character.lower() if inside_word else character.upper())
        inside_word = character.isalpha() or character.isdecimal()
    return "".join(result)


def pad_left(text: str, size: Decimal, padding: str | None = " ") -> str | None:
    return _pad(text, size, padding, at_left=True)


def pad_right(text: str, size: Decimal, padding: str | None = " ") -> str | None:
    return _pad(text, size, padding, at_left=False)


def _pad(text: str, size: Decimal, padding: str | None, *, at_left: bool) -> str | None:
    wanted = int(size)
    if wanted <= 0:
        return None
    if wanted > MAX_TEXT_LENGTH:
        raise FormulaError("out_of_range", f"A text is padded to at most {MAX_TEXT_LENGTH} characters.")
    missing = wanted - _units(text)
    if missing <= 0:
        return _slice(text, 0, wanted)
    if not padding:
        return text
    filling = _slice(padding * (missing // _units(padding) + 1), 0, missing) or ""
    return filling + text if at_left else text + filling


def reverse(text: str) -> str:
    return text[::-1]


def code_point(text: str) -> Decimal:
    return Decimal(ord(text[0]))


def character(code: Decimal) -> str | None:
    number = int(code)
    if number <= 0:
        return None
    if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        raise FormulaError("out_of_range", f"There is no character {number}.")
    return chr(number)


def line_break() -> str:
    return "\n"


def boolean_text(value: bool) -> str:
    return "true" if value else "false"
