"""Run as a program: `trellis worker`, but with one round an hour, so that whatever it delivers soon it was woken for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from trellis.jobs.opening import build_rounds
from trellis.jobs.rounds import Rounds
from trellis.jobs.worker import run_worker
from trellis.settings import load_settings
from trellis.tenancy.directory import open_directory


@asynccontextmanager
async def open_rounds() -> AsyncIterator[Rounds]:
    async with open_directory(load_settings()) as directory:
        yield build_rounds(load_settings(), directory)


if __name__ == "__main__":
    print("trellis worker: only when it is woken", flush=True)
    run_worker(open_rounds, load_settings().redis_url, round_s=3_600)
