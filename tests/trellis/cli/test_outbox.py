"""`trellis outbox`: messages that were given up, and trying them again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.trellis.automation.outboxes import notice
from tests.trellis.cli.tenants import CommandedTenant, commanded_tenant
from trellis.automation.outbox import write_entries
from trellis.ids import new_id
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant


@pytest.fixture
def tenant(database_url: str, tmp_path: Path) -> Iterator[CommandedTenant]:
    """With a pending message and two that were given up after 8 tries."""
    with commanded_tenant(database_url, tmp_path, files={}) as one:
        one.run(_post)
        yield one


async def _post(tenant: Tenant) -> None:
    table = tenant.tables.outbox
    dialect = tenant.database.dialect
    compiled = await tenant.compiled()
    entries = [notice(kind, new_id(), number) for number, kind in enumerate(("email", "in_app", "email"))]
    now = datetime.now(UTC)
    await tenant.database.write(lambda transaction: write_entries(transaction, compiled, entries, now))
    given_up = {"status": "dead", "attempts": 8, "last_error": "451 try later", "done_at": table.c.created_at}
    keys = [entry.key for entry in entries[:2]]
    bury = prepare(sa.update(table).where(table.c.idempotency_key.in_(keys)).values(given_up), dialect)
    await tenant.database.write(lambda transaction: transaction.execute(bury))


def _states(tenant: CommandedTenant) -> list[tuple[object, ...]]:
    async def read(home: Tenant) -> list[tuple[object, ...]]:
        table = home.tables.outbox
        columns = (table.c.status, table.c.attempts, table.c.done_at.is_(None))
        statement = prepare(sa.select(*columns), home.database.dialect)
        return [(row[0], row[1], bool(row[2])) for row in await home.database.read(lambda tx: tx.fetch(statement))]

    return sorted(tenant.run(read))


def test_messages_given_up_are_shown_and_put_back_in_line(tenant: CommandedTenant) -> None:
    listed = json.loads(tenant.trellis("outbox", "list", "--json").stdout)
    assert listed["total"] == 2
    assert sorted((row["kind"], row["attempts"], row["error"]) for row in listed["rows"]) == [
        ("email", 8, "451 try later"),
        ("in_app", 8, "451 try later"),
    ]
    first = listed["rows"][0]["id"]
    one = tenant.trellis("outbox", "replay", first)
    assert (one.returncode, one.stdout) == (0, "1 message is in line again.\n"), one.stderr
    assert _states(tenant) == [("dead", 8, False), ("pending", 0, True), ("pending", 0, True)]
    again = tenant.trellis("outbox", "replay", first)
    assert again.returncode == 1
    assert "no dead row" in again.stderr
    assert json.loads(tenant.trellis("outbox", "replay", "--all", "--json").stdout) == {"replayed": 1}
    assert [state for state, _, _ in _states(tenant)] == ["pending"] * 3
    assert tenant.trellis("outbox", "list").stdout.splitlines() == [
        "id\tkind\tobject\trule\ttries\tcreated (UTC)\tlast error"
    ]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_messages_given_up_are_looked_at_mended_and_dropped(tenant: CommandedTenant) -> None:
    state = json.loads(tenant.trellis("outbox", "status", "--json").stdout)
    assert (state["waiting"], state["dead"]) == (1, 2)
    causes = json.loads(tenant.trellis("outbox", "causes", "--json").stdout)["causes"]
    assert [(one["kind"], one["error"], one["count"]) for one in causes] == [
        ("email", "451 try later", 1),
        ("in_app", "451 try later", 1),
    ]
    [letter] = json.loads(tenant.trellis("outbox", "list", "--kind", "email", "--json").stdout)["rows"]
    shown = tenant.trellis("outbox", "show", letter["id"]).stdout
    assert "payload.text\tMessage 0\nIts body" in shown
    mended = tenant.trellis(
        "outbox", "mend", letter["id"], "--set", "address=a@b.example", "--set", "user=", "--replay"
    )
    assert (mended.returncode, mended.stdout) == (0, "Mended, and in line again.\n"), mended.stderr
    assert tenant.trellis("outbox", "drop", "--kind", "in_app").stdout == "1 message is dropped.\n"
    assert [state for state, _, _ in _states(tenant)] == ["done", "pending", "pending"]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_cannot_be_done_says_why(tenant: CommandedTenant) -> None:
    cases = [
        (("list", "--limit", "0"), 2, "--limit"),
        (("replay",), 2, "--all"),
        (("replay", new_id(), "--all"), 2, "--all"),
        (("replay", new_id()), 1, "no dead row"),
        (("replay", "' OR 1=1"), 1, "no dead row"),
        (("drop", "--all", "--kind", "email"), 2, "--all"),
        (("show", new_id()), 1, "no dead row"),
        (("mend", new_id(), "--set", "address"), 2, "NAME=VALUE"),
        (("mend", new_id(), "--set", "address=a@b.example"), 1, "no dead row"),
    ]
    for arguments, exit_code, says in cases:
        ended = tenant.trellis("outbox", *arguments)
        assert ended.returncode == exit_code, (arguments, ended.stderr)
        assert says in ended.stderr, arguments
    assert "1 of 2; --limit shows more." in tenant.trellis("outbox", "list", "--limit", "1").stderr
