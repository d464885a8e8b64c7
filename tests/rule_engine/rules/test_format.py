"""The canonical form: it says the same, keeps every comment, and does not change when formatted again."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rule_engine.rules import RuleSource, format_rules, parse_rules
from rule_engine.rules.format import format_tree
from tests.rule_engine.rules.trees import rule_sources, shape

SOURCE = """rule "Route leads" on lead
priority 10
when created or country changes from "DE" to "FR"
if country in ("DE", "AT") && annual_revenue >= 1000000
then
    assign to queue dach weighted (anna 3, bo 1)
    set rating = "Hot", score = 1
    create task (subject = "Call " & first_name, due_date = TODAY() + 1)
    if score > 1 then
        for each deal in deals where deal.open do
            update deal (stage = "Lost")
        end
    else
        stop
    end
after 2 days if status = "New" then
    notify owner.manager via email "Untouched: " & name
end

validation "Dates" on lead
    fail due_on "In the past" when due_on < TODAY()
end
"""


@given(rule_sources)
@settings(max_examples=150)
def test_a_tree_survives_being_written_and_read(tree: RuleSource) -> None:
    text = format_tree(tree)
    again = parse_rules(text)
    assert shape(again) == shape(tree)
    assert format_tree(again) == text


@given(st.data())
@settings(max_examples=100)
def test_comments_anywhere_are_kept_in_order(data: st.DataObject) -> None:
    gaps = [found.start() for found in re.finditer(r'"[^"]*"|(\s+)', SOURCE) if found[1]]
    chosen = data.draw(st.lists(st.sampled_from(gaps), unique=True, max_size=6).map(sorted))
    kinds = data.draw(st.lists(st.booleans(), min_size=len(chosen), max_size=len(chosen)))
    notes = [f"-- {number}" if to_end else f"/* {number} */" for number, to_end in enumerate(kinds)]
    text, last = "", 0
    for gap, note in zip(chosen, notes, strict=True):
        text += SOURCE[last:gap] + " " + note + ("\n" if note.startswith("--") else "")
        last = gap
    text += SOURCE[last:]
    formatted = format_rules(text)
    assert [comment.text for comment in parse_rules(formatted).comments] == notes
    assert format_rules(formatted) == formatted
    assert shape(parse_rules(formatted).statements) == shape(parse_rules(SOURCE).statements)


@pytest.mark.parametrize(
    ("source", "canonical"),
    [
        ('RULE "R" ON Lead WHEN Created THEN SET Rating=\'Hot\' END',
         'rule "R" on lead\nwhen created\nthen\n    set rating = "Hot"\nend\n'),
        ('assignment "A" on lead when created first match a = 1 -> queue x aa = 11 -> user "anna" otherwise -> queue y end',
         'assignment "A" on lead\nwhen created\nfirst match\n    a = 1     -> queue x\n    aa = 11   -> user "anna"\n'
         '    otherwise -> queue y\nend\n'),
        ('rule "R" on lead when created then stop after 1 days then stop end',
         'rule "R" on lead\nwhen created\nthen\n    stop\nafter 1 day then\n    stop\nend\n'),
        ('-- top\n\n\n-- about R\nrule "R" on lead -- head\nwhen created then -- start\n-- first\nstop -- done\n-- last\n'
         'end -- end\n-- tail',
         '-- top\n\n-- about R\nrule "R" on lead  -- head\nwhen created\nthen  -- start\n    -- first\n    stop  -- done\n'
         '    -- last\nend  -- end\n\n-- tail\n'),
        ('rule "R" on lead when created then create task (a = 1, -- one\n b = 2) end',
         'rule "R" on lead\nwhen created\nthen\n    create task (\n        a = 1,  -- one\n        b = 2\n    )\nend\n'),
        ("", ""),
        ("-- only\n", "-- only\n"),
    ],
)  # fmt: skip
def test_canonical_form(source: str, canonical: str) -> None:
    assert format_rules(source) == canonical
    assert format_rules(canonical) == canonical


def test_long_lists_and_triggers_are_broken_over_lines() -> None:
    values = ", ".join(f'field_{number} = "a long text for it"' for number in range(4))
    changes = " or ".join(f'field_{number} changes to "a long value"' for number in range(4))
    text = format_rules(f'rule "R" on lead when {changes} then create task ({values}) end')
    assert max(map(len, text.splitlines())) < 100
    assert format_rules(text) == text


def test_two_minus_signs_never_become_a_comment() -> None:
    text = format_rules('rule "R" on lead when created then set a = b - -1, c = -(-d) end')
    assert "--" not in text
    assert shape(parse_rules(text)) == shape(parse_rules(format_rules(text)))
