"""`trellis worker`: delivers what waits in the outboxes of all tenants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, UsedWrongly, print_json
from trellis.cli.running import settings_in_force

if TYPE_CHECKING:
    from trellis.jobs.worker import OpenRounds
    from trellis.settings import Settings


def register(app: typer.Typer) -> None:
    @app.command()
    def worker(
        burst: bool = typer.Option(False, "--burst", help="Deliver what is due now and exit."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Deliver notifications and e-mail for all tenants, until stopped.

        With TRELLIS_REDIS_URL it is woken through Redis; it also looks into every outbox every two seconds, so it works without.
        SIGTERM and Ctrl-C end it after the messages under way. --json goes with --burst only."""
        import logging
        from dataclasses import asdict

        from trellis.edge.log_lines import build_formatter
        from trellis.jobs.worker import run_burst, run_worker

        if as_json and not burst:
            raise UsedWrongly("--json prints what one burst did: give --burst too, or leave --json out.")
        settings = settings_in_force()
        to_stderr = logging.StreamHandler()
        to_stderr.setFormatter(build_formatter(settings.log_format))
        logging.basicConfig(level=logging.WARNING, handlers=[to_stderr])
        open_rounds = _rounds_opener(settings)
        if not burst:
            typer.echo(_greeting(settings))
            run_worker(open_rounds, settings.redis_url)
            return
        tally = run_burst(open_rounds)
        if as_json:
            print_json(asdict(tally))
        else:
            typer.echo(f"{tally.done} delivered, {tally.failed} to try again later, {tally.dead} given up")


def _rounds_opener(settings: Settings) -> OpenRounds:
    from collections.abc import AsyncIterator
    from contextlib import asynccontextmanager

    from trellis.jobs.opening import build_rounds
    from trellis.jobs.rounds import Rounds
    from trellis.tenancy.directory import open_directory

    @asynccontextmanager
    async def open_rounds() -> AsyncIterator[Rounds]:
        async with open_directory(settings) as directory:
            try:
                rounds = build_rounds(settings, directory)
            except ValueError as error:
                raise UsedWrongly(str(error)) from error
            yield rounds

    return open_rounds


def _greeting(settings: Settings) -> str:
    woken = f"woken through {settings.redis_url.rpartition('@')[2]}" if settings.redis_url else "without Redis"
    mail = "SMTP" if settings.smtp_url else f"the maildir {settings.maildir}"
    return f"trellis worker: {woken}, mail to {mail}; Ctrl-C stops it"
