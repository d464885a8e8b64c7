"""`trellis privacy`: the map, finding, exporting and erasing a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trellis.cli.tenants import CommandedTenant, commanded_tenant
from tests.trellis.factory import administrator
from trellis.automation.silent import SilentAutomation
from trellis.records.service import Records
from trellis.security.access import AdministratorAccess
from trellis.tenancy.tenant import Tenant

FILES = {
    "organization.yaml": "consents: {letters: {label: Letters, objects: [person]}}\n",
    "objects/person.yaml": """
label: Person
plural_label: People
name_field: name
fields:
  name: {type: text, label: Name, required: true, personal_data: identity}
  email: {type: email, label: Email, personal_data: contact}
  fax: {type: phone, label: Fax}
""",
}


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[CommandedTenant]:
    with commanded_tenant("", tmp_path, files=FILES) as one:
        yield one


def test_a_person_is_found_exported_and_erased_only_with_a_yes(tenant: CommandedTenant, tmp_path: Path) -> None:
    async def make(home: Tenant) -> str:
        records = Records(home, SilentAutomation(), AdministratorAccess())
        (saved,) = await records.create(
            await administrator(home), "person", [{"name": "Ada", "email": "ada@example.com"}]
        )
        return saved.id

    ada = tenant.run(make)
    shown = tenant.trellis("privacy", "map").stdout
    assert "email" in shown
    assert "not marked" in shown
    found = json.loads(tenant.trellis("privacy", "find", "--email", "ADA@example.com", "--json").stdout)
    assert [one["id"] for one in found["records"]] == [ada]
    said = tenant.trellis("privacy", "consents", f"person/{ada}", "--give", "letters", "--source", "At the fair")
    assert "At the fair" in said.stdout
    consents = json.loads(tenant.trellis("privacy", "consents", f"person/{ada}", "--json").stdout)
    assert [one["state"] for one in consents["purposes"]] == ["given"]
    archive = tmp_path / "ada.json"
    assert tenant.trellis("privacy", "export", "--record", f"person/{ada}", "--to", str(archive)).returncode == 0
    assert json.loads(archive.read_text())["records"][0]["fields"]["name"]["value"] == "Ada"
    assert archive.stat().st_mode & 0o777 == 0o600
    planned = tenant.trellis("privacy", "erase", "--email", "ada@example.com")
    assert "Nothing is done yet: 1 anonymized" in planned.stdout
    done = tenant.trellis("privacy", "erase", "--email", "ada@example.com", "--yes")
    assert "Erased: 1 anonymized" in done.stdout
    gone = tenant.trellis("privacy", "find", "--email", "ada@example.com", "--json")
    assert json.loads(gone.stdout) == {"records": []}
    nobody = tenant.trellis("privacy", "find")
    assert nobody.returncode == 1
    assert "Nobody is named." in nobody.stderr
