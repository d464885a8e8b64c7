"""The web application: the API's addresses, and whatever installed packages mount beside them."""

from __future__ import annotations

from importlib.metadata import entry_points

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from trellis.api.addresses import ADDRESSES
from trellis.api.edge import Edge
from trellis.api.problem_pages import answer_problem
from trellis.api.problems import describe_error, describe_http_error
from trellis.api.resource import Resource
from trellis.errors import TrellisError
from trellis.runtime import Runtime

WEB_GROUP = "trellis.web"


def create_app(runtime: Runtime, *, with_web: bool = True) -> Starlette:
    """The application over an open runtime. `with_web`: also what the entry points of the group trellis.web mount."""
    app = Starlette(
        routes=_routes(runtime),
        middleware=[Middleware(Edge, settings=runtime.settings)],
        exception_handlers={HTTPException: _http_problem, TrellisError: _problem},
    )
    app.router.redirect_slashes = False
    if with_web:
        for entry_point in entry_points(group=WEB_GROUP):
            entry_point.load()(app, runtime)
    return app


def _routes(runtime: Runtime) -> list[Route]:
    return [Route(path, Resource(runtime, methods)) for path, methods in ADDRESSES.items()]


async def _http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return answer_problem(describe_http_error(error, request.scope["path"]), request.scope)


async def _problem(request: Request, error: Exception) -> Response:
    """For handlers that packages mount: the API's own resources answer their errors themselves."""
    assert isinstance(error, TrellisError)
    problem = describe_error(error)
    if problem.status == 500:
        raise error  # a fault of ours: the edge logs it, and tells nothing of it
    return answer_problem(problem, request.scope)
