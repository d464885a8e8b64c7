"""`trellis worker` as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

COMMAND = [sys.executable, "-c", "from trellis.cli import main; main()", "worker"]


def environment(folder: Path, database_url: str, redis_url: str = "") -> Mapping[str, str]:
    settings = {"DATA_DIR": str(folder), "DATABASE_URL": database_url, "REDIS_URL": redis_url, "BASE_URL": "http://t"}
    return {**os.environ, **{f"TRELLIS_{name}": value for name, value in settings.items()}}


@contextmanager
def worker(folder: Path, database_url: str, redis_url: str = "") -> Iterator[subprocess.Popen[str]]:
    """A worker that has begun; killed at the end if it still runs."""
    process = subprocess.Popen(
        COMMAND,
        env=environment(folder, database_url, redis_url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        greeting = process.stdout.readline()
        assert "trellis worker" in greeting, process.communicate()[1]
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=10)


def stop(process: subprocess.Popen[str], how: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
    """Its exit code, and how long it took to end."""
    start = time.monotonic()
    process.send_signal(how)
    return process.wait(timeout=30), time.monotonic() - start


def burst(folder: Path, database_url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "--burst", "--json"],
        env=environment(folder, database_url),
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
