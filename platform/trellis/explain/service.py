"""Explanations of records, bound to a tenant and to what decides access: what the API, the web and the CLI call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from metamodel.model import Model
from trellis.automation.ledger.read import LedgerRow, fetch_ledger
from trellis.errors import InvalidRequest, NotFound
from trellis.explain.called import Called
from trellis.explain.clauses import Clause, find_clause
from trellis.explain.field_changes import FieldChange, fetch_field_changes
from trellis.explain.known import Key, fetch_known
from trellis.explain.model import Changed, Explained, Happening
from trellis.explain.readable import Readable
from trellis.explain.saves import saves_of
from trellis.explain.sentences import Teller, field_of, keys_of_note
from trellis.explain.shown import keys_of
from trellis.ids import is_id
from trellis.query.paths import get_object
from trellis.query.query import no_record
from trellis.query.service import Clock, Queries, utc_now
from trellis.query.suggestions import Suggestions
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.storage.database import Transaction
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

MOST = 200
Rows = Sequence[LedgerRow]
Changes = Sequence[FieldChange]


class Explanations:
    """Who may read a record may know why it is so; fields that they may not read are left out. Raises NotFound, AccessDenied,
    NotAuthenticated."""

    def __init__(self, tenant: Tenant, access: Access, clock: Clock = utc_now) -> None:
        self._tenant = tenant
        self._access = access
        self._queries = Queries(tenant, access, clock)

    async def explain(
        self,
        actor: Actor,
        object_name: str,
        record_id: str,
        *,
        field: str | None = None,
        language: str | None = None,
        limit: int = 50,
    ) -> Explained:
        """The newest first. `field`: only what is about it; `language`: the reader's own when not given; `limit`: of saves, at most
        200. Of a record in the bin administrators only are told. A handful of statements, and one for each other record named."""
        compiled = await self._tenant.compiled()
        access = self._access.of(compiled.model)
        thing = get_object(compiled.model, object_name, Suggestions(compiled.model, access, actor))
        if field is not None and field not in thing.fields:
            raise InvalidRequest(f'There is no field "{field[:60]}" of {object_name}.')
        name = await self._name(actor, object_name, thing.name_field, record_id)
        rows, changes = await self._fetch(compiled, object_name, record_id, min(limit, MOST) + 1)
        if name is None and not rows and not changes:
            raise no_record(object_name, record_id)
        readable = Readable(compiled.model, access, actor, object_name)
        rows, changes = readable.rows(rows), readable.changes(changes)
        if field is not None:
            rows, changes = _about(field, (field, *thing.fields[field].renamed_from), rows, changes)
        told = await self._tell(actor, readable, rows, changes, language or actor.language)
        return Explained(
            object=object_name,
            record_id=record_id,
            name=name or "",
            happenings=tuple(told[:limit]),
            has_more=len(told) > limit,
        )

    async def find_object(self, actor: Actor, record_id: str) -> str:
        """The object of a record that is known by its id alone: one statement for each object. Raises NotFound."""
        compiled = await self._tenant.compiled()
        for thing in compiled.model.objects.values():
            if thing.is_system or not is_id(record_id):
                continue
            try:
                await self._queries.row(actor, thing.name, record_id, ("id",))
            except NotFound:
                continue
            return thing.name
        raise NotFound(f"There is no record with the id {record_id[:60]!r}.", hint="Give it as OBJECT/ID.")

    async def _name(self, actor: Actor, object_name: str, name_field: str, record_id: str) -> str | None:
        try:
            row = await self._queries.row(actor, object_name, record_id, (name_field,))
        except NotFound:
            require(self._access, actor, "administer")
            return None
        return str(row[name_field] or "")

    async def _fetch(
        self, compiled: CompiledModel, object_name: str, record_id: str, limit: int
    ) -> tuple[Rows, Changes]:
        if not is_id(record_id):
            return [], []

        async def read(transaction: Transaction) -> tuple[Rows, Changes]:
            rows = await fetch_ledger(transaction, compiled.schema, object_name, record_id, limit=limit)
            return rows, await fetch_field_changes(transaction, compiled.schema, record_id, limit=limit)

        return await self._tenant.database.read(read)

    async def _tell(
        self, actor: Actor, readable: Readable, rows: Rows, changes: Changes, language: str
    ) -> list[Happening]:
        object_name = readable.object_name
        models = await self._models({row.revision for row in rows} | {change.revision for change in changes})
        called = {revision: Called(model, language) for revision, model in models.items()}
        known = await fetch_known(self._tenant, self._queries, actor, set(_keys(called, object_name, rows, changes)))
        tellers = {revision: Teller(one, known, actor.time_zone, object_name) for revision, one in called.items()}
        clauses: dict[tuple[int, str, int], Clause | None] = {}
        happenings: list[Happening] = []
        for save in saves_of(rows, changes):
            teller = tellers[save.revision]
            places = [(save.revision, note.rule, note.line) for note in save.notes]
            for place in places:
                if place not in clauses:
                    clauses[place] = readable.clause(find_clause(models[place[0]], *place[1:]))
            happenings.append(
                Happening(
                    at=save.at,
                    actor=known.find("user", save.actor_id) if save.actor_id else None,
                    revision=save.revision,
                    reasons=tuple(
                        teller.reason(note, clauses[place]) for note, place in zip(save.notes, places, strict=True)
                    ),
                    changes=tuple(_changed(teller, change) for change in save.changes),
                )
            )
        return happenings

    async def _models(self, revisions: Iterable[int]) -> Mapping[int, Model]:
        return {revision: (await self._tenant.compiled_at(revision)).model for revision in revisions}


def _about(field: str, names: Sequence[str], rows: Rows, changes: Changes) -> tuple[Rows, Changes]:
    """An owner and a queue are one answer to one question."""
    wanted = {*names, "owner"} if field == "owner_queue" else set(names)
    kept = [replace(row, notes=tuple(note for note in row.notes if field_of(note) in wanted)) for row in rows]
    return [row for row in kept if row.notes], [change for change in changes if change.field in wanted]


def _keys(called: Mapping[int, Called], object_name: str, rows: Rows, changes: Changes) -> Iterable[Key]:
    for row in rows:
        if row.actor_id:
            yield "user", row.actor_id
        for note in row.notes:
            yield from keys_of_note(called[row.revision], object_name, note)
    for change in changes:
        if change.changed_by:
            yield "user", change.changed_by
        for value in (change.before, change.after):
            yield from keys_of(called[change.revision], object_name, change.field, value)


def _changed(teller: Teller, change: FieldChange) -> Changed:
    return Changed(
        field=change.field,
        label=teller.field(change.field),
        sentence=teller.changed(change.field, change.before, change.after),
        before=teller.value(change.field, change.before),
        after=teller.value(change.field, change.after),
        rule=change.rule,
    )
