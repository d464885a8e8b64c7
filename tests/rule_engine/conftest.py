"""The databases formulas are tried on, opened once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rule_engine.databases import FormulaDatabase, PostgresqlDatabase, SqliteDatabase


@pytest.fixture(scope="session")
def sqlite_database() -> Iterator[SqliteDatabase]:
    database = SqliteDatabase()
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: str) -> Iterator[PostgresqlDatabase]:
    database = PostgresqlDatabase(postgresql_server)
    yield database
    database.close()


@pytest.fixture
def formula_database(dialect: str, request: pytest.FixtureRequest) -> FormulaDatabase:
    """Both databases, one after the other."""
    database: FormulaDatabase = request.getfixturevalue(f"{dialect}_database")
    return database
