"""What a browser shows of a passkey, as the ceremonies leave it."""

from __future__ import annotations

from dataclasses import dataclass


class PasskeyInvalid(Exception):
    """What the browser sent does not hold. Whoever catches it says what that means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """`credential_id` and `public_key` in base64url; `is_backed_up`: kept by an account of the owner's, so it outlives the device."""

    credential_id: str
    public_key: str
    sign_count: int
    is_backed_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What an assertion names before it is verified: whose passkey, and which challenge, as the tenant keeps it."""

    credential_id: str
    challenge: bytes
