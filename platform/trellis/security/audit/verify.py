"""Whether the audit is still as it was written: every row against the one before it, both ends, and anchors kept elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit.anchor import Anchor
from trellis.security.audit.chain import START, Finding, Link, check_rows, missing
from trellis.security.audit.head import Head, fetch_head, fetch_missing_guards
from trellis.security.audit.read import EVERYTHING, GREATEST_NUMBER, Wanted, fetch_rows
from trellis.storage.errors import DatabaseBusy
from trellis.tenancy.tenant import Tenant

AT_ONCE = 1_000
MOST_FINDINGS = 100
ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """`first` to `last`: the rows that were looked at. `findings`: the first of them; `finding_count`: all. `anchors`: how many were
    compared; `pruned_anchors`: how many are about rows that were pruned, so that nothing can be said."""

    first: int
    last: int
    findings: tuple[Finding, ...]
    finding_count: int
    anchors: int
    pruned_anchors: int

    @property
    def is_intact(self) -> bool:
        return self.finding_count == 0


async def verify_audit(tenant: Tenant, access: Access, actor: Actor, *, anchors: Sequence[Anchor] = ()) -> Verification:
    """Reads all of it, in batches; whatever is written meanwhile is left to the next time. Raises AccessDenied."""
    require(access, actor, "view_audit")
    for _ in range(ATTEMPTS):
        before = await _head(tenant)
        found = await _verify(tenant, before, anchors)
        after = await _head(tenant)
        if before is None or after is None or after.pruned.number == before.pruned.number:
            return found
    raise DatabaseBusy("the audit was pruned while it was looked at", hint="Try again in a moment.")


async def find_missing_guards(tenant: Tenant) -> tuple[str, ...]:
    """The names of the triggers that should refuse to change what was audited, and are gone or disabled."""
    return await tenant.database.read(lambda transaction: fetch_missing_guards(transaction, tenant.database.schema))


async def _verify(tenant: Tenant, head: Head | None, anchors: Sequence[Anchor]) -> Verification:
    findings: list[Finding] = []
    count = 0

    def found(more: Iterable[Finding]) -> None:
        nonlocal count
        for one in more:
            count += 1
            if len(findings) < MOST_FINDINGS:
                findings.append(one)

    if head is None:
        found([Finding(kind="head", number=0, message="The head of the chain is missing.")])
    pruned = head.pruned if head else START
    link = pruned
    last = head.end.number if head else GREATEST_NUMBER
    while link.number < last:
        rows = await fetch_rows(tenant, EVERYTHING, limit=AT_ONCE, position=link.number, is_newest_first=False)
        if not rows:
            break
        more, link = await asyncio.to_thread(check_rows, [row for row in rows if row.number <= last], link)
        found(more)
        if rows[-1].number >= last:
            break
    if head is not None:
        found(_ends(head, link))
        found(await _beginning(tenant, pruned))
    found(await _guards(tenant))
    compared = [anchor for anchor in anchors if anchor.link.number >= pruned.number]
    for anchor in compared:
        found(await _against(tenant, anchor, pruned))
    return Verification(
        first=pruned.number + 1,
        last=link.number,
        findings=tuple(findings),
        finding_count=count,
        anchors=len(compared),
        pruned_anchors=len(anchors) - len(compared),
    )


async def _head(tenant: Tenant) -> Head | None:
    return await tenant.database.read(lambda transaction: fetch_head(transaction, tenant.database.schema))


def _ends(head: Head, link: Link) -> Iterable[Finding]:
    """The last row is the one that the head names."""
    if link.number < head.end.number:
        yield missing(link.number + 1, head.end.number)
    elif link.hash != head.end.hash:
        yield Finding(
            kind="head", number=link.number, message="The head of the chain has another hash than the last row."
        )
    if head.last_number > head.end.number:
        message = f"The rows after {head.end.number} were not written by Trellis."
        yield Finding(kind="added", number=head.end.number + 1, message=message)


async def _beginning(tenant: Tenant, pruned: Link) -> Iterable[Finding]:
    """What is gone from the old end was pruned: the chain itself says so."""
    if pruned == START:
        return ()
    rows = await fetch_rows(
        tenant, Wanted(events=("audit_pruned",)), limit=1, position=GREATEST_NUMBER, is_newest_first=True
    )
    said = orjson.loads(rows[0].details) if rows else {}
    if (said.get("through"), said.get("hash")) == (pruned.number, pruned.hash):
        return ()
    message = f"The rows up to {pruned.number} are gone, and no row says that they were pruned."
    return (Finding(kind="pruned", number=pruned.number, message=message),)


async def _guards(tenant: Tenant) -> Iterable[Finding]:
    message = "The database does not guard the audit any more: the trigger %s is gone."
    return [Finding(kind="guard", number=0, message=message % name) for name in await find_missing_guards(tenant)]


async def _against(tenant: Tenant, anchor: Anchor, pruned: Link) -> Iterable[Finding]:
    number = anchor.link.number
    if anchor.tenant != tenant.name:
        message = f"{_called(anchor)} is of the tenant {anchor.tenant[:80]}."
        return (Finding(kind="anchor", number=number, message=message),)
    if number == pruned.number:
        kept: str | None = pruned.hash
    else:
        rows = await fetch_rows(tenant, EVERYTHING, limit=1, position=number - 1, is_newest_first=False)
        kept = rows[0].hash if rows and rows[0].number == number else None
    if kept is None:
        return (lacks(anchor),)
    return () if kept == anchor.link.hash else (differs(anchor),)


def lacks(anchor: Anchor) -> Finding:
    message = f"{_called(anchor)} names row {anchor.link.number}, which is missing."
    return Finding(kind="anchor", number=anchor.link.number, message=message)


def differs(anchor: Anchor) -> Finding:
    message = f"{_called(anchor)} has another hash of row {anchor.link.number}: the chain was rewritten."
    return Finding(kind="anchor", number=anchor.link.number, message=message)


def _called(anchor: Anchor) -> str:
    return f"The anchor of {anchor.made_at:%Y-%m-%d %H:%M:%S} UTC"
