"""Denial by default; what one may not read is refused, not left out; a session that ended ends everything."""

from __future__ import annotations

from collections.abc import Coroutine, Hashable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from metamodel.definitions import Sort
from metamodel.model import Model
from tests.trellis.factory import add_user
from tests.trellis.records.crm import Crm
from trellis.errors import AccessDenied, NotAuthenticated, NotFound
from trellis.query.query import Query
from trellis.records.service import RecordChange
from trellis.security.access import Access, Action, Decision, RecordAction
from trellis.security.actor import Actor
from trellis.security.credentials import authenticate, create_session, revoke
from trellis.security.row_filter import RowFilter

Works = list[Coroutine[Any, Any, Any]]


def everything(crm: Crm, actor: Actor, deal: str) -> Works:
    return [
        crm.queries.page(actor, Query(object="deal")),
        crm.queries.rows(actor, Query(object="deal")),
        crm.queries.record(actor, "deal", deal),
        crm.queries.row(actor, "deal", deal),
        crm.queries.count(actor, Query(object="deal")),
        crm.records.create(actor, "deal", [{"name": "A"}]),
        crm.records.create(actor, "account", [{"name": "A"}]),
        crm.records.update(actor, "deal", [RecordChange(id=deal, values={"amount": 1})]),
        crm.records.update(actor, "deal", [RecordChange(id=deal, values={})]),
        crm.records.upsert(actor, "account", "code", "a", {"name": "A"}),
        crm.records.delete(actor, "deal", [deal]),
        crm.records.restore(actor, "deal", [deal]),
    ]


def test_who_is_no_administrator_may_do_nothing(crm: Crm) -> None:
    deal = crm.create_one("deal", name="A")

    errors = [crm.refused(work) for work in everything(crm, crm.as_nobody(), deal)]

    assert {type(error) for error in errors} == {AccessDenied}
    assert crm.row("deal", deal)["version"] == 1


@pytest.mark.parametrize("how", ["revoked", "expired", "inactive", "demoted", "never there"])
def test_a_session_that_ended_ends_reading_and_writing(crm: Crm, how: str) -> None:
    deal = crm.create_one("deal", name="A")
    user = crm.run(add_user(crm.tenant, f"user-{deal}", is_admin=True))
    issued = crm.run(create_session(crm.tenant, user, now=crm.now, lifetime=timedelta(hours=1)))
    found = crm.run(authenticate(crm.tenant, issued.token, now=crm.now))
    assert found is not None
    actor = found.actor
    crm.run(crm.queries.page(actor, Query(object="deal")))
    crm.run(crm.records.create(actor, "deal", [{"name": "B"}]))

    if how == "revoked":
        assert crm.run(revoke(crm.tenant, user, issued.id, now=crm.now))
    elif how == "expired":
        crm.now += timedelta(hours=2)
    elif how == "never there":
        actor = replace(actor, credential_id="01890000-0000-7000-8000-000000000000")
    else:
        table = crm.tenant.tables.user
        column = "is_active" if how == "inactive" else "is_admin"
        change = sa.update(table).where(table.c.id == user).values({column: False})
        crm.run(crm.tenant.database.run(lambda connection: connection.execute(change)))

    errors = [crm.refused(work) for work in everything(crm, actor, deal)]
    assert {type(error) for error in errors} == {NotAuthenticated}
    assert crm.row("deal", deal)["version"] == 1


