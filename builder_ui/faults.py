"""What went wrong -> a page that says what is safe, what to do, and which number to quote."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse

from builder_ui.rendering import Renderer
from builder_ui.translation import Words, words_of
from trellis.api.problems import Problem, describe_error, unexpected_problem
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
    problem = describe_error(error) if error else unexpected_problem()
    return render_problem_page(renderer, request, language, theme, problem)


def render_problem_page(
    renderer: Renderer, request: Request, language: str, theme: str, problem: Problem
) -> HTMLResponse:
    page = _fault(words_of(language), problem, request)
    response = renderer.page("error.html", language, {"page": page, "theme": theme}, status=problem.status)
    response.headers.update(problem.headers)
    return response


def _fault(words: Words, problem: Problem, request: Request) -> Fault:  # icons: lock map-off
    detail = " ".join(words.tell(part) for part in (problem.detail, problem.hint) if part)
    retry_href = request.url.path if request.method == "GET" else None
    common = {"href": "/app", "label": words.say("Go to Home"), "request_id": request_id(request)}
    match problem.code, problem.status:
        case "csrf_refused", _:
            text = words.say(
                "It was opened in another session. Open it again and repeat what you did; nothing was changed."
            )
            return Fault(title=words.say("This page is too old"), text=text, icon="lock", tone="warn", **common)
        case "cross_site_refused", _:
            text = words.say("A page of another site sent it, so nothing was changed. If it was you, do it here.")
            return Fault(title=words.say("This came from another site"), text=text, icon="lock", tone="warn", **common)
        case _, 403:
            return Fault(
                title=words.say("You may not see this"),
                text=words.say("An administrator of your company can grant it. Quote the number below when you ask."),
                detail=detail,
                icon="lock",
                tone="warn",
                **common,
            )
        case _, 404:
            return Fault(
                title=words.say("There is nothing here"),
                text=words.say("The record or page was removed, or the address has a typing mistake."),
                detail=detail,
                icon="map-off",
                tone="",
                **common,
            )
        case "too_many_requests", _:
            text = words.say("More requests came from you or your network than the server takes. Wait a minute.")
            return Fault(
                title=words.say("Too much at once"),
                text=text,
                icon="clock",
                tone="warn",
                retry_href=retry_href,
                **common,
            )
        case _, status if status >= 500:
            text = words.say(
                "Nothing was changed. What you typed is still in the page before this one: go back and try again."
            )
            return Fault(
                title=words.say("This did not work, and it is our fault"),
                text=text,
                icon="alert-triangle",
                tone="bad",
                retry_href=retry_href,
                **common,
            )
    text = detail or words.say("The request cannot be understood.")
    return Fault(title=words.say("This could not be done"), text=text, icon="alert-circle", tone="warn", **common)
