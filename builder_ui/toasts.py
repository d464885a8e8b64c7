"""What was just done, told once on the next page with the way back. It travels in a cookie that the page takes away."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote, unquote

from starlette.responses import Response

from builder_ui.visit import Visit, safe_path

COOKIE = "trellis_toast"
KEPT_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    """`undo`: where to POST to take it back; only a path of this site."""

    text: str
    undo: str | None = None


def leave_toast(response: Response, text: str, undo: str | None = None) -> Response:
    value = quote(json.dumps([text, undo], ensure_ascii=False))
    response.set_cookie(COOKIE, value, max_age=KEPT_S, httponly=True, samesite="lax")
    return response


def read_toast(visit: Visit) -> tuple[Toast | None, bool]:
    """The toast, and whether there was a cookie to take away."""
    value = visit.request.cookies.get(COOKIE)
    if not value:
        return None, False
    try:
        text, undo = json.loads(unquote(value))
    except (ValueError, TypeError):
        return None, True
    undo = safe_path(undo, "") if isinstance(undo, str) else ""
    return Toast(text=str(text)[:300], undo=undo or None), True
