"""Indexes of an object in both models -> draft steps: those that go, those that take another name, those that come."""

from __future__ import annotations

from collections.abc import Iterator

from rule_engine.wording import say, say_count
from trellis.schema import operations as ops
from trellis.schema.checks import Check
from trellis.schema.drafting import Drafting, DraftStep, Pair
from trellis.schema.shape import index_shape


def index_steps(drafting: Drafting, pair: Pair) -> Iterator[DraftStep]:
    wanted = {index.name: index for index in pair.after.indexes}
    replaced = _replaced_columns(drafting, pair)
    dropped: list[ops.Operation] = []
    renamed: list[ops.Operation] = []
    for index in pair.before.indexes:
        now = _as_named_now(index, pair)
        if now is None or now.name not in wanted or replaced.intersection(index.columns):
            dropped.append(ops.DropIndex(table=pair.before.table, index=index))
            continue
        del wanted[now.name]
        if now.name != index.name:
            renamed.append(ops.RenameIndex(table=pair.after.table, old=index, new=now))
    name = pair.new.name
    if dropped:
        yield DraftStep(
            cost="instant",
            summary=say_count(
                "Drop %(num)d index of %(object)s", "Drop %(num)d indexes of %(object)s", len(dropped), object=name
            ),
            target=name,
            operations=tuple(dropped),
        )
    if renamed:
        yield DraftStep(
            cost="instant",
            summary=say_count(
                "Rename %(num)d index of %(object)s", "Rename %(num)d indexes of %(object)s", len(renamed), object=name
            ),
            target=name,
            operations=tuple(renamed),
        )
    for index in wanted.values():
        yield _created(pair, index)


def _created(pair: Pair, index: ops.IndexShape) -> DraftStep:
    called = {column.name: name for name, columns in pair.after.fields.items() for column in columns}
    fields = ", ".join(called.get(column, column) for column in index.columns if column != "id")
    what = say("Index %(object)s by %(fields)s", object=pair.new.name, fields=fields)
    if index.is_unique:
        what = say("Make %(object)s unique by %(fields)s", object=pair.new.name, fields=fields)
    checks = _duplicates(pair, index, fields)
    return DraftStep(
        cost="checked" if checks else "backfill",
        summary=what,
        target=f"{pair.new.name}.{index.columns[0]}",
        operations=(ops.CreateIndex(table=pair.after.table, index=index),),
        checks=checks,
        counted=pair.before.table,
        work=("index",),
    )


def _duplicates(pair: Pair, index: ops.IndexShape, fields: str) -> tuple[Check, ...]:
    """Only over columns that are there now: those that this deploy adds are blank, or all of one default."""
    earlier = {new: old for old, new in pair.renamed_columns.items()}
    stored = {column.name: column.column for column in pair.before.columns}
    columns = [stored.get(earlier.get(name, "")) for name in index.columns]
    present = tuple(column for column in columns if column is not None)
    if not index.is_unique or len(present) < len(columns):
        return ()
    return (
        Check(
            rule="duplicate",
            table=pair.before.table,
            columns=present,
            message=say("several records have the same %(fields)s", fields=fields),
            hint=say("Change or delete all but one of each first."),
        ),
    )


def _as_named_now(index: ops.IndexShape, pair: Pair) -> ops.IndexShape | None:
    """The same index under the names of the new model; None when one of its columns goes."""
    names = pair.renamed_columns
    if any(column not in names for column in index.columns):
        return None
    return index_shape(
        pair.after.table,
        tuple(names[column] for column in index.columns),
        is_unique=index.is_unique,
        ignores_case=index.ignores_case,
        live_only=index.live_only,
    )


def _replaced_columns(drafting: Drafting, pair: Pair) -> set[str]:
    """Columns that SQLite cannot change and writes anew: their indexes go first and come back."""
    if drafting.dialect != "sqlite":
        return set()
    replaced = set()
    for old, new in pair.fields.values():
        before = pair.before.fields.get(old.name, ())
        after = pair.after.fields.get(new.name, ())
        for source, target in zip(before, after, strict=False):
            named = drafting.as_they_will_be((source,))[0]
            if source.column.kind is not target.column.kind or named.reference != target.reference:
                replaced.add(source.name)
    return replaced
