"""`trellis rule simulate`: what a draft would do, in lines for people."""

from __future__ import annotations

import json
from pathlib import Path

from tests.trellis.automation.rules import SOURCE
from tests.trellis.cli.tenants import commanded_tenant
from tests.trellis.factory import administrator
from trellis.automation.silent import SilentAutomation
from trellis.records.service import Records
from trellis.security.access import AdministratorAccess
from trellis.tenancy.tenant import Tenant

DRAFT = """assignment "Routing" on lead
when created
first match
    status = "Lost" -> user "bo"
    otherwise       -> queue east
end
rule "Rate" on lead
when saved
if score > 1
then
    set rating = "Hot"
    notify owner via in_app "Hot: " & name
end
"""


def test_counts_and_single_records_stand_side_by_side_with_what_is_there(tmp_path: Path) -> None:
    with commanded_tenant("", tmp_path, "bo", files=SOURCE) as tenant:
        draft = tmp_path / "draft.rule"
        draft.write_text(DRAFT)
        tenant.run(_create)
        lines = tenant.trellis(
            "rule", "simulate", str(draft), "--where", 'name <> "C"', "--show", "1"
        ).stdout.splitlines()
        assert lines[:11] == [
            "2 records of lead. Nothing was written or sent.",
            'assignment "Routing", line 1: matches 2',
            '            1  status = "Lost" -> user "bo"',
            "            1  otherwise       -> queue east",
            'rule "Rate", line 7: matches 1',
            '            1  notify owner via in_app "Hot: " & name',
            "rating would change in 1",
            "            1  blank -> Hot",
            "owner would be assigned in 2",
            "            1  user admin -> user bo",
            "            1  user admin -> queue east",
        ]
        assert [line.partition("  ")[2] for line in lines[11:]] == [
            "B: Routing, Rate",
            "  owner: user admin -> user bo",
            "  rating: blank -> Hot",
            "  tells bo by in_app: Hot: B",
        ]
        past = tenant.trellis("rule", "simulate", str(draft), "--since", "1d", "--show", "1").stdout
        assert past.startswith("3 saves of lead since ")
        assert "Taken as they are now, since their history is not kept: owner, rating, score, status." in past
        assert 'assignment "Routing", line 1: would fire for 3' in past
        assert "owner would have come out differently in 3" in past
        assert "  B, created 2" in past
        refused = tenant.trellis("rule", "simulate", str(draft), "--where", "nmae = 1")
        assert (refused.returncode, "nmae" in refused.stderr) == (1, True)
        found = json.loads(tenant.trellis("rule", "simulate", str(draft), "--object", "lead", "--json").stdout)
        assert [one["matches"] for one in found["statements"]] == [3, 1]


async def _create(tenant: Tenant) -> None:
    leads = [{"name": "A"}, {"name": "C"}, {"name": "B", "status": "Lost", "score": 2}]
    records = Records(tenant, SilentAutomation(), AdministratorAccess())
    await records.create(await administrator(tenant), "lead", leads)
