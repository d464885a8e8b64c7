"""A small CRM to read from and write to: accounts, deals with a field of every type, notes that belong to deals."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from tests.trellis.factory import administrator, opened_tenant
from trellis.automation.hooks import Change, SaveContext
from trellis.errors import TrellisError
from trellis.query.query import Query
from trellis.query.service import Queries
from trellis.records.service import RecordChange, Records, Saved
from trellis.security.access import Access, AdministratorAccess
from trellis.security.actor import Actor
from trellis.tenancy.tenant import Tenant

T = TypeVar("T")

FILES = {
    "objects/account.yaml": """\
label: Account
plural_label: Accounts
name_field: name
fields:
  name: {type: text, label: Name, length: 80, required: true}
  code: {type: text, label: Code, length: 20, unique: true, external_id: true}
  industry: {type: picklist, label: Industry, values: [Energy, Retail, {name: Media, default: true}, {name: Coal, active: false}]}
  parent: {type: lookup, label: Parent, object: account}
  employees: {type: number, label: Employees, precision: 9, scale: 0}
""",
    "objects/deal.yaml": """\
label: Deal
plural_label: Deals
name_field: name
fields:
  name: {type: text, label: Name, length: 80, required: true}
  number: {type: auto_number, label: Number, format: "D-{0000}"}
  account: {type: lookup, label: Account, object: account, on_delete: restrict}
  partner: {type: lookup, label: Partner, object: account}
  amount: {type: currency, label: Amount}
  probability: {type: percent, label: Probability, scale: 1}
  weight: {type: number, label: Weight, precision: 18, scale: 6}
  close_date: {type: date, label: Close date}
  starts_at: {type: datetime, label: Starts}
  starts_on: {type: time, label: Time}
  is_key: {type: checkbox, label: Key}
  stage: {type: picklist, label: Stage, values: [{name: New, default: true}, Won, Lost]}
  tags: {type: multi_picklist, label: Tags, values: [red, green, blue]}
  place: {type: geolocation, label: Place}
  email: {type: email, label: E-mail}
  notes: {type: long_text, label: Notes}
  due: {type: date, label: Due, default_formula: close_date + 7}
  expected: {type: formula, label: Expected, returns: currency, formula: amount * probability / 100}
  title: {type: formula, label: Title, returns: text, formula: 'name & " of " & account.name'}
  share: {type: formula, label: Share, returns: percent, scale: 1, formula: amount / 300, syntax: salesforce}
  is_big: {type: formula, label: Big, returns: checkbox, formula: amount > 1000}
validations:
  not_negative: {formula: amount < 0, message: Must not be negative., field: amount}
  retail_limit: {formula: 'ISPICKVAL(account.industry, "Retail") && amount > 100000', message: Too big for retail.}
""",
    "objects/note.yaml": """\
label: Note
plural_label: Notes
name_field: text
fields:
  text: {type: text, label: Text, length: 200, required: true}
  deal: {type: master_detail, label: Deal, object: deal}
""",
}


@dataclass
class Recorder:
    """Automation that writes down what it was asked, and runs `before` on the changes."""

    seen: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    committed_for: list[str] = field(default_factory=list)
    before: Any = None

    async def before_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        self.seen.append(("before", object_name, tuple(change.event for change in changes)))
        for change in changes if self.before else ():
            self.before(change)

    async def after_save(self, context: SaveContext, object_name: str, changes: Sequence[Change]) -> None:
        self.seen.append(("after", object_name, tuple(change.event for change in changes)))

    def committed(self, tenant: str) -> None:
        self.committed_for.append(tenant)


class Crm:
    """One tenant, driven from tests that are not coroutines."""

    def __init__(self, tenant: Tenant, actor: Actor, runner: asyncio.Runner) -> None:
        self.tenant = tenant
        self.actor = actor
        self._runner = runner
        self.automation = Recorder()
        self.access: Access = AdministratorAccess()
        self.now = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)

    @property
    def dialect(self) -> str:
        return self.tenant.database.dialect

    @property
    def records(self) -> Records:
        return Records(self.tenant, self.automation, self.access, clock=lambda: self.now)

    @property
    def queries(self) -> Queries:
        return Queries(self.tenant, self.access, clock=lambda: self.now)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def create(self, object_name: str, *payloads: Mapping[str, Any], **options: Any) -> tuple[Any, ...]:
        return self.run(self.records.create(self.actor, object_name, payloads, **options))

    def create_one(self, object_name: str, **values: Any) -> str:
        return str(self.create(object_name, values)[0].id)

    def update(self, object_name: str, record_id: str, values: Mapping[str, Any], version: int | None = None) -> Saved:
        change = RecordChange(id=record_id, values=values, expected_version=version)
        return self.run(self.records.update(self.actor, object_name, [change]))[0]

    def delete(self, object_name: str, *ids: str) -> tuple[Saved, ...]:
        return self.run(self.records.delete(self.actor, object_name, ids))

    def restore(self, object_name: str, *ids: str) -> tuple[Saved, ...]:
        return self.run(self.records.restore(self.actor, object_name, ids))

    def row(self, object_name: str, record_id: str, *fields: str) -> dict[str, Any]:
        return self.run(self.queries.row(self.actor, object_name, record_id, fields))

    def rows(self, object_name: str, *fields: str, **options: Any) -> list[dict[str, Any]]:
        return self.run(self.queries.rows(self.actor, Query(object=object_name, fields=fields, **options)))

    def page(self, object_name: str, *fields: str, **options: Any) -> list[dict[str, Any]]:
        page = self.run(self.queries.page(self.actor, Query(object=object_name, fields=fields, **options)))
        return loads(page.body)

    def refused(self, work: Coroutine[Any, Any, Any]) -> TrellisError:
        """The error that `work` ends with."""
        try:
            self.run(work)
        except TrellisError as error:
            return error
        raise AssertionError("nothing was refused")

    def faults(self, object_name: str, *payloads: Mapping[str, Any]) -> set[tuple[int, str | None, str]]:
        """(index, field, code) of everything that is wrong with new records."""
        error = self.refused(self.records.create(self.actor, object_name, payloads))
        return {(fault.index, fault.field, fault.code) for fault in error.fields}

    def as_nobody(self) -> Actor:
        return replace(self.actor, is_admin=False, name="Nobody")


def loads(body: bytes) -> Any:
    """JSON with exact numbers."""
    return json.loads(body, parse_float=Decimal)


@contextmanager
def open_crm(database_url: str, files: Mapping[str, str] = FILES) -> Iterator[Crm]:
    with asyncio.Runner() as runner:
        opened = opened_tenant(database_url, files)
        tenant = runner.run(opened.__aenter__())
        try:
            yield Crm(tenant, runner.run(administrator(tenant)), runner)
        finally:
            runner.run(opened.__aexit__(None, None, None))
