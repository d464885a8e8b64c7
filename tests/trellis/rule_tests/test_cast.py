"""Everybody whom rules and tests name is there, and two sit at every queue."""

from __future__ import annotations

from metamodel import build_model, read_source
from tests.trellis.automation.rules import SOURCE
from trellis.rule_tests.cast import cast_of

RULES = """
rule "R" on lead
when created
if owner = "dora" || account.owner in ("eve", "finn")
then
    notify user "gus" via in_app "x"
    if owner.manager <> "hal" then
        assign to queue east weighted (ivy 2, jo 1)
    end
    assign to user "kim"
end
"""


def test_people_come_from_conditions_recipients_assignees_and_weights() -> None:
    cast = cast_of(build_model(read_source({**SOURCE, "rules/a.rule": RULES})))
    named = {"dora", "eve", "finn", "gus", "hal", "ivy", "jo", "kim"}
    assert set(cast.people) == named | {"east_1", "east_2", "west_1", "west_2"}
    assert cast.queues == {"east": ("ivy", "jo", "east_1", "east_2"), "west": ("west_1", "west_2")}
