"""The security checklist leaves nothing out: every requirement of levels 1 and 2 has one line, and each line a state."""

from __future__ import annotations

import re
from collections import Counter

from tests.docs.documents import ROOT

# OWASP ASVS 5.0.0: the requirements of levels 1 and 2, by section.
ASKED = {
    "1.1": "1-2", "1.2": "1-9", "1.3": "1-11", "1.4": "1-3", "1.5": "1-2", "2.1": "1-3", "2.2": "1-3", "2.3": "1-4", "2.4": "1",
    "3.2": "1-2", "3.3": "1-4", "3.4": "1-6", "3.5": "1-5", "3.7": "1-2", "4.1": "1-3", "4.2": "1", "4.3": "1-2", "4.4": "1-4",
    "5.1": "1", "5.2": "1-3", "5.3": "1-2", "5.4": "1-3", "6.1": "1-3", "6.2": "1-12", "6.3": "1-4", "6.4": "1-4", "6.5": "1-5",
    "6.6": "1-3", "6.8": "1-4", "7.1": "1-3", "7.2": "1-4", "7.3": "1-2", "7.4": "1-5", "7.5": "1-2", "7.6": "1-2", "8.1": "1-2",
    "8.2": "1-3", "8.3": "1", "8.4": "1", "9.1": "1-3", "9.2": "1-4", "10.1": "1-2", "10.2": "1-2", "10.3": "1-4", "10.4": "1-11",
    "10.5": "1-5", "10.6": "1-2", "10.7": "1-3", "11.1": "1-2", "11.2": "1-3", "11.3": "1-3", "11.4": "1-4", "11.5": "1", "11.6": "1",
    "12.1": "1-3", "12.2": "1-2", "12.3": "1-4", "13.1": "1", "13.2": "1-5", "13.3": "1-2", "13.4": "1-5", "14.1": "1-2", "14.2": "1-4",
    "14.3": "1-3", "15.1": "1-3", "15.2": "1-3", "15.3": "1-7", "16.1": "1", "16.2": "1-5", "16.3": "1-4", "16.4": "1-3", "16.5": "1-3",
}  # fmt: skip
STATES = {"met", "partly", "not met", "operator", "does not apply"}
LINE = re.compile(r"^\| ([0-9.–]+) \| ([^|]+) \| ([^|]+) \| ([^|]*)\|$", re.MULTILINE)


def test_every_requirement_of_level_2_has_a_line_and_a_state() -> None:
    lines = LINE.findall((ROOT / "docs" / "security-checklist.md").read_text("utf-8"))
    asked = []
    for section, span in ASKED.items():
        first, _, last = span.partition("-")
        asked.extend(f"{section}.{number}" for number in range(int(first), int(last or first) + 1))
    told = Counter(number for number, *_ in lines if "–" not in number)
    assert told == Counter(asked)
    assert {state.strip() for _, _, state, _ in lines} <= STATES
    silent = [number for number, _, state, how in lines if state.strip() in ("partly", "operator") and not how.strip()]
    assert [number for number in silent if number not in ("12.2.2", "12.3.3", "12.3.4", "16.4.3")] == []


def test_the_counts_are_those_of_the_lines() -> None:
    text = (ROOT / "docs" / "security-checklist.md").read_text("utf-8")
    states = Counter(state.strip() for _, _, state, _ in LINE.findall(text))
    counts = [states.total(), *(states[one] for one in ("met", "partly", "not met", "operator", "does not apply"))]
    said = re.search(
        r"Of (\d+) lines (\d+) are met, (\d+) partly, (\d+) not met, (\d+) are the operator's, and (\d+) do not", text
    )
    assert said is not None
    assert [int(one) for one in said.groups()] == counts
