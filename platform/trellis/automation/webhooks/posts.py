"""What webhooks have sent and are to send, as the outbox keeps it; sending one again, and trying a webhook out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from metamodel.automation_definitions import Webhook
from metamodel.columns import ColumnKind
from trellis.automation.errors import DeliveryFailed, TemplateRefused
from trellis.automation.payload import load_payload
from trellis.automation.webhooks.bodies import fill_body, prepare_body
from trellis.automation.webhooks.content import Content
from trellis.automation.webhooks.requests import build_request, judge, secrets_of
from trellis.errors import NotFound
from trellis.ids import is_id, new_id
from trellis.outbound.client import HttpClient
from trellis.outbound.errors import RequestFailed, RequestRefused
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.secrets import fetch_secrets
from trellis.storage.codecs import decoder, encoder
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

KINDS = ("webhook", "sms", "chat")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookState:
    """`host`: of its address, where that names no secret; `missing_secrets`: those that it needs and that are not set."""

    name: str
    label: str
    provider: str
    channel: str | None
    host: str
    is_signed: bool
    missing_secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """`webhook`: None for what goes through the one that carries its channel; `key`: the webhook-id it is sent under; `error`: the last."""

    id: str
    kind: str
    webhook: str | None
    object: str | None
    record_id: str | None
    rule: str | None
    status: str
    attempts: int
    error: str | None
    key: str
    created_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """`error`: None when the receiver took the message."""

    webhook: str
    error: str | None


async def list_webhooks(tenant: Tenant, access: Access, actor: Actor) -> tuple[WebhookState, ...]:
    """By name. One query, none without webhooks."""
    require(access, actor, "administer")
    webhooks = (await tenant.compiled()).model.webhooks
    wanted = frozenset[str]().union(*(secrets_of(webhook) for webhook in webhooks.values()))
    known = await fetch_secrets(tenant.database, tenant.keys, wanted)
    return tuple(
        WebhookState(
            name=webhook.name,
            label=webhook.label,
            provider=webhook.provider,
            channel=webhook.channel,
            host=urlsplit(webhook.url).netloc,
            is_signed=webhook.secret is not None,
            missing_secrets=tuple(sorted(secrets_of(webhook) - known.keys())),
        )
        for _, webhook in sorted(webhooks.items())
    )


async def list_posts(
    tenant: Tenant, access: Access, actor: Actor, *, webhook: str | None = None, limit: int
) -> tuple[Post, ...]:
    """The newest first, those that a rule sends by name through `webhook` when that is given. What was delivered is kept for a month."""
    require(access, actor, "administer")
    database = tenant.database
    statement = _statements(database.schema, database.dialect).newest
    moment = decoder(ColumnKind.DATETIME, database.dialect)
    values = {"limit": limit, "part": None if webhook is None else f'"webhook":"{webhook}"'}

    async def read(transaction: Transaction) -> Sequence[Row]:
        return await transaction.fetch(statement, values)

    found = (dict(zip(_COLUMNS, row, strict=True)) for row in await database.read(read))
    return tuple(
        Post(
            id=row["id"],
            kind=row["kind"],
            webhook=_webhook_in(row["payload"]),
            object=row["object"],
            record_id=row["record_id"],
            rule=row["rule"],
            status=row["status"],
            attempts=row["attempts"],
            error=row["last_error"],
            key=row["idempotency_key"],
            created_at=moment(row["created_at"]),
            done_at=moment(row["done_at"]) if row["done_at"] is not None else None,
        )
        for row in found
    )


async def replay_post(tenant: Tenant, access: Access, actor: Actor, post_id: str, *, now: datetime) -> None:
    """Sends it once more, also when it was delivered, under the webhook-id that it had. Raises NotFound, also for what waits anyway."""
    require(access, actor, "administer")
    database = tenant.database
    values = {"id": post_id, "now": encoder(ColumnKind.DATETIME, database.dialect)(now)}
    statement = _statements(database.schema, database.dialect).replay
    if not is_id(post_id) or not await database.write(lambda transaction: transaction.execute(statement, values)):
        hint = "`trellis webhook posts` shows them; what is pending is sent anyway."
        raise NotFound(f'No post "{post_id[:60]}" has been sent or given up.', hint=hint)


async def try_webhook(
    tenant: Tenant, access: Access, actor: Actor, client: HttpClient, name: str, *, now: datetime, to: str = ""
) -> Trial:
    """Sends a message at once that says that it is a trial; `to`: a telephone number, for a gateway. Nothing is kept of it. Raises
    NotFound."""
    require(access, actor, "administer")
    webhook = (await tenant.compiled()).model.webhooks.get(name)
    if webhook is None:
        raise NotFound(f'There is no webhook "{name[:60]}".', hint="`trellis webhook list` shows them.")
    secrets = await fetch_secrets(tenant.database, tenant.keys, secrets_of(webhook))
    content = _trial(webhook, actor, to)
    prepared = None if webhook.body is None else prepare_body(webhook)
    try:
        fill = None if prepared is None else lambda one: fill_body(webhook, prepared, one)
        request = build_request(webhook, content, secrets, now, fill)
        async with client.connected() as connections:
            judge(webhook, await connections.send(request))
    except (DeliveryFailed, TemplateRefused, RequestFailed, RequestRefused) as error:
        return Trial(webhook=name, error=error.message)
    return Trial(webhook=name, error=None)


def _trial(webhook: Webhook, actor: Actor, to: str) -> Content:
    words = f"A trial message from Trellis, sent by {actor.name}."
    about: dict[str, Any] = {"key": new_id().replace("-", ""), "object": "", "record_id": "", "rule": "Trial"}
    if webhook.channel == "sms" or to:
        return Content(kind="sms", text=words, to=to, **about)
    if webhook.channel == "chat":
        return Content(kind="chat", text=words, **about)
    return Content(kind="webhook", values={"text": words, "is_trial": True}, **about)


def _webhook_in(payload: str) -> str | None:
    try:
        found = load_payload(payload).get("webhook")
    except (ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, str) else None


_COLUMNS = (
    *("id", "kind", "payload", "object", "record_id", "rule", "status", "attempts", "last_error"),
    *("idempotency_key", "created_at", "done_at"),
)


@dataclass(frozen=True, slots=True)
class _Statements:
    newest: Statement
    replay: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    table = platform_tables(schema).outbox
    part = sa.bindparam("part", type_=sa.Text())
    is_post = table.c.kind.in_([sa.literal_column(f"'{kind}'") for kind in KINDS])
    position = sa.func.strpos if dialect == "postgresql" else sa.func.instr
    newest = (
        sa.select(*(table.c[name] for name in _COLUMNS))
        .where(is_post, part.is_(None) | (position(table.c.payload, part) > 0))
        .order_by(table.c.id.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer()))
    )
    is_over = table.c.status.in_([sa.literal_column("'done'"), sa.literal_column("'dead'")])
    now = sa.bindparam("now", type_=table.c.next_attempt_at.type)
    replay = (
        sa.update(table)
        .where(table.c.id == sa.bindparam("id", type_=table.c.id.type), is_post, is_over)
        .values(status="pending", attempts=0, next_attempt_at=now, done_at=None, last_error=None)
    )
    return _Statements(prepare(newest, dialect), prepare(replay, dialect))
