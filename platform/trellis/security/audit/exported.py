"""Whether an export of the audit holds together, without the database that it came from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson

from trellis.errors import InvalidRequest
from trellis.security.audit.anchor import Anchor
from trellis.security.audit.chain import COLUMNS, START, AuditRow, Finding, Link, canonical, check_rows
from trellis.security.audit.verify import MOST_FINDINGS, Verification, differs, lacks


def check_export(lines: Iterable[str], anchors: Sequence[Anchor] = ()) -> Verification:
    """`lines`: JSON lines of all rows from some number on, the oldest first. Where they do not begin at 1, the first row is taken as it
    is: what it is chained to is not there. Raises InvalidRequest naming the line that is no row."""
    wanted = {anchor.link.number for anchor in anchors}
    hashes: dict[int, str] = {START.number: START.hash}
    findings: list[Finding] = []
    count = first = 0
    link = START
    for row in _rows(lines):
        if not first:
            first = row.number
            link = START if first == 1 else Link(number=first - 1, hash="")
        if link.hash or row.number != first:
            more, link = check_rows((row,), link)
            count += len(more)
            findings += more[: MOST_FINDINGS - len(findings)]
        else:
            link = Link(number=row.number, hash=row.hash)
        if row.number in wanted:
            hashes[row.number] = row.hash
    compared = [anchor for anchor in anchors if anchor.link.number >= first]
    wrong = [found for anchor in compared if (found := _against(anchor, hashes)) is not None]
    return Verification(
        first=first,
        last=link.number,
        findings=(*findings, *wrong),
        finding_count=count + len(wrong),
        anchors=len(compared),
        pruned_anchors=len(anchors) - len(compared),
    )


def _against(anchor: Anchor, hashes: dict[int, str]) -> Finding | None:
    kept = hashes.get(anchor.link.number)
    if kept is None:
        return lacks(anchor)
    return None if kept == anchor.link.hash else differs(anchor)


def _rows(lines: Iterable[str]) -> Iterator[AuditRow]:
    for place, line in enumerate(lines, start=1):
        if line.strip():
            yield _row(line, place)


def _row(line: str, place: int) -> AuditRow:
    try:
        said: dict[str, Any] = orjson.loads(line)
        values = {name: said[name] for name in COLUMNS}
        values |= {
            "number": int(said["number"]),
            "occurred_at": datetime.fromisoformat(said["occurred_at"]),
            "details": canonical(said["details"]),
        }
        return AuditRow(**values)
    except (ValueError, TypeError, KeyError):
        hint = "It is what `trellis audit export` writes."
        raise InvalidRequest(f"Line {place} is no row of an audit.", hint=hint) from None
