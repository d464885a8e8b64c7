"""`trellis keys` and what `trellis doctor` says of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.master_key import MASTER_KEY
from tests.trellis.cli.commands import trellis_here
from tests.trellis.cli.tenants import CommandedTenant, commanded_tenant


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
