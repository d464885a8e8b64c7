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
from trellis.security.audit.read import GREATEST_NUMBER
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
    return tuple(read_anchor(_json(line), f"Line {number} of the anchors") for number, line in lines)


def read_anchor(value: Any, place: str) -> Anchor:
    """From JSON. Raises InvalidRequest that says `place`."""
    try:
        number = value["number"]
        if not isinstance(number, int) or not 0 <= number < GREATEST_NUMBER:
            raise ValueError(number)
        link = Link(number=number, hash=str(value["hash"]))
        made_at = datetime.fromisoformat(value["made_at"])
        return Anchor(tenant=str(value["tenant"]), link=link, made_at=made_at)
    except (ValueError, TypeError, KeyError, OverflowError):
        raise InvalidRequest(f"{place} is no anchor.", hint="It is what `trellis audit anchor` prints.") from None


def _json(line: str) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
