"""Brings the platform's own tables up to date with Alembic, on a connection in a transaction. An object's tables are not its business."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import trellis

Branch = Literal["directory", "tenant"]
VERSION_TABLE = "trellis_migration"


def migrate(connection: sa.Connection, branch: Branch, *, target: str = "head") -> None:
    """Upgrades to `target`, a revision of migrations/<branch>; does nothing when it is there already.

    A migration's functions get their Operations as the argument `op`: Alembic's global proxy would be shared by threads."""
    script = migration_scripts(branch)

    def steps(revision: Any, _context: MigrationContext) -> Iterable[Any]:
        return script._upgrade_revs(target, revision)

    options = {"fn": steps, "script": script, "version_table": VERSION_TABLE}
    context = MigrationContext.configure(connection, opts=options)
    context.run_migrations(op=Operations(context))


def current_version(connection: sa.Connection) -> str | None:
    """The revision of the tables, None where there are none yet."""
    options = {"version_table": VERSION_TABLE}
    return MigrationContext.configure(connection, opts=options).get_current_revision()


@lru_cache
def latest_version(branch: Branch) -> str | None:
    """The revision that this process's code is made for."""
    return migration_scripts(branch).get_current_head()


def migration_scripts(branch: Branch) -> ScriptDirectory:
    """The migrations of a branch, as Alembic knows them."""
    folder = _migrations() / branch
    return ScriptDirectory(str(folder), version_locations=[str(folder / "versions")])


def _migrations() -> Path:
    """In a wheel they are inside the package, in a checkout beside `platform/`."""
    package = Path(trellis.__file__).resolve().parent
    packaged = package / "migrations"
    return packaged if packaged.is_dir() else package.parents[1] / "migrations"
