"""A delivery that dies at any line has delivered everything exactly once when another has taken over."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from tests.programs import program_environment
from tests.trellis.automation.crashing import ROWS
from tests.trellis.automation.outboxes import Outbox, with_outbox

DEATHS = 24
# Nobody waits that long: it only ends what hangs, on a machine however busy.
ENDS_WITHIN_S = 600


def test_killed_at_any_line_every_effect_happens_once(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        arguments = [str(tmp_path), database_url, outbox.tenant.name, outbox.users["anna"], str(DEATHS)]
        command = [sys.executable, "-m", "tests.trellis.automation.crashing", *arguments]
        ended = await asyncio.to_thread(
            subprocess.run, command, env=program_environment({}), capture_output=True, text=True, timeout=ENDS_WITHIN_S
        )
        assert ended.returncode == 0, ended.stderr
        assert int(ended.stdout) >= DEATHS - 4, "nearly all of them died where they should"
        expected = (DEATHS + 1) * ROWS
        assert await outbox.statuses() == {"done": 2 * expected}
        told = [title for _, title, _ in await outbox.notifications()]
        assert (len(told), len(set(told))) == (expected, expected)
        assert len(outbox.letters()) == expected
        assert not list((tmp_path / "maildir" / "cur").iterdir())

    with_outbox(database_url, tmp_path, work)
