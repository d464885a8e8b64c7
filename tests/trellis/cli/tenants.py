"""A tenant for commands to work on, with an administrator and other users; erased in the end, since tests share servers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import TypeVar

from tests.master_key import MASTER_KEY
from tests.trellis.cli.commands import trellis_here
from tests.trellis.factory import add_user, administrator, unique_name
from trellis.schema.deploy import SourceChange, deploy
from trellis.settings import Settings
from trellis.tenancy.directory import Directory, open_directory
from trellis.tenancy.tenant import Tenant

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandedTenant:
    name: str
    folder: Path
    database_url: str

    def trellis(self, *arguments: str, stdin: str = "") -> CompletedProcess[str]:
        """The command with --tenant."""
        return trellis_here(
            *arguments, "--tenant", self.name, folder=self.folder, database_url=self.database_url, stdin=stdin
        )

    def run(self, work: Callable[[Tenant], Awaitable[T]]) -> T:
        return _in_directory(self, lambda directory: _with(directory, self.name, work))


@contextmanager
def commanded_tenant(
    database_url: str, folder: Path, *usernames: str, files: Mapping[str, str]
) -> Iterator[CommandedTenant]:
    """With the administrator `admin` and `usernames`."""
    one = CommandedTenant(name=unique_name(), folder=folder, database_url=database_url)

    async def furnish(directory: Directory) -> None:
        tenant = await directory.create(one.name)
        await add_user(tenant, "admin", is_admin=True)
        for username in usernames:
            await add_user(tenant, username)
        if files:
            await deploy(tenant, await administrator(tenant), SourceChange(files=files))

    _in_directory(one, furnish)
    try:
        yield one
    finally:
        _in_directory(one, lambda directory: directory.delete(one.name))


async def _with(directory: Directory, name: str, work: Callable[[Tenant], Awaitable[T]]) -> T:
    return await work(await directory.get(name))


def _in_directory(one: CommandedTenant, work: Callable[[Directory], Awaitable[T]]) -> T:
    async def run() -> T:
        settings = Settings(master_key=MASTER_KEY, data_dir=one.folder, database_url=one.database_url, pool_size=2)
        async with open_directory(settings) as directory:
            return await work(directory)

    return asyncio.run(run())
