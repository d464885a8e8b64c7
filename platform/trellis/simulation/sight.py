"""Who may simulate: a draft may read any record and copy any field into what is shown, so it is for those who may read all of them."""

from __future__ import annotations

from metamodel.definitions import Object
from metamodel.model import Model
from trellis.errors import AccessDenied
from trellis.security.access import Access, require
from trellis.security.actor import Actor


def require_sight(access: Access, actor: Actor, model: Model) -> None:
    """Raises AccessDenied, with the first object of which something is hidden from the actor."""
    require(access, actor, "customize")
    access = access.of(model)
    for thing in model.objects.values():
        if not thing.is_system and not _sees_all(access, actor, thing):
            raise AccessDenied(
                f"A simulation shows what is in records, and you may not read everything in those of {thing.name}.",
                hint="Ask somebody who may read all records and fields.",
            )


def _sees_all(access: Access, actor: Actor, thing: Object) -> bool:
    if not access.decide(actor, "read", thing.name).allowed or access.row_filter(actor, "read", thing.name) is not None:
        return False
    return all(
        access.decide(actor, "reveal" if field.encrypted else "read", thing.name, name).allowed
        for name, field in thing.fields.items()
    )
