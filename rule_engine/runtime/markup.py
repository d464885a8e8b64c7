"""Texts for other formats: HTML, JavaScript, JSON, links and pictures. All values are escaped here."""

from __future__ import annotations

import html
import json
import re
from decimal import Decimal
from html.entities import codepoint2name
from typing import Any
from urllib.parse import quote

from rule_engine.errors import FormulaError
from rule_engine.runtime.numbers import number_text

_SAFE_ADDRESS = re.compile(r"(?:https?:|mailto:|tel:|/(?!/)|[^:/?#]*(?:[/?#]|$))", re.IGNORECASE | re.ASCII)
JAVASCRIPT_ESCAPES = {
    "\\": "\\\\", "'": "\\'", '"': '\\"', "/": "\\/", "*": "\\*", "\n": "\\n", "\r": "\\r", "\t": "\\t",
    "<": "\\u003C", ">": "\\u003E", "\u2028": "\\u2028", "\u2029": "\\u2029",
}  # fmt: skip
HTML_NAMES = {chr(code): f"&{name};" for code, name in codepoint2name.items()}
HTML_NAMES |= {"'": "&#39;", "\u2028": "<br>", "\u2029": "<p>"}
_STEP = re.compile(r"""\.([A-Za-z_][\w-]*)|\[(\d{1,6})\]|\[(["'])(.*?)\3\]""")


def html_encode(text: str) -> str:
    return "".join(HTML_NAMES.get(character, character) for character in text)


def javascript_encode(text: str) -> str:
    return "".join(JAVASCRIPT_ESCAPES.get(character, character) for character in text)


def url_encode(text: str) -> str:
    return quote(text, safe="")


def _address(text: str | None) -> str:
    """Nothing but web, mail and telephone addresses and paths of this site."""
    text = (text or "").strip()
    return html.escape(text) if _SAFE_ADDRESS.match(text) else "#"


def image(
    source: str | None, description: str | None, height: Decimal | None = None, width: Decimal | None = None
) -> str:
    size = "".join(
        f' {name}="{int(value)}"' for name, value in (("height", height), ("width", width)) if value is not None
    )
    return f'<img src="{_address(source)}" alt="{html.escape(description or "")}"{size}>'


def hyperlink(address: str | None, label: str | None, target: str | None = None) -> str:
    window = f' target="{html.escape(target)}" rel="noopener"' if target else ""
    return f'<a href="{_address(address)}"{window}>{html.escape(label or "")}</a>'


def json_value(text: str, key: str) -> str | None:
    """The value under one key of a JSON object."""
    document = _load(text)
    return _json_text(document.get(key)) if isinstance(document, dict) else None


def json_path_value(text: str, path: str) -> str | None:
    """Paths of names and positions: `$.a.b[0]`."""
    steps = list(_STEP.finditer(path, 1))
    if not path.startswith("$") or "".join(step.group() for step in steps) != path[1:]:
        raise FormulaError("invalid_json_path", f'"{path[:40]}" is not a path such as $.a.b[0].')
    current = _load(text)
    for step in steps:
        name, position, _, quoted = step.groups()
        if position is not None:
            items = isinstance(current, list) and int(position) < len(current)
            current = current[int(position)] if items else None
        else:
            current = current.get(name or quoted) if isinstance(current, dict) else None
    return _json_text(current)


def _load(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        raise FormulaError("invalid_json", "The text is not JSON.") from None


def _json_text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
