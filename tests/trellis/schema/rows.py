"""Rows of object tables for the tests of deploys, written and read without the record pipeline; and what a database looks like."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from metamodel.definitions import Object
from metamodel.fields.field import Field
from tests.trellis.factory import administrator, opened_tenant
from trellis.ids import new_id
from trellis.schema.deploy import Deployment, SourceChange, deploy, plan_deploy
from trellis.schema.plan import Plan
from trellis.storage.codecs import decoder, encoder
from trellis.storage.column_types import column_type
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

Body = Callable[[Tenant], Awaitable[Any]]
CREATED = datetime(2026, 1, 1, tzinfo=UTC)


HEAD = "label: Lead\nplural_label: Leads\nname_field: name\nfields:\n  name: {type: text, label: Name, length: 80}\n"


def lead(*fields: str, head: str = HEAD, tail: str = "") -> dict[str, str]:
    return {"objects/lead.yaml": head + "".join(f"  {field}\n" for field in fields) + tail}


def other(name: str, *fields: str) -> dict[str, str]:
    head = f"label: {name.title()}\nplural_label: {name.title()}s\nname_field: name\nfields:\n"
    return {
        f"objects/{name}.yaml": head + "".join(f"  {field}\n" for field in ("name: {type: text, label: Name}", *fields))
    }


def run(database_url: str, files: Mapping[str, str], body: Body) -> Any:
    async def inside() -> Any:
        async with opened_tenant(database_url, files) as tenant:
            return await body(tenant)

    return asyncio.run(inside())


async def apply(
    tenant: Tenant, files: Mapping[str, str | None], *, replace: bool = False, **options: Any
) -> Deployment:
    options.setdefault("accept_destruction", True)
    return await deploy(tenant, await administrator(tenant), SourceChange(files=files, replace=replace), **options)


async def plan(tenant: Tenant, files: Mapping[str, str | None], *, replace: bool = False) -> Plan:
    return await plan_deploy(tenant, await administrator(tenant), SourceChange(files=files, replace=replace))


async def insert(tenant: Tenant, name: str, *rows: Mapping[str, Any]) -> list[str]:
    """Inserts records given as Python values by field name, and gives their ids."""
    item = (await tenant.compiled()).model.object(name)
    actor = await administrator(tenant)
    ids = []
    for number, row in enumerate(rows):
        moment = CREATED + timedelta(seconds=number)
        values = {
            "id": new_id(),
            "created_at": moment,
            "updated_at": moment,
            "version": 1,
            "created_by": actor.user_id,
            **row,
        }
        ids.append(values["id"])
        await _insert_one(tenant, item, values)
    return ids


async def values(tenant: Tenant, name: str, *fields: str) -> list[Any]:
    """The values of one field, or tuples of several, of all records, oldest first."""
    item = (await tenant.compiled()).model.object(name)
    found = await fetch(tenant, item)
    rows = [tuple(row[field] for field in fields) for row in found.values()]
    return [row[0] for row in rows] if len(fields) == 1 else rows


async def fetch(tenant: Tenant, item: Object) -> dict[str, dict[str, Any]]:
    """All stored values by record id, oldest first."""
    dialect = tenant.database.dialect
    stored = [field for field in item.fields.values() if field.is_stored]
    table = _table(tenant, item, stored)
    query = prepare(sa.select(table).order_by(table.c.created_at, table.c.id), dialect)
    rows = await tenant.database.read(lambda tx: tx.fetch(query))
    found = {}
    for row in rows:
        parts = iter(row)
        record = {
            field.name: field.from_columns([decoder(column, dialect)(next(parts)) for column in field.columns])
            for field in stored
        }
        found[record["id"]] = record
    return found


async def structure(tenant: Tenant) -> dict[str, Any]:
    """Tables with their columns, foreign keys and indexes; the platform's tables left out."""

    def work(connection: sa.Connection) -> dict[str, Any]:
        tables = sa.inspect(connection).get_table_names(schema=tenant.database.schema)
        own = [name for name in tables if not name.startswith("trellis_") or name.startswith("trellis_bin_")]
        return {name: _describe(connection, name, tenant) for name in own}

    return await tenant.database.run(work)


def _describe(connection: sa.Connection, name: str, tenant: Tenant) -> dict[str, Any]:
    inspector = sa.inspect(connection)
    schema = tenant.database.schema
    columns = sorted((column["name"], str(column["type"])) for column in inspector.get_columns(name, schema=schema))
    keys = _keys(connection, name, schema)
    return {"columns": columns, "keys": keys, "indexes": _indexes(connection, name, schema)}


def _keys(connection: sa.Connection, name: str, schema: str | None) -> list[tuple[str, str, str]]:
    """(column, table it references, what happens on delete)."""
    if schema is None:
        rows = connection.exec_driver_sql(f'PRAGMA foreign_key_list("{name}")')
        return sorted((row[3], row[2], row[6]) for row in rows)
    found = sa.inspect(connection).get_foreign_keys(name, schema=schema)
    return sorted((key["constrained_columns"][0], key["referred_table"], key["options"]["ondelete"]) for key in found)


def _indexes(connection: sa.Connection, name: str, schema: str | None) -> list[Any]:
    if schema is None:
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :name AND sql IS NOT NULL"
    else:
        query = (
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = :name AND schemaname = current_schema()"
            " AND indexname NOT LIKE '%_pkey%'"
        )
    rows = connection.execute(sa.text(query), {"name": name})
    return sorted((row[0], row[1].replace(f"{schema}.", "").replace('"', "")) for row in rows)


async def _insert_one(tenant: Tenant, item: Object, record: Mapping[str, Any]) -> None:
    dialect = tenant.database.dialect
    stored = [item.fields[name] for name in record]
    encoded: dict[str, Any] = {}
    for field in stored:
        for column, value in zip(field.columns, field.column_values(record[field.name]), strict=True):
            encoded[column.name] = encoder(column, dialect)(value)
    statement = prepare(sa.insert(_table(tenant, item, stored)), dialect)
    await tenant.database.write(lambda tx: tx.execute(statement, encoded))


def _table(tenant: Tenant, item: Object, stored: Sequence[Field]) -> sa.Table:
    columns = [sa.Column(column.name, column_type(column)) for field in stored for column in field.columns]
    return sa.Table(item.table, sa.MetaData(schema=tenant.database.schema), *columns)
