"""What is audited of OAuth: clients, what users allow them, and tokens that are given out or shown twice. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject
from trellis.security.audit.event import EventName
from trellis.security.oauth.exchange import AskedServer, Effects, Facts
from trellis.security.oauth.model import Client


def client_event(
    event: EventName, actor: Actor | None, client: Client, address: str = "", **details: Any
) -> AuditEvent:
    subject = Subject(kind="client", id=client.id, name=client.name)
    return AuditEvent(event=event, actor=actor, subject=subject, details=details, address=address)


def terms_of(client: Client) -> dict[str, Any]:
    """What an administrator has decided about it."""
    return {
        "kind": client.kind,
        "scopes": sorted(client.scopes),
        "redirect_uris": list(client.redirect_uris),
        "service_user": client.service_user,
    }


def token_events(facts: Facts, effects: Effects, asked: AskedServer) -> Iterator[AuditEvent]:
    """A refreshed token goes on with what was allowed, and is no news."""
    client = facts.client
    if client is None:
        return
    user = facts.person.username if facts.person else None
    for grant_id in effects.revoked_grants if asked.values.get("grant_type") else ():
        yield client_event("token_reused", None, client, asked.address, user=user, grant=grant_id)
    if effects.tokens is not None and facts.refresh is None:
        scopes = sorted(effects.tokens.scopes)
        yield client_event("token_issued", None, client, asked.address, user=user, scopes=scopes)
