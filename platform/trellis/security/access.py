"""The permission seam: one question for every read and write. Denial by default; an administrator may do everything."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal, Protocol

from trellis.errors import AccessDenied
from trellis.security.actor import Actor

Action = Literal[
    "read",
    "create",
    "update",
    "delete",
    "customize",
    "administer",
    "manage_users",
    "manage_access",
    "view_audit",
    "export",
    "erase",
    "operate",
]
"""The first four are about an object's records; the others are the system permissions."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` is a sentence for a person: what decided, whichever way."""

    allowed: bool
    reason: str


class Access(Protocol):
    """What an actor may do."""

    def decide(
        self, actor: Actor, action: Action, object_name: str | None = None, field_name: str | None = None
    ) -> Decision: ...

    def row_filter(self, actor: Actor, action: Action, object_name: str) -> str | None:
        """A formula every row must meet, None for all rows. It names the actor only through $User."""

    def shape(self, actor: Actor) -> Hashable:
        """Actors of one shape get the same decisions and the same filters: what was granted to one is prepared for all of them."""


class AdministratorAccess:
    """Administrators may do everything, everybody else nothing."""

    def decide(
        self, actor: Actor, action: Action, object_name: str | None = None, field_name: str | None = None
    ) -> Decision:
        if actor.is_admin:
            return Decision(True, f"{actor.name} is an administrator")
        what = object_name or "this tenant"
        if field_name:
            what = f"{what}.{field_name}"
        return Decision(False, f"nothing grants {actor.name} to {action} {what}")

    def row_filter(self, actor: Actor, action: Action, object_name: str) -> str | None:
        return None

    def shape(self, actor: Actor) -> Hashable:
        return actor.is_admin


def require(
    access: Access, actor: Actor, action: Action, object_name: str | None = None, field_name: str | None = None
) -> None:
    """Raises AccessDenied with the decision's reason."""
    decision = access.decide(actor, action, object_name, field_name)
    if not decision.allowed:
        raise AccessDenied(decision.reason, hint="An administrator can grant it.")
