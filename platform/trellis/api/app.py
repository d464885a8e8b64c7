"""The web application: the API's addresses, and whatever installed packages mount beside them."""

from __future__ import annotations

from importlib.metadata import entry_points

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from trellis.api.addresses import ADDRESSES
from trellis.api.edge import Edge
from trellis.api.resource import Resource
from trellis.runtime import Runtime

WEB_GROUP = "trellis.web"


class Application(Starlette):
    """Starlette without its own two layers for errors, which every request and both messages of its answer would go through: the edge
    answers them."""

    def __init__(self, runtime: Runtime) -> None:
        self._settings = runtime.settings
        super().__init__(routes=[Route(path, Resource(runtime, methods)) for path, methods in ADDRESSES.items()])
        self.router.redirect_slashes = False

    def build_middleware_stack(self) -> ASGIApp:
        return Edge(self.router, settings=self._settings)


def create_app(runtime: Runtime, *, with_web: bool = True) -> Application:
    """The application over an open runtime. `with_web`: also what the entry points of the group trellis.web mount."""
    app = Application(runtime)
    if with_web:
        for entry_point in entry_points(group=WEB_GROUP):
            entry_point.load()(app, runtime)
    return app
