"""Run as a program: a server's heart (the runtime, with its embedded worker or with Redis) that creates leads until it is killed or has
made COUNT, and prints the name of each that was accepted.

    python -m tests.trellis.jobs.creating TENANT PREFIX COUNT
"""

from __future__ import annotations

import asyncio
import sys

from trellis.runtime import open_runtime
from trellis.security.actor import Actor
from trellis.settings import load_settings

AT_ONCE = 4


async def main(tenant_name: str, user_id: str, prefix: str, count: int) -> None:
    actor = Actor(user_id=user_id, name="Admin", email="admin@example.org", is_admin=True, channel="api")
    async with open_runtime(load_settings()) as runtime:
        await runtime.start()
        records = runtime.records(await runtime.tenant(tenant_name))
        numbers = iter(range(count))

        async def create() -> None:
            for number in numbers:
                await records.create(actor, "lead", [{"name": f"{prefix}{number}"}])
                print(f"{prefix}{number}", flush=True)

        await asyncio.gather(*(create() for _ in range(AT_ONCE)))
        await runtime.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
