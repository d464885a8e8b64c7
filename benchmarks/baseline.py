"""What a careful programmer would write by hand for one table: Starlette handlers on asyncpg or sqlite3 with orjson, no framework.

They do the work that the product does for the same request: check the API key and that it is still valid, read or write the same
columns of the same table, and for an insert test one rule and, where it holds, write one outbox row in the same transaction, which a
task in the background turns into a notice. The outbox rows have a status of their own, so that the product leaves them alone.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uuid_utils import uuid7

SYSTEM = ["owner", "owner_queue", "created_at", "created_by", "updated_at", "updated_by", "version"]
COLUMNS = ["id", "name", "company", "contact", "email", "phone", "city", "country", "stage", "source"]
COLUMNS += ["amount", "probability", "quantity", "opened_on", "close_date", "is_key", *SYSTEM]
WRITTEN = [name for name in COLUMNS if name != "owner_queue"]
DECIMALS = {"amount": 2, "probability": 0, "quantity": 0}
OUTBOX = (
    "id, kind, payload, object, record_id, revision, idempotency_key, status, attempts, next_attempt_at, created_at"
)
NOTICE = "id, user_id, title, body, object, record_id, created_at, idempotency_key"
KEY = "EXISTS (SELECT 1 FROM {s}trellis_credential WHERE token_hash = {p} AND revoked_at IS NULL)"


def _default(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    return str(value)


def _json(value: object, status: int = 200) -> Response:
    return Response(orjson.dumps(value, default=_default), status_code=status, media_type="application/json")


def _token_hash(request: Request) -> str:
    return hashlib.sha256(request.headers["authorization"][7:].encode()).hexdigest()


def _new_record(payload: dict[str, Any], user: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    record = {name: payload.get(name) for name in COLUMNS}
    record |= {
        "id": str(uuid7()),
        "owner": user,
        "created_by": user,
        "updated_by": user,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }
    record["stage"] = record["stage"] or "New"
    record["amount"] = Decimal(str(record["amount"]))
    return record


def _matches_rule(record: dict[str, Any]) -> bool:
    return record["country"] in ("DE", "AT", "CH") and record["amount"] >= 1000


def _moment(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _title(payload: str) -> str:
    return str(orjson.loads(payload)["title"])


class PostgreSQL:
    """Handlers on asyncpg."""

    def __init__(self, url: str, schema: str, user: str) -> None:
        self.url, self.user, s = url, user, f'"{schema}".'
        columns = ", ".join(COLUMNS)
        key = KEY.format(s=s, p="$1")
        self.list_sql = (
            f"SELECT {key}, {columns} FROM {s}bench__deal WHERE stage = $2 AND deleted_at IS NULL"
            " ORDER BY close_date, id LIMIT 50"
        )
        self.get_sql = f"SELECT {key}, {columns} FROM {s}bench__deal WHERE id = $2 AND deleted_at IS NULL"
        self.key_sql = f"SELECT {key}"
        self.insert_sql = (
            f"INSERT INTO {s}bench__deal ({', '.join(WRITTEN)})"
            f" VALUES ({', '.join(f'${n}' for n in range(1, len(WRITTEN) + 1))})"
        )
        self.outbox_sql = (
            f"INSERT INTO {s}trellis_outbox ({OUTBOX})"
            " VALUES ($1, 'baseline', $2, 'bench__deal', $3, 1, $4, 'baseline', 0, $5, $5)"
        )
        self.claim_sql = (
            f"UPDATE {s}trellis_outbox SET status = 'done' WHERE id IN (SELECT id FROM {s}trellis_outbox"
            " WHERE status = 'baseline' LIMIT 100 FOR UPDATE SKIP LOCKED) RETURNING id, payload, record_id"
        )
        self.notice_sql = (
            f"INSERT INTO {s}trellis_notification ({NOTICE}) VALUES ($1, $2, $3, '', 'bench__deal', $4, $5, $6)"
        )

    async def start(self) -> None:
        self.pool = await asyncpg.create_pool(self.url, min_size=4, max_size=10)

    async def deliver(self) -> None:
        now = datetime.now(UTC)
        async with self.pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(self.claim_sql)
            notices = [(str(uuid7()), self.user, _title(text), about, now, str(row)) for row, text, about in rows]
            await connection.executemany(self.notice_sql, notices)

    async def list(self, request: Request) -> Response:
        rows = await self.pool.fetch(self.list_sql, _token_hash(request), request.query_params["stage"])
        if not rows or not rows[0][0]:
            return _json({"error": "no access"}, 401)
        return _json({"records": [dict(zip(COLUMNS, tuple(row)[1:], strict=True)) for row in rows]})

    async def get(self, request: Request) -> Response:
        row = await self.pool.fetchrow(self.get_sql, _token_hash(request), request.path_params["id"])
        if row is None:
            return _json({"error": "not found"}, 404)
        return _json(dict(zip(COLUMNS, tuple(row)[1:], strict=True)))

    async def insert(self, request: Request) -> Response:
        payload = orjson.loads(await request.body())
        record = _new_record(payload, self.user)
        for name in ("opened_on", "close_date"):
            record[name] = date.fromisoformat(record[name])
        async with self.pool.acquire() as connection, connection.transaction():
            if not await connection.fetchval(self.key_sql, _token_hash(request)):
                return _json({"error": "no access"}, 401)
            await connection.execute(self.insert_sql, *(record[name] for name in WRITTEN))
            if _matches_rule(record):
                outbox_id = str(uuid7())
                text = orjson.dumps({"title": "A new deal: " + record["name"]}).decode()
                await connection.execute(
                    self.outbox_sql, outbox_id, text, record["id"], outbox_id, record["created_at"]
                )
        return _json({"id": record["id"], "version": 1}, 201)


class SQLite:
    """Handlers on the standard library's sqlite3, called where they stand: nothing is faster for one process."""

    def __init__(self, path: str, user: str) -> None:
        self.path, self.user = path, user
        columns, key = ", ".join(COLUMNS), KEY.format(s="", p="?")
        self.list_sql = f"SELECT {key}, {columns} FROM bench__deal WHERE stage = ? AND deleted_at IS NULL ORDER BY close_date, id LIMIT 50"
        self.get_sql = f"SELECT {key}, {columns} FROM bench__deal WHERE id = ? AND deleted_at IS NULL"
        self.key_sql = f"SELECT {key}"
        self.insert_sql = f"INSERT INTO bench__deal ({', '.join(WRITTEN)}) VALUES ({', '.join('?' * len(WRITTEN))})"
        self.outbox_sql = f"INSERT INTO trellis_outbox ({OUTBOX}) VALUES (?, 'baseline', ?, 'bench__deal', ?, 1, ?, 'baseline', 0, ?, ?)"
        self.claim_sql = (
            "UPDATE trellis_outbox SET status = 'done' WHERE id IN"
            " (SELECT id FROM trellis_outbox WHERE status = 'baseline' LIMIT 100) RETURNING id, payload, record_id"
        )
        self.notice_sql = f"INSERT INTO trellis_notification ({NOTICE}) VALUES (?, ?, ?, '', 'bench__deal', ?, ?, ?)"

    async def start(self) -> None:
        self.connection = sqlite3.connect(self.path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
            self.connection.execute(f"PRAGMA {pragma}")

    async def deliver(self) -> None:
        now = _moment(datetime.now(UTC))
        run = self.connection.execute
        run("BEGIN IMMEDIATE")
        rows = run(self.claim_sql).fetchall()
        notices = [(str(uuid7()), self.user, _title(text), about, now, row) for row, text, about in rows]
        self.connection.executemany(self.notice_sql, notices)
        run("COMMIT")

    def _record(self, row: tuple[Any, ...]) -> dict[str, Any]:
        record = dict(zip(COLUMNS, row[1:], strict=True))
        for name, scale in DECIMALS.items():
            if record[name] is not None:
                record[name] = record[name] / 10**scale
        record["is_key"] = bool(record["is_key"])
        return record

    async def list(self, request: Request) -> Response:
        rows = self.connection.execute(self.list_sql, (_token_hash(request), request.query_params["stage"])).fetchall()
        if not rows or not rows[0][0]:
            return _json({"error": "no access"}, 401)
        return _json({"records": [self._record(row) for row in rows]})

    async def get(self, request: Request) -> Response:
        row = self.connection.execute(self.get_sql, (_token_hash(request), request.path_params["id"])).fetchone()
        return _json(self._record(row)) if row else _json({"error": "not found"}, 404)

    async def insert(self, request: Request) -> Response:
        payload = orjson.loads(await request.body())
        record = _new_record(payload, self.user)
        matches = _matches_rule(record)
        for name, scale in DECIMALS.items():
            if record[name] is not None:
                record[name] = int(record[name] * 10**scale)
        for name in ("created_at", "updated_at"):
            record[name] = _moment(record[name])
        record["is_key"] = int(bool(record["is_key"]))
        run = self.connection.execute
        run("BEGIN IMMEDIATE")
        try:
            if not run(self.key_sql, (_token_hash(request),)).fetchone()[0]:
                return _json({"error": "no access"}, 401)
            run(self.insert_sql, [record[name] for name in WRITTEN])
            if matches:
                outbox_id = str(uuid7())
                text = orjson.dumps({"title": "A new deal: " + record["name"]}).decode()
                run(
                    self.outbox_sql,
                    (outbox_id, text, record["id"], outbox_id, record["created_at"], record["created_at"]),
                )
        finally:
            run("COMMIT")
        return _json({"id": record["id"], "version": 1}, 201)


def create_app() -> Starlette:
    """The application, configured by BASELINE_* environment variables."""
    handlers: PostgreSQL | SQLite
    if "BASELINE_URL" in os.environ:
        handlers = PostgreSQL(os.environ["BASELINE_URL"], os.environ["BASELINE_SCHEMA"], os.environ["BASELINE_USER"])
    else:
        handlers = SQLite(os.environ["BASELINE_FILE"], os.environ["BASELINE_USER"])

    async def deliver_for_ever() -> None:
        while True:
            await asyncio.sleep(0.1)
            await handlers.deliver()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await handlers.start()
        delivering = asyncio.create_task(deliver_for_ever())
        yield
        delivering.cancel()

    routes = [
        Route("/api/v1/records/bench__deal", handlers.list, methods=["GET"]),
        Route("/api/v1/records/bench__deal", handlers.insert, methods=["POST"]),
        Route("/api/v1/records/bench__deal/{id}", handlers.get, methods=["GET"]),
    ]
    return Starlette(routes=routes, lifespan=lifespan)
