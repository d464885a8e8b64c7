"""What the stages of planning share: a step before anybody asked the database, and what every translation needs to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from metamodel import Model
from metamodel.changes import AccessNote
from metamodel.columns import Column
from metamodel.definitions import Object
from metamodel.fields.field import Field
from rule_engine.wording import Wording
from trellis.schema.binned import KEPT, BinEntry, binned_field
from trellis.schema.checks import Check
from trellis.schema.operations import Operation, StoredColumn
from trellis.schema.plan import Cost
from trellis.schema.shape import TableShape, table_shape
from trellis.schema.type_values import NoLongerOffered
from trellis.storage.database import DialectName

Work = Literal["none", "update", "rewrite", "index", "scan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftStep:
    """`counted`: the table (as it is named now) whose rows it touches, None when it touches none; `counted_columns`: only those
    with a value there; `work`: what is done for each of them; `kept`: values that
    records keep though their type stops offering them."""

    cost: Cost
    summary: Wording
    target: str
    operations: tuple[Operation, ...] = ()
    checks: tuple[Check, ...] = ()
    counted: str | None = None
    counted_columns: tuple[Column, ...] = ()
    work: tuple[Work, ...] = ()
    refusal: Wording | None = None
    notes: tuple[AccessNote, ...] = ()
    kept: tuple[NoLongerOffered, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An object in both models, with the shape of its table before and after, and its fields by their new names."""

    old: Object
    new: Object
    before: TableShape
    after: TableShape
    fields: Mapping[str, tuple[Field, Field]]

    @property
    def renamed_columns(self) -> dict[str, str]:
        """New name by old name, of all columns that stay."""
        return {
            before.name: after.name
            for old, new in self.fields.values()
            for before, after in zip(old.columns, new.columns, strict=False)
        }


@dataclass(slots=True, kw_only=True)
class Drafting:
    """The models, the bin, and who deploys when. `take_number` gives the next number of the bin."""

    old: Model
    new: Model
    pairs: Sequence[Pair]
    bin: Sequence[BinEntry]
    dialect: DialectName
    next_number: int
    revision: int
    now: datetime
    actor_id: str
    used: set[int] = field(default_factory=set)

    def pair_of(self, new_name: str) -> Pair:
        return next(pair for pair in self.pairs if pair.new.name == new_name)

    def as_they_will_be(self, columns: Sequence[StoredColumn]) -> tuple[StoredColumn, ...]:
        """Columns of the old model, with the tables they reference named as in the new one."""
        names = {pair.before.table: pair.after.table for pair in self.pairs}
        return tuple(
            column
            if column.reference is None
            else replace(
                column,
                reference=replace(column.reference, table=names.get(column.reference.table, column.reference.table)),
            )
            for column in columns
        )

    def shape(self, item: Object) -> TableShape:
        return table_shape(self.new, item)

    def take_number(self) -> int:
        self.next_number += 1
        return self.next_number - 1

    def find_binned_object(self, name: str) -> BinEntry | None:
        return next((entry for entry in self._free() if entry.object == name and entry.field is None), None)

    def find_binned_field(self, table: str, wanted: Field) -> BinEntry | None:
        """The latest field of that name that was removed from the table (as it is called now) and fits; it is used up."""
        for entry in self._free():
            if (entry.object, entry.field) == (table, wanted.name) and entry.only_field.fits(wanted):
                self.used.add(entry.number)
                return entry
        return None

    def bin_entry(
        self, *, number: int, object_name: str, item: Field | None, table: str, fields: Sequence[Field]
    ) -> BinEntry:
        """What goes into the bin now; expires in thirty days."""
        binned = {one.name: binned_field(one, None if item is None else number) for one in fields}
        return BinEntry(
            number=number,
            object=object_name,
            field=None if item is None else item.name,
            table=table,
            fields=binned,
            revision=self.revision,
            removed_at=self.now,
            removed_by=self.actor_id,
            expires_at=self.now + KEPT,
        )

    def _free(self) -> Iterator[BinEntry]:
        return (entry for entry in self.bin if entry.number not in self.used and entry.expires_at > self.now)
