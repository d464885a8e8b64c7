"""`trellis serve`: the web server, with the embedded worker when no Redis is configured."""

from __future__ import annotations

import os

import typer


def register(app: typer.Typer) -> None:
    @app.command()
    def serve(
        host: str | None = typer.Option(None, "--host", help="The address to listen at; TRELLIS_HOST when not given."),
        port: int | None = typer.Option(
            None, "--port", min=1, max=65535, help="The port; TRELLIS_PORT when not given."
        ),
        workers: int = typer.Option(1, "--workers", min=1, max=64, help="How many processes."),
        log_level: str = typer.Option("info", "--log-level", help="debug, info, warning or error."),
        access_log: bool = typer.Option(False, "--access-log", help="A line for each request."),
    ) -> None:
        """Serve the web application and the API."""
        from trellis.cli.console import UsedWrongly
        from trellis.cli.running import settings_in_force
        from trellis.garbage import collect_later

        collect_later()

        if log_level not in ("debug", "info", "warning", "error"):
            raise UsedWrongly(f"--log-level is {log_level}; expected debug, info, warning or error.")
        settings = settings_in_force()
        # Worker processes read the settings from the environment, as this one did.
        listen_at = (host or settings.host, port or settings.port)
        os.environ["TRELLIS_HOST"], os.environ["TRELLIS_PORT"] = listen_at[0], str(listen_at[1])
        os.environ.setdefault("TRELLIS_BASE_URL", f"http://{listen_at[0]}:{listen_at[1]}")
        from trellis.api.server import serve_forever

        raise typer.Exit(
            serve_forever(settings_in_force(), workers=workers, log_level=log_level, access_log=access_log)
        )
