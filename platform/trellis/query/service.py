"""The read side, bound to a tenant and to what decides access: what the API, the web and the CLI call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from trellis.query.fetch import RowPage, fetch_count, fetch_page, fetch_record, fetch_row, fetch_row_page
from trellis.query.pace import Work, pace_of
from trellis.query.query import Page, Query, RecordBody, no_record
from trellis.query.reveal import reveal
from trellis.query.rights import RecordRights, fetch_rights
from trellis.security.access import Access
from trellis.security.actor import Actor
from trellis.tenancy.tenant import Tenant

T = TypeVar("T")
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Queries:
    """Every method is one statement, and again with the newer model when the tenant's metadata has moved on meanwhile. Raises
    NotAuthenticated, AccessDenied, NotFound (object or record), InvalidRequest, InvalidFilter."""

    def __init__(self, tenant: Tenant, access: Access, clock: Clock = utc_now) -> None:
        self._tenant = tenant
        self._access = access
        self._clock = clock

    async def page(self, actor: Actor, query: Query) -> Page:
        """A page of a list as JSON."""
        now = self._clock()
        return await self._paced(
            "page", query, lambda tx, compiled: fetch_page(tx, compiled, self._access, actor, query, now)
        )

    async def record(self, actor: Actor, object_name: str, record_id: str, fields: tuple[str, ...] = ()) -> RecordBody:
        """One record as JSON; `fields` as in Query. Raises NotFound."""
        now = self._clock()
        found = await self._tenant.read(
            lambda tx, compiled: fetch_record(tx, compiled, self._access, actor, object_name, record_id, fields, now),
            is_brief=True,
        )
        if found is None:
            raise no_record(object_name, record_id)
        return found

    async def row_page(self, actor: Actor, query: Query) -> RowPage:
        """A page of a list as Python values."""
        now = self._clock()
        return await self._paced(
            "row page", query, lambda tx, compiled: fetch_row_page(tx, compiled, self._access, actor, query, now)
        )

    async def rows(self, actor: Actor, query: Query) -> list[dict[str, Any]]:
        """The rows of row_page."""
        return (await self.row_page(actor, query)).rows

    async def row(self, actor: Actor, object_name: str, record_id: str, fields: tuple[str, ...] = ()) -> dict[str, Any]:
        """One record as Python values. Raises NotFound."""
        now = self._clock()
        found = await self._tenant.read(
            lambda tx, compiled: fetch_row(tx, compiled, self._access, actor, object_name, record_id, fields, now),
            is_brief=True,
        )
        if found is None:
            raise no_record(object_name, record_id)
        return found

    async def reveal(
        self, actor: Actor, object_name: str, record_id: str, fields: tuple[str, ...]
    ) -> Mapping[str, str | None]:
        """Encrypted fields of one record in the clear, by name; it is audited. Raises CannotUnseal, too."""
        return await reveal(self._tenant, self._access, actor, object_name, record_id, fields, self._clock())

    async def count(self, actor: Actor, query: Query) -> tuple[int, bool]:
        """How many records match, and whether that is exact: at most 10,000 are counted."""
        now = self._clock()
        return await self._tenant.read(lambda tx, compiled: fetch_count(tx, compiled, self._access, actor, query, now))

    async def rights(self, actor: Actor, object_name: str, record_id: str) -> RecordRights:
        """What the actor may do with a record that they may read. One statement, or none."""
        now = self._clock()
        return await self._tenant.read(
            lambda tx, compiled: fetch_rights(tx, compiled, self._access, actor, object_name, record_id, now),
            is_brief=True,
        )

    async def _paced(self, reading: str, query: Query, work: Work[T]) -> T:
        pace = pace_of(await self._tenant.compiled(), reading)
        return await self._tenant.read(pace.timed(query, work), is_brief=pace.is_brief(query))
