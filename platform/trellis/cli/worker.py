"""`trellis worker`: delivers what waits in the outboxes of all tenants."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

import typer

from trellis.jobs.opening import build_rounds
from trellis.jobs.rounds import Rounds
from trellis.jobs.worker import run_burst, run_worker
from trellis.settings import Settings, load_settings
from trellis.tenancy.directory import open_directory


def register(app: typer.Typer) -> None:
    @app.command()
    def worker(
        burst: bool = typer.Option(False, "--burst", help="Deliver what is due now and exit."),
        as_json: bool = typer.Option(False, "--json", help="With --burst: print the counts as JSON."),
    ) -> None:
        """Deliver notifications and e-mail for all tenants, until stopped.

        With TRELLIS_REDIS_URL it is woken through Redis; it also looks into every outbox every two seconds, so it works without.
        SIGTERM and Ctrl-C end it after the messages under way."""
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        settings = load_settings()

        @asynccontextmanager
        async def open_rounds() -> AsyncIterator[Rounds]:
            async with open_directory(settings) as directory:
                yield build_rounds(settings, directory)

        if burst:
            tally = run_burst(open_rounds)
            print(
                json.dumps(asdict(tally))
                if as_json
                else f"{tally.done} delivered, {tally.failed} to try again, {tally.dead} dead"
            )
            return
        print(_greeting(settings), flush=True)
        run_worker(open_rounds, settings.redis_url)


def _greeting(settings: Settings) -> str:
    woken = f"woken through {settings.redis_url.rpartition('@')[2]}" if settings.redis_url else "without Redis"
    mail = "SMTP" if settings.smtp_url else f"the maildir {settings.maildir}"
    return f"trellis worker: {woken}, mail to {mail}; Ctrl-C stops it"
