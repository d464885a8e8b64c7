"""A tenant and the oracle, side by side: everything that is done is done in both."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from metamodel.definitions import Sort
from tests.access.oracle import LINKS, Oracle, Record, Share
from tests.access.rights import OBJECTS, TYPED, TYPES, Principal, Rights, files_of
from tests.trellis.factory import add_user
from tests.trellis.records.crm import Crm, loads
from trellis.automation.group_members import replace_group_members
from trellis.automation.queue_members import replace_members
from trellis.automation.seat_checks import NewMember
from trellis.errors import TrellisError
from trellis.explain.service import Explanations
from trellis.query.query import Query
from trellis.records.service import RecordChange
from trellis.records.shares import NewShare, list_shares, share_record, unshare_record
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.access import GrantedAccess
from trellis.security.actor import Actor
from trellis.security.permissions import with_grants
from trellis.security.users import get_user

USERS = ("ann", "ben", "cat", "dan", "eve")
BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)

SHOWN = {
    "account": (
        "name",
        "region",
        "level",
        "secret",
        "parent",
        "doubled",
        "parent_region",
        "line_count",
        "visit_levels",
    ),
    "line": ("name", "account", "account_level"),
    "visit": ("name", "region", "level", "account", "account_secret", "record_type"),
}


class World:
    def __init__(self, crm: Crm) -> None:
        self.crm = crm
        crm.access = GrantedAccess()
        self.ids = {name: crm.run(add_user(crm.tenant, name)) for name in USERS}
        self.files: dict[str, str | None] = {}
        self.oracle: Oracle

    # Changes

    def begin(self, rights: Rights) -> None:
        """Nothing is there but the people, who have nothing."""
        crm = self.crm
        crm.now = BEGIN
        for principal in list(getattr(self, "oracle", Oracle(rights, BEGIN)).members):
            self.join(principal, set())
        self.oracle = Oracle(rights, crm.now)
        self.deploy(rights)
        names = [f"{self.schema}{name}" for name in (*OBJECTS, "trellis_share")]

        def empty(connection: sa.Connection) -> None:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"TRUNCATE {', '.join(names)}")
            else:
                for name in reversed(names):
                    connection.exec_driver_sql(f"DELETE FROM {name}")

        crm.run(crm.tenant.database.run(empty))

    @property
    def schema(self) -> str:
        schema = self.crm.tenant.database.schema
        return f'"{schema}".' if schema else ""

    def deploy(self, rights: Rights) -> None:
        wanted = files_of(rights)
        changed = {path: text for path, text in wanted.items() if self.files.get(path) != text}
        if changed:
            self.crm.run(deploy(self.crm.tenant, self.crm.actor, SourceChange(files=changed), summary="Rights"))
        self.files = wanted
        self.oracle.rights = rights

    def join(self, principal: Principal, users: set[str]) -> None:
        crm, (kind, name) = self.crm, principal
        members = sorted(users)
        if kind == "queue":
            seats = [NewMember(user=member) for member in members]
            crm.run(replace_members(crm.tenant, crm.access, crm.actor, name, seats))
        else:
            replace: Any = replace_group_members
            crm.run(replace(crm.tenant, crm.access, crm.actor, kind, name, members))
        if hasattr(self, "oracle"):
            self.oracle.members[principal] = users

    def pass_time(self, hours: int = 0) -> None:
        self.crm.now += timedelta(hours=hours, seconds=1)
        self.oracle.now = self.crm.now

    def create(self, object_name: str, values: dict[str, Any], owner: str | None) -> str:
        """By the administrator, for somebody."""
        given = {**values, **({"owner": self.ids[owner]} if owner else {})}
        made = str(self.crm.run(self.crm.records.create(self.crm.actor, object_name, [given]))[0].id)
        first = {"record_type": TYPES[0]} if object_name == TYPED else {}
        self.oracle.records[made] = Record(object_name, {**first, **values}, owner)
        return made

    def queue(self, record_id: str, queue: str) -> None:
        """The record waits there from now on."""
        record = self.oracle.records[record_id]
        table = sa.table(
            record.object, *map(sa.column, ("id", "owner", "owner_queue")), schema=self.crm.tenant.database.schema
        )
        waits = sa.update(table).where(sa.cast(table.c.id, sa.Text) == record_id).values(owner=None, owner_queue=queue)
        self.crm.run(self.crm.tenant.database.run(lambda connection: connection.execute(waits)))
        record.owner, record.queue = None, queue

    # What people try

    def actor(self, user: str) -> Actor:
        """As statements find them now."""
        crm = self.crm
        found = crm.run(get_user(crm.tenant, user))
        actor = Actor(user_id=found.id, name=found.name, email=found.email, is_admin=False, channel="api")
        return with_grants(actor, found.grants, crm.run(crm.tenant.compiled()).model)

    def outcome(self, work: Coroutine[Any, Any, Any]) -> tuple[str | None, Any]:
        try:
            return None, self.crm.run(work)
        except TrellisError as error:
            return type(error).__name__, error

    def update(self, user: str, record_id: str, values: dict[str, Any]) -> None:
        record = self.oracle.records[record_id]
        change = RecordChange(id=record_id, values=values)
        expected = self.oracle.outcome(user, "edit", "write", record_id, tuple(values))
        links = LINKS[record.object].keys() & values.keys()
        if expected is None and any(values[link] is not None for link in links):
            expected = (
                None if all(self._may_point(user, record, link, values[link]) for link in links) else "InvalidRecord"
            )
        wanted = values.get("record_type", record.values.get("record_type"))
        if expected is None and wanted != record.values.get("record_type") and wanted not in self.oracle.types(user):
            expected = "AccessDenied"
        happened, _ = self.outcome(self.crm.records.update(self.actor(user), record.object, [change]))
        assert happened == expected, (user, record, values)
        if happened is None:
            record.values = {**record.values, **values}

    def _may_point(self, user: str, record: Record, link: str, target: str) -> bool:
        oracle = self.oracle
        if record.values.get(link) == target:
            return True
        return oracle.sees(user, target) and (record.object != "line" or oracle.reaches(user, "write", target))

    def hand_over(self, user: str, record_id: str, to: str) -> None:
        record, oracle = self.oracle.records[record_id], self.oracle
        expected = oracle.outcome(user, "edit", "write", record_id, ("owner",))
        if expected is None and record.owner != to and not oracle.reaches(user, "own", record_id):
            expected = "AccessDenied"
        change = RecordChange(id=record_id, values={"owner": self.ids[to]})
        happened, _ = self.outcome(self.crm.records.update(self.actor(user), record.object, [change]))
        assert happened == expected, (user, record, to)
        if happened is None:
            record.owner, record.queue = to, None

    def create_as(self, user: str, object_name: str, values: dict[str, Any]) -> None:
        oracle = self.oracle
        types = oracle.types(user)
        first = {"record_type": next(iter(types), None)} if object_name == TYPED else {}
        record = Record(object_name, {**first, **values}, None if object_name == "line" else user)
        expected = None
        if (
            not oracle.may(user, "create", object_name)
            or not all(oracle.edits(user, object_name, name) for name in values)
            or (object_name == TYPED and record.values["record_type"] not in types)
        ):
            expected = "AccessDenied"
        elif not all(
            self._may_point(user, Record(object_name, {}, None), link, values[link])
            for link in LINKS[object_name].keys() & values.keys()
        ):
            expected = "InvalidRecord"
        happened, made = self.outcome(self.crm.records.create(self.actor(user), object_name, [values]))
        assert happened == expected, (user, record)
        if happened is None:
            oracle.records[str(made[0].id)] = record

    def delete(self, user: str, record_id: str) -> None:
        oracle = self.oracle
        record = oracle.records[record_id]
        expected = oracle.outcome(user, "delete", "own", record_id)
        lines = [one for one in oracle.pointing(record_id) if oracle.records[one].object == "line"]
        if expected is None and len(lines) < len(oracle.pointing(record_id)):
            expected = "InvalidRecord"
        happened, _ = self.outcome(self.crm.records.delete(self.actor(user), record.object, [record_id]))
        assert happened == expected, (user, record)
        if happened is None:
            for one in (record_id, *lines):
                oracle.records[one].binned = int(oracle.now.timestamp())

    def restore(self, user: str, record_id: str) -> None:
        oracle = self.oracle
        record = oracle.records[record_id]
        if record.binned is None:
            expected: str | None = "NotFound" if oracle.may(user, "delete", record.object) else "AccessDenied"
        else:
            together, record.binned = record.binned, None
            expected = oracle.outcome(user, "delete", "own", record_id)
            record.binned = together
            links = (record.values.get(link) for link in LINKS[record.object])
            if expected is None and any(one is not None and oracle.records[one].binned is not None for one in links):
                expected = "InvalidRecord"
        happened, _ = self.outcome(self.crm.records.restore(self.actor(user), record.object, [record_id]))
        assert happened == expected, (user, record)
        if happened is None:
            together, record.binned = record.binned, None
            for one in oracle.records.values():
                if one.object == "line" and one.values["account"] == record_id and one.binned == together:
                    one.binned = None

    def share(self, user: str, record_id: str, principal: Principal, *, writes: bool, hours: int | None) -> None:
        crm, oracle = self.crm, self.oracle
        record = oracle.records[record_id]
        until = None if hours is None else crm.now + timedelta(hours=hours)
        kind, name = principal
        share = NewShare(
            principal=f"{kind}:{name}" if name else kind, access="read_write" if writes else "read", expires_at=until
        )
        place = (crm.tenant, crm.access, self.actor(user), record.object, record_id)
        expected = oracle.outcome(user, "read", "own", record_id)
        happened, made = self.outcome(share_record(*place, share, now=crm.now))
        assert happened == expected, (user, record, share)
        if happened is None:
            for one in [
                one for one, old in oracle.shares.items() if (old.record, old.principal) == (record_id, principal)
            ]:
                del oracle.shares[one]
            oracle.shares[made.id] = Share(record_id, principal, writes, until)

    def unshare(self, user: str, share_id: str) -> None:
        crm, oracle = self.crm, self.oracle
        record_id = oracle.shares[share_id].record
        record = oracle.records[record_id]
        place = (crm.tenant, crm.access, self.actor(user), record.object, record_id)
        expected = oracle.outcome(user, "read", "own", record_id)
        happened, _ = self.outcome(unshare_record(*place, share_id, now=crm.now))
        assert happened == expected, (user, record)
        if happened is None:
            del oracle.shares[share_id]

    # What people see

    def check_all(self) -> None:
        """The lists of everybody."""
        for user in USERS:
            actor = self.actor(user)
            for object_name in OBJECTS:
                query = Query(object=object_name, fields=("id",), count=True)
                happened, page = self.outcome(self.crm.queries.page(actor, query))
                if not self.oracle.may(user, "read", object_name):
                    assert happened == "AccessDenied", (user, object_name)
                    continue
                assert happened is None, page
                shown = {row["id"] for row in loads(page.body)}
                assert shown == self.oracle.seen(user, object_name), (user, object_name)
                assert page.total == len(shown)

    def check(self, user: str, object_name: str) -> None:
        """Every way in of one person to the records of one object."""
        actor, oracle = self.actor(user), self.oracle
        self._check_each(actor, user, object_name)
        self._check_refusals(actor, user, object_name)
        if not oracle.may(user, "read", object_name):
            return
        names = [name for name in SHOWN[object_name] if oracle.reads(user, object_name, name)]
        seen = oracle.seen(user, object_name)
        expected = {one: {name: oracle.value(user, one, name) for name in ("id", *names)} for one in seen}
        whole = Query(object=object_name, fields=("id", *names), count=True, sort=(Sort(field="id"),))
        queries, run = self.crm.queries, self.crm.run
        page, rows = run(queries.page(actor, whole)), run(queries.row_page(actor, whole))
        for shown in (loads(page.body), rows.rows):
            _same({row["id"]: _plain(row) for row in shown}, expected, (user, object_name))
        assert page.total == rows.total == len(seen)
        assert run(queries.count(actor, Query(object=object_name))) == (len(seen), True)
        own = {row["id"]: row for row in run(queries.rows(actor, Query(object=object_name)))}
        assert own.keys() == seen
        for row in own.values():
            assert row.keys() & set(SHOWN[object_name]) == set(names)
        for record_id in seen:
            body = run(queries.record(actor, object_name, record_id, ("id", *names))).body
            _same({record_id: _plain(loads(body))}, {record_id: expected[record_id]}, (user, object_name))
        self._check_filters(actor, user, object_name, names, seen)

    def _check_filters(self, actor: Actor, user: str, object_name: str, names: Sequence[str], seen: set[str]) -> None:
        oracle = self.oracle
        for link, other in LINKS[object_name].items():
            for name in ("name", "region", "secret"):
                if name == "region" and other == "line":
                    continue
                allowed = link in names and oracle.reads(user, other, name)
                text = f"NOT(ISBLANK({link}.{name}))"
                expected = (
                    {one for one in seen if oracle.across(user, one, link, name) is not None} if allowed else None
                )
                self._check_filter(actor, object_name, text, f"{link}.{name}", expected)
        for name in SHOWN[object_name]:
            if name not in names or not isinstance(oracle.value(user, next(iter(seen), ""), name) if seen else "", str):
                expected = {one for one in seen if oracle.value(user, one, name) is not None} if name in names else None
                self._check_filter(actor, object_name, f"NOT(ISBLANK({name}))", name, expected)

    def _check_filter(self, actor: Actor, object_name: str, text: str, path: str, expected: set[str] | None) -> None:
        """`expected` None: it is refused, in filters, sorts and fields."""
        queries = self.crm.queries
        filtered = Query(object=object_name, fields=("id",), filter=text)
        sort = Query(object=object_name, fields=("id",), sort=(Sort(field=path),))
        field = Query(object=object_name, fields=(path,))
        if expected is None:
            for query in (filtered, sort, field):
                assert self.outcome(queries.page(actor, query))[0] == "AccessDenied", (actor.name, query)
            return
        for query in (sort, field):
            assert self.outcome(queries.rows(actor, query))[0] is None, (actor.name, query)
        assert {row["id"] for row in self.crm.run(queries.rows(actor, filtered))} == expected, (actor.name, text)
        assert self.crm.run(queries.count(actor, filtered)) == (len(expected), True)

    def _check_each(self, actor: Actor, user: str, object_name: str) -> None:
        crm, oracle = self.crm, self.oracle
        explanations = Explanations(crm.tenant, crm.access, clock=lambda: crm.now)
        for record_id, record in oracle.records.items():
            if record.object != object_name:
                continue
            may = oracle.may(user, "read", object_name)
            expected = "AccessDenied" if not may else None if oracle.sees(user, record_id) else "NotFound"
            place = (crm.tenant, crm.access, actor, object_name, record_id)
            assert self.outcome(crm.queries.record(actor, object_name, record_id))[0] == expected, (user, record)
            assert self.outcome(list_shares(*place, now=crm.now))[0] == expected, (user, record)
            gone = "AccessDenied" if expected else None
            assert self.outcome(explanations.explain(actor, object_name, record_id))[0] in (expected, gone), (
                user,
                record,
            )
            if expected is not None:
                continue
            rights = crm.run(crm.queries.rights(actor, object_name, record_id))
            reached = {level: oracle.reaches(user, level, record_id) for level in ("write", "own")}
            assert rights.update == (reached["write"] and oracle.may(user, "edit", object_name)), (user, record)
            assert rights.delete == (reached["own"] and oracle.may(user, "delete", object_name)), (user, record)

    def _check_refusals(self, actor: Actor, user: str, object_name: str) -> None:
        if self.oracle.may(user, "read", object_name):
            return
        for query in (
            Query(object=object_name),
            Query(object=object_name, fields=("id",), filter="NOT(ISBLANK(name))"),
        ):
            for work in (self.crm.queries.page, self.crm.queries.rows, self.crm.queries.count):
                assert self.outcome(work(actor, query))[0] == "AccessDenied", (user, query)


def _same(got: dict[str, Any], expected: dict[str, Any], who: object) -> None:
    wrong = {
        one: (got.get(one), expected.get(one))
        for one in got.keys() | expected.keys()
        if got.get(one) != expected.get(one)
    }
    assert not wrong, (who, wrong)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: int(value) if hasattr(value, "as_integer_ratio") else value for name, value in row.items()}
