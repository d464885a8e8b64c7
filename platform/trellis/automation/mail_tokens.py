"""What letters carry to be known again by: whom a link to unsubscribe is for, and to whom a letter that bounced had gone. Pure.

Both are shown by whoever holds the letter, and checked with a key that the tenant keeps: nobody can make one for somebody else."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

_MAC_BYTES = 16
_RETURN_LETTERS = 16


def fold_address(address: str) -> str:
    """Addresses in one form, to compare them by."""
    return address.strip().casefold()


def unsubscribe_token(key: bytes, tenant: str, address: str) -> str:
    """Letters, digits, - and _."""
    folded = fold_address(address).encode()
    return base64.urlsafe_b64encode(_mac(key, "unsubscribe", tenant, folded) + folded).decode().rstrip("=")


def read_unsubscribe_token(key: bytes, tenant: str, token: str) -> str | None:
    """The address, None when the token is not one of ours."""
    try:
        content = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        address = content[_MAC_BYTES:].decode()
    except (binascii.Error, ValueError):
        return None
    expected = _mac(key, "unsubscribe", tenant, address.encode())
    return address if address and hmac.compare_digest(expected, content[:_MAC_BYTES]) else None


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
