"""Passwords <-> argon2id hashes. Slow on purpose (tens of milliseconds), so that it runs in a thread and a few at a time."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from trellis.errors import FieldError, InvalidRecord

SHORTEST = 10
LONGEST = 256

# Costs as much to check as a user's; the hash of a random text that was thrown away.
_NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$3xtp+i+aj41+kFS15GLShQ$Im7FC1gOiWJk7P3KsChZ3nAtp1zIpUkT7LuA+HYoL9Y"


class Passwords:
    """Hashes and checks. At most `at_once` computations run together: each takes 19 MiB (OWASP's first choice for argon2id)."""

    def __init__(self, *, at_once: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._slots = asyncio.Semaphore(at_once)

    async def hash(self, password: str) -> str:
        """Raises InvalidRecord when the password is too short or too long."""
        check_password(password)
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def is_right(self, password: str, password_hash: str | None) -> bool:
        """Takes as long for no user or no password (None) as for a wrong one."""
        async with self._slots:
            return await asyncio.to_thread(self._is_right, password, password_hash)

    def _is_right(self, password: str, password_hash: str | None) -> bool:
        try:
            return self._hasher.verify(password_hash or _NOBODYS_HASH, password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False


def check_password(password: str) -> None:
    """Length is what counts; no rules about kinds of characters."""
    if not SHORTEST <= len(password) <= LONGEST:
        message = f"The password has {len(password)} characters; it must have {SHORTEST} to {LONGEST}."
        raise InvalidRecord(message, fields=(FieldError(field="password", code="invalid_password", message=message),))
