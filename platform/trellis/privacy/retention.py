"""Records whose time is over: counted for those who ask, and made to go by the rounds of the jobs, some at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from metamodel.definitions import Object
from metamodel.fields.choice import CheckboxField
from metamodel.fields.contact import EmailField, PhoneField, UrlField
from metamodel.fields.field import Field
from metamodel.fields.reference import LookupField
from metamodel.model import Model
from metamodel.personal_data import Retention
from rule_engine import Kind
from trellis.automation.hooks import SaveContext
from trellis.automation.timing.acting import fetch_acting
from trellis.errors import TrellisError
from trellis.privacy.data_map import effect_of
from trellis.privacy.erase import expire
from trellis.query.fetch import fetch_count, fetch_rows
from trellis.query.query import Query
from trellis.security.access import Access, AdministratorAccess, require
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, write_audit
from trellis.storage.database import Transaction
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

logger = logging.getLogger(__name__)
EVERY = timedelta(hours=1)
AT_ONCE = 200
MOST_BATCHES = 50


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRecords:
    """What one rule would do now. `count`: at most 10,000 are counted; `is_exact`: whether these are all."""

    object: Object
    rule: Retention
    count: int
    is_exact: bool


async def count_due(tenant: Tenant, access: Access, actor: Actor, *, now: datetime) -> tuple[DueRecords, ...]:
    """Every rule with the number of records that it is time for. Raises AccessDenied."""
    require(access, actor, "erase")

    async def work(transaction: Transaction, compiled: CompiledModel) -> tuple[DueRecords, ...]:
        everybody, due = AdministratorAccess(), []
        acting = await fetch_acting(transaction, compiled, None)
        for target, rule in rules_of(compiled.model):
            query = Query(object=target.name, filter=due_filter(target, rule))
            count, is_exact = await fetch_count(transaction, compiled, everybody, acting, query, now)
            due.append(DueRecords(object=target, rule=rule, count=count, is_exact=is_exact))
        return tuple(due)

    return await tenant.read(work)


@dataclass(slots=True, kw_only=True)
class RetentionRounds:
    """Of all tenants, each once an hour. `at_once`: how many records go in one transaction."""

    clock: Callable[[], datetime] = utc_now
    at_once: int = AT_ONCE
    _done_at: dict[str, datetime] = field(default_factory=dict)

    async def run(self, tenant: Tenant) -> int:
        """Gives how many records have gone; does nothing when it did within the hour. What is too much for one run is left to the next. A
        rule that fails is logged, and keeps no other one from its turn."""
        now = self.clock()
        before = self._done_at.get(tenant.name)
        if before is not None and now - before < EVERY:
            return 0
        self._done_at[tenant.name] = now
        count = 0
        for target, rule in rules_of((await tenant.compiled()).model):
            try:
                count += await self._apply(tenant, target.name, rule.name, now)
            except TrellisError as error:
                logger.warning("tenant %s: retention %s.%s: %s", tenant.name, target.name, rule.name, error)
        return count

    async def _apply(self, tenant: Tenant, object_name: str, rule_name: str, now: datetime) -> int:
        async def work(transaction: Transaction, compiled: CompiledModel) -> int:
            target = compiled.model.find_object(object_name)
            rule = next((one for one in target.retention if one.name == rule_name), None) if target else None
            if target is None or rule is None:
                return 0
            return await _expire_some(transaction, compiled, target, rule, self.at_once, now)

        gone = 0
        for _ in range(MOST_BATCHES):
            count = await tenant.write(work)
            gone += count
            if count < self.at_once:
                break
        return gone


async def _expire_some(
    transaction: Transaction, compiled: CompiledModel, target: Object, rule: Retention, limit: int, now: datetime
) -> int:
    actor = await fetch_acting(transaction, compiled, None)
    query = Query(object=target.name, fields=("id",), filter=due_filter(target, rule), limit=limit)
    rows: Sequence[Any] = await fetch_rows(transaction, compiled, AdministratorAccess(), actor, query, now)
    ids = [str(row["id"]) for row in rows]
    context = SaveContext(transaction=transaction, compiled=compiled, actor=actor, now=now)
    gone, copies = await expire(context, target, ids, is_deleted=rule.then == "delete") if ids else ((), {})
    if gone:
        fate = {"anonymize": "anonymized", "delete": "deleted"}[rule.then]
        details = {"retention": rule.name, "records": {target.name: {fate: len(gone)}}, "copies": copies}
        about = Subject(kind="object", id=target.name, name=target.label)
        event = AuditEvent(event="person_erased", actor=actor, subject=about, details=details)
        await write_audit(transaction, compiled.schema, event, now=now)
    return len(gone)


def rules_of(model: Model) -> Iterator[tuple[Object, Retention]]:
    """By the names of objects, in the order of their files."""
    for _, target in sorted(model.objects.items()):
        for rule in target.retention:
            yield target, rule


def due_filter(target: Object, rule: Retention) -> str:
    """The formula that is TRUE for records whose time is over, and that have not gone already."""
    is_moment = target.fields[rule.since].formula_type.kind is Kind.DATETIME
    over = f"{rule.since} < {'NOW' if is_moment else 'TODAY'}() - {rule.after_days}"
    conditions = [over, *([f"({rule.when})"] if rule.when else ())]
    if rule.then == "anonymize":
        conditions.append(f"({' || '.join(_says_something(target))})")
    return " && ".join(conditions)


def _says_something(target: Object) -> Iterator[str]:
    """A condition for each field that erasing would still change. Texts that must be there are told by what they were replaced with; an
    encrypted one cannot be, and the database is not asked about places."""
    for one in target.fields.values():
        if one.personal_data is None or isinstance(one, LookupField):
            continue
        if isinstance(one, CheckboxField):
            yield one.name
        elif effect_of(one) == "emptied" and (one.encrypted or len(one.columns) == 1):
            yield f"NOT(ISBLANK({one.name}))"
        elif effect_of(one) == "replaced" and not one.encrypted:
            yield _is_not_replaced(one)


def _is_not_replaced(one: Field) -> str:
    match one:
        case EmailField():
            return f'NOT(CONTAINS({one.name}, "@erased.invalid"))'
        case UrlField():
            return f'NOT(CONTAINS({one.name}, "//erased.invalid"))'
        case PhoneField():
            return f'NOT(BEGINS({one.name}, "+0"))'
    return f'NOT(BEGINS({one.name}, "Erased"))'
