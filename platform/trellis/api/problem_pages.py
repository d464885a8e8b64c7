"""A problem as whoever asks can read it: JSON for programs, a page for a person whose browser went astray. What the page looks like says
whoever mounts a web, as `problem_page` in the application's state; without a web it is a plain one."""

from __future__ import annotations

from html import escape

from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from trellis.api.problems import Problem, render_problem


def answer_problem(problem: Problem, scope: Scope) -> Response:
    request_id = scope["trellis.request_id"]
    if wants_page(scope):
        web = getattr(scope["app"].state, "problem_page", None) if "app" in scope else None
        if web is not None:
            answer: Response = web(problem, scope)
            return answer
        return HTMLResponse(_page(problem, request_id), problem.status, headers=problem.headers)
    return render_problem(problem, request_id)


def wants_page(scope: Scope) -> bool:
    """Whether a browser asks, and not for the API."""
    if scope["path"].startswith("/api/"):
        return False
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _page(problem: Problem, request_id: str) -> str:
    lines = [problem.detail, problem.hint or "", f"request_id: {request_id}"]
    text = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    title = escape(problem.title)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{title}</title></head><body><h1>{title}</h1>{text}<p><a href="/">Trellis</a></p></body></html>'
    )
