"""Messages about records that the recipient may not see, and values that are hidden from them. On both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from tests.trellis.automation.rules import Office, with_rules
from tests.trellis.automation.test_notice import bells, delivery
from trellis.automation.inbox import fetch_inbox
from trellis.automation.people import Person
from trellis.automation.sight import Told, fetch_sight
from trellis.ids import new_id
from trellis.security.grants import Grants
from trellis.storage.column_types import UUID

HIDDEN = "Something happened to a record that you may not see"
TELL = """
rule "Tell" on lead when created then
    notify user "anna", user "bo" via in_app, email with template hello
end
"""
MORE = {
    "permissions/part.yaml": """
label: Part
objects:
  account: {rights: [read]}
  lead: {rights: [read], fields: {"*": read, revenue: none}}
""",
    "sharing/lead.yaml": """
restrictions:
  none_lost: {label: None lost, when: 'name <> "Secret" || $User.email = "chen@example.org"'}
""",
}


async def grant(office: Office, username: str, permission_set: str) -> None:
    user = office.tenant.tables.user
    text = f'{{"permission_sets":["{permission_set}"]}}'
    await office.execute(sa.update(user).where(user.c.username == username).values(grants=text))


async def own(office: Office, table: str, record_id: str, username: str) -> None:
    schema = office.tenant.database.schema
    target = sa.table(table, sa.column("id", UUID), sa.column("owner", UUID), schema=schema)
    moved = sa.update(target).where(target.c.id == record_id).values(owner=office.users[username])
    await office.execute(moved)


def test_who_may_not_see_a_record_is_told_nothing_of_it(database_url: str, tmp_path: Path) -> None:
    async def work(office: Office) -> None:
        await grant(office, "bo", "part")
        [lead] = await office.create("lead", {"name": "Canary", "revenue": "7351977"})
        await delivery(tmp_path).run(office.tenant)
        assert sorted(await bells(office)) == [("anna", "New: CANARY", "7,351,977"), ("bo", HIDDEN, "")]
        letters = [path.read_text() for path in (tmp_path / "new").iterdir()]
        [to_bo] = [letter for letter in letters if "bo@example.org" in letter]
        assert HIDDEN in to_bo
        assert not [one for one in ("Canary", "CANARY", "7,351,977", lead, "/app/lead") if one in to_bo]
        [notice] = (await fetch_inbox(office.tenant, office.users["bo"])).notifications
        assert (notice.title, notice.object, notice.record_id) == (HIDDEN, None, None)

    with_rules(database_url, TELL, work, MORE)


def test_hidden_fields_and_hidden_parents_are_blank(database_url: str, tmp_path: Path) -> None:
    async def work(office: Office) -> None:
        await grant(office, "bo", "part")
        for account, is_theirs in (("Acme", True), ("Hidden", False)):
            [parent] = await office.create("account", {"name": account})
            [lead] = await office.create("lead", {"name": "Lead", "revenue": "77", "account": parent})
            await own(office, "lead", lead, "bo")
            if is_theirs:
                await own(office, "account", parent, "bo")
        await delivery(tmp_path).run(office.tenant)
        told = await bells(office)
        assert sorted(told) == [
            ("anna", "New: LEAD", "Acme 77"),
            ("anna", "New: LEAD", "Hidden 77"),
            ("bo", "New: LEAD", ""),
            ("bo", "New: LEAD", "Acme"),
        ]

    with_rules(database_url, TELL, work, MORE)


def test_the_bell_shows_no_record_that_one_may_see_no_more(database_url: str, tmp_path: Path) -> None:
    async def work(office: Office) -> None:
        user = office.tenant.tables.user
        [lead] = await office.create("lead", {"name": "Canary"})
        await delivery(tmp_path).run(office.tenant)
        anna = office.users["anna"]
        [notice] = (await fetch_inbox(office.tenant, anna)).notifications
        assert (notice.title, notice.record_id) == ("New: CANARY", lead)
        await office.execute(sa.update(user).where(user.c.username == "anna").values(grants="{}", language="zh-Hans"))
        inbox = await fetch_inbox(office.tenant, anna)
        [notice] = inbox.notifications
        assert (notice.title, notice.body, notice.object, notice.record_id) == (
            "您无权查看的一条记录有了变化",
            "",
            None,
            None,
        )
        assert inbox.unread == 1

    with_rules(database_url, TELL, work, MORE)


def test_what_restrictions_ask_of_the_user_is_asked_of_each_of_many(database_url: str) -> None:
    async def work(office: Office) -> None:
        [secret, plain] = await office.create("lead", {"name": "Secret"}, {"name": "Plain"})
        compiled = await office.tenant.compiled()
        staff = Grants(permission_sets=frozenset({"staff"}))
        people = [
            Person(
                id=office.users.get(name) or new_id(),
                username=name,
                name=name,
                email=f"{name}@example.org",
                language="en",
                time_zone="UTC",
                is_active=True,
                grants=staff,
            )
            for name in ("anna", "bo", "chen")
        ]
        told = [Told(person=one, object="lead", record_id=record) for one in people for record in (secret, plain)]
        statements: list[object] = []

        async def look(transaction):  # type: ignore[no-untyped-def]
            fetch = transaction.fetch

            class Counting:
                dialect = transaction.dialect

                async def fetch(self, statement, values=None):  # type: ignore[no-untyped-def]
                    statements.append(statement)
                    return await fetch(statement, values)

            return await fetch_sight(Counting(), compiled, told, datetime.now(UTC))  # type: ignore[arg-type]

        sight = await office.tenant.database.read(look)
        seen = {
            (one.username, name)
            for one in people
            for name, record in (("Secret", secret), ("Plain", plain))
            if sight.sees(one, "lead", record)
        }
        assert seen == {("anna", "Plain"), ("bo", "Plain"), ("chen", "Plain"), ("chen", "Secret")}
        assert len(statements) == 1

    with_rules(database_url, TELL, work, MORE)
