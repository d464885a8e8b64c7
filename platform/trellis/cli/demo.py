"""`trellis demo`: the product with sample data in one command, on SQLite with the embedded worker."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import typer

FOLDER = Path("var/demo")


def register(app: typer.Typer) -> None:
    @app.command()
    def demo(
        port: int | None = typer.Option(
            None, "--port", min=1, max=65535, help="The port; the first free one from 8000 on."
        ),
        folder: Path = typer.Option(FOLDER, "--folder", help="Where the demonstration keeps its data."),
        host: str = typer.Option("127.0.0.1", "--host", help="The address to listen at."),
    ) -> None:
        """Serve a small company with sample data; made on the first start, kept for the next."""
        from datetime import UTC, datetime

        from trellis.api.server import serve_forever
        from trellis.cli.running import run_with_runtime, settings_in_force
        from trellis.packaging.demo import PASSWORD, prepare_demo
        from trellis.packaging.demo_people import PEOPLE

        os.environ.setdefault("TRELLIS_DATA_DIR", str(folder))
        chosen = port or _free_port(host)
        os.environ["TRELLIS_HOST"], os.environ["TRELLIS_PORT"] = host, str(chosen)
        os.environ.setdefault("TRELLIS_BASE_URL", f"http://{host}:{chosen}")
        settings = settings_in_force()
        run_with_runtime(lambda runtime: prepare_demo(runtime, now=datetime.now(UTC), say=typer.echo))
        administrator, *others = PEOPLE
        names = ", ".join(f"{one.username} ({one.permission_set})" for one in others)
        typer.echo("")
        typer.echo(f"  Trellis is at   {settings.base_url}")
        typer.echo(f"  Sign in as      {administrator.username} (administrator)   with the password   {PASSWORD}")
        typer.echo(f"  or, by it, as   {names}")
        typer.echo(f"  Mail goes to    {settings.maildir}")
        typer.echo("  Stop it with    Ctrl+C\n")
        raise typer.Exit(serve_forever(settings, workers=1, log_level="warning", access_log=False))


def _free_port(host: str) -> int:
    for port in range(8000, 8100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    return 8000
