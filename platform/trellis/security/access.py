"""The permission seam: one question for every read and write. Denied is what nothing grants.

What is granted depends on the model in force: `access.of(model)` answers for one. System permissions are known with the actor."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal, Protocol, get_args
from weakref import WeakKeyDictionary

from metamodel.definitions import Object
from metamodel.model import Model
from trellis.errors import AccessDenied
from trellis.security.actor import Actor
from trellis.security.permissions import MOST_REMEMBERED, Permissions, permissions_of
from trellis.security.row_filter import RowFilter
from trellis.security.scopes import covers
from trellis.security.sharing import Sharing

RecordAction = Literal["read", "create", "update", "delete"]
SystemAction = Literal["customize", "administer", "manage_users", "manage_access", "view_audit", "export", "erase"]
Action = Literal[RecordAction, "reveal", SystemAction]
"""`reveal` is about a field: whether its encrypted values may be seen in the clear, and asked for by what they equal."""

RECORD_ACTIONS: tuple[RecordAction, ...] = get_args(RecordAction)
_RIGHTS = {"read": "read", "create": "create", "update": "edit", "delete": "delete", "reveal": "read"}


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` is a sentence for a person: what decided, whichever way."""

    allowed: bool
    reason: str


Filters = dict[Hashable, RowFilter | None]


class Access(Protocol):
    """What an actor may do."""

    def of(self, model: Model) -> Access:
        """The access that decides about records of this model. Until one asks for it, only system permissions are decided."""

    def decide(
        self, actor: Actor, action: Action, object_name: str | None = None, field_name: str | None = None
    ) -> Decision: ...

    def row_filter(self, actor: Actor, action: RecordAction, object_name: str) -> RowFilter | None:
        """Which records of the object, None for all of them."""

    def record_types(self, actor: Actor, object_name: str) -> frozenset[str] | None:
        """The record types that the actor may give records of the object, None for all of them."""

    def shape(self, actor: Actor) -> Hashable:
        """Actors of one shape get the same decisions and the same filters: what was granted to one is prepared for all of them."""


class GrantedAccess:
    """What permission sets and sharing grant."""

    def __init__(self) -> None:
        # Nothing kept here refers to its model, or no model would ever be let go.
        self._filters: WeakKeyDictionary[Model, Filters] = WeakKeyDictionary()

    def of(self, model: Model) -> Access:
        return AccessToModel(model, self._filters.setdefault(model, {}))

    def decide(
        self, actor: Actor, action: Action, object_name: str | None = None, field_name: str | None = None
    ) -> Decision:
        if object_name is not None:
            raise LookupError(f"{object_name}: what is granted on records is for access.of(model) to say")
        return decide_system(actor, action)

    def row_filter(self, actor: Actor, action: RecordAction, object_name: str) -> RowFilter | None:
        raise LookupError(f"{object_name}: which records are shared is for access.of(model) to say")

    def record_types(self, actor: Actor, object_name: str) -> frozenset[str] | None:
        raise LookupError(f"{object_name}: which record types are open is for access.of(model) to say")

    def shape(self, actor: Actor) -> Hashable:
        raise LookupError("the shape of an actor is for access.of(model) to say")


