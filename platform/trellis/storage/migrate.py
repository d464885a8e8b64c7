"""Brings the platform's own tables up to date with Alembic, on a connection in a transaction. An object's tables are not its business."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from trellis.storage.versions import VERSION_TABLE, Branch, migrations_folder


def migrate(connection: sa.Connection, branch: Branch, *, target: str = "head") -> None:
    """Upgrades to `target`, a revision of migrations/<branch>; does nothing when it is there already.

    A migration's functions get their Operations as the argument `op`: Alembic's global proxy would be shared by threads."""
    script = migration_scripts(branch)

    def steps(revision: Any, _context: MigrationContext) -> Iterable[Any]:
        return script._upgrade_revs(target, revision)

    options = {"fn": steps, "script": script, "version_table": VERSION_TABLE}
    context = MigrationContext.configure(connection, opts=options)
    context.run_migrations(op=Operations(context))


def migration_scripts(branch: Branch) -> ScriptDirectory:
    """The migrations of a branch, as Alembic knows them."""
    folder = migrations_folder() / branch
    return ScriptDirectory(str(folder), version_locations=[str(folder / "versions")])
