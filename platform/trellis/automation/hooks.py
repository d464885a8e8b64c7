"""What the write pipeline asks of automation. trellis.records knows only this; trellis.automation implements it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from trellis.errors import FieldError
from trellis.security.actor import Actor

if TYPE_CHECKING:
    from trellis.automation.ledger.note import Note
    from trellis.storage.database import Transaction
    from trellis.tenancy.compiled import CompiledModel

Event = Literal["created", "updated", "deleted", "restored"]


@dataclass(slots=True, kw_only=True)
class Change:
    """One record in a save. `values`: field name -> Python value after the caller's changes, every stored field there; a before-rule
    changes it in place. `old`: as it was, None for a new record. `errors`: what rules refuse it for; `set_by`: the rule that set a
    field last, by field; `notes`: what the ledger is to have of it once it is written, and `is_kept_whole` whether with the values
    that were read, None: not asked yet."""

    id: str
    event: Event
    values: dict[str, Any]
    old: Mapping[str, Any] | None
    errors: list[FieldError] = field(default_factory=list)
    set_by: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    is_kept_whole: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveContext:
    """What every stage of one save shares. `depth`: 0 for a caller's own save, one more for each save that a rule made. `chain`: the
    rules that led here. `memory`: what automation remembers until the transaction ends; a context made with dataclasses.replace for
    the same transaction shares it."""

    transaction: Transaction
    compiled: CompiledModel
    actor: Actor
    now: datetime
    depth: int = 0
    chain: tuple[str, ...] = ()
    memory: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)


class Automation(Protocol):
    async def before_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        """Runs the actions that change the records themselves (set, assign): they alter `changes[i].values`."""

    async def after_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        """Runs the actions that write other records, and writes outbox rows for those that reach outside, in the same transaction."""

    def committed(self, tenant: str) -> None:
        """Called after a commit that may have left work in the outbox; must not fail and must not block."""
