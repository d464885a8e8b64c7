"""Mounts the web beside the API: assets, sign-in, the generated app, the builder. The entry point of the group trellis.web."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Scope

from builder_ui import faults
from builder_ui.account import routes as account
from builder_ui.assets import ADDRESS, AssetFiles, load_assets
from builder_ui.builder import routes as builder
from builder_ui.builder.audit import pages as audit
from builder_ui.builder.privacy import pages as privacy
from builder_ui.entrance import entrance_routes
from builder_ui.records import routes as records
from builder_ui.rendering import Renderer
from builder_ui.translation import choose_language
from builder_ui.visit import LANGUAGE_COOKIE, Handler, SignedIn, Visit, theme_of
from trellis.api.problems import Problem
from trellis.errors import NotFound
from trellis.runtime import Runtime
from trellis.security.access import Action

Addresses = Iterable[tuple[str, Handler]]


def mount(app: Starlette, runtime: Runtime) -> None:
    """Adds the web's addresses to `app`."""
    renderer = Renderer(load_assets())
    app.state.problem_page = partial(_problem_page, renderer)

    def signed_in(pages: Addresses, actions: Addresses, action: Action | None = None) -> Iterator[Route]:
        """`action`: what one must be allowed for any of them."""
        for method, addresses in (("GET", pages), ("POST", actions)):
            for path, handler in addresses:
                yield Route(path, SignedIn(runtime, renderer, handler, action=action).__call__, methods=[method])

    app.router.routes += [
        Mount(ADDRESS, AssetFiles()),
        Route("/", _go_home),
        *entrance_routes(runtime, renderer),
        *signed_in(account.PAGES, account.ACTIONS),
        *signed_in(records.PAGES, records.ACTIONS),
        *signed_in(audit.PAGES, audit.ACTIONS, "view_audit"),
        *signed_in(privacy.PAGES, privacy.ACTIONS, "erase"),
        *signed_in(builder.PAGES, builder.ACTIONS, "customize"),
        *signed_in([("/app/{rest:path}", _nowhere), ("/builder/{rest:path}", _nowhere)], []),
    ]


def _problem_page(renderer: Renderer, problem: Problem, scope: Scope) -> Response:
    """For people whose request got no further than the edge, or to no page: nobody asked who they are."""
    request = Request(scope)
    language = choose_language(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language"))
    return faults.render_problem_page(renderer, request, language, theme_of(request), problem)


async def _go_home(_: Request) -> Response:
    return RedirectResponse("/app", 307)


async def _nowhere(visit: Visit) -> Response:
    raise NotFound(visit.words.say("There is no page at %(path)s.", path=visit.request.url.path))
