"""Metadata moves on while a process still holds the model of before: its reads and writes run again with the new one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.trellis.records.crm import FILES, Crm, open_crm
from trellis.errors import InvalidRequest
from trellis.query.query import Query
from trellis.schema.deploy import SourceChange, deploy


@pytest.fixture
def behind(database_url: str) -> Iterator[Crm]:
    """A tenant that has got a field `colour` and lost `code`, of which this process has not heard."""
    with open_crm(database_url) as crm:
        crm.create("account", {"name": "A", "code": "a"})
        old = crm.run(crm.tenant.compiled())
        source = FILES["objects/account.yaml"]
        lines = [line for line in source.splitlines() if "code:" not in line]
        changed = "\n".join([*lines, "  colour: {type: text, label: Colour, length: 20, default: red}", ""])
        change = SourceChange(files={"objects/account.yaml": changed})
        crm.run(deploy(crm.tenant, crm.actor, change, accept_destruction=True))
        crm.tenant._latest = old
        yield crm


def test_a_read_finds_the_new_field_and_not_the_old_one(behind: Crm) -> None:
    (row,) = behind.page("account")

    assert "colour" in row
    assert "code" not in row


def test_a_read_of_what_is_gone_says_so(behind: Crm) -> None:
    query = Query(object="account", fields=("code",))

    assert isinstance(behind.refused(behind.queries.page(behind.actor, query)), InvalidRequest)


def test_a_write_knows_the_new_field_and_not_the_old_one(behind: Crm) -> None:
    account = behind.create_one("account", name="B")

    assert behind.row("account", account, "colour") == {"colour": "red"}
    behind.tenant._latest = None
    assert behind.faults("account", {"name": "C", "code": "c"}) == {(0, "code", "unknown_field")}