@dataclass(frozen=True)
class Fields:
    """Grants everything but reading and changing some fields, and only rows that meet a filter."""

    hidden: frozenset[tuple[str, str]] = frozenset()
    rows: str | None = None
    writable_rows: str | None = None
    rows_of: str = "deal"

    def decide(
        self, actor: Actor, action: Action, object_name: str | None = None, field_name: str | None = None
    ) -> Decision:
        return Decision((object_name, field_name) not in self.hidden, f"{object_name}.{field_name} is hidden")

    def of(self, model: Model) -> Access:
        return self

    def row_filter(self, actor: Actor, action: RecordAction, object_name: str) -> RowFilter | None:
        text = self.rows if action == "read" else self.writable_rows or self.rows
        if object_name != self.rows_of or text is None:
            return None
        return RowFilter(is_everyone=True, restrictions=(text,))

    def record_types(self, actor: Actor, object_name: str) -> frozenset[str] | None:
        return None

    def shape(self, actor: Actor) -> Hashable:
        return self


@pytest.mark.parametrize(
    "options",
    [
        {"fields": ("name", "amount")},
        {"fields": ("account.code",)},
        {"filter": "amount > 1"},
        {"filter": 'account.code = "x"'},
        {"filter": "ISBLANK(amount) || TRUE"},
        {"sort": (Sort(field="amount"),)},
        {"sort": (Sort(field="account.code"),)},
        {"equals": (("amount", 1),)},
    ],
)
def test_naming_a_hidden_field_anywhere_is_refused(crm: Crm, options: dict[str, Any]) -> None:
    crm.access = Fields(hidden=frozenset((("deal", "amount"), ("account", "code"))))

    for work in (crm.queries.page, crm.queries.rows, crm.queries.count):
        assert isinstance(crm.refused(work(crm.actor, Query(**{"object": "deal", **options}))), AccessDenied)


def test_all_fields_are_those_one_may_read(crm: Crm) -> None:
    deal = crm.create_one("deal", name="A", amount=1)
    crm.access = Fields(hidden=frozenset((("deal", "amount"),)))

    assert "amount" not in crm.page("deal")[0]
    assert "amount" not in crm.row("deal", deal)


def test_a_field_one_may_not_change_cannot_be_given(crm: Crm) -> None:
    crm.access = Fields(hidden=frozenset((("deal", "amount"),)))

    assert isinstance(crm.refused(crm.records.create(crm.actor, "deal", [{"name": "A", "amount": 1}])), AccessDenied)


def test_rows_outside_the_filter_are_not_there(crm: Crm) -> None:
    seen, hidden = crm.create_one("deal", name="seen"), crm.create_one("deal", name="hidden")
    crm.access = Fields(rows='name <> "hidden" && owner.is_admin')

    page = crm.run(crm.queries.page(crm.actor, Query(object="deal", fields=("name",), count=True)))
    assert (page.body, page.total) == (b'[{"name":"seen"}]', 1)
    for work in (
        crm.queries.record(crm.actor, "deal", hidden),
        crm.records.update(crm.actor, "deal", [RecordChange(id=hidden, values={"amount": 1})]),
        crm.records.delete(crm.actor, "deal", [hidden]),
    ):
        assert isinstance(crm.refused(work), NotFound)
    assert crm.update("deal", seen, {"amount": 1}).version == 2


def test_rows_one_may_see_but_not_change_are_refused(crm: Crm) -> None:
    deal = crm.create_one("deal", name="A", stage="Won")
    crm.access = Fields(writable_rows='TEXT(stage) <> "Won"')

    error = crm.refused(crm.records.update(crm.actor, "deal", [RecordChange(id=deal, values={"amount": 1})]))
    assert isinstance(error, AccessDenied)


def test_a_parent_one_may_not_see_shows_nothing(crm: Crm) -> None:
    parents = crm.create("account", {"name": "open"}, {"name": "secret"})
    crm.create("deal", *({"name": "D", "account": one.id} for one in parents))
    crm.access = Fields(rows_of="account", rows='name <> "secret" && ISBLANK(parent.name)')

    rows = crm.rows("deal", "account.name", "title", sort=(Sort(field="account.name"),))

    assert [row["account.name"] for row in rows] == ["open", None]
    assert [row["title"] for row in rows] == ["D of open", "D of "]
    assert crm.rows("deal", "id", filter='account.name = "secret"') == []
