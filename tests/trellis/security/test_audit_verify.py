"""Whatever is done to the audit behind the application's back is found; what the application does leaves it whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa

from tests.trellis.security.tenants import open_tenant
from trellis.errors import AccessDenied, InvalidRequest, NotFound
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, write_audit
from trellis.security.audit.anchor import Anchor, make_anchor, parse_anchors, render_anchor
from trellis.security.audit.chain import START_HASH, AuditRow, Link, row_hash
from trellis.security.audit.export import export_audit
from trellis.security.audit.prune import forget_old_audit, prune_audit
from trellis.security.audit.read import Wanted, get_audit, list_audit
from trellis.security.audit.verify import Verification, verify_audit
from trellis.tenancy.tenant import Tenant

FIRST_DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ANNA = Actor(user_id="anna", name="Anna", email="anna@example.org", is_admin=True, channel="cli")
BEN = Actor(user_id="ben", name="Ben", email="ben@example.org", is_admin=False, channel="web")
ACCESS = AdministratorAccess()
ROWS = 6


@dataclass(frozen=True)
class Tampering:
    """`sql`: what somebody with the database's password does. `finds`: kind and number of what is found."""

    name: str
    sql: tuple[str, ...]
    finds: tuple[tuple[str, int], ...]


TAMPERINGS = (
    Tampering("a changed actor", ("UPDATE trellis_audit SET actor_name = 'Eve' WHERE number = 3",), (("changed", 3),)),
    Tampering(
        "a changed detail", ("""UPDATE trellis_audit SET details = '{"n":9}' WHERE number = 6""",), (("changed", 6),)
    ),
    Tampering(
        "another hash",
        (f"UPDATE trellis_audit SET hash = '{'a' * 64}' WHERE number = 2",),
        (("changed", 2), ("changed", 3)),
    ),
    Tampering("a deleted row", ("DELETE FROM trellis_audit WHERE number = 3",), (("missing", 3),)),
    Tampering("deleted rows", ("DELETE FROM trellis_audit WHERE number IN (3, 4)",), (("missing", 3),)),
    Tampering("the first row deleted", ("DELETE FROM trellis_audit WHERE number = 1",), (("missing", 1),)),
    Tampering("the end cut off", ("DELETE FROM trellis_audit WHERE number > 4",), (("missing", 5),)),
    Tampering("everything deleted", ("DELETE FROM trellis_audit",), (("missing", 1),)),
    Tampering(
        "a row added at the end",
        (
            "INSERT INTO trellis_audit (number, occurred_at, event, details, hash)"
            " SELECT 7, occurred_at, event, details, hash FROM trellis_audit WHERE number = 1",
        ),
        (("added", 7),),
    ),
    Tampering(
        "a row put between",
        (
            "UPDATE trellis_audit SET number = number + 100 WHERE number > 3",
            "INSERT INTO trellis_audit (number, occurred_at, event, details, hash)"
            " SELECT 4, occurred_at, event, details, hash FROM trellis_audit WHERE number = 1",
            "UPDATE trellis_audit SET number = number - 99 WHERE number > 100",
        ),
        (("changed", 4), ("changed", 5), ("changed", 6), ("head", 6), ("added", 7)),
    ),
    Tampering(
        "two rows exchanged",
        (
            "UPDATE trellis_audit SET number = 100 WHERE number = 2",
            "UPDATE trellis_audit SET number = 2 WHERE number = 5",
            "UPDATE trellis_audit SET number = 5 WHERE number = 100",
        ),
        (("changed", 2), ("changed", 3), ("changed", 5), ("changed", 6)),
    ),
    Tampering("the head changed", (f"UPDATE trellis_audit_head SET hash = '{'b' * 64}'",), (("head", 6),)),
    Tampering("the head deleted", ("DELETE FROM trellis_audit_head",), (("head", 0),)),
    Tampering(
        "a pruning that nobody did",
        (
            "UPDATE trellis_audit_head SET pruned_number = 2,"
            " pruned_hash = (SELECT hash FROM trellis_audit WHERE number = 2)",
            "DELETE FROM trellis_audit WHERE number <= 2",
        ),
        (("pruned", 2),),
    ),
)


@asynccontextmanager
async def _opened(database_url: str, folder: Path) -> AsyncIterator[Tenant]:
    async with open_tenant(database_url, folder) as (_, tenant):
        yield tenant


async def _fill(tenant: Tenant) -> None:
    """One row a day."""
    for number in range(ROWS):
        event = AuditEvent(
            event="secret_set" if number % 2 else "secret_deleted",
            actor=ANNA if number < 4 else BEN,
            subject=Subject(kind="secret", id=f"s{number}"),
            details={"n": number},
        )
        await _write(tenant, event, FIRST_DAY + number * DAY)


async def _write(tenant: Tenant, event: AuditEvent, now: datetime) -> None:
    await tenant.database.write(lambda tx: write_audit(tx, tenant.database.schema, event, now=now))


