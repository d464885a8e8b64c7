"""Delete and restore: into the bin and out of it, with the records that belong to the deleted ones.

Children whose lookup cascades (all details of a master) go and come back with their parent. A lookup that restricts keeps its parent
from being deleted; one that clears loses the link, and gets it back with a restore if it is still blank then. Records that come and
go with others, and those whose links are cleared, run no rules and no validations.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from metamodel.fields.reference import LookupField
from trellis.automation.hooks import Change, Event
from trellis.errors import InvalidRequest
from trellis.query.paths import get_object
from trellis.query.source import DELETED_AT
from trellis.records.checks import check_against_database, check_credential
from trellis.records.cleared_links import clear_links, put_links_back
from trellis.records.draft import Draft, Saved, changes_of
from trellis.records.load import load_records, without_repeats
from trellis.records.parse import check_batch_size
from trellis.records.refusals import Refusals
from trellis.records.save import Batch, apply_rules_to_restored, check_version
from trellis.records.shape import object_table
from trellis.records.stamp import stamp_values, stamped
from trellis.storage.codecs import encoder, list_encoder
from trellis.storage.column_types import DATETIME
from trellis.storage.database import Statement
from trellis.storage.expressions import any_of
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

MOST_CASCADED = 100_000

Link = tuple[str, str]
Owners = dict[str, int]


async def delete_records(batch: Batch, ids: Sequence[str], expected: Sequence[int | None]) -> tuple[Saved, ...]:
    """All or nothing."""
    batch.require("delete")
    drafts = await _load(batch, ids, "deleted")
    for draft in drafts:
        check_version(draft.values, expected[draft.index] if expected else None, draft.index, batch.refusals)
    batch.proceed(drafts)
    await batch.apply_rules(drafts)
    batch.proceed(drafts)
    _count_up(drafts)
    # Before links to the records are cleared, so that rules still find what belonged to them.
    await _finish(batch, drafts)
    tree = _Tree(batch, {draft.change.id: draft.index for draft in drafts})
    await tree.grow("children")
    await tree.check_restrictions()
    batch.proceed(drafts)
    await tree.clear_links()
    await tree.mark(batch.context.now)
    return _saved(drafts)


async def restore_records(batch: Batch, ids: Sequence[str]) -> tuple[Saved, ...]:
    """All or nothing. Unique values must still be free, and masters live."""
    batch.require("delete")
    drafts = await _load(batch, ids, "restored")
    batch.proceed(drafts)
    await _check_again(batch, drafts)
    batch.proceed(drafts)
    tree = _Tree(batch, {draft.change.id: draft.index for draft in drafts})
    await tree.grow("binned_children")
    await tree.mark(None)
    await tree.put_links_back()
    _count_up(drafts)
    await apply_rules_to_restored(batch, drafts)
    await _finish(batch, drafts)
    return _saved(drafts)


async def _load(batch: Batch, ids: Sequence[str], event: Event) -> list[Draft]:
    check_batch_size(len(ids))
    await check_credential(batch.context)
    kept = without_repeats(ids, batch.refusals)
    loaded = await load_records(
        batch.context, batch.access, batch.shape, kept, "delete", batch.refusals, deleted=event == "restored"
    )
    return [
        Draft(index=index, change=_change(record_id, event, loaded[record_id].values), given=frozenset())
        for index, record_id in kept.items()
        if record_id in loaded
    ]


def _change(record_id: str, event: Event, values: dict[str, Any]) -> Change:
    return Change(id=record_id, event=event, values=dict(values), old=values)


async def _check_again(batch: Batch, drafts: Sequence[Draft]) -> None:
    """As if the records were new: their links and unique values were not looked after while they lay in the bin."""
    found = Refusals()
    as_new = [
        Draft(
            index=draft.index,
            change=Change(id=draft.change.id, event="restored", values=draft.values, old=None),
            given=frozenset(),
        )
        for draft in drafts
    ]
    system = frozenset(name for name, lookup in batch.shape.lookups.items() if lookup.is_system)
    await check_against_database(
        batch.context, batch.access, batch.shape, as_new, found, trusted=system, with_credential=False
    )
    for draft in drafts:
        for error in found.of(draft.index):
            lookup = batch.shape.lookups.get(error.field or "")
            if error.code == "no_such_record" and lookup is not None and lookup.on_delete == "clear":
                continue
            batch.refusals.add(draft.index, error.field, error.code, error.message)


def _count_up(drafts: Sequence[Draft]) -> None:
    """As the statement that marked them did; that alone is no change that a rule made."""
    for draft in drafts:
        draft.values["version"] += 1
        draft.change.old = {**(draft.change.old or {}), "version": draft.values["version"]}


async def _finish(batch: Batch, drafts: Sequence[Draft]) -> None:
    if drafts:
        await batch.automation.after_save(batch.context, batch.shape.object.name, changes_of(drafts))


def _saved(drafts: Sequence[Draft]) -> tuple[Saved, ...]:
    return tuple(Saved(draft.change.id, draft.values["version"], is_new=False) for draft in drafts)


class _Tree:
    """The records to delete or restore, by object: the caller's own and those that go with them. Every id knows the index of the
    caller's record that it is here for."""

    def __init__(self, batch: Batch, roots: Owners) -> None:
        self._context = batch.context
        self._model = batch.context.compiled.model
        self._access = batch.access.of(self._model)
        self._refusals = batch.refusals
        self._members: dict[str, Owners] = {batch.shape.object.name: dict(roots)}

    async def grow(self, what: Literal["children", "binned_children"]) -> None:
        """Adds the records that cascade, level by level: a query for each cascading lookup of a level."""
        level = {name: dict(members) for name, members in self._members.items()}
        while level:
            below: dict[str, Owners] = {}
            for name, members in level.items():
                for child, lookup in self._children(name, "cascade"):
                    for child_id, parent_id in await self._pairs(what, child, lookup, list(members)):
                        known = self._members.setdefault(child, {})
                        if child_id not in known:
                            known[child_id] = below.setdefault(child, {})[child_id] = members[parent_id]
            level = below
            if sum(map(len, self._members.values())) > MOST_CASCADED:
                raise InvalidRequest(
                    f"More than {MOST_CASCADED:,} records belong to these.", hint="Delete those first."
                )

    async def check_restrictions(self) -> None:
        """Notes records that others, which are to stay, point to with a lookup that restricts."""
        for name, members in self._members.items():
            for child, lookup in self._children(name, "restrict"):
                pairs = await self._pairs("children", child, lookup, list(members))
                staying: dict[int, int] = {}
                for child_id, parent_id in pairs:
                    if child_id not in self._members.get(child, {}):
                        staying[members[parent_id]] = staying.get(members[parent_id], 0) + 1
                for index, count in staying.items():
                    self._refusals.add(index, None, "still_referred_to", self._staying(child, lookup, count))

    def _staying(self, child: str, lookup: LookupField, count: int) -> str:
        """What keeps a record, as far as the actor may know of it."""
        access, actor = self._access, self._context.actor
        if not access.decide(actor, "read", child, lookup.name).allowed:
            return "Other records still refer to it."
        shown = self._model.object(child)
        if access.row_filter(actor, "read", child) is not None:
            return f"{shown.plural_label} still refer to it ({child}.{lookup.name})."
        label = shown.label if count == 1 else shown.plural_label
        verb = "refers" if count == 1 else "refer"
        return f"{count:,} {label.lower()} still {verb} to it ({child}.{lookup.name})."

    async def clear_links(self) -> None:
        for name, members in list(self._members.items()):
            for child, lookup in self._children(name, "clear"):
                await clear_links(self._context, child, lookup, list(members))

    async def put_links_back(self) -> None:
        await put_links_back(self._context, {name: list(members) for name, members in self._members.items()})

    async def mark(self, deleted_at: Any) -> None:
        """Puts all into the bin, or takes them out: one statement for each object."""
        moment = encoder(ColumnKind.DATETIME, self._context.compiled.dialect)(deleted_at)
        for name, members in self._members.items():
            values = {**stamp_values(self._context), "deleted_at": moment, "ids": self._ids(list(members))}
            await self._context.transaction.execute(self._prepared("mark", name, ""), values)

    def _children(self, name: str, on_delete: str) -> list[tuple[str, LookupField]]:
        return [
            (child.name, lookup) for child, lookup in self._model.children_of(name) if lookup.on_delete == on_delete
        ]

    async def _pairs(self, what: str, child: str, lookup: LookupField, ids: list[str]) -> list[tuple[str, str]]:
        statement = self._prepared(what, child, lookup.name)
        rows = await self._context.transaction.fetch(statement, {"ids": self._ids(ids)})
        return [(row[0], row[1]) for row in rows]

    def _ids(self, ids: list[str]) -> Any:
        return list_encoder(ColumnKind.UUID, self._context.compiled.dialect)(sorted(ids))

    def _prepared(self, what: str, object_name: str, lookup: str) -> Statement:
        compiled = self._context.compiled
        key = ("records", "bin", what, object_name, lookup)
        return compiled.prepared(key, lambda: prepare(_BUILD[what](compiled, object_name, lookup), compiled.dialect))


