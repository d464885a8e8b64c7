"""`trellis keys` and what `trellis doctor` says of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.master_key import MASTER_KEY
from tests.servers import database_on
from tests.trellis.cli.commands import trellis_here
from tests.trellis.cli.tenants import CommandedTenant, commanded_tenant
from trellis.settings import Settings
from trellis.tenancy.directory import open_directory


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[CommandedTenant]:
    with commanded_tenant("", tmp_path, files={}) as tenant:
        yield tenant


def _trellis(tenant: CommandedTenant, *arguments: str, master_key: str = MASTER_KEY, stdin: str = "") -> Any:
    done = trellis_here(*arguments, folder=tenant.folder, settings={"master_key": master_key}, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_tenant_gets_another_data_key(tenant: CommandedTenant) -> None:
    made = _trellis(tenant, "keys", "rotate", "--reencrypt", "--tenant", tenant.name, "--json")
    assert (made["number"], made["reencrypts"]) == (2, True)
    listed = _trellis(tenant, "keys", "list", "--json")
    assert [(key["tenant"], key["use"], key["number"]) for key in listed] == [
        (tenant.name, "data", 1),
        (tenant.name, "data", 2),
        (tenant.name, "index", 1),
    ]
    assert {key["is_resealing"] for key in listed} == {True}


def test_another_master_key_takes_over(tenant: CommandedTenant) -> None:
    new = trellis_here("keys", "new", folder=tenant.folder).stdout.strip()
    _trellis_set = ("secret", "set", "hook", "--stdin", "--tenant", tenant.name, "--json")
    assert _trellis(tenant, *_trellis_set, stdin="s3cret\n") == {"set": "hook"}
    refused = trellis_here("tenant", "list", folder=tenant.folder, settings={"master_key": new})
    assert refused.returncode == 1
    assert "needs the master key" in refused.stderr
    counts = _trellis(tenant, "keys", "rewrap", "--json", master_key=f"{new} {MASTER_KEY}")
    assert counts == [{"tenant": tenant.name, "keys": 2}]
    assert {key["master"] for key in _trellis(tenant, "keys", "list", "--json", master_key=new)} == {
        key["master"] for key in _trellis(tenant, "keys", "list", "--tenant", tenant.name, "--json", master_key=new)
    }
    old = trellis_here("tenant", "list", folder=tenant.folder, settings={"master_key": MASTER_KEY})
    assert old.returncode == 1
    _trellis(tenant, "keys", "rewrap", "--json", master_key=f"{MASTER_KEY} {new}")


def test_the_master_key_is_not_among_the_settings_shown(tenant: CommandedTenant) -> None:
    settings = {one["name"]: one["value"] for one in _trellis(tenant, "config", "--json")}
    assert settings["master_key"] == "***"


def test_doctor_names_secrets_that_wait_for_a_key(postgresql_server: str, tmp_path: Path) -> None:
    async def furnish(url: str) -> None:
        async with open_directory(Settings(data_dir=tmp_path, database_url=url, pool_size=2)) as directory:
            tenant = await directory.create("acme")
            secret = {"name": "hook", "value": "s3cret", "updated_at": directory.now()}
            insert = sa.insert(tenant.tables.secret).values(secret)
            await tenant.database.run(lambda connection: connection.execute(insert))

    with database_on(postgresql_server) as url:
        asyncio.run(furnish(url))
        told = trellis_here("doctor", folder=tmp_path, database_url=url, settings={"master_key": ""})
        assert (told.returncode, "kept unsealed" in told.stdout, "hook" in told.stdout) == (1, True, True)
        well = trellis_here("doctor", folder=tmp_path, database_url=url)
        assert (well.returncode, well.stdout) == (0, "acme: revision 0 is well.\n")
