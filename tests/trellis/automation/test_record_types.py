"""Rules read, set and give record types, and are held to what they offer."""

from __future__ import annotations

import pytest

from tests.trellis.automation.rules import Office, with_rules
from trellis.errors import InvalidMetadata, TrellisError

DEAL = """\
label: Deal
plural_label: Deals
name_field: name
fields:
  name: {type: text, label: Name}
  stage: {type: picklist, label: Stage, values: [{name: Open, default: true}, Won, Lost]}
record_types:
  new: {label: New}
  renewal: {label: Renewal, picklists: {stage: {values: [Won, Lost], default: Won}}}
default_record_type: new
"""
FILES = {"objects/deal.yaml": DEAL}
SHOWN = ("name", "record_type", "stage")


def test_rules_read_set_and_give_record_types(database_url: str) -> None:
    rules = """
rule "Renew" on deal when created if record_type = "new" && stage = "Won" then
    set record_type = "renewal"
end
rule "Told" on deal when record_type changes to "renewal" then
    create task (subject = name & " renewed")
end
rule "Follow" on lead when created if score > 0 then
    create deal (name = name, record_type = "renewal")
end
rule "Wrong" on lead when created if score < 0 then
    create deal (name = name, record_type = "renewal", stage = "Open")
end
"""

    async def work(office: Office) -> None:
        _, other = await office.create("deal", {"name": "A", "stage": "Won"}, {"name": "B"})
        await office.create("lead", {"name": "C", "score": 1})
        found = {row["name"]: (row["record_type"], row["stage"]) for row in await office.rows("deal", *SHOWN)}
        assert found == {"A": ("renewal", "Won"), "B": ("new", "Open"), "C": ("renewal", "Won")}

        await office.update("deal", other, record_type="renewal", stage="Lost")
        assert [row["subject"] for row in await office.rows("task", "subject")] == ["B renewed"]
        with pytest.raises(TrellisError, match="does not offer Open"):
            await office.create("lead", {"name": "D", "score": -1})

    with_rules(database_url, rules, work, FILES)


def test_a_rule_that_names_no_record_type_is_refused() -> None:
    rules = 'rule "Wrong" on deal when created then set record_type = "renewel" end'

    async def work(office: Office) -> None:
        raise AssertionError("it was deployed")

    with pytest.raises(InvalidMetadata, match="renewal"):
        with_rules("", rules, work, FILES)
