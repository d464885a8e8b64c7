"""Who acts. Passed through every stage; nothing runs without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trellis.security.grants import NO_GRANTS, Grants

Channel = Literal["web", "api", "cli", "rule", "job"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """`user_id` is a row of the tenant's trellis_user. `credential_id`: the session or API key that every statement checks again,
    None where there is none (cli, rule, job). `time_zone` is an IANA name, `language` one of en, zh-Hans. `scopes`: what an API key or
    a token of OAuth was confined to, None for everything its user may. `system`: the system permissions that follow from `grants` where the
    actor was found; `access_version`: of the user when `grants` were read."""

    user_id: str
    name: str
    email: str
    is_admin: bool
    channel: Channel
    language: str = "en"
    time_zone: str = "UTC"
    credential_id: str | None = None
    grants: Grants = NO_GRANTS
    system: frozenset[str] = frozenset()
    access_version: int = 0
    scopes: frozenset[str] | None = None
