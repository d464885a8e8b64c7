"""Counts what a draft would do, in the database: one pass for all conditions, one more for each field that changes and for owners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from metamodel.fields.field import Field
from rule_engine import CheckedFormula, sql_context_values
from rule_engine.rules.checked import Assignment, Validation
from trellis.automation.people import fetch_people, people_by_id
from trellis.query.context import evaluation_context
from trellis.query.needs import needs_of, together
from trellis.query.values import formula_decoder
from trellis.security.actor import Actor
from trellis.simulation.draft import Draft
from trellis.simulation.foresee import Element, Foreseen, Handover
from trellis.simulation.handing import owner_after, owner_before
from trellis.simulation.outcome import Counts, FieldCount, LineCount, OwnerCount, StatementCount, ValueCount
from trellis.storage.database import Row, Transaction
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

MOST_VALUES = 10
MOST_OWNERS = 200
_KINDS: Mapping[type, Any] = {Assignment: "assignment", Validation: "validation"}


class Counter:
    """Reads only. `where`: which records, None for all."""

    def __init__(
        self,
        transaction: Transaction,
        compiled: CompiledModel,
        draft: Draft,
        foreseen: Foreseen,
        where: CheckedFormula | None,
    ) -> None:
        self._transaction = transaction
        self._compiled = compiled
        self._draft = draft
        self._foreseen = foreseen
        self._where = where
        self._values: Mapping[str, Any] = {}

    async def count(self, actor: Actor, now: Any) -> Counts:
        """`now`: the moment that formulas know. Raises UnsupportedOnTarget for the condition of `where`."""
        await self._prepare(actor, now)
        foreseen = self._foreseen
        wanted = [
            *(records for _, records in foreseen.statements),
            *(records for _, records in foreseen.actions),
            *(before.is_distinct_from(after) for before, after in foreseen.fields.values()),
            *(met.records for met in foreseen.refused),
        ]
        found = await self._totals(wanted)
        looked_at, numbers = found[0], iter(found[1:])
        statements = tuple(
            StatementCount(kind=_KINDS.get(type(one), "rule"), name=one.name, line=one.line, matches=next(numbers))
            for one, _ in foreseen.statements
        )
        actions = [self._line(action.line, next(numbers)) for action, _ in foreseen.actions]
        fields = [(name, next(numbers)) for name in foreseen.fields]
        refused = [self._line(met.line, next(numbers)) for met in foreseen.refused]
        owners, rows = await self._owners()
        return Counts(
            looked_at=looked_at,
            counted_by="database",
            is_whole=True,
            why_tried=None,
            statements=(*statements, *self._validations(refused)),
            lines=tuple(sorted((*actions, *rows), key=lambda one: one.line)),
            fields=tuple([await self._field(name, changes) for name, changes in fields]),
            owners=owners,
            refused=tuple(one for one in refused if one.records),
        )

    async def candidates(self, actor: Actor, now: Any, most: int) -> Sequence[str]:
        """Ids of the newest records that the draft does anything to."""
        await self._prepare(actor, now)
        foreseen = self._foreseen
        touched = sa.or_(
            sa.false(), *(records for _, records in foreseen.statements), *(met.records for met in foreseen.refused)
        )
        chosen = self._select([foreseen.source.root.c.id], touched).order_by(foreseen.source.root.c.id.desc())
        return [row[0] for row in await self._fetch(chosen.limit(most))]

    async def _prepare(self, actor: Actor, now: Any) -> None:
        model = self._compiled.model
        where = needs_of(model, self._draft.object, [self._where] if self._where else [])
        needs = together((self._foreseen.needs, where))
        context = await evaluation_context(self._transaction, self._compiled, actor, now, needs)
        self._values = sql_context_values(context, self._compiled.dialect)

    async def _totals(self, wanted: Sequence[Element]) -> Row:
        counted = [sa.func.count().filter(one) for one in wanted]
        [row] = await self._fetch(self._select([sa.func.count(), *counted]))
        return row

    async def _field(self, name: str, changes: int) -> FieldCount:
        if not changes:
            return FieldCount(field=name, changes=0, values=())
        before, after = self._foreseen.fields[name]
        number = sa.func.count()
        ways = self._select([before.label("before"), after.label("after"), number], before.is_distinct_from(after))
        names: tuple[Element, ...] = (sa.literal_column("1"), sa.literal_column("2"))
        ways = ways.group_by(*names).order_by(number.desc(), *names).limit(MOST_VALUES)
        read = self._reader(name)
        values = [
            ValueCount(before=read(old), after=read(new), records=records)
            for old, new, records in await self._fetch(ways)
        ]
        return FieldCount(field=name, changes=changes, values=tuple(values))

    async def _owners(self) -> tuple[tuple[OwnerCount, ...], list[LineCount]]:
        """Those that get a record, and the rows that say so."""
        foreseen = self._foreseen
        if foreseen.owner is None:
            return (), []
        root = foreseen.source.root
        users = [(place, one.user) for place, one in enumerate(foreseen.handovers) if one.user is not None]
        user = sa.case(*((foreseen.owner == place, given) for place, given in users)) if users else sa.null()
        number = sa.func.count()
        columns = [root.c.owner, root.c.owner_queue, foreseen.owner.label("handover"), user.label("given"), number]
        grouped = self._select(columns, foreseen.owner.is_not(None)).group_by(
            *(sa.literal_column(str(place)) for place in (1, 2, 3, 4))
        )
        rows = await self._fetch(grouped)
        names = await self._usernames({one for row in rows for one in (row[0], row[3]) if one is not None})
        by_line: dict[int, int] = {}
        owners: list[OwnerCount] = []
        for owner, queue, place, given, records in rows:
            handover: Handover = foreseen.handovers[place]
            by_line[handover.line] = by_line.get(handover.line, 0) + records
            before = owner_before(owner, queue, names)
            after = owner_after(handover.assignee, given, names, before)
            if after != before:
                owners.append(OwnerCount(before=before, after=after, line=handover.line, records=records))
        lines = [self._line(line, records) for line, records in by_line.items()]
        owners.sort(key=lambda one: (-one.records, one.line, sorted(one.before.items())))
        return tuple(owners[:MOST_OWNERS]), lines

    async def _usernames(self, ids: set[str]) -> Mapping[str, str]:
        query = people_by_id(self._compiled.schema, self._compiled.dialect)
        people = await fetch_people(self._transaction, query, ids, ColumnKind.UUID)
        return {user_id: person.username for user_id, person in people.items()}

    def _validations(self, refused: Sequence[LineCount]) -> list[StatementCount]:
        by_line = {one.line: one.records for one in refused}
        return [
            StatementCount(
                kind="validation",
                name=validation.name,
                line=validation.line,
                matches=sum(by_line[row.line] for row in validation.rows),
            )
            for validation in self._draft.validations
        ]

    def _line(self, line: int, records: int) -> LineCount:
        return LineCount(line=line, text=self._draft.text_at(line), records=records)

    def _reader(self, name: str) -> Any:
        field: Field = self._compiled.model.object(self._draft.object).fields[name]
        decode = formula_decoder(field, self._compiled.dialect)
        return lambda value: None if value is None else field.to_json(decode(value))

    def _select(self, columns: Sequence[Any], *conditions: Element) -> sa.Select[Any]:
        source = self._foreseen.source
        where = [] if self._where is None else [source.condition(self._where)]
        return sa.select(*columns).select_from(source.from_clause).where(*source.visible(), *where, *conditions)

    async def _fetch(self, statement: sa.Select[Any]) -> Sequence[Row]:
        return await self._transaction.fetch(prepare(statement, self._compiled.dialect), self._values)
