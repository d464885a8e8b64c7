"""Anchors: where the chain ended at a moment, kept somewhere else. Whoever rewrites the chain, or cuts its end off, cannot rewrite them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from trellis.errors import InvalidRequest
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.audit.chain import START, Link
from trellis.security.audit.head import fetch_head
from trellis.storage.codecs import datetime_text
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    tenant: str
    link: Link
    made_at: datetime

    def to_json(self) -> dict[str, Any]:
        return {
            "tenant": self.tenant,
            "number": self.link.number,
            "hash": self.link.hash,
            "made_at": datetime_text(self.made_at),
        }


async def make_anchor(tenant: Tenant, access: Access, actor: Actor, *, now: datetime) -> Anchor:
    """Of the chain as it ends now. Raises AccessDenied."""
    require(access, actor, "view_audit")
    head = await tenant.database.read(lambda transaction: fetch_head(transaction, tenant.database.schema))
    return Anchor(tenant=tenant.name, link=head.end if head else START, made_at=now)


def render_anchor(anchor: Anchor) -> str:
    """One line of JSON."""
    return orjson.dumps(anchor.to_json()).decode()


def parse_anchors(text: str) -> tuple[Anchor, ...]:
    """One in each line that is not empty. Raises InvalidRequest naming the line."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    return tuple(_parse(line, number) for number, line in lines)


def _parse(line: str, number: int) -> Anchor:
    try:
        found = orjson.loads(line)
        made_at = datetime.fromisoformat(found["made_at"])
        link = Link(number=int(found["number"]), hash=str(found["hash"]))
        return Anchor(tenant=str(found["tenant"]), link=link, made_at=made_at)
    except (ValueError, TypeError, KeyError):
        hint = "A line is what `trellis audit anchor` prints."
        raise InvalidRequest(f"Line {number} of the anchors is no anchor.", hint=hint) from None
