"""The migrations make exactly the tables that the code builds its statements over."""

from __future__ import annotations

import asyncio
import warnings
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from trellis.storage.database import Database
from trellis.storage.migrate import migrate, migration_scripts
from trellis.storage.opening import open_database
from trellis.storage.platform_tables import platform_tables
from trellis.storage.versions import VERSION_TABLE, Branch, current_version, latest_version


def _migrated(database_url: str, folder: Path, work: Any) -> Any:
    async def run() -> Any:
        async with open_database(database_url, path=folder / "m.db", schema="migration_test") as database:

            def upgrade(connection: sa.Connection) -> None:
                _empty(connection, database)
                migrate(connection, "tenant")

            await database.run(upgrade)
            return await database.run(work)

    return asyncio.run(run())


def _empty(connection: sa.Connection, database: Database) -> None:
    if database.schema:
        connection.execute(sa.schema.DropSchema(database.schema, cascade=True, if_exists=True))
        connection.execute(sa.schema.CreateSchema(database.schema))


def test_migrated_tables_are_those_of_the_code(database_url: str, tmp_path: Path) -> None:
    def differences(connection: sa.Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "version_table": VERSION_TABLE})
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*expression-based index")
            return list(compare_metadata(context, platform_tables(None).metadata))

    assert _migrated(database_url, tmp_path, differences) == []


def test_on_sqlite_the_very_text_of_the_tables_is_that_of_the_code(tmp_path: Path) -> None:
    def statements(connection: sa.Connection) -> dict[str, str]:
        rows = connection.execute(
            sa.text("SELECT name, sql FROM sqlite_master WHERE type <> 'trigger' AND sql IS NOT NULL")
        )
        return {name: "".join(sorted(sql.split())) for name, sql in rows if name != VERSION_TABLE}

    def from_code(connection: sa.Connection) -> dict[str, str]:
        for name in reversed(sa.inspect(connection).get_table_names()):
            connection.execute(sa.text(f"DROP TABLE {name}"))
        platform_tables(None).metadata.create_all(connection)
        return statements(connection)

    def without_order(found: dict[str, str]) -> dict[str, list[str]]:
        return {name: sorted(text.replace(",", "")) for name, text in found.items()}

    migrated = _migrated("", tmp_path / "a", statements)
    made = _migrated("", tmp_path / "b", from_code)
    assert without_order(migrated) == without_order(made)


def test_migrating_again_changes_nothing(database_url: str, tmp_path: Path) -> None:
    def again(connection: sa.Connection) -> str | None:
        migrate(connection, "tenant")
        return current_version(connection)

    assert _migrated(database_url, tmp_path, again) == latest_version("tenant")


@pytest.mark.parametrize("branch", ["tenant", "directory"])
def test_the_newest_file_is_the_only_head(branch: Branch) -> None:
    assert migration_scripts(branch).get_heads() == [latest_version(branch)]


@pytest.mark.parametrize("branch", ["tenant", "directory"])
def test_each_migration_can_be_taken_back(database_url: str, tmp_path: Path, branch: Any) -> None:
    script = migration_scripts(branch)

    async def run() -> list[str]:
        async with open_database(database_url, path=tmp_path / "d.db", schema="migration_test") as database:

            def there_and_back(connection: sa.Connection) -> list[str]:
                _empty(connection, database)
                migrate(connection, branch)
                operations = Operations(MigrationContext.configure(connection))
                for revision in script.walk_revisions():
                    revision.module.downgrade(operations)
                return sa.inspect(connection).get_table_names(schema=database.schema)

            return await database.run(there_and_back)

    assert asyncio.run(run()) == [VERSION_TABLE]
