"""`trellis serve`: answers, stays small, stops when told to, and says why when it cannot start."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.master_key import MASTER_KEY
from tests.ports import free_port
from tests.programs import ENDS_WITHIN_S, TRELLIS, program_environment
from tests.trellis.cli.commands import trellis
from tests.trellis.factory import add_user
from trellis.security.credentials import create_api_key
from trellis.settings import Settings
from trellis.tenancy.directory import open_directory

MOST_MEMORY_KB = 150_000
STARTS_WITHIN_S = 120


@contextmanager
def _serving(folder: Path, database_url: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    environment = program_environment({"data_dir": folder, "database_url": database_url})
    process = subprocess.Popen([*TRELLIS, "serve", "--port", str(port), *arguments], env=environment)
    try:
        yield process, port
    finally:
        process.terminate()
        process.wait(timeout=ENDS_WITHIN_S)


def _wait_until_healthy(process: subprocess.Popen[Any], port: int) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=STARTS_WITHIN_S) as answer:
                assert answer.status == 200
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server did not answer")


def _memory_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


def test_a_server_answers_in_little_memory(tmp_path: Path, database_url: str) -> None:
    with _serving(tmp_path, database_url) as (process, port):
        _wait_until_healthy(process, port)
        if sys.platform == "linux":
            assert _memory_kb(process.pid) < MOST_MEMORY_KB


def test_several_processes_answer_at_one_address(tmp_path: Path) -> None:
    with _serving(tmp_path, "", "--workers", "2") as (process, port):
        _wait_until_healthy(process, port)


async def _token(folder: Path) -> str:
    """Of a user of a new tenant."""
    async with open_directory(Settings(master_key=MASTER_KEY, data_dir=folder)) as directory:
        tenant = await directory.create("acme")
        user = await add_user(tenant, "mei")
        return (await create_api_key(tenant, user, "bell", now=datetime.now(UTC), expires_at=None)).token


def test_a_live_bell_keeps_no_server_from_stopping(tmp_path: Path) -> None:
    environment = {"data_dir": tmp_path}
    token = asyncio.run(_token(tmp_path))
    port = free_port()
    with subprocess.Popen(
        [*TRELLIS, "serve", "--port", str(port)],
        env=program_environment(environment),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        _wait_until_healthy(process, port)
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/notifications/stream")
        asked.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(asked, timeout=STARTS_WITHIN_S) as stream:
            assert stream.readline() == b"retry: 5000\n"
            process.terminate()
            _, said = process.communicate(timeout=ENDS_WITHIN_S)
    assert "graceful shutdown exceeded" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"database_url": "postgresql://nobody@127.0.0.1:1/x"}, "The database cannot be reached"),
        ({"database_url": "mysql://x"}, "The database's URL cannot be used"),
        ({"smtp_url": "post://x"}, "TRELLIS_SMTP_URL"),
    ],
)
def test_a_server_that_cannot_start_says_why(settings: dict[str, str], says: str, tmp_path: Path) -> None:
    ended = trellis("serve", "--port", str(free_port()), folder=tmp_path, settings=settings)
    assert ended.returncode == 1
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = trellis("serve", "--port", str(port), folder=tmp_path)
    assert ended.returncode == 1
    assert str(port) in ended.stderr
    assert "Traceback" not in ended.stderr
