"""What is audited: the events by name, and one of them before it has its place in the chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from trellis.security.actor import Actor, Channel

EventName = Literal[
    "signed_in",
    "sign_in_failed",
    "signed_out",
    "session_ended",
    "locked_out",
    "unlocked",
    "password_set",
    "invited",
    "invitation_accepted",
    "second_factor_added",
    "second_factor_removed",
    "second_factor_reset",
    "recovery_codes_made",
    "passkey_added",
    "passkey_removed",
    "user_created",
    "user_changed",
    "user_frozen",
    "user_unfrozen",
    "permissions_assigned",
    "members_changed",
    "access_changed",
    "record_shared",
    "record_unshared",
    "consent_recorded",
    "api_key_created",
    "api_key_rotated",
    "api_key_revoked",
    "client_created",
    "client_changed",
    "client_deleted",
    "client_allowed",
    "client_disallowed",
    "token_issued",
    "token_reused",
    "provider_created",
    "provider_changed",
    "provider_deleted",
    "deployed",
    "rolled_back",
    "package_installed",
    "package_uninstalled",
    "secret_set",
    "secret_deleted",
    "exported",
    "field_revealed",
    "person_erased",
    "data_key_rotated",
    "master_key_rotated",
    "audit_exported",
    "audit_pruned",
]

SubjectKind = Literal[
    "user",
    "session",
    "api_key",
    "client",
    "provider",
    "revision",
    "package",
    "secret",
    "object",
    "record",
    "role",
    "permission_set",
    "permission_group",
    "team",
    "queue",
    "key",
    "audit",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody who does something without being an actor: who signs in just now, or runs commands on the server. "" where there is
    none."""

    channel: Channel
    user_id: str = ""
    name: str = ""
    credential_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What it happened to. `id`: an id, or the name where names are what it is known by; `name`: as people called it then, "" for none."""

    kind: SubjectKind
    id: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """`actor`: who did it, None for nobody who is known (a failed sign-in). `details` go into JSON as they are: never a secret, a
    password or a token. `address`: the caller's, where it is known."""

    event: EventName
    actor: Actor | Who | None
    subject: Subject | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    address: str = ""
