"""Run as a program: delivers in child processes that die at chosen lines of our code, recovers in others, and prints how many died.

python -m tests.trellis.automation.crashing FOLDER DATABASE_URL TENANT USER DEATHS
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import sqlalchemy as sa

import trellis.automation
from tests.master_key import MASTER_KEY
from tests.trellis.automation.outboxes import START, Outbox, notice
from trellis.automation.claims import LEASE_S
from trellis.settings import Settings
from trellis.tenancy.directory import open_directory

OURS = str(Path(trellis.automation.__file__).parent)
SURVIVED, DIED = 0, 9
ROWS = 3


def main() -> None:
    folder, database_url, tenant, user = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
    deaths = int(sys.argv[5])

    def in_child(work: Callable[[Outbox], Coroutine[Any, Any, int]]) -> int:
        pid = os.fork()
        if pid:
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        try:
            os._exit(asyncio.run(with_outbox(work)))
        finally:  # What it raised: the child must not go on as the parent.
            os._exit(1)

    async def with_outbox(work: Callable[[Outbox], Coroutine[Any, Any, int]]) -> int:
        async with open_directory(
            Settings(master_key=MASTER_KEY, data_dir=folder, database_url=database_url, pool_size=2)
        ) as directory:
            outbox = Outbox(directory=directory, tenant=await directory.get(tenant), folder=folder)
            return await work(outbox)

    async def recover(outbox: Outbox) -> int:
        outbox.clock.now = START + timedelta(seconds=LEASE_S)
        tally = await outbox.delivery().run(outbox.tenant)
        outbox_table = outbox.tenant.tables.outbox
        left = await outbox.fetch(sa.select(outbox_table.c.id).where(outbox_table.c.status != "done"))
        return SURVIVED if not left and not tally.failed and not tally.dead else 1

    def deliver(number: int, dies_at: int) -> Callable[[Outbox], Coroutine[Any, Any, int]]:
        async def work(outbox: Outbox) -> int:
            await outbox.post(
                *(notice(kind, user, 100 * number + row) for row in range(ROWS) for kind in ("in_app", "email"))
            )
            await outbox.tenant.refresh()
            lines = _watch(dies_at)
            await outbox.delivery().run(outbox.tenant)
            threading.settrace(None)
            sys.settrace(None)
            (folder / "lines").write_text(str(lines[0]))
            return SURVIVED

        return work

    asyncio.run(with_outbox(recover))  # What it imports, the children find imported.
    assert in_child(deliver(0, dies_at=-1)) == SURVIVED
    lines = int((folder / "lines").read_text())
    died = 0
    for number in range(1, deaths + 1):
        ended = in_child(deliver(number, dies_at=max(1, lines * number // deaths - number % 3)))
        assert ended in (SURVIVED, DIED), ended
        died += ended == DIED
        assert in_child(recover) == SURVIVED, number
    print(died)


def _watch(dies_at: int) -> list[int]:
    """Counts the lines of our code as they run, and ends the process at the line of that number, as kill -9 would."""
    lines = [0]

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        if event == "line":
            lines[0] += 1
            if lines[0] == dies_at:
                os._exit(DIED)
        return trace

    threading.settrace(trace)
    sys.settrace(trace)
    return lines


if __name__ == "__main__":
    main()
