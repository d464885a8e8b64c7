"""An empty tenant of its own for a test, on either database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_hex
from typing import TypeVar

from tests.master_key import MASTER_KEY
from trellis.settings import Settings
from trellis.tenancy.directory import Directory, open_directory
from trellis.tenancy.tenant import Tenant

T = TypeVar("T")


@asynccontextmanager
async def open_tenant(database_url: str, folder: Path) -> AsyncIterator[tuple[Directory, Tenant]]:
    async with open_directory(
        Settings(master_key=MASTER_KEY, database_url=database_url, data_dir=folder, pool_size=2)
    ) as directory:
        yield directory, await directory.create(f"t{token_hex(6)}")


def with_tenant(database_url: str, folder: Path, work: Callable[[Directory, Tenant], Awaitable[T]]) -> T:
    """Runs `work` in an event loop of its own."""

    async def run() -> T:
        async with open_tenant(database_url, folder) as (directory, tenant):
            return await work(directory, tenant)

    return asyncio.run(run())
