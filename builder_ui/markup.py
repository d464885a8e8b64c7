"""The markup that IMAGE and HYPERLINK give -> where it leads and what it says. Nothing else of a formula's text is taken for markup.

A picture is shown as a link: pages load nothing from other hosts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

_IMAGE = re.compile(r'<img src="([^"<>]+)" alt="([^"<>]*)"[^<>]*>\Z')
_LINK = re.compile(r'<a href="([^"<>]+)"[^<>]*>([^<>]*)</a>\Z')


@dataclass(frozen=True, slots=True)
class Link:
    """`text` is "" where the formula gave none."""

    href: str
    text: str


def link_of(value: str) -> Link | None:
    """The link that the whole of `value` is, None for any other text and for addresses that are not of the web."""
    found = _IMAGE.match(value) or _LINK.match(value)
    if found is None:
        return None
    href, text = unescape(found[1]), unescape(found[2]).strip()
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    is_web = parts.scheme.lower() in ("http", "https") and bool(parts.netloc)
    is_own = not parts.scheme and not parts.netloc and href.startswith("/") and not href.startswith(("//", "/\\"))
    return Link(href, text) if is_web or is_own else None
