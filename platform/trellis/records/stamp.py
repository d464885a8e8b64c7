"""What every change of rows by the platform says of itself: when, by whom, and one version more."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.automation.hooks import SaveContext
from trellis.storage.codecs import encoder
from trellis.storage.column_types import DATETIME, UUID


def stamped(table: Any) -> dict[str, Any]:
    """The values of an UPDATE, with the parameters of `stamp_values`."""
    return {
        "updated_at": sa.bindparam("now", type_=DATETIME),
        "updated_by": sa.bindparam("actor", type_=UUID),
        "version": table.c.version + sa.literal_column("1"),
    }


def stamp_values(context: SaveContext) -> dict[str, Any]:
    """The driver's values."""
    now = encoder(ColumnKind.DATETIME, context.compiled.dialect)(context.now)
    return {"now": now, "actor": context.actor.user_id}
