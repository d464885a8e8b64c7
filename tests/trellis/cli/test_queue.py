"""`trellis queue`: showing who sits at a queue, and seating others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trellis.api.sources import FILES
from tests.trellis.cli.tenants import CommandedTenant, commanded_tenant

QUEUES = {
    **FILES,
    "queues.yaml": "triage: {label: Triage, objects: [lead]}\nenergy: {label: Energy, objects: [lead]}\n",
}


@pytest.fixture
def tenant(database_url: str, tmp_path: Path) -> Iterator[CommandedTenant]:
    with commanded_tenant(database_url, tmp_path, "mei", "bo", files=QUEUES) as one:
        yield one


def test_people_are_seated_in_the_order_given_and_shown(tenant: CommandedTenant) -> None:
    seat = ("queue", "set", "triage", "mei", "bo", "--weight", "mei=3", "--capacity", "bo=20", "--absent", "bo")
    seated = tenant.trellis(*seat, "--json")
    assert seated.returncode == 0, seated.stderr
    names = ("username", "weight", "capacity", "is_absent", "is_active")
    assert [[one[name] for name in names] for one in json.loads(seated.stdout)] == [
        ["mei", 3, None, False, True],
        ["bo", 1, 20, True, True],
    ]
    shown = tenant.trellis("queue", "members", "triage").stdout.splitlines()
    assert shown == [
        "place\tusername\tname\tweight\tcapacity\tabsent\tactive",
        "1\tmei\tMei\t3\t\tno\tyes",
        "2\tbo\tBo\t1\t20\tyes\tyes",
    ]
    listed = tenant.trellis("queue", "list")
    assert "triage\tTriage\tmei, bo (absent)\n" in listed.stdout
    assert "energy\tEnergy\t\n" in listed.stdout
    queues = json.loads(tenant.trellis("queue", "list", "--json").stdout)
    assert [(one["name"], [member["username"] for member in one["members"]]) for one in queues] == [
        ("triage", ["mei", "bo"]),
        ("energy", []),
    ]
    assert json.loads(tenant.trellis("queue", "set", "triage", "--empty", "--json").stdout) == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_cannot_be_done_says_why(tenant: CommandedTenant) -> None:
    cases = [
        (("members", "tirage"), 1, "Did you mean 'triage'?"),
        (("set", "triage", "nobody"), 1, 'There is no user "nobody".'),
        (("set", "triage", "mei", "mei"), 1, "Mei is in the list twice."),
        (("set", "triage", "mei", "--weight", "mei=1001"), 1, "from 1 to 1,000"),
        (("set", "triage", "mei", "--weight", "mei"), 2, "such as --weight mei=3"),
        (("set", "triage", "mei", "--capacity", "bo=3"), 2, "bo is not among the users to seat: mei."),
        (("set", "triage"), 2, "--empty"),
        (("set", "triage", "mei", "--empty"), 2, "--empty"),
        (("set", "triage", "mei", "--as", "bo"), 1, "nothing grants Bo to administer"),
    ]
    for arguments, exit_code, says in cases:
        ended = tenant.trellis("queue", *arguments)
        assert ended.returncode == exit_code, (arguments, ended.stderr)
        assert says in " ".join(ended.stderr.split()), arguments
        assert "Traceback" not in ended.stderr
    assert json.loads(tenant.trellis("queue", "members", "triage", "--json").stdout) == []
