"""What people may see of the records that they are told about. One query for all who were granted the same, however many they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import visitors

from metamodel.columns import ColumnKind
from metamodel.formula_reads import fields_read
from metamodel.model import Model
from trellis.automation.people import Person
from trellis.ids import is_id
from trellis.query.context import USER_PREFIX, formula_parameters
from trellis.query.row_conditions import PRINCIPAL_PARAMETER, USER_PARAMETER
from trellis.query.source import MAX_JOINS, Source
from trellis.security.access import Access, AccessToModel
from trellis.security.actor import Actor
from trellis.security.permissions import with_grants
from trellis.storage.codecs import list_encoder
from trellis.storage.column_types import UUID
from trellis.storage.database import Statement, Transaction
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.compiled import CompiledModel

Path = tuple[str, ...]
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Somebody who is told of a record. `paths`: what they are to be shown of it."""

    person: Person
    object: str
    record_id: str
    paths: frozenset[str] = frozenset()

    @property
    def key(self) -> Key:
        return self.person.id, self.object, self.record_id


class Sight:
    """Of each record who may see it, and which records that its lookups lead to. `seen`: those lookups, by who is told of what."""

    def __init__(self, compiled: CompiledModel, seen: Mapping[Key, frozenset[Path]]) -> None:
        self._model = compiled.model
        self._access = access_of(compiled)
        self._seen = seen

    def sees(self, person: Person, object_name: str, record_id: str) -> bool:
        return person.is_admin or (person.id, object_name, record_id) in self._seen

    def values(self, person: Person, object_name: str, record_id: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those of a record that they see; what is hidden from them is blank."""
        if person.is_admin:
            return values
        actor = actor_of(person, self._model)
        seen = self._seen.get((person.id, object_name, record_id), frozenset())
        return {path: value if self._shows(actor, object_name, path, seen) else None for path, value in values.items()}

    def _shows(self, actor: Actor, object_name: str, path: str, seen: Collection[Path]) -> bool:
        steps = self._model.find_path(object_name, path)
        if not steps or any(prefix not in seen for prefix in _parents(path)):
            return False
        if not all(self._access.decide(actor, "read", one.object.name, one.field.name).allowed for one in steps):
            return False
        last = steps[-1]
        return last.field.is_stored or all(
            name == last.object.name or self._access.row_filter(actor, "read", name) is None
            for name in _objects_read(self._model, last.object.name, last.field.name)
        )


async def fetch_sight(transaction: Transaction, compiled: CompiledModel, told: Iterable[Told], now: datetime) -> Sight:
    """A query for each object and each way of being granted things that rows depend on; none for administrators."""
    access, model = access_of(compiled), compiled.model
    seen: dict[Key, frozenset[Path]] = {}
    asked: defaultdict[tuple[Any, ...], list[Told]] = defaultdict(list)
    for one in told:
        if one.person.is_admin or model.find_object(one.object) is None or not is_id(one.record_id):
            continue
        actor = actor_of(one.person, model)
        if access.decide(actor, "read", one.object).allowed:
            asked[one.object, actor.grants, actor.time_zone].append(one)
    for (object_name, *_), alike in asked.items():
        actor = actor_of(alike[0].person, model)
        parents = _chosen({prefix for one in alike for path in one.paths for prefix in _parents(path)})
        if not parents and access.row_filter(actor, "read", object_name) is None:
            seen |= {one.key: frozenset() for one in alike}
            continue
        memo = ("automation", "sight", object_name, access.shape(actor), parents)
        build = partial(_statement, compiled, access, actor, object_name, parents)
        statement = compiled.prepared(memo, build)
        keys = sorted({one.key for one in alike})
        encode = list_encoder(ColumnKind.UUID, compiled.dialect)
        values = {"people": encode([key[0] for key in keys]), "records": encode([key[2] for key in keys])}
        values |= await formula_parameters(transaction, compiled, actor, now, statement)
        for user_id, record_id, *ids in await transaction.fetch(statement, values):
            there = (prefix for prefix, found in zip(parents, ids, strict=True) if found is not None)
            seen[str(user_id), object_name, str(record_id)] = frozenset(there)
    return Sight(compiled, seen)


def access_of(compiled: CompiledModel) -> Access:
    return compiled.prepared(("automation", "access"), lambda: AccessToModel(compiled.model))


def actor_of(person: Person, model: Model) -> Actor:
    actor = Actor(
        user_id=person.id,
        name=person.name,
        email=person.email,
        is_admin=person.is_admin,
        channel="job",
        language=person.language,
        time_zone=person.time_zone,
    )
    return with_grants(actor, person.grants, model)


def _parents(path: str) -> list[Path]:
    """The lookups on the way, outermost first."""
    names = tuple(path.split("."))
    return [names[:length] for length in range(1, len(names))]


def _chosen(parents: Collection[Path]) -> tuple[Path, ...]:
    """No more than a statement can join; what lies beyond is not seen."""
    return tuple(sorted(parents, key=lambda path: (len(path), path))[: MAX_JOINS - 1])


def _objects_read(model: Model, object_name: str, field_name: str) -> set[str]:
    """The objects whose records a formula field looks at."""
    found: set[tuple[str, str]] = set()
    waiting = [(object_name, field_name)]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            if not model.objects[one[0]].fields[one[1]].is_stored:
                waiting += fields_read(model, *one)
    return {name for name, _ in found}


def _statement(
    compiled: CompiledModel, access: Access, actor: Actor, object_name: str, parents: Sequence[Path]
) -> Statement:
    """Of pairs of people and records those that see one another, with the ids of the parents that are seen, too. What the predicates
    ask of one actor is asked of each person here. A record in the bin is seen by who saw it before."""
    source = Source(
        compiled.model,
        compiled.dialect,
        compiled.schema,
        object_name,
        lambda name: access.row_filter(actor, "read", name),
    )
    user = platform_tables(compiled.schema).user.alias("told")
    pairs = _pairs(compiled)
    ids = [source.value((*parent, "id")) for parent in parents]
    before = pairs.join(user, user.c.id == pairs.c.person).join(source.root, source.root.c.id == pairs.c.record)
    chosen = (
        sa.select(user.c.id, source.root.c.id, *ids)
        .select_from(source.joined_to(before))
        .where(*source.meets(access.row_filter(actor, "read", object_name)))
    )

    def of_each(element: Any, **_: Any) -> Any:
        """Written as text, so that no subquery takes the table for one of its own."""
        if not isinstance(element, sa.BindParameter):
            return None
        if element.key == USER_PARAMETER:
            return sa.literal_column("told.id", element.type)
        if element.key == PRINCIPAL_PARAMETER:
            return sa.literal_column("('user:' || told.id)", element.type)
        if element.key.startswith(USER_PREFIX):
            column = element.key.removeprefix(USER_PREFIX)
            text = "CAST(told.id AS TEXT)" if column == "id" else f'told."{column}"'
            return sa.literal_column(text, element.type)
        return None

    asked: Any = visitors.replacement_traverse(chosen, {}, of_each)
    return prepare(asked, compiled.dialect)


def _pairs(compiled: CompiledModel) -> Any:
    """The table of the two parameters side by side."""
    if compiled.dialect == "postgresql":
        arrays = [sa.bindparam(name, type_=postgresql.ARRAY(UUID)) for name in ("people", "records")]
        pairs = sa.func.unnest(*arrays).table_valued(sa.column("person", UUID), sa.column("record", UUID))
        return pairs.render_derived(name="pairs")
    person, record = (
        sa.func.json_each(sa.bindparam(name, type_=sa.Text())).table_valued("key", "value", name=name)
        for name in ("people", "records")
    )
    both = person.join(record, person.c.key == record.c.key)
    return sa.select(person.c.value.label("person"), record.c.value.label("record")).select_from(both).subquery("pairs")
