"""`trellis provider`, as people type it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.trellis.cli.tenants import commanded_tenant

GIVEN = ("--label", "Entra", "--issuer", "https://login.example.com/v2.0", "--client-id", "b7", "--stdin")


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_providers_are_set_up_changed_and_deleted(database_url: str, tmp_path: Path) -> None:
    with commanded_tenant(database_url, tmp_path, "bo", files={"roles.yaml": "rep: {label: Rep}\n"}) as tenant:
        groups = ("--groups-claim", "groups", "--group", "CRM Sales = role.rep", "--second-factor-value", "mfa")
        made = tenant.trellis("provider", "create", "entra", *GIVEN, *groups, "--create-users", stdin="s3cret\n")
        assert made.returncode == 0, made.stderr
        assert f"/login/from/{tenant.name}/entra" in made.stdout
        [shown] = json.loads(tenant.trellis("provider", "list", "--json").stdout)
        assert (shown["creates_users"], shown["links_by_email"], shown["is_active"]) == (True, False, True)
        assert shown["groups"] == [{"value": "CRM Sales", "kind": "role", "name": "rep"}]
        assert shown["second_factor_values"] == ["mfa"]
        assert "s3cret" not in made.stdout + json.dumps(shown)
        changed = tenant.trellis("provider", "change", "entra", "--label", "Entra ID", "--no-offer", "--json")
        after = json.loads(changed.stdout)
        assert after == {**shown, "label": "Entra ID", "is_active": False}
        wrong = tenant.trellis("provider", "change", "entra", "--group", "Chiefs = role.boss")
        assert (wrong.returncode, "There is no role 'boss'" in wrong.stderr) == (1, True)
        assert tenant.trellis("provider", "delete", "entra").returncode == 0
        assert json.loads(tenant.trellis("provider", "list", "--json").stdout) == []
