"""What went wrong -> a page that says what is safe, what to do, and which number to quote."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse

from builder_ui.rendering import Renderer
from builder_ui.translation import Words, words_of
from trellis.api.problems import describe_error
from trellis.errors import TrellisError


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    title: str
    text: str
    icon: str
    tone: str
    href: str
    label: str
    detail: str | None = None
    retry_href: str | None = None
    request_id: str | None = None


def request_id(request: Request) -> str:
    return str(request.scope.get("trellis.request_id", ""))


def render(renderer: Renderer, request: Request, language: str, theme: str, error: TrellisError | None) -> HTMLResponse:
    """The page for a known error, or with None for a fault of ours, whose details only the log has."""
    words = words_of(language)
    status = describe_error(error).status if error else 500
    page = _fault(words, status, error, request)
    return renderer.page("error.html", language, {"page": page, "theme": theme}, status=status)


def _fault(words: Words, status: int, error: TrellisError | None, request: Request) -> Fault:  # icons: lock map-off
    detail = " ".join(words.tell(part) for part in (error.message, error.hint) if part) if error else None
    common = {"href": "/app", "label": words.say("Go to Home"), "request_id": request_id(request)}
    if status == 403:
        is_csrf = error is not None and error.code == "csrf_refused"
        return Fault(
            title=words.say("This page is too old") if is_csrf else words.say("You may not see this"),
            text=words.say(
                "It was opened in another session. Open it again and repeat what you did; nothing was changed."
            )
            if is_csrf
            else words.say("An administrator of your company can grant it. Quote the number below when you ask."),
            detail=None if is_csrf else detail,
            icon="lock",
            tone="warn",
            **common,
        )
    if status == 404:
        return Fault(
            title=words.say("There is nothing here"),
            text=words.say("The record or page was removed, or the address has a typing mistake."),
            detail=detail,
            icon="map-off",
            tone="",
            **common,
        )
    if status >= 500:
        return Fault(
            title=words.say("This did not work, and it is our fault"),
            text=words.say(
                "Nothing was changed. What you typed is still in the page before this one: go back and try again."
            ),
            icon="alert-triangle",
            tone="bad",
            retry_href=request.url.path if request.method == "GET" else None,
            **common,
        )
    return Fault(
        title=words.say("This could not be done"),
        text=detail or words.say("The request cannot be understood."),
        icon="alert-circle",
        tone="warn",
        **common,
    )
