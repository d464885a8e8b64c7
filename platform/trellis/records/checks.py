"""What only the database can tell before a write, in one statement for a batch: do the looked-up records exist, are unique values
free, does the actor's session or key still hold."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from metamodel.fields.reference import MasterDetailField
from metamodel.fields.sealed import Sealed
from trellis.automation.hooks import SaveContext
from trellis.query.context import formula_parameters
from trellis.query.paths import get_object
from trellis.query.source import Source
from trellis.query.stamp import credential_holds, credential_values, not_authenticated
from trellis.records.draft import Draft
from trellis.records.refusals import Refusals
from trellis.records.shape import Shape
from trellis.security.access import Access
from trellis.security.row_filter import RowFilter
from trellis.storage.codecs import list_encoder
from trellis.storage.column_types import TEXT
from trellis.storage.database import DialectName, Statement
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

_CREDENTIAL = -1

Key = tuple[Any, ...]


@dataclass(slots=True)
class _Group:
    """Values that one part of the statement looks for: lookups of `target`, or the unique `fields`. `wanted`: which drafts have each;
    `row_filter`: which rows count."""

    target: str
    fields: tuple[str, ...]
    wanted: dict[Key, list[tuple[Draft, str]]]
    row_filter: RowFilter | None = None


async def check_against_database(
    context: SaveContext,
    access: Access,
    shape: Shape,
    drafts: Sequence[Draft],
    refusals: Refusals,
    *,
    trusted: frozenset[str],
    with_credential: bool,
) -> None:
    """Notes lookups that lead nowhere and unique values that are taken, also within the batch. Where a lookup was given by the caller,
    a record that they may not see is not there, and what belongs to a master needs one that they may change. `trusted`: lookups that the
    platform itself has set; `with_credential`: check the actor's session or key too, if it has one. Raises NotAuthenticated."""
    lookups = _lookup_groups(context, access, shape, drafts, trusted)
    uniques = _unique_groups(shape, drafts, refusals)
    groups = [*lookups, *uniques]
    with_credential = with_credential and _has_credential(context)
    if not groups and not with_credential:
        return
    rows = await _ask(context, groups, with_credential=with_credential)
    if with_credential and (_CREDENTIAL, 1, None) not in rows:
        raise not_authenticated()
    for number, group in enumerate(groups):
        found = {row[1] - 1: row[2] for row in rows if row[0] == number}
        if number < len(lookups):
            _note_missing(context, group, found, refusals)
        else:
            _note_taken(group, found, refusals)


async def check_credential(context: SaveContext) -> None:
    """Raises NotAuthenticated."""
    if _has_credential(context):
        rows = await _ask(context, (), with_credential=True)
        if not rows:
            raise not_authenticated()


def _has_credential(context: SaveContext) -> bool:
    """What a rule saves is not asked again: its caller's save was."""
    return context.actor.credential_id is not None and context.depth == 0


def _lookup_groups(
    context: SaveContext, access: Access, shape: Shape, drafts: Sequence[Draft], trusted: frozenset[str]
) -> list[_Group]:
    groups: dict[tuple[str, RowFilter | None], _Group] = {}
    known = (None, context.actor.user_id)
    access = access.of(context.compiled.model)
    for name, lookup in shape.lookups.items():
        if name in trusted:
            continue
        is_master = isinstance(lookup, MasterDetailField) and shape.object.sharing == "controlled_by_parent"
        row_filter = access.row_filter(context.actor, "update" if is_master else "read", lookup.object)
        for draft in drafts:
            value = draft.change.values[name]
            if value in known or not draft.touches(name):
                continue
            limit = row_filter if name in draft.given else None
            group = groups.setdefault((lookup.object, limit), _Group(lookup.object, ("id",), {}, limit))
            group.wanted.setdefault((value,), []).append((draft, name))
    return list(groups.values())


def _unique_groups(shape: Shape, drafts: Sequence[Draft], refusals: Refusals) -> list[_Group]:
    groups: list[_Group] = []
    for fields in shape.unique:
        group = _Group(shape.object.name, fields, {})
        for draft in drafts:
            key = tuple(draft.values[name] for name in fields)
            if None in key or not any(map(draft.touches, fields)):
                continue
            holders = group.wanted.setdefault(key, [])
            if holders:
                first = holders[0][0].index
                message = f"Is the same as in record {first} of this batch; it must be unique."
                refusals.add(draft.index, fields[-1], "not_unique", message)
            holders.append((draft, fields[-1]))
        if group.wanted:
            groups.append(group)
    return groups


