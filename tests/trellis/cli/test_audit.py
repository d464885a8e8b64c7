"""`trellis audit`, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.trellis.cli.commands import trellis_here
from tests.trellis.cli.tenants import CommandedTenant, commanded_tenant
from trellis.tenancy.tenant import Tenant


@pytest.fixture
def tenant(database_url: str, tmp_path: Path) -> Iterator[CommandedTenant]:
    with commanded_tenant(database_url, tmp_path, files={}) as one:
        yield one


def _trellis(tenant: CommandedTenant, *arguments: str) -> CompletedProcess[str]:
    """Without naming the tenant."""
    return trellis_here(*arguments, folder=tenant.folder, database_url=tenant.database_url)


def test_the_audit_is_listed_anchored_verified_exported_and_pruned(tenant: CommandedTenant, tmp_path: Path) -> None:
    made = tenant.trellis("user", "create", "zoe", "--email", "zoe@example.org", "--password", "correct horse battery")
    assert made.returncode == 0, made.stderr
    rows = json.loads(tenant.trellis("audit", "list", "--event", "user_created", "--json").stdout)["rows"]
    assert [(row["subject_name"], row["channel"], row["actor_id"]) for row in rows] == [("zoe", "cli", None)]

    anchors = tmp_path / "anchors"
    assert tenant.trellis("audit", "anchor", "--to", str(anchors)).returncode == 0
    whole = tenant.trellis("audit", "verify", "--anchor", str(anchors))
    assert (whole.returncode, whole.stdout) == (0, f"The audit of {tenant.name} is whole: 1 row, 1 anchor.\n")

    assert tenant.trellis("audit", "export", "--format", "csv", "--to", str(tmp_path / "audit.csv")).returncode == 0
    assert len((tmp_path / "audit.csv").read_text().splitlines()) == 3
    lines = tmp_path / "audit.jsonl"
    tenant.trellis("audit", "export", "--to", str(lines))
    checked = _trellis(tenant, "audit", "check", str(lines), "--anchor", str(anchors))
    assert (checked.returncode, checked.stdout) == (0, "The audit in audit.jsonl is whole: 3 rows, 1 anchor.\n")
    lines.write_text(lines.read_text().replace("zoe@example.org", "eve@example.org"))
    assert _trellis(tenant, "audit", "check", str(lines)).returncode == 1

    assert tenant.trellis("audit", "prune", "--before", "2100-01-01").stdout.startswith("Pruned 3 rows")
    assert json.loads(tenant.trellis("audit", "verify", "--json").stdout)["is_intact"] is True

    anchors.write_text(anchors.read_text().replace('"number":1', '"number":90'))
    cut = tenant.trellis("audit", "verify", "--anchor", str(anchors))
    assert cut.returncode == 1
    assert "names row 90, which is missing" in cut.stderr

    assert tenant.trellis("audit", "list", "--since", "soon").returncode == 1


def test_the_doctor_misses_a_trigger_that_is_away(tenant: CommandedTenant) -> None:
    assert tenant.trellis("doctor").returncode == 0
    tenant.run(_drop_a_trigger)
    found = tenant.trellis("doctor")
    assert found.returncode == 1
    assert "does not guard the audit" in found.stdout


async def _drop_a_trigger(tenant: Tenant) -> None:
    is_sqlite = tenant.database.dialect == "sqlite"
    statement = "trellis_audit_no_update" if is_sqlite else "trellis_audit_guard ON trellis_audit"
    await tenant.database.run(lambda connection: connection.exec_driver_sql(f"DROP TRIGGER {statement}"))