async def _by_force(tenant: Tenant, *statements: str, is_guarded: bool = True) -> None:
    """As somebody does who has the database's password. `is_guarded`: whether they hide that the triggers were away."""

    def work(connection: sa.Connection) -> None:
        guards = _without_guards(connection)
        for statement in (*statements, *(guards if is_guarded else ())):
            connection.exec_driver_sql(statement)

    await tenant.database.run(work)


def _without_guards(connection: sa.Connection) -> list[str]:
    """Gives what puts them back."""
    if connection.dialect.name == "postgresql":
        tables = ("trellis_audit", "trellis_audit_head")
        for table in tables:
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        return [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]
    found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    for name, _ in found:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    return [sql for _, sql in found]


async def _start_again(tenant: Tenant) -> None:
    await _by_force(
        tenant,
        "DELETE FROM trellis_audit",
        "DELETE FROM trellis_audit_head",
        f"INSERT INTO trellis_audit_head VALUES (1, 0, '{START_HASH}', 0, '{START_HASH}')",
    )
    await _fill(tenant)


async def _verify(tenant: Tenant, *anchors: Anchor) -> Verification:
    return await verify_audit(tenant, ACCESS, ANNA, anchors=anchors)


def _found(verification: Verification) -> tuple[tuple[str, int], ...]:
    return tuple((one.kind, one.number) for one in verification.findings)


def test_every_way_of_tampering_is_found(database_url: str, tmp_path: Path) -> None:
    async def run() -> dict[str, tuple[tuple[str, int], ...]]:
        found = {}
        async with _opened(database_url, tmp_path) as tenant:
            for one in TAMPERINGS:
                await _start_again(tenant)
                assert (await _verify(tenant)).is_intact
                await _by_force(tenant, *one.sql)
                found[one.name] = _found(await _verify(tenant))
        return found

    assert asyncio.run(run()) == {one.name: one.finds for one in TAMPERINGS}


def test_triggers_that_are_away_are_missed(database_url: str, tmp_path: Path) -> None:
    async def run() -> tuple[str, ...]:
        async with _opened(database_url, tmp_path) as tenant:
            await _fill(tenant)
            await _by_force(tenant, is_guarded=False)
            return tuple(one.message for one in (await _verify(tenant)).findings)

    messages = asyncio.run(run())
    assert len(messages) == 4
    assert all("does not guard the audit any more" in message for message in messages)


