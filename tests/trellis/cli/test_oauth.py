"""`trellis oauth`, as people type it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.trellis.cli.tenants import commanded_tenant


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_clients_are_registered_and_deleted(database_url: str, tmp_path: Path) -> None:
    with commanded_tenant(database_url, tmp_path, "bo", files={}) as tenant:
        redirect = ("--redirect", "https://calendar.example.com/callback")
        made = tenant.trellis("oauth", "create", "Calendar", *redirect, "--scope", "openid", "--json")
        client = json.loads(made.stdout)
        assert (client["kind"], client["scopes"], len(client["secret"])) == ("confidential", ["openid"], 43), (
            made.stderr
        )
        assert client["id"] in tenant.trellis("oauth", "list").stdout
        renewed = json.loads(tenant.trellis("oauth", "secret", client["id"], "--json").stdout)
        assert renewed["secret"] != client["secret"]
        wrong = tenant.trellis("oauth", "create", "X", "--kind", "service", "--scope", "records:read", "--user", "zoe")
        assert wrong.returncode == 1
        assert "no active user zoe" in wrong.stderr
        assert tenant.trellis("oauth", "delete", client["id"]).returncode == 0
        assert json.loads(tenant.trellis("oauth", "list", "--json").stdout) == []
        assert "signs for" in tenant.trellis("oauth", "rotate-keys").stdout
