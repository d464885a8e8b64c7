"""`trellis worker` as a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.programs import ENDS_WITHIN_S, TRELLIS, program_environment

WORKER = (*TRELLIS, "worker")
WOKEN = (sys.executable, "-m", "tests.trellis.jobs.woken")


def environment(folder: Path, database_url: str, redis_url: str = "") -> Mapping[str, str]:
    return program_environment(
        {"data_dir": folder, "database_url": database_url, "redis_url": redis_url, "base_url": "http://t"}
    )


@contextmanager
def worker(
    folder: Path, database_url: str, redis_url: str = "", *, command: Sequence[str] = WORKER
) -> Iterator[subprocess.Popen[str]]:
    """A worker that has begun; killed at the end if it still runs."""
    process = subprocess.Popen(
        command, env=environment(folder, database_url, redis_url), stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert "trellis worker" in process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.communicate(timeout=ENDS_WITHIN_S)


def stop(process: subprocess.Popen[str], how: signal.Signals = signal.SIGTERM) -> int:
    """Its exit code. RQ waits for work much longer than this waits for its end."""
    process.send_signal(how)
    return process.wait(timeout=ENDS_WITHIN_S)


def burst(folder: Path, database_url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*WORKER, "--burst", "--json"],
        env=environment(folder, database_url),
        check=False,
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN_S,
    )
