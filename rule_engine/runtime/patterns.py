"""Regular expressions and LIKE, matched in linear time by RE2, so that no pattern can stall a record."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import re2

from rule_engine.errors import FormulaError

MAX_PATTERN_LENGTH = 2_000
MAX_LIKE_LENGTH = 900
_MAX_MEMORY_BYTES = 1 << 20


class InvalidPattern(ValueError):
    """A regular expression that cannot be used; the text says why."""


@lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> Any:
    """Raises: InvalidPattern."""
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise InvalidPattern(f"it has more than {MAX_PATTERN_LENGTH} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY_BYTES
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else "it is not a regular expression"
        raise InvalidPattern(reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)) from None


def matches(text: str | None, pattern: str | None) -> bool:
    """The whole text must match; blank text is empty, a blank pattern matches only that."""
    try:
        return compile_pattern(pattern or "").fullmatch(text or "") is not None
    except InvalidPattern as error:
        raise FormulaError("invalid_regex", f"The regular expression cannot be used: {error}.") from None


def like(text: str | None, pattern: str | None) -> bool:
    r"""`%` any text, `_` one character, `\` before a character takes it literally; `.` and `|` keep their meaning in
    regular expressions, as in Salesforce."""
    if len(pattern or "") > MAX_LIKE_LENGTH:
        raise FormulaError("invalid_regex", f"A pattern of LIKE has at most {MAX_LIKE_LENGTH} characters.")
    parts = re.findall(r"\\.|.", pattern or "", re.DOTALL)
    return matches(text, "(?s)" + "".join(_like_part(part) for part in parts))


def _like_part(part: str) -> str:
    if part in ("%", "_"):
        return ".*" if part == "%" else "."
    if part in (".", "|"):
        return part
    return re.escape(part[-1])
