"""Which object an address means, and the object as pages show it."""

from __future__ import annotations

from dataclasses import dataclass

from builder_ui.visit import Visit
from metamodel.definitions import Object
from metamodel.names import did_you_mean
from trellis.errors import AccessDenied, NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectLink:
    """An object as pages show it: labels in the reader's language, and where its list is."""

    name: str
    label: str
    plural_label: str
    icon: str
    hue: int | None
    href: str
    new_href: str | None = None
    new_label: str = ""


def object_link(visit: Visit, thing: Object) -> ObjectLink:
    label = visit.labels.object(thing)
    may_create = not thing.is_system and visit.may("create", thing.name)
    return ObjectLink(
        name=thing.name,
        label=label,
        plural_label=visit.labels.plural(thing),
        icon="user" if thing.is_system else thing.icon,
        hue=thing.hue,
        href=f"/app/{thing.name}",
        new_href=f"/app/{thing.name}/new" if may_create else None,
        new_label=new_label(visit, thing),
    )


def new_label(visit: Visit, thing: Object) -> str:
    return visit.words.say("New %(label)s", label=visit.labels.object(thing).lower())


def find_readable(visit: Visit, name: str) -> Object:
    """Raises NotFound for an object that there is not, AccessDenied for one that one may not read."""
    thing = visit.model.find_object(name)
    if thing is None or thing.is_system:
        known = [one.name for one in visit.model.objects.values() if not one.is_system and visit.may("read", one.name)]
        raise NotFound(f"There is no object {name!r}.", hint=did_you_mean(name, known))
    decision = visit.access.decide(visit.actor, "read", name)
    if not decision.allowed:
        raise AccessDenied(decision.reason)
    return thing