def _note_missing(context: SaveContext, group: _Group, found: Mapping[int, str], refusals: Refusals) -> None:
    label = context.compiled.model.object(group.target).label.lower()
    for position, (key, wanting) in enumerate(group.wanted.items()):
        if position not in found:
            for draft, name in wanting:
                refusals.add(draft.index, name, "no_such_record", f"There is no such {label}: {key[0]}.")


def _note_taken(group: _Group, found: Mapping[int, str], refusals: Refusals) -> None:
    for position, wanting in enumerate(group.wanted.values()):
        holder = found.get(position)
        for draft, name in wanting[:1]:
            if holder is not None and holder != draft.change.id:
                what = "This value is" if len(group.fields) == 1 else f"These values of {', '.join(group.fields)} are"
                refusals.add(draft.index, name, "not_unique", f"{what} taken by another {group.target}.")


async def _ask(context: SaveContext, groups: Sequence[_Group], *, with_credential: bool) -> list[tuple[Any, ...]]:
    compiled = context.compiled
    kinds = tuple((group.target, group.fields, group.row_filter) for group in groups)
    key: Hashable = ("records", "checks", kinds, with_credential)
    statement = compiled.prepared(key, lambda: _statement(compiled, kinds, with_credential=with_credential))
    values: dict[str, Any] = {}
    for number, group in enumerate(groups):
        fields = get_object(compiled.model, group.target).fields
        columns = [fields[name].key_columns[0] for name in group.fields]
        for place, column in enumerate(columns):
            encode = list_encoder(column, compiled.dialect)
            values[f"g{number}_{place}"] = encode([_comparable(key[place]) for key in group.wanted])
    if with_credential:
        values |= credential_values(context.actor, context.now, compiled.dialect)
    values |= await formula_parameters(context.transaction, compiled, context.actor, context.now, statement)
    return [tuple(row) for row in await context.transaction.fetch(statement, values)]


def _comparable(value: Any) -> Any:
    return value.mark if isinstance(value, Sealed) else value


def _statement(
    compiled: CompiledModel, kinds: Sequence[tuple[str, tuple[str, ...], RowFilter | None]], *, with_credential: bool
) -> Statement:
    parts = [_found(compiled, number, *kind) for number, kind in enumerate(kinds)]
    if with_credential:
        tables = platform_tables(compiled.schema)
        parts.append(
            sa.select(sa.literal_column(str(_CREDENTIAL)), sa.literal_column("1"), sa.cast(sa.null(), TEXT)).where(
                credential_holds(tables).is_not(None)
            )
        )
    return prepare(sa.union_all(*parts) if len(parts) > 1 else parts[0], compiled.dialect)


def _found(
    compiled: CompiledModel, number: int, target: str, fields: tuple[str, ...], row_filter: RowFilter | None
) -> sa.Select[Any]:
    """(number, position from 1, id) of each value of the parameters g<number>_<place> that a live row of `target` has."""
    owner = get_object(compiled.model, target)
    rows = Source(compiled.model, compiled.dialect, compiled.schema, target, alias=f"t{number}_")
    table = rows.root
    columns = [table.c[owner.fields[name].key_columns[0].name] for name in fields]
    position, values, together = _positions(number, columns, compiled.dialect)
    same = [*together, *(column == value for column, value in zip(columns, values, strict=True))]
    return sa.select(sa.literal_column(str(number)), position, sa.cast(table.c.id, TEXT)).where(
        *same, *rows.visible(), *rows.meets(row_filter)
    )


def _positions(
    number: int, columns: Sequence[sa.ColumnElement[Any]], dialect: DialectName
) -> tuple[sa.ColumnElement[Any], list[sa.ColumnElement[Any]], list[sa.ColumnElement[bool]]]:
    """The lists in the parameters as rows: the position from 1, one value for each column, and what holds the lists together."""
    names = [f"g{number}_{place}" for place in range(len(columns))]
    if dialect == "postgresql":
        arrays = [
            sa.bindparam(name, type_=postgresql.ARRAY(column.type)) for name, column in zip(names, columns, strict=True)
        ]
        made = [sa.column(f"v{place}", column.type) for place, column in enumerate(columns)]
        rows = sa.func.unnest(*arrays).table_valued(*made, with_ordinality="n").render_derived(name=f"u{number}")
        return sa.cast(rows.c.n, sa.Integer), [rows.c[f"v{place}"] for place in range(len(columns))], []
    lists = [
        sa.func.json_each(sa.bindparam(name, type_=sa.Text())).table_valued("key", "value", name=f"u{number}_{place}")
        for place, name in enumerate(names)
    ]
    together = [one.c.key == lists[0].c.key for one in lists[1:]]
    return lists[0].c.key + sa.literal_column("1"), [one.c.value for one in lists], together
