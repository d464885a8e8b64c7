"""A real server in a process of its own, with the sales package and a few records, as an operator would start it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import httpx

TENANT = f"acme{token_hex(4)}"
TRELLIS = (sys.executable, "-c", "from trellis.cli import main; main()")
PASSWORD = "correct horse battery"
STARTS_WITHIN_S = 60


class Server:
    """`api` sends requests as the administrator; `session` is what a browser of theirs has as its cookie."""

    def __init__(self, address: str, session: str, key: str) -> None:
        self.address = address
        self.session = session
        self.api = httpx.Client(base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=20)

    def create(self, object_name: str, **values: object) -> str:
        answer = self.api.post(f"/records/{object_name}", json=values)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


@contextmanager
def running_server(database_url: str, folder: Path) -> Iterator[Server]:
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "TRELLIS_DATA_DIR": str(folder),
        "TRELLIS_DATABASE_URL": database_url,
        "TRELLIS_BASE_URL": address,
    }
    _command(environment, "tenant", "create", TENANT, "--label", "Acme Instruments")
    names = ("--name", "Anna Weber", "--email", "anna@acme.example", "--time-zone", "Europe/Berlin")
    _command(environment, "user", "create", "anna", "--tenant", TENANT, "--admin", *names, "--password", PASSWORD)
    _command(environment, "package", "install", "sales", "--tenant", TENANT)
    log = (folder / "server.log").open("wb")
    process = subprocess.Popen([*TRELLIS, "serve", "--port", str(port)], env=environment, stdout=log, stderr=log)
    try:
        _wait(address, process, folder / "server.log")
        server = Server(address, *_sign_in(address))
        with server.api:
            yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
        log.close()


def _command(environment: Mapping[str, str], *arguments: str) -> None:
    done = subprocess.run([*TRELLIS, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _sign_in(address: str) -> tuple[str, str]:
    """A session, and an API key."""
    with httpx.Client(base_url=f"{address}/api/v1") as client:
        session = client.post("/session", json={"tenant": TENANT, "username": "anna", "password": PASSWORD})
        token = session.json()["csrf_token"]
        answer = client.post("/api-keys", json={"name": "e2e"}, headers={"X-CSRF-Token": token})
        return str(client.cookies["trellis_session"]), str(answer.json()["token"])


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(f"{address}/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not start within {STARTS_WITHIN_S} s: {log.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
