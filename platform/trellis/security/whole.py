"""Whether somebody may read everything that is in the records of a tenant: what works on all of them shows any of it. Pure."""

from __future__ import annotations

from metamodel.definitions import Object
from metamodel.model import Model
from trellis.security.access import Access
from trellis.security.actor import Actor


def find_hidden(access: Access, actor: Actor, model: Model) -> str | None:
    """The first object of which a record or a field is hidden from the actor; None when nothing is."""
    access = access.of(model)
    objects = (thing for thing in model.objects.values() if not thing.is_system)
    return next((thing.name for thing in objects if not _sees_all(access, actor, thing)), None)


def _sees_all(access: Access, actor: Actor, thing: Object) -> bool:
    if not access.decide(actor, "read", thing.name).allowed or access.row_filter(actor, "read", thing.name) is not None:
        return False
    return all(
        access.decide(actor, "reveal" if field.encrypted else "read", thing.name, name).allowed
        for name, field in thing.fields.items()
    )