def _children(compiled: CompiledModel, child: str, lookup: str) -> sa.Select[Any]:
    table = object_table(get_object(compiled.model, child), compiled.schema)
    points = any_of(table.c[lookup], "ids", compiled.dialect)
    return sa.select(table.c.id, table.c[lookup]).where(points, table.c[DELETED_AT].is_(None))


def _binned_children(compiled: CompiledModel, child: str, lookup: str) -> sa.Select[Any]:
    """Those that went into the bin together with their parent."""
    target = get_object(compiled.model, child).fields[lookup].columns[0].references or ""
    table = object_table(get_object(compiled.model, child), compiled.schema).alias("child")
    parent = object_table(get_object(compiled.model, target), compiled.schema).alias("parent")
    together = sa.and_(table.c[lookup] == parent.c.id, table.c[DELETED_AT] == parent.c[DELETED_AT])
    return sa.select(table.c.id, table.c[lookup]).where(any_of(parent.c.id, "ids", compiled.dialect), together)


def _mark(compiled: CompiledModel, object_name: str, _lookup: str) -> sa.Update:
    table = object_table(get_object(compiled.model, object_name), compiled.schema)
    moment = sa.bindparam("deleted_at", type_=DATETIME)
    chosen = any_of(table.c.id, "ids", compiled.dialect)
    return sa.update(table).where(chosen).values({DELETED_AT: moment, **stamped(table)})


_BUILD = {"children": _children, "binned_children": _binned_children, "mark": _mark}
