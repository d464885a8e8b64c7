"""`trellis queue pull|absent|reassign`, `trellis role`, `trellis team` and `trellis rule call`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trellis.api.sources import FILES
from tests.trellis.cli.tenants import CommandedTenant, commanded_tenant
from tests.trellis.factory import administrator
from trellis.automation.engine import Engine
from trellis.records.service import Records
from trellis.security.access import AdministratorAccess
from trellis.tenancy.tenant import Tenant

SOURCES = {
    **FILES,
    "queues.yaml": "triage: {label: Triage, objects: [lead]}\n",
    "roles.yaml": "cfo: {label: CFO}\n",
    "teams.yaml": "north: {label: North}\n",
    "rules/routing.rule": """
rule "Wait" on lead when created then assign to queue triage end
rule "Rename" on lead when called with (prefix text) if last_name <> "B" then set last_name = prefix & last_name end
""",
}
ACCESS = AdministratorAccess()


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[CommandedTenant]:
    with commanded_tenant("", tmp_path, "mei", "bo", files=SOURCES) as one:
        yield one


async def _create(tenant: Tenant) -> list[str]:
    records = Records(tenant, Engine(lambda _: None, ACCESS), ACCESS)
    payloads = [{"last_name": "A"}, {"last_name": "B"}]
    return [one.id for one in await records.create(await administrator(tenant), "lead", payloads)]


def test_records_are_taken_and_given_back(tenant: CommandedTenant) -> None:
    first, second = tenant.run(_create)
    seated = tenant.trellis("queue", "set", "triage", "admin")
    assert seated.returncode == 0, seated.stderr
    assert tenant.trellis("queue", "pull", "triage").stdout == f"object\tid\tversion\nlead\t{first}\t2\n"
    assert json.loads(tenant.trellis("queue", "pull", "triage", "--json").stdout)["id"] == second
    assert tenant.trellis("queue", "pull", "triage").stdout == "Nothing waits in triage.\n"
    away = tenant.trellis("queue", "absent", "triage", "admin", "--reassign", "--where", 'last_name = "A"')
    assert away.stdout == "Admin is away at triage.\nmoved\twaiting\trefused\n0\t1\t0\n"
    assert tenant.trellis("queue", "absent", "triage", "admin", "--back").stdout == "Admin is back at triage.\n"
    given = json.loads(tenant.trellis("queue", "reassign", "triage", "admin", "--json").stdout)
    assert given == {"moved": 0, "waiting": 1, "refused": 0}


def test_a_rule_is_called_for_records(tenant: CommandedTenant) -> None:
    first, second = tenant.run(_create)
    called = tenant.trellis("rule", "call", "Rename", first, second, "--set", "prefix=Call ")
    assert called.stdout == f"id\tversion\tdone\n{first}\t2\tyes\n{second}\t1\tno\n", called.stderr
    wrong = tenant.trellis("rule", "call", "Rename", first, "--set", "prefix")
    assert (wrong.returncode, "such as --set reason=" in wrong.stderr) == (2, True)
    unknown = tenant.trellis("rule", "call", "Renam", first)
    assert (unknown.returncode, "Did you mean 'Rename'?" in unknown.stderr) == (1, True)


@pytest.mark.parametrize(("kind", "name"), [("role", "cfo"), ("team", "north")])
def test_members_of_roles_and_teams_are_set_and_shown(tenant: CommandedTenant, kind: str, name: str) -> None:
    chosen = tenant.trellis(kind, "set", name, "mei", "bo")
    assert chosen.stdout == "place\tusername\tname\tactive\n1\tmei\tMei\tyes\n2\tbo\tBo\tyes\n", chosen.stderr
    assert tenant.trellis(kind, "list").stdout.endswith("\tmei, bo\n")
    assert json.loads(tenant.trellis(kind, "set", name, "--empty", "--json").stdout) == []
    assert tenant.trellis(kind, "members", name).stdout == "place\tusername\tname\tactive\n"
