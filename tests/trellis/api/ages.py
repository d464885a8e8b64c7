"""Sessions whose users proved who they are a while ago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from tests.trellis.api.sites import Site
from trellis.storage.codecs import encoder
from trellis.storage.prepare import prepare


def age_sessions(site: Site, ago: timedelta) -> None:
    """As if the users of all sessions had shown their passwords so long ago."""
    table = site.tenant.tables.credential
    then = sa.bindparam("then", type_=table.c.authenticated_at.type)
    dialect = site.tenant.database.dialect
    earlier = prepare(sa.update(table).where(table.c.kind == "session").values(authenticated_at=then), dialect)
    values = {"then": encoder(ColumnKind.DATETIME, dialect)(datetime.now(UTC) - ago)}
    site.run(site.tenant.database.write(lambda transaction: transaction.execute(earlier, values)))
