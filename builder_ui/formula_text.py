"""A formula as text -> the same with its words inked, safe for HTML."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_TOKEN = re.compile(
    r'(?P<s>"(?:[^"\\]|\\.)*")|(?P<f>\b[A-Z][A-Z_0-9]+(?=\())|(?P<n>\b\d[\d.]*\b|\bTRUE\b|\bFALSE\b|\bNULL\b|\$[A-Za-z]+(?:\.\w+)?)'
)


def ink_formula(text: str) -> Markup:
    """Texts, functions and constants in spans of the classes c-s, c-f, c-n."""
    parts: list[Markup] = []
    end = 0
    for match in _TOKEN.finditer(text):
        parts.append(escape(text[end : match.start()]))
        parts.append(Markup('<span class="c-{}">{}</span>').format(match.lastgroup, match.group()))
        end = match.end()
    parts.append(escape(text[end:]))
    return Markup("").join(parts)
