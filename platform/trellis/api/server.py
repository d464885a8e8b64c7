"""The server process: opens the runtime when uvicorn starts it, closes it when it stops, and hands every request on."""

from __future__ import annotations

import logging
import logging.config
from contextlib import AsyncExitStack

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from trellis.api.app import create_app
from trellis.api.stop_signals import called_on_stop
from trellis.edge.log_lines import build_formatter
from trellis.errors import TrellisError
from trellis.garbage import collect_seldom
from trellis.runtime import open_runtime
from trellis.settings import Settings, load_settings

log = logging.getLogger("trellis.server")


class ServerApplication:
    """An ASGI application whose lifespan is the runtime's."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is not None and scope["type"] != "lifespan":
            await self._app(scope, receive, send)
        else:
            await self._live(receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as stack:
            try:
                runtime = await stack.enter_async_context(open_runtime(self._settings))
                self._app = create_app(runtime)
                await runtime.start()
                stack.push_async_callback(runtime.stop)
                collect_seldom()
                stack.enter_context(called_on_stop(runtime.bells.close))
            except Exception as error:
                log.debug("The server cannot start", exc_info=True)
                await send({"type": "lifespan.startup.failed", "message": _reason(error)})
                return
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


def server_application() -> ASGIApp:
    """What each of uvicorn's processes makes, from the settings in its environment."""
    return ServerApplication(load_settings())


def serve_forever(settings: Settings, *, workers: int, log_level: str, access_log: bool) -> int:
    """Serves until told to stop; gives the exit code: 1 when the server could not start, with the reason in the log."""
    try:
        uvicorn.run(
            "trellis.api.server:server_application",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=workers,
            loop="uvloop",
            http="trellis.edge.connections:PatientConnection",
            proxy_headers=False,  # The edge decides which proxies are believed.
            ws="none",
            lifespan="on",
            access_log=False,
            server_header=False,
            log_level=log_level,
            log_config=_log_config(settings.log_format, log_level.upper(), access_log=access_log),
            timeout_graceful_shutdown=10,
        )
    except SystemExit as ended:
        return 1 if ended.code else 0
    return 0


def _reason(error: Exception) -> str:
    if isinstance(error, TrellisError):
        return f"{error.message} {error.hint or ''}".strip()
    return f"{type(error).__name__}: {error}. With --log-level debug the log says where."


def _log_config(log_format: str, level: str, *, access_log: bool) -> dict[str, object]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": build_formatter, "log_format": log_format}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {"alembic": {"level": "WARNING"}, "trellis.http": {"level": level if access_log else "WARNING"}},
    }
