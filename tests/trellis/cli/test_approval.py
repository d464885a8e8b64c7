"""`trellis approval`: submitting, listing and deciding from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trellis.api.sources import FILES
from tests.trellis.cli.tenants import CommandedTenant, commanded_tenant
from tests.trellis.factory import administrator
from trellis.automation.silent import SilentAutomation
from trellis.records.service import Records
from trellis.security.access import AdministratorAccess
from trellis.tenancy.tenant import Tenant

RULES = """
approval big "Big leads" on lead
step first "First" by user "mei"
step second "Second" by user "bo"
end
"""


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[CommandedTenant]:
    with commanded_tenant("", tmp_path, "mei", "bo", files={**FILES, "rules/big.rule": RULES}) as one:
        yield one


async def _lead(tenant: Tenant) -> str:
    records = Records(tenant, SilentAutomation(), AdministratorAccess())
    [saved] = await records.create(await administrator(tenant), "lead", [{"last_name": "Huber"}])
    return saved.id


def test_a_record_is_submitted_and_decided_on(tenant: CommandedTenant) -> None:
    record = tenant.run(_lead)
    submitted = tenant.trellis("approval", "submit", "lead", record, "-m", "Please.", "--json")
    assert submitted.returncode == 0, submitted.stderr
    request = json.loads(submitted.stdout)["id"]
    listed = tenant.trellis("approval", "list", "--as", "mei").stdout.splitlines()
    assert [line.split("\t")[1:6] for line in listed] == [
        ["approval", "record", "status", "step", "submitted by"],
        ["Big leads", "Huber", "pending", "First", "admin"],
    ]
    approved = tenant.trellis("approval", "approve", request, "--as", "mei")
    assert [line.split("\t")[:3] for line in approved.stdout.splitlines()][1:] == [
        ["submitted", "", "admin"],
        ["entered", "First", ""],
        ["approved", "First", "mei"],
        ["entered", "Second", ""],
        ["asked", "Second", "bo"],
    ]
    refused = tenant.trellis("approval", "approve", request, "--as", "mei")
    assert (refused.returncode, "does not wait for this person" in refused.stderr) == (1, True)
    tenant.trellis("approval", "delegate", request, "--to", "mei", "--from", "bo")
    back = tenant.trellis("approval", "recall", request, "--json")
    assert json.loads(back.stdout)["status"] == "recalled"
    assert tenant.trellis("approval", "list", "--box", "open").returncode == 2
    done = json.loads(tenant.trellis("approval", "list", "--box", "done", "--as", "mei", "--json").stdout)
    assert [one["status"] for one in done] == ["recalled"]
