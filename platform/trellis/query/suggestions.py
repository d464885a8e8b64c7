"""The names that an error may suggest to somebody: those that they may read. A hint tells nobody what is kept from them."""

from __future__ import annotations

from collections.abc import Sequence

from metamodel.definitions import Object
from metamodel.model import Model
from rule_engine.diagnosis import did_you_mean
from trellis.security.access import Access
from trellis.security.actor import Actor


class Suggestions:
    """To one actor."""

    def __init__(self, model: Model, access: Access, actor: Actor) -> None:
        self._model = model
        self._access = access.of(model)
        self._actor = actor

    def objects(self) -> Sequence[str]:
        return [name for name in self._model.objects if self._may(name)]

    def fields(self, owner: Object) -> Sequence[str]:
        """Of `owner`, where it may be read at all."""
        return [name for name in owner.fields if self._may(owner.name, name)] if self._may(owner.name) else []

    def near_object(self, name: str) -> str | None:
        """A hint."""
        return did_you_mean(name, self.objects())

    def near_field(self, owner: Object, name: str) -> str | None:
        """A hint."""
        return did_you_mean(name, self.fields(owner))

    def _may(self, object_name: str, field_name: str | None = None) -> bool:
        return self._access.decide(self._actor, "read", object_name, field_name).allowed
