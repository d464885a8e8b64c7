"""What a rule may do: everything. An admin deployed it; whose save set it off does not matter."""

from __future__ import annotations

from collections.abc import Hashable

from metamodel.model import Model
from trellis.security.access import Access, Action, Decision, RecordAction
from trellis.security.actor import Actor
from trellis.security.row_filter import RowFilter


class UncheckedAccessOfRules:
    """Grants everything to what a deployed rule does in the name of the actor whose save set it off. For no other use."""

    def of(self, model: Model) -> Access:
        return self

    def decide(
        self, actor: Actor, action: Action, object_name: str | None = None, field_name: str | None = None
    ) -> Decision:
        return Decision(True, "a deployed rule does it")

    def row_filter(self, actor: Actor, action: RecordAction, object_name: str) -> RowFilter | None:
        return None

    def record_types(self, actor: Actor, object_name: str) -> frozenset[str] | None:
        return None

    def shape(self, actor: Actor) -> Hashable:
        return "rules"
