"""The body of a request, as long as it is not too large and not too slow."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive

from trellis.api.body import MAX_BODY_BYTES
from trellis.api.errors import BodyTooLarge
from trellis.edge.errors import BodyTooSlow


class Arrival:
    """`receive` in place of the server's own. The time runs from when the body is first asked for; once it is whole, waiting for the client
    to leave may take as long as it likes."""

    def __init__(self, receive: Receive, *, seconds: float, max_bytes: int = MAX_BODY_BYTES) -> None:
        self._receive = receive
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._seen = 0
        self._until_s: float | None = None
        self._is_whole = False

    async def receive(self) -> Message:
        """Raises BodyTooLarge, BodyTooSlow."""
        if self._is_whole:
            return await self._receive()
        if self._until_s is None:
            self._until_s = asyncio.get_running_loop().time() + self._seconds
        try:
            async with asyncio.timeout_at(self._until_s):
                message = await self._receive()
        except TimeoutError:
            raise BodyTooSlow(
                f"The body did not arrive within {self._seconds:g} seconds.",
                hint="Send less at once, or by a better line.",
            ) from None
        self._seen += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        if self._seen > self._max_bytes:
            raise BodyTooLarge(
                f"The body is larger than {self._max_bytes:,} bytes.", hint="Send the records in smaller batches."
            )
        return message
