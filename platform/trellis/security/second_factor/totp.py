"""Codes of authenticator apps (RFC 6238: six digits, SHA-1, 30 seconds). Pure."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

STEP_S = 30
DIGITS = 6
# A clock that is one step off is forgiven.
_NEAR = (0, -1, 1)


def new_secret() -> str:
    """160 bits, as RFC 4226 asks for."""
    return pyotp.random_base32(32)


def provisioning_uri(secret: str, *, account: str, issuer: str) -> str:
    """What the QR code holds: otpauth://totp/…"""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def code_at(secret: str, moment: datetime) -> str:
    """What the app shows at that moment."""
    return pyotp.TOTP(secret).generate_otp(_step_at(moment))


def find_step(secret: str, code: str, *, now: datetime, last_step: int | None) -> int | None:
    """The step that the code is of; None when it is wrong, or of a step that has been used: each code works once."""
    totp, here = pyotp.TOTP(secret), _step_at(now)
    for near in _NEAR:
        step = here + near
        is_new = last_step is None or step > last_step
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()) and is_new:
            return step
    return None


def _step_at(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_S
