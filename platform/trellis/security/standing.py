"""Who may reach whom: nobody touches the way in of somebody who may do more with the tenant than they, nor gives anybody more than
they have. Else who looks after users, or gives out permission sets, could become whatever they like. Pure."""

from __future__ import annotations

from metamodel.model import Model
from trellis.errors import AccessDenied
from trellis.security.actor import Actor
from trellis.security.grants import Grants
from trellis.security.permissions import permissions_of
from trellis.security.scopes import covers


def powers_beyond(actor: Actor, model: Model, grants: Grants, *, is_admin: bool) -> frozenset[str]:
    """The system permissions of somebody with these grants that the actor lacks. An administrator lacks none."""
    if actor.is_admin:
        return frozenset()
    return permissions_of(model, grants, is_admin=is_admin).system - actor.system


def require_standing(actor: Actor, model: Model, grants: Grants, *, is_admin: bool, name: str) -> None:
    """That the actor may change the user `name`, who has the grants. Raises AccessDenied."""
    if is_admin and not actor.is_admin:
        raise AccessDenied("Only an administrator changes an administrator.", hint="Ask one.")
    _refuse(f"{name} may do", powers_beyond(actor, model, grants, is_admin=is_admin))


def require_way_in(actor: Actor, model: Model, grants: Grants, *, is_admin: bool, name: str) -> None:
    """That the actor may give or take away that by which the user `name` comes in. A key or token that is confined to scopes does so only
    for those whose powers its scopes cover: else it would get more by becoming somebody. Raises AccessDenied."""
    require_standing(actor, model, grants, is_admin=is_admin, name=name)
    held = permissions_of(model, grants, is_admin=is_admin).system
    _refuse(f"{name} may do", frozenset(one for one in held if not covers(actor.scopes, one)))


def require_to_give(actor: Actor, model: Model, grants: Grants, *, name: str) -> None:
    """That the actor may say who has `name`, which grants this. Raises AccessDenied."""
    _refuse(f"{name} lets people do", powers_beyond(actor, model, grants, is_admin=False))


def _refuse(whose: str, beyond: frozenset[str]) -> None:
    if beyond:
        raise AccessDenied(
            f"{whose} what you may not: {', '.join(sorted(beyond))}.",
            hint="An administrator can, or who may do that too.",
        )