class AccessToModel:
    """The same, over one model. What follows from grants is worked out once for all who have the same."""

    def __init__(self, model: Model, filters: Filters | None = None) -> None:
        self._model = model
        self._filters: Filters = {} if filters is None else filters

    def of(self, model: Model) -> Access:
        return self if model is self._model else AccessToModel(model)

    def permissions(self, actor: Actor) -> Permissions:
        return permissions_of(self._model, actor.grants, is_admin=actor.is_admin)

    def decide(
        self, actor: Actor, action: Action, object_name: str | None = None, field_name: str | None = None
    ) -> Decision:
        if object_name is None or action not in _RIGHTS:
            return decide_system(actor, action)
        if not covers(actor.scopes, "read" if action == "reveal" else action, object_name):
            return Decision(
                False, f"the key or token in use is not for this: it lacks a scope to {action} {object_name}"
            )
        target = self._model.objects.get(object_name)
        if target is None:
            return _nothing_grants(actor, action, object_name, field_name)
        if not self._is_granted(actor, action, target, field_name):
            return _nothing_grants(actor, action, object_name, field_name)
        if action == "create" and target.record_types and not self._has_open_type(actor, target):
            return Decision(False, f"no record type of {object_name} is open to {actor.name}")
        return Decision(True, self._by_whom(actor, object_name))

    def row_filter(self, actor: Actor, action: RecordAction, object_name: str) -> RowFilter | None:
        """A new record is nobody's yet: whether one may be created is decided by its object, its fields and what it points to."""
        if actor.is_admin or action == "create":
            return None
        key = (actor.grants, action, object_name)
        if key not in self._filters:
            if len(self._filters) >= MOST_REMEMBERED:
                self._filters.clear()
            sharing = Sharing(self._model, actor.grants, self.permissions(actor))
            self._filters[key] = sharing.filter(action, object_name)
        return self._filters[key]

    def record_types(self, actor: Actor, object_name: str) -> frozenset[str] | None:
        return None if actor.is_admin else self.permissions(actor).on(object_name).record_types

    def shape(self, actor: Actor) -> Hashable:
        return (actor.is_admin or actor.grants, actor.scopes)

    def _is_granted(self, actor: Actor, action: Action, target: Object, field_name: str | None) -> bool:
        granted = self.permissions(actor).on(target.name)
        if _RIGHTS[action] not in granted.rights:
            return False
        if field_name is None or action == "delete":
            return True
        if action == "reveal":
            return field_name in granted.revealable
        return field_name in (granted.readable if action == "read" else granted.editable)

    def _has_open_type(self, actor: Actor, target: Object) -> bool:
        return bool(target.open_record_types(self.record_types(actor, target.name)))

    def _by_whom(self, actor: Actor, object_name: str) -> str:
        granting = [one.label for one in self.permissions(actor).sets if object_name in one.objects]
        return f"{actor.name} has {', '.join(granting)}" if granting else "everybody who is signed in may"


class AdministratorAccess:
    """For tools that only administrators use, and that have no model to ask: administrators may do everything, everybody else nothing."""

    def of(self, model: Model) -> Access:
        return self

    def decide(
        self, actor: Actor, action: Action, object_name: str | None = None, field_name: str | None = None
    ) -> Decision:
        if actor.is_admin:
            return Decision(True, f"{actor.name} is an administrator")
        return _nothing_grants(actor, action, object_name, field_name)

    def row_filter(self, actor: Actor, action: RecordAction, object_name: str) -> RowFilter | None:
        return None

    def record_types(self, actor: Actor, object_name: str) -> frozenset[str] | None:
        return None if actor.is_admin else frozenset()

    def shape(self, actor: Actor) -> Hashable:
        return actor.is_admin


def decide_system(actor: Actor, action: Action) -> Decision:
    """For what is no record: the permissions that were found with the actor."""
    if not covers(actor.scopes, action, None):
        return Decision(False, f"the key or token in use is not for this: it lacks a scope to {action}")
    if actor.is_admin:
        return Decision(True, f"{actor.name} is an administrator")
    if action in actor.system:
        return Decision(True, f"a permission set lets {actor.name} {_words(action)}")
    return _nothing_grants(actor, action, None, None)


def require(
    access: Access, actor: Actor, action: Action, object_name: str | None = None, field_name: str | None = None
) -> None:
    """Raises AccessDenied with the decision's reason."""
    decision = access.decide(actor, action, object_name, field_name)
    if not decision.allowed:
        raise AccessDenied(decision.reason, hint="An administrator can grant it.")


def _nothing_grants(actor: Actor, action: Action, object_name: str | None, field_name: str | None) -> Decision:
    what = object_name or "this tenant"
    if field_name:
        what = f"{what}.{field_name}"
    return Decision(False, f"nothing grants {actor.name} to {_words(action)} {what}")


def _words(action: str) -> str:
    return action.replace("_", " ")
