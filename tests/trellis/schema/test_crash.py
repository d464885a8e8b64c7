"""A process that dies in the middle of a deploy leaves the tenant as it was."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from tests.master_key import MASTER_KEY
from tests.programs import program_environment
from tests.trellis.factory import add_user, administrator, unique_name
from tests.trellis.schema.rows import apply, insert, lead, other, structure, values
from trellis.schema.deploy import SourceChange, deploy
from trellis.settings import Settings
from trellis.tenancy.directory import open_directory

DYING = """
import asyncio, os, sys
from pathlib import Path
from trellis.schema import deploy as deploying
from trellis.security.actor import Actor
from tests.master_key import MASTER_KEY
from trellis.settings import Settings
from trellis.tenancy.directory import open_directory

folder, url, name, user, source = sys.argv[1:]
deploying.save_revision = lambda *arguments, **options: os._exit(9)

async def main():
    async with open_directory(Settings(master_key=MASTER_KEY, data_dir=Path(folder), database_url=url)) as directory:
        actor = Actor(user_id=user, name="", email="", is_admin=True, channel="cli")
        change = deploying.SourceChange(files={"objects/lead.yaml": source})
        await deploying.deploy(await directory.get(name), actor, change, accept_destruction=True)

asyncio.run(main())
"""


def test_a_killed_deploy_leaves_nothing(database_url: str, tmp_path: Path) -> None:
    first = lead("f: {type: number, label: F, scale: 2, indexed: true}", "t: {type: lookup, label: T, object: task}")
    second = lead("f: {type: text, label: F}", "g: {type: checkbox, label: G}")

    async def body() -> None:
        name = unique_name()
        async with open_directory(
            Settings(master_key=MASTER_KEY, data_dir=tmp_path, database_url=database_url)
        ) as directory:
            tenant = await directory.create(name)
            user = await add_user(tenant, "admin", is_admin=True)
            await deploy(tenant, await administrator(tenant), SourceChange(files={**first, **other("task")}))
            await insert(tenant, "lead", {"name": "a"})
            before = await structure(tenant)
            arguments = [str(tmp_path), database_url, name, user, second["objects/lead.yaml"]]
            command = [sys.executable, "-c", DYING, *arguments]
            process = await asyncio.to_thread(
                subprocess.run, command, env=program_environment({}), capture_output=True, check=False
            )
            assert process.returncode == 9, process.stderr.decode()
            assert (await tenant.refresh()).revision == 1
            assert await structure(tenant) == before
            await apply(tenant, second)
            assert await values(tenant, "lead", "name", "g") == [("a", False)]
            await directory.delete(name)

    asyncio.run(body())