def test_an_anchor_finds_a_chain_that_was_cut_or_rewritten_with_its_head(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with _opened(database_url, tmp_path) as tenant:
            await _fill(tenant)
            anchor = await make_anchor(tenant, ACCESS, ANNA, now=FIRST_DAY)
            assert parse_anchors(f"{render_anchor(anchor)}\n\n") == (anchor,)
            assert (await _verify(tenant, anchor)).anchors == 1
            await _by_force(
                tenant,
                "DELETE FROM trellis_audit WHERE number > 4",
                "UPDATE trellis_audit_head SET number = 4, hash = (SELECT hash FROM trellis_audit WHERE number = 4)",
            )
            assert (await _verify(tenant)).is_intact
            assert _found(await _verify(tenant, anchor)) == (("anchor", 6),)
            await _write(tenant, AuditEvent(event="invited", actor=BEN), FIRST_DAY)
            await _write(tenant, AuditEvent(event="invited", actor=BEN), FIRST_DAY)
            assert (await _verify(tenant)).is_intact
            cut = await _verify(tenant, anchor)
            assert _found(cut) == (("anchor", 6),)
            assert "rewritten" in cut.findings[0].message
            elsewhere = Anchor(tenant="other", link=anchor.link, made_at=FIRST_DAY)
            assert "of the tenant other" in (await _verify(tenant, elsewhere)).findings[0].message

    asyncio.run(run())


def test_what_is_pruned_leaves_a_chain_that_verifies(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with _opened(database_url, tmp_path) as tenant:
            await _fill(tenant)
            old = await make_anchor(tenant, ACCESS, ANNA, now=FIRST_DAY)
            early = Anchor(tenant=tenant.name, link=Link(number=1, hash="?"), made_at=FIRST_DAY)
            now = FIRST_DAY + 20 * DAY
            assert await prune_audit(tenant, ACCESS, ANNA, before=FIRST_DAY, now=now) == 0
            assert await prune_audit(tenant, ACCESS, ANNA, before=FIRST_DAY + 2 * DAY, now=now) == 2
            found = await _verify(tenant, old, early)
            assert (found.is_intact, found.first, found.last) == (True, 3, 7)
            assert (found.anchors, found.pruned_anchors) == (1, 1)
            said = await get_audit(tenant, ACCESS, ANNA, 7)
            assert (said.event, orjson.loads(said.details)["through"]) == ("audit_pruned", 2)
            with pytest.raises(NotFound):
                await get_audit(tenant, ACCESS, ANNA, 2)
            assert await prune_audit(tenant, ACCESS, ANNA, before=now + DAY, now=now) == 5
            await _write(tenant, AuditEvent(event="invited", actor=ANNA), now)
            found = await _verify(tenant)
            assert (found.is_intact, found.first, found.last) == (True, 8, 9)

    asyncio.run(run())


def test_rows_are_found_by_what_they_say(database_url: str, tmp_path: Path) -> None:
    cases = [
        (Wanted(), [6, 5, 4, 3, 2, 1]),
        (Wanted(events=("secret_deleted", "invited")), [5, 3, 1]),
        (Wanted(actor_id="ben"), [6, 5]),
        (Wanted(subject_kind="secret", subject_id="s2"), [3]),
        (Wanted(since=FIRST_DAY + DAY, until=FIRST_DAY + 3 * DAY), [3, 2]),
        (Wanted(address="10.0.0.1"), []),
        (Wanted(events=()), []),
    ]

    async def run() -> list[tuple[Wanted, list[int]]]:
        async with _opened(database_url, tmp_path) as tenant:
            await _fill(tenant)
            return [
                (wanted, [row.number for row in await list_audit(tenant, ACCESS, ANNA, wanted, limit=10)])
                for wanted, _ in cases
            ]

    assert asyncio.run(run()) == cases


def test_pages_and_exports_hold_every_row_once(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with _opened(database_url, tmp_path) as tenant:
            await _fill(tenant)
            page = await list_audit(tenant, ACCESS, ANNA, limit=4)
            rest = await list_audit(tenant, ACCESS, ANNA, limit=4, before=page[-1].number)
            assert [row.number for row in (*page, *rest)] == [6, 5, 4, 3, 2, 1]
            by_anna = Wanted(actor_id="anna")
            lines = [one async for one in await export_audit(tenant, ACCESS, ANNA, by_anna, "jsonl", now=FIRST_DAY)]
            rows = [orjson.loads(line) for line in "".join(lines).splitlines()]
            assert [row["number"] for row in rows] == [1, 2, 3, 4, 7]
            assert rows[-1]["event"] == "audit_exported"
            table = [one async for one in await export_audit(tenant, ACCESS, ANNA, Wanted(), "csv", now=FIRST_DAY)]
            assert [line.split(",")[0] for line in "".join(table).splitlines()] == ["number", *map(str, range(1, 9))]

    asyncio.run(run())


def test_a_spreadsheet_is_handed_no_formula(tmp_path: Path) -> None:
    async def run() -> str:
        async with _opened("", tmp_path) as tenant:
            await _write(tenant, AuditEvent(event="invited", actor=ANNA, address='=HYPERLINK("x")'), FIRST_DAY)
            pieces = [one async for one in await export_audit(tenant, ACCESS, ANNA, Wanted(), "csv", now=FIRST_DAY)]
            return "".join(pieces)

    assert ",\"'=HYPERLINK(" in asyncio.run(run())


def test_only_those_who_may_see_the_audit_read_or_verify_it(tmp_path: Path) -> None:
    async def run() -> None:
        async with _opened("", tmp_path) as tenant:
            for work in (
                list_audit(tenant, ACCESS, BEN, limit=1),
                get_audit(tenant, ACCESS, BEN, 1),
                verify_audit(tenant, ACCESS, BEN),
                make_anchor(tenant, ACCESS, BEN, now=FIRST_DAY),
                export_audit(tenant, ACCESS, BEN, Wanted(), "csv", now=FIRST_DAY),
                prune_audit(tenant, ACCESS, BEN, before=FIRST_DAY, now=FIRST_DAY),
            ):
                with pytest.raises(AccessDenied):
                    await work

    asyncio.run(run())


def test_a_hash_is_over_the_hash_before_and_everything_in_the_row() -> None:
    row = AuditRow(
        number=1,
        occurred_at=FIRST_DAY,
        event="invited",
        actor_id="a",
        actor_name="Zoë",
        channel="web",
        credential_id=None,
        address=None,
        subject_kind=None,
        subject_id=None,
        subject_name=None,
        details="{}",
    )
    # printf '%064d\n%s' 0 '{"actor_id":"a",…,"subject_name":null}' | sha256sum
    assert row_hash(START_HASH, row) == "a6d256818deab4433f74e10ba2b29e69c66aa02208fa652504e87ca56d66fc3f"


def test_the_job_keeps_the_days_that_it_is_told_and_waits_for_a_whole_one(tmp_path: Path) -> None:
    async def run() -> list[int]:
        async with _opened("", tmp_path) as tenant:
            await _fill(tenant)
            later = FIRST_DAY + 10 * DAY
            return [
                await forget_old_audit(tenant, days=days, now=later + hours * timedelta(hours=1))
                for days, hours in ((0, 0), (9, -1), (9, 1), (9, 2))
            ]

    assert asyncio.run(run()) == [0, 0, 2, 0]


@pytest.mark.parametrize(
    "line", ["{}", "nonsense", '{"tenant":"a","number":"x","hash":"","made_at":"2026-01-01"}', "[]"]
)
def test_what_is_no_anchor_is_named_by_its_line(line: str) -> None:
    with pytest.raises(InvalidRequest, match="Line 2"):
        parse_anchors(f"\n{line}")
