"""The platform's own tables in a tenant's database, as SQLAlchemy tables for building statements. migrations/tenant makes them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa

from trellis.storage.platform_tables.approvals import approval_tables
from trellis.storage.platform_tables.assignees import assignee_tables
from trellis.storage.platform_tables.audit import audit_tables
from trellis.storage.platform_tables.consents import consent_tables
from trellis.storage.platform_tables.keys import key_tables
from trellis.storage.platform_tables.ledger import ledger_tables
from trellis.storage.platform_tables.messages import message_tables
from trellis.storage.platform_tables.metadata import metadata_tables
from trellis.storage.platform_tables.oauth import oauth_tables
from trellis.storage.platform_tables.outside import outside_tables
from trellis.storage.platform_tables.passkeys import passkey_tables
from trellis.storage.platform_tables.people import people_tables
from trellis.storage.platform_tables.scim import scim_tables
from trellis.storage.platform_tables.sharing import sharing_tables
from trellis.storage.platform_tables.sign_ins import sign_in_tables
from trellis.storage.platform_tables.timers import timer_tables
from trellis.storage.platform_tables.work import work_tables


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformTables:
    """One attribute for each table, named as the table without `trellis_`."""

    metadata: sa.MetaData
    state: sa.Table
    revision: sa.Table
    component: sa.Table
    user: sa.Table
    credential: sa.Table
    invitation: sa.Table
    passkey: sa.Table
    passkey_challenge: sa.Table
    queue_member: sa.Table
    counter: sa.Table
    outbox: sa.Table
    notification: sa.Table
    draft: sa.Table
    bin: sa.Table
    package: sa.Table
    idempotency: sa.Table
    cleared_link: sa.Table
    group_member: sa.Table
    previous_owner: sa.Table
    ledger: sa.Table
    ledger_block: sa.Table
    field_history: sa.Table
    timer: sa.Table
    approval_request: sa.Table
    approval_vote: sa.Table
    approval_event: sa.Table
    secret: sa.Table
    data_key: sa.Table
    suppression: sa.Table
    share: sa.Table
    oauth_client: sa.Table
    oauth_grant: sa.Table
    oauth_code: sa.Table
    oauth_refresh: sa.Table
    oauth_access: sa.Table
    oauth_key: sa.Table
    provider: sa.Table
    outside_identity: sa.Table
    scim_user: sa.Table
    sign_in: sa.Table
    attempt: sa.Table
    totp: sa.Table
    recovery_code: sa.Table
    pending_sign_in: sa.Table
    audit: sa.Table
    audit_head: sa.Table
    consent: sa.Table


# To build them takes longer than most statements that they are built for; nothing changes a table once it is here.
@lru_cache(maxsize=32)
def platform_tables(schema: str | None) -> PlatformTables:
    """The tables as they are named in `schema` (None on SQLite)."""
    metadata = sa.MetaData(schema=schema)
    return PlatformTables(
        metadata=metadata,
        **metadata_tables(metadata),
        **people_tables(metadata),
        **passkey_tables(metadata),
        **work_tables(metadata),
        **assignee_tables(metadata),
        **ledger_tables(metadata),
        **timer_tables(metadata),
        **approval_tables(metadata),
        **key_tables(metadata),
        **message_tables(metadata),
        **sharing_tables(metadata),
        **oauth_tables(metadata),
        **outside_tables(metadata),
        **scim_tables(metadata),
        **sign_in_tables(metadata),
        **audit_tables(metadata),
        **consent_tables(metadata),
    )
