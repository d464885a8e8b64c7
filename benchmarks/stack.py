"""Prepares a tenant with deals and runs the product's server and the hand-written baseline beside each other on the same database."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.servers import free_port
from trellis.automation.silent import SilentAutomation
from trellis.cli.acting import acting
from trellis.packaging.content import content_of
from trellis.packaging.folder import load_folder
from trellis.packaging.install import install
from trellis.records.service import Records
from trellis.runtime import open_runtime
from trellis.security.credentials import create_api_key
from trellis.security.users import NewUser, create_user
from trellis.settings import Settings

TENANT = "bench"
BASELINE_TENANT = "baseline"
ROWS = 20_000
# Without its bytecode a process compiles a thousand modules at each start, which nobody's does.
NOT_AS_INSTALLED = ("PYTHONDONTWRITEBYTECODE",)
STAGES = ("New", "Proposal", "Won", "Lost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One tenant, as a server needs to know it. `ids`: some records' ids."""

    settings: Settings
    tenant: str
    schema: str | None
    user_id: str
    token: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """`ready_s`: from the start of the process to its first answer."""

    port: int
    pid: int
    ready_s: float


def payload(number: int) -> dict[str, Any]:
    """The fields of deal `number`, always the same."""
    chance = random.Random(number)
    opened = date(2025, 1, 1) + timedelta(days=chance.randrange(600))
    return {
        "name": f"Deal {number}",
        "company": f"Company {chance.randrange(5_000)} GmbH",
        "contact": "Johanna Huber",
        "email": f"j.huber.{number}@example.com",
        "phone": "+49 221 55 1234",
        "city": "Köln",
        "country": chance.choice(("DE", "FR", "AT", "IT")),
        "stage": chance.choice(STAGES),
        "source": "Web",
        "amount": chance.randrange(125_000) / 100,  # the rule fires for one deal in ten
        "probability": chance.randrange(100),
        "quantity": chance.randrange(1_000),
        "opened_on": opened.isoformat(),
        "close_date": (opened + timedelta(days=chance.randrange(300))).isoformat(),
        "is_key": chance.random() < 0.1,
    }


async def prepare(settings: Settings, name: str) -> Prepared:
    """A tenant with the package in benchmarks/deals and 20,000 deals. Product and baseline have one each, for neither must wait for
    the other's locks or share its caches."""
    now = datetime.now(UTC)
    async with open_runtime(settings) as runtime:
        tenant = await runtime.directory.create(name, "Benchmark")
        user = await create_user(
            tenant, NewUser(username="ben", email="ben@example.com", name="Ben", is_admin=True), now=now
        )
        actor = await acting(tenant)
        await install(tenant, actor, content_of(load_folder(Path(__file__).parent / "deals")))
        writer = Records(tenant, SilentAutomation(), runtime.access)
        ids: list[str] = []
        for start in range(0, ROWS, 1_000):
            saved = await writer.create(actor, "bench__deal", [payload(n) for n in range(start, start + 1_000)])
            ids += [one.id for one in saved]
        await tenant.database.run(lambda connection: connection.execute(sa.text("ANALYZE")))
        key = await create_api_key(tenant, user.id, "benchmark", now=now, expires_at=None)
        return Prepared(
            settings=settings,
            tenant=name,
            schema=tenant.database.schema,
            user_id=user.id,
            token=key.token,
            ids=tuple(ids[::20]),
        )


@contextmanager
def product(prepared: Prepared) -> Iterator[Server]:
    """`trellis serve` with one process."""
    port = free_port()
    environment = {
        "TRELLIS_DATA_DIR": str(prepared.settings.data_dir),
        "TRELLIS_DATABASE_URL": prepared.settings.database_url,
        "TRELLIS_PORT": str(port),
        **{
            f"TRELLIS_RATE_PER_{whom}": "100000000/minute" for whom in ("ADDRESS", "USER", "KEY")
        },  # Counted, and let through.
    }
    command = [str(Path(sys.executable).with_name("trellis")), "serve", "--log-level", "warning"]
    with _running(command, environment, port, prepared.token) as server:
        yield server


@contextmanager
def baseline(prepared: Prepared) -> Iterator[Server]:
    """benchmarks/baseline.py on the same uvicorn with the same event loop and parser."""
    port = free_port()
    environment = {"BASELINE_USER": prepared.user_id}
    if prepared.settings.database_url:
        environment |= {"BASELINE_URL": prepared.settings.database_url, "BASELINE_SCHEMA": str(prepared.schema)}
    else:
        environment["BASELINE_FILE"] = str(prepared.settings.data_dir / "tenants" / f"{prepared.tenant}.db")
    command = [sys.executable, "-m", "uvicorn", "--factory", "benchmarks.baseline:create_app", "--port", str(port)]
    command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    with _running(command, environment, port, prepared.token) as server:
        yield server


@contextmanager
def _running(command: list[str], environment: dict[str, str], port: int, token: str) -> Iterator[Server]:
    started = time.perf_counter()
    kept = {name: value for name, value in os.environ.items() if name not in NOT_AS_INSTALLED}
    process = subprocess.Popen(command, env={**kept, **environment}, cwd=Path(__file__).parent.parent)
    try:
        _wait(port, token, process)
        yield Server(port=port, pid=process.pid, ready_s=time.perf_counter() - started)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(port: int, token: str, process: subprocess.Popen[bytes], timeout_s: float = 30.0) -> None:
    url = f"http://127.0.0.1:{port}/api/v1/records/bench__deal?limit=1&stage=New"
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(
                urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"}), timeout=5
            ):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the server did not start")
