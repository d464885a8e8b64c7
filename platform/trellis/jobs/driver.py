"""What the runtime asks of a driver: to be told that a tenant has work. The outbox holds the work itself."""

from __future__ import annotations

from typing import Protocol


class JobDriver(Protocol):
    def enqueue(self, tenant: str) -> None:
        """A wake-up. Never blocks, never fails, may be called from any thread and too often; one that is lost only costs time."""

    async def start(self) -> None: ...

    async def stop(self) -> None:
        """Ends what is under way in good order."""
