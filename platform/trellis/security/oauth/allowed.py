"""The programs that a user lets act for them: seeing them, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trellis.errors import NotFound
from trellis.ids import is_id
from trellis.security.actor import Actor
from trellis.security.audit import write_audit
from trellis.security.oauth import store
from trellis.security.oauth.auditing import client_event
from trellis.security.oauth.statements import moments, statements_of
from trellis.security.scopes import read_scopes
from trellis.storage.database import Transaction
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """One program, with all that it may do for the user. `since`: when it was last allowed."""

    client_id: str
    name: str
    scopes: frozenset[str]
    since: datetime


async def list_allowed(tenant: Tenant, user_id: str) -> tuple[Allowed, ...]:
    """The one that was allowed last comes first."""
    moment = moments(tenant)
    found: dict[str, Allowed] = {}

    async def read(transaction: Transaction) -> None:
        for client_id, name, scopes, created_at in await transaction.fetch(
            statements_of(tenant).allowed, {"user_id": user_id}
        ):
            before = found.get(str(client_id))
            granted = read_scopes(scopes) or frozenset()
            found[str(client_id)] = Allowed(
                client_id=str(client_id),
                name=name,
                scopes=granted | before.scopes if before else granted,
                since=before.since if before else moment(created_at),
            )

    await tenant.database.read(read)
    return tuple(found.values())


async def disallow(tenant: Tenant, actor: Actor, client_id: str, *, now: datetime) -> None:
    """Ends every token that the client has for the actor. Raises NotFound when it has nothing."""

    async def work(transaction: Transaction) -> int:
        client = await store.fetch_client(tenant, transaction, client_id)
        ended = await store.revoke_grants(tenant, transaction, now=now, client_id=client_id, user_id=actor.user_id)
        if client is not None and ended:
            event = client_event("client_disallowed", actor, client)
            await write_audit(transaction, tenant.database.schema, event, now=now)
        return ended

    if not is_id(client_id) or not await tenant.database.write(work):
        raise NotFound(f"You have not allowed a program {client_id[:60]} anything.")
