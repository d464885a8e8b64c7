"""What letters carry to be known again by: whom a link to unsubscribe is for, and to whom a letter that bounced had gone. Pure.

Both are shown by whoever holds the letter, and checked with a key that the tenant keeps: nobody can make one for somebody else."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from trellis.automation.consent import Consented

_MAC_BYTES = 16
_RETURN_LETTERS = 16


def fold_address(address: str) -> str:
    """Addresses in one form, to compare them by."""
    return address.strip().casefold()


def unsubscribe_token(key: bytes, tenant: str, address: str) -> str:
    """Letters, digits, - and _."""
    return _token(key, "unsubscribe", tenant, fold_address(address))


def read_unsubscribe_token(key: bytes, tenant: str, token: str) -> str | None:
    """The address, None when the token is not one of ours."""
    return _read_token(key, "unsubscribe", tenant, token)


def withdrawal_token(key: bytes, tenant: str, address: str, consented: Consented) -> str:
    """Of a letter that rests on a consent: whose link takes that back, and nothing else."""
    parts = (consented.purpose, consented.object, consented.record_id, fold_address(address))
    return _token(key, "withdraw", tenant, "\n".join(parts))


def read_withdrawal_token(key: bytes, tenant: str, token: str) -> tuple[str, Consented] | None:
    """The address and what the letter rested on, None when the token is not one of ours."""
    content = _read_token(key, "withdraw", tenant, token)
    if content is None:
        return None
    purpose, object_name, record_id, address = content.split("\n", 3)
    return address, Consented(purpose=purpose, object=object_name, record_id=record_id)


def _token(key: bytes, purpose: str, tenant: str, text: str) -> str:
    content = text.encode()
    return base64.urlsafe_b64encode(_mac(key, purpose, tenant, content) + content).decode().rstrip("=")


def _read_token(key: bytes, purpose: str, tenant: str, token: str) -> str | None:
    try:
        content = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        text = content[_MAC_BYTES:].decode()
    except (binascii.Error, ValueError):
        return None
    expected = _mac(key, purpose, tenant, text.encode())
    return text if text and hmac.compare_digest(expected, content[:_MAC_BYTES]) else None


def return_path(key: bytes, tenant: str, address: str, bounces: str) -> str:
    """Where a letter to `address` comes back to: a sub-address of `bounces` ("bounces@crm.example.com") that says whose it was."""
    local, _, domain = bounces.rpartition("@")
    return f"{local}+{tenant}.{_return_mark(key, tenant, address)}@{domain}"


def read_return_path(recipient: str) -> tuple[str, str] | None:
    """The tenant and the mark in an address that `return_path` made."""
    local = recipient.rpartition("@")[0].rpartition("+")[2]
    tenant, _, mark = local.rpartition(".")
    return (tenant, mark) if tenant and len(mark) == _RETURN_LETTERS else None


def is_marked_for(key: bytes, tenant: str, address: str, mark: str) -> bool:
    """Whether a letter to `address` had that mark."""
    return hmac.compare_digest(_return_mark(key, tenant, address).encode(), mark.casefold().encode())


def _return_mark(key: bytes, tenant: str, address: str) -> str:
    """Lower-case letters and digits: mail servers may change the case."""
    mac = _mac(key, "return", tenant, fold_address(address).encode())
    return base64.b32encode(mac).decode().lower()[:_RETURN_LETTERS]


def _mac(key: bytes, purpose: str, tenant: str, content: bytes) -> bytes:
    return hmac.new(key, b"\0".join((purpose.encode(), tenant.encode(), content)), hashlib.sha256).digest()[:_MAC_BYTES]
