"""An exported audit is checked by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest

from trellis.errors import InvalidRequest
from trellis.security.audit.anchor import Anchor
from trellis.security.audit.chain import START_HASH, AuditRow, Link, canonical, row_hash
from trellis.security.audit.export import row_json
from trellis.security.audit.exported import check_export

NOW = datetime(2026, 3, 1, 12, 30, 15, 123_000, tzinfo=UTC)
ROWS = 5


def _lines() -> list[str]:
    lines, previous = [], START_HASH
    for number in range(1, ROWS + 1):
        row = AuditRow(
            number=number,
            occurred_at=NOW,
            event="invited",
            actor_id="a",
            actor_name="Zo\u00eb",
            channel="web",
            credential_id=None,
            address=None,
            subject_kind="user",
            subject_id="b",
            subject_name=None,
            details=canonical({"z": [None, 1.5, "\u7532\n"], "a": {"c": True, "b": -1}}),
        )
        row = replace(row, hash=row_hash(previous, row))
        previous = row.hash
        lines.append(orjson.dumps(row_json(row)).decode())
    return lines


def _found(lines: list[str], *anchors: Anchor) -> list[tuple[str, int]]:
    return [(one.kind, one.number) for one in check_export(lines, anchors).findings]


def _anchor(number: int, value: str) -> Anchor:
    return Anchor(tenant="any", link=Link(number=number, hash=value), made_at=NOW)


def test_a_whole_export_holds_together_and_so_does_its_end() -> None:
    whole = check_export(_lines())
    assert (whole.is_intact, whole.first, whole.last) == (True, 1, ROWS)
    rest = check_export(_lines()[2:])
    assert (rest.is_intact, rest.first, rest.last) == (True, 3, ROWS)
    nothing = check_export([])
    assert (nothing.is_intact, nothing.first, nothing.last) == (True, 0, 0)


def test_what_was_changed_left_out_or_exchanged_is_found() -> None:
    lines = _lines()
    assert _found([line.replace('"web"', '"cli"') if at == 2 else line for at, line in enumerate(lines)]) == [
        ("changed", 3)
    ]
    assert _found([*lines[:2], *lines[3:]]) == [("missing", 3)]
    assert _found([lines[0], lines[2], lines[1], *lines[3:]]) != []


def test_anchors_find_what_was_cut_off_and_pass_over_what_was_pruned() -> None:
    lines = _lines()
    last = str(orjson.loads(lines[-1])["hash"])
    assert _found(lines, _anchor(ROWS, last)) == []
    assert _found(lines[:-1], _anchor(ROWS, last)) == [("anchor", ROWS)]
    assert _found(lines, _anchor(2, last)) == [("anchor", 2)]
    assert check_export(lines[2:], [_anchor(1, last)]).pruned_anchors == 1


@pytest.mark.parametrize("line", ["nonsense", "{}", "[]", '{"number": "x"}'])
def test_a_line_that_is_no_row_is_named(line: str) -> None:
    with pytest.raises(InvalidRequest, match="Line 6"):
        check_export([*_lines(), line])
