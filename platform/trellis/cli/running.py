"""Runs what a command does asynchronously, with the runtime opened from the settings in force."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from trellis.cli.console import UsedWrongly
from trellis.settings import Settings, load_settings

if TYPE_CHECKING:
    from trellis.runtime import Runtime

T = TypeVar("T")


def settings_in_force() -> Settings:
    """Raises UsedWrongly naming the variable that cannot be read."""
    try:
        return load_settings()
    except ValueError as error:
        raise UsedWrongly(str(error)) from error


def run_with_runtime(work: Callable[[Runtime], Awaitable[T]]) -> T:
    """What `work` gives. The embedded worker is not started: whatever it leaves in the outbox is done by the server or a worker."""

    import asyncio

    from trellis.runtime import open_runtime

    async def run() -> T:
        async with open_runtime(settings_in_force()) as runtime:
            return await work(runtime)

    return asyncio.run(run())
