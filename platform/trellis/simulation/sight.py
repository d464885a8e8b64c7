"""Who may simulate: a draft may read any record and copy any field into what is shown, so it is for those who may read all of them."""

from __future__ import annotations

from metamodel.model import Model
from trellis.errors import AccessDenied
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.whole import find_hidden


def require_sight(access: Access, actor: Actor, model: Model) -> None:
    """Raises AccessDenied, with an object of which something is hidden from the actor."""
    require(access, actor, "customize")
    hidden = find_hidden(access, actor, model)
    if hidden is not None:
        raise AccessDenied(
            f"A simulation shows what is in records, and you may not read everything in those of {hidden}.",
            hint="Ask somebody who may read all records and fields.",
        )
