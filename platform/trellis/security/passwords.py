"""Passwords <-> argon2id hashes. Slow on purpose (tens of milliseconds), so that it runs in a thread and a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from trellis.security.password_policy import check_password

# Costs as much to check as a user's; the hash of a random text that was thrown away.
_NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$3xtp+i+aj41+kFS15GLShQ$Im7FC1gOiWJk7P3KsChZ3nAtp1zIpUkT7LuA+HYoL9Y"


class Passwords:
    """Hashes and checks. At most `at_once` computations run together: each takes 19 MiB (OWASP's first choice for argon2id)."""

    def __init__(self, *, at_once: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._slots = asyncio.Semaphore(at_once)

    async def check(self, password: str, about: Iterable[str] = ()) -> None:
        """Raises InvalidRecord for one that will not do; `about`: the user's names and e-mail address."""
        async with self._slots:
            await asyncio.to_thread(check_password, password, tuple(about))

    async def hash(self, password: str, about: Iterable[str] = ()) -> str:
        """Raises InvalidRecord for one that will not do; `about`: the user's names and e-mail address."""
        await self.check(password, about)
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
