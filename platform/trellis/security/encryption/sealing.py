"""Sealing what one tenant keeps: the two calls that everybody but the records makes."""

from __future__ import annotations

from trellis.tenancy.tenant import Tenant


def seal(tenant: Tenant, purpose: str, value: bytes, *, about: str) -> str:
    """Text to be stored. `purpose`: what kind of thing it is, such as "totp"; `about`: which one, such as the id of its row: the text
    opens for the same purpose and about the same only. Raises NoMasterKey."""
    return tenant.keys.seal(purpose, value, about=about)


def open_sealed(tenant: Tenant, purpose: str, sealed: str, *, about: str) -> bytes:
    """What was sealed. Raises CannotUnseal, NoMasterKey."""
    return tenant.keys.open(purpose, sealed, about=about)
