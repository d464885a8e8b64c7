"""How new the platform's own tables are, and how new this process's code wants them. Without Alembic, which takes a while to load: at most
starts there is nothing to migrate."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

import trellis

Branch = Literal["directory", "tenant"]
VERSION_TABLE = "trellis_migration"


def current_version(connection: sa.Connection) -> str | None:
    """The revision of the tables, None where there are none yet."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    version = sa.table(VERSION_TABLE, sa.column("version_num", sa.Text()))
    found: str | None = connection.scalar(sa.select(version.c.version_num))
    return found


@lru_cache
def latest_version(branch: Branch) -> str | None:
    """The revision that this process's code is made for: the files of migrations/<branch>/versions begin with theirs."""
    names = sorted(path.name for path in (migrations_folder() / branch / "versions").glob("[0-9]*_*.py"))
    return names[-1].partition("_")[0] if names else None


def migrations_folder() -> Path:
    """In a wheel they are inside the package, in a checkout beside `platform/`."""
    package = Path(trellis.__file__).resolve().parent
    packaged = package / "migrations"
    return packaged if packaged.is_dir() else package.parents[1] / "migrations"
