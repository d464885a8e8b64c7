"""Loads what a request names, and writes what follows from its answer. In the transaction of the caller."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from metamodel.columns import ColumnKind
from trellis.ids import is_id, new_id
from trellis.security.credentials import NewCredential, hash_token, issue
from trellis.security.oauth.exchange import NewCode, NewTokens
from trellis.security.oauth.model import (
    ACCESS_LIFETIME,
    CODE_LIFETIME,
    GRANT_LIFETIME,
    REFRESH_LIFETIME,
    AccessToken,
    Client,
    Code,
    Person,
    RefreshToken,
)
from trellis.security.oauth.statements import moments, read_client, read_grant, statements_of
from trellis.security.scopes import read_scopes, render_scopes
from trellis.storage.codecs import encoder
from trellis.storage.database import Transaction
from trellis.tenancy.tenant import Tenant

KEPT_AFTER = timedelta(days=1)
"""How long codes and refresh tokens stay after they are over, so that their reuse is still seen as such."""


async def fetch_client(tenant: Tenant, transaction: Transaction, client_id: str) -> Client | None:
    row = await transaction.fetch_one(statements_of(tenant).client, {"id": client_id}) if is_id(client_id) else None
    return read_client(row, moments(tenant)) if row else None


async def fetch_code(tenant: Tenant, transaction: Transaction, code: str) -> Code | None:
    """Locked until the transaction ends, with its grant."""
    row = await transaction.fetch_one(statements_of(tenant).code, {"hash": hash_token(code)})
    if row is None:
        return None
    code_hash, redirect_uri, nonce, challenge, expires_at, used_at, *grant = row
    moment = moments(tenant)
    return Code(
        code_hash=code_hash,
        grant=read_grant(grant, moment),
        redirect_uri=redirect_uri,
        nonce=nonce,
        challenge=challenge,
        expires_at=moment(expires_at),
        is_used=used_at is not None,
    )


async def fetch_refresh(tenant: Tenant, transaction: Transaction, token: str) -> RefreshToken | None:
    """Locked until the transaction ends, with its grant."""
    row = await transaction.fetch_one(statements_of(tenant).refresh, {"hash": hash_token(token)})
    if row is None:
        return None
    token_hash, created_at, expires_at, used_at, *grant = row
    moment = moments(tenant)
    return RefreshToken(
        token_hash=token_hash,
        grant=read_grant(grant, moment),
        created_at=moment(created_at),
        expires_at=moment(expires_at),
        is_used=used_at is not None,
    )


async def fetch_access(tenant: Tenant, transaction: Transaction, token: str) -> AccessToken | None:
    row = await transaction.fetch_one(statements_of(tenant).access, {"hash": hash_token(token)})
    if row is None:
        return None
    credential_id, scopes, created_at, expires_at, revoked_at, *grant = row
    moment = moments(tenant)
    return AccessToken(
        credential_id=str(credential_id),
        grant=read_grant(grant, moment),
        scopes=read_scopes(scopes) or frozenset(),
        created_at=moment(created_at),
        expires_at=moment(expires_at),
        is_revoked=revoked_at is not None,
    )


async def fetch_person(tenant: Tenant, transaction: Transaction, user_id: str) -> Person | None:
    """None for one who may not come in."""
    row = await transaction.fetch_one(statements_of(tenant).person, {"id": user_id})
    if row is None:
        return None
    found, username, name, email, language, time_zone, updated_at = row
    return Person(
        id=str(found),
        username=username,
        name=name,
        email=email,
        language=language,
        time_zone=time_zone,
        updated_at=moments(tenant)(updated_at),
    )


async def add_grant(
    tenant: Tenant,
    transaction: Transaction,
    client_id: str,
    user_id: str,
    scopes: frozenset[str],
    *,
    now: datetime,
    authenticated_at: datetime | None,
) -> str:
    """Gives its id."""
    grant_id = new_id()
    values = {
        "id": grant_id,
        "client_id": client_id,
        "user_id": user_id,
        "scopes": render_scopes(scopes),
        "created_at": stored(tenant, now),
        "authenticated_at": stored(tenant, authenticated_at),
    }
    await transaction.execute(statements_of(tenant).add_grant, values)
    return grant_id


async def add_code(tenant: Tenant, transaction: Transaction, grant_id: str, code: NewCode, *, now: datetime) -> None:
    """And forgets what is long over, so that nothing piles up."""
    statements = statements_of(tenant)
    before = {"before": stored(tenant, now - KEPT_AFTER)}
    for forget in (statements.forget_codes, statements.forget_refresh, statements.forget_access):
        await transaction.execute(forget, before)
    values = {
        "code_hash": hash_token(code.code),
        "grant_id": grant_id,
        "redirect_uri": code.redirect_uri,
        "nonce": code.nonce,
        "challenge": code.challenge,
        "expires_at": stored(tenant, now + CODE_LIFETIME),
    }
    await transaction.execute(statements.add_code, values)


async def add_tokens(
    tenant: Tenant, transaction: Transaction, client: Client, tokens: NewTokens, *, now: datetime
) -> str:
    """Gives the id of the credential that the access token is."""
    statements = statements_of(tenant)
    grant_id = tokens.grant_id or await _service_grant(tenant, transaction, client.id, tokens, now=now)
    new = NewCredential(
        kind="oauth",
        user_id=tokens.user_id,
        name=client.name,
        expires_at=now + ACCESS_LIFETIME,
        scopes=tokens.scopes,
    )
    issued = await issue(tenant, transaction, new, now=now, token=tokens.access_token)
    await transaction.execute(statements.add_access, {"credential_id": issued.id, "grant_id": grant_id})
    if tokens.refresh_token:
        values = {
            "token_hash": hash_token(tokens.refresh_token),
            "grant_id": grant_id,
            "created_at": stored(tenant, now),
            "expires_at": stored(tenant, now + REFRESH_LIFETIME),
        }
        await transaction.execute(statements.add_refresh, values)
    return issued.id


async def _service_grant(
    tenant: Tenant, transaction: Transaction, client_id: str, tokens: NewTokens, *, now: datetime
) -> str:
    """One for all tokens of the same scopes."""
    values = {"client_id": client_id, "user_id": tokens.user_id, "scopes": render_scopes(tokens.scopes)}
    row = await transaction.fetch_one(statements_of(tenant).service_grant, values)
    if row is not None:
        return str(row[0])
    return await add_grant(
        tenant, transaction, client_id, tokens.user_id, tokens.scopes, now=now, authenticated_at=None
    )


async def fetch_consents(
    tenant: Tenant, transaction: Transaction, client: Client, user_id: str, *, now: datetime
) -> tuple[frozenset[str], ...]:
    """What the user let the client do lately, as it is registered now, and has not taken back."""
    since = max(now - GRANT_LIFETIME, client.updated_at)
    values = {"client_id": client.id, "user_id": user_id, "since": stored(tenant, since)}
    rows = await transaction.fetch(statements_of(tenant).consents, values)
    return tuple(read_scopes(row[0]) or frozenset() for row in rows)


async def spend(tenant: Tenant, transaction: Transaction, token_hash: str, *, now: datetime) -> None:
    """A code or a refresh token: the next time it is a reuse."""
    values = {"hash": token_hash, "now": stored(tenant, now)}
    await transaction.execute(statements_of(tenant).spend_code, values)
    await transaction.execute(statements_of(tenant).spend_refresh, values)


async def revoke_credential(tenant: Tenant, transaction: Transaction, credential_id: str, *, now: datetime) -> None:
    values = {"id": credential_id, "now": stored(tenant, now)}
    await transaction.execute(statements_of(tenant).revoke_credential, values)


async def revoke_grants(
    tenant: Tenant,
    transaction: Transaction,
    *,
    now: datetime,
    grant_id: str | None = None,
    client_id: str | None = None,
    user_id: str | None = None,
) -> int:
    """Those that are all that is given, and every token under them; gives how many there were."""
    values = {"grant_id": grant_id, "client_id": client_id, "user_id": user_id, "now": stored(tenant, now)}
    await transaction.execute(statements_of(tenant).revoke_tokens, values)
    return await transaction.execute(statements_of(tenant).revoke_grants, values)


async def revoke_access_tokens(tenant: Tenant, transaction: Transaction, client_id: str, *, now: datetime) -> None:
    """The grants stay: who holds a refresh token gets others."""
    values = {"grant_id": None, "client_id": client_id, "user_id": None, "now": stored(tenant, now)}
    await transaction.execute(statements_of(tenant).revoke_tokens, values)


def stored(tenant: Tenant, moment: datetime | None) -> Any:
    return encoder(ColumnKind.DATETIME, tenant.database.dialect)(moment)
