"""The chain: each row's hash is over the hash before it and everything that the row says. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal

import orjson

from trellis.storage.codecs import datetime_text

START_HASH = "0" * 64
"""What the first row of all is chained to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One row. `number` counts from 1 without a gap; `details` is canonical JSON; `hash` and everything else as it is stored."""

    number: int
    occurred_at: datetime
    event: str
    actor_id: str | None
    actor_name: str | None
    channel: str | None
    credential_id: str | None
    address: str | None
    subject_kind: str | None
    subject_id: str | None
    subject_name: str | None
    details: str
    hash: str = ""


COLUMNS = tuple(one.name for one in fields(AuditRow))
_HASHED = tuple(sorted(name for name in COLUMNS if name != "hash"))


def canonical(value: Any) -> str:
    """JSON with one way to write it: sorted names, no spaces, nothing escaped that need not be, and text that UTF-8 can say."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "replace").decode()


def row_hash(previous: str, row: AuditRow) -> str:
    """SHA-256, in hexadecimal, over the hash before it, a line feed, and the row without its hash as canonical JSON."""
    said = {name: getattr(row, name) for name in _HASHED}
    said["occurred_at"] = datetime_text(row.occurred_at)
    return hashlib.sha256(previous.encode() + b"\n" + orjson.dumps(said)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A place in the chain: the number of a row and its hash."""

    number: int
    hash: str


START = Link(number=0, hash=START_HASH)

FindingKind = Literal["changed", "missing", "added", "head", "pruned", "anchor", "guard"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Where the chain does not hold. `number`: the row, or the first of the rows."""

    kind: FindingKind
    number: int
    message: str


def check_rows(rows: Iterable[AuditRow], after: Link) -> tuple[list[Finding], Link]:
    """What is wrong with rows in the order of their numbers that follow the link `after`, and the link that they end in."""
    findings: list[Finding] = []
    link = after
    for row in rows:
        if row.number != link.number + 1:
            findings.append(missing(link.number + 1, row.number - 1))
        elif row_hash(link.hash, row) != row.hash:
            message = f"Row {row.number} is not as it was written, or not where it was written."
            findings.append(Finding(kind="changed", number=row.number, message=message))
        link = Link(number=row.number, hash=row.hash)
    return findings, link


def missing(first: int, last: int) -> Finding:
    which = f"Row {first} is" if first == last else f"Rows {first} to {last} are"
    return Finding(kind="missing", number=first, message=f"{which} missing.")
