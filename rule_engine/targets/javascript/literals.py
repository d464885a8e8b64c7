"""Texts as JavaScript literals, and text as a comment: the one place where quoting happens. What comes out is safe in
a module and, should a page ever hold it, inside a script element."""

from __future__ import annotations

import json
import re
from typing import Any

_UNSAFE = re.compile("<(?=[a-zA-Z/!?])|[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff]")


def text_literal(text: str) -> str:
    """The text in double quotes."""
    return value_literal(text)


def value_literal(value: Any) -> str:
    """A value that JSON can write."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(value, ensure_ascii=False))


def comment(text: str) -> str:
    """The text on one line behind `//`."""
    return "// " + text_literal(" ".join(text.split()))[1:-1].replace('\\"', '"').replace("\\\\", "\\")
