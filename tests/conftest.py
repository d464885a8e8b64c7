"""Fixtures for all tests: the databases and the queue, started once and only when a test asks for them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import servers
from tests.provisioning import migrate_by_kept_sql
from trellis.storage import migrate as migrations

# How fast a machine is decides about no test. What is tried is another sample at each run, but in continuous integration the same.
UNCHECKED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
STEADY = settings(deadline=None, suppress_health_check=UNCHECKED)
settings.register_profile("default", STEADY, derandomize=False)
settings.register_profile("ci", STEADY, derandomize=True, database=None, print_blob=True)
settings.load_profile(os.environ.get("TRELLIS_TEST_HYPOTHESIS", "default"))


def _start(what: str, server: AbstractContextManager[str]) -> Iterator[str]:
    try:
        url = server.__enter__()
    except servers.ServerMissing as missing:
        if os.environ.get("TRELLIS_TEST_NO_SKIPS"):
            pytest.fail(f"{what}: {missing}")
        pytest.skip(f"NOT TESTED ON {what.upper()}: {missing}")
    try:
        yield url
    finally:
        server.__exit__(None, None, None)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a throwaway PostgreSQL server. Nothing goes on in it that no test asked for."""
    yield from _start("PostgreSQL", servers.postgresql(autovacuum="off"))


@pytest.fixture(scope="module")
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The URL of an empty database for the tests of one module: a worker sweeps every tenant that it finds."""
    with servers.database_on(postgresql_server) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The URL of a throwaway Redis or Valkey."""
    yield from _start("Redis", servers.redis())


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> Any:
    """The same test on both databases; see `database_url`."""
    return request.param


@pytest.fixture
def database_url(dialect: str, request: pytest.FixtureRequest) -> str:
    """TRELLIS_DATABASE_URL for the test's dialect: "" for SQLite files, else the throwaway PostgreSQL."""
    return str(request.getfixturevalue("postgresql_url")) if dialect == "postgresql" else ""


@pytest.fixture(scope="session", autouse=True)
def _migrations_are_compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "migrate", migrate_by_kept_sql)
        yield


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("TRELLIS_") and not name.startswith("TRELLIS_TEST_"):
            monkeypatch.delenv(name)
