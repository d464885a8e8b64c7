"""From a rule to the bell and the mailbox: in the recipient's language, once, with the words of the save. On both databases."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa

from metamodel import MetadataProblem
from tests.trellis.automation.rules import Office, with_rules
from trellis.automation.channels.email import MailRoutes
from trellis.automation.channels.mailers import MaildirMailer
from trellis.automation.delivery import Delivery, Tally, build_channels
from trellis.errors import InvalidMetadata
from trellis.outbound.client import HttpClient

RULES = """
rule "Tell" on lead when created then
    assign to queue east round robin
    notify owner via email, in_app with template hello
end
"""


def delivery(folder: Path) -> Delivery:
    return Delivery(
        channels=build_channels(
            MaildirMailer(folder=folder, sender="crm@example.com"), HttpClient(), MailRoutes(base_url="http://t/")
        ),
        base_url="http://t/",
    )


async def bells(office: Office) -> list[tuple[str, str, str]]:
    table = office.tenant.tables.notification
    names = {user_id: username for username, user_id in office.users.items()}
    rows = await office.fetch(sa.select(table.c.user_id, table.c.title, table.c.body).order_by(table.c.id))
    return [(names[user], title, body) for user, title, body in rows]


def test_a_new_owner_hears_of_it_in_their_language(database_url: str, tmp_path: Path) -> None:
    async def work(office: Office) -> None:
        user = office.tenant.tables.user
        await office.execute(
            sa.update(user).where(user.c.username == "bo").values(language="zh-Hans", time_zone="Asia/Shanghai")
        )
        await office.seat("east", "anna", "bo")
        [account] = await office.create("account", {"name": "Acme"})
        first, _ = await office.create(
            "lead", *({"name": f"Lead {n}", "account": account, "revenue": "1234.50"} for n in (1, 2))
        )
        assert await delivery(tmp_path).run(office.tenant) == Tally(done=4)
        assert await bells(office) == [("anna", "New: LEAD 1", "Acme 1,234.5"), ("bo", "新：Lead 2", "Acme")]
        letters = [
            message_from_bytes(path.read_bytes(), policy=policy.default) for path in (tmp_path / "new").iterdir()
        ]
        assert sorted(cast(str, one["Subject"]) for one in letters) == ["New: LEAD 1", "新：Lead 2"]
        assert any(f"http://t/app/lead/{first}" in one.as_string() for one in letters)
        assert await delivery(tmp_path).run(office.tenant) == Tally()

    with_rules(database_url, RULES, work)


def test_a_template_that_fails_parks_its_messages_with_a_clear_reason(database_url: str, tmp_path: Path) -> None:
    failing = "label: Hello\nobject: lead\ntexts:\n  en: {subject: Hi, body: 'one {{ 1 / record.revenue }}'}\n"

    async def work(office: Office) -> None:
        await office.seat("east", "anna")
        await office.create("lead", {"name": "Lead", "revenue": 0})
        assert await delivery(tmp_path).run(office.tenant) == Tally(dead=2)
        table = office.tenant.tables.outbox
        [error] = {error for (error,) in await office.fetch(sa.select(table.c.last_error))}
        assert error.startswith("template hello: the template failed")
        assert "DivisionByZero" in error

    with_rules(database_url, RULES, work, {"templates/hello.yaml": failing})


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ("one {{ recrod.name }}", "template_refused", "line 1: there is no 'recrod'"),
        ("{{ record.nmae }}", "unknown_field", "there is no field 'nmae'"),
        ("{{ record.account.nmae }}", "unknown_field", "there is no field 'account.nmae'"),
        ("{{ ''.__class__ }}", "template_refused", "names that begin with an underscore are private"),
        ("{% for x in record.name %}", "template_refused", "line 1"),
    ],
)
def test_a_deploy_refuses_a_template_that_could_not_be_rendered(
    body: str, code: str, message: str, tmp_path: Path
) -> None:
    source = f'label: Hello\nobject: lead\ntexts:\n  en:\n    subject: Hi\n    body: "{body}"\n'

    async def work(office: Office) -> None:
        raise AssertionError("it was deployed")

    with pytest.raises(InvalidMetadata) as refused:
        with_rules("", RULES, work, {"templates/hello.yaml": source})
    [problem] = cast("tuple[MetadataProblem, ...]", refused.value.problems)
    assert (problem.file, problem.line, problem.path) == ("templates/hello.yaml", 6, "texts.en.body")
    assert problem.code == code
    assert message in problem.message


def test_the_words_are_those_of_the_save_though_the_record_changed_since(database_url: str, tmp_path: Path) -> None:
    async def work(office: Office) -> None:
        await office.seat("east", "anna")
        [record_id] = await office.create("lead", {"name": "First name"})
        await office.update("lead", record_id, name="Later name")
        await delivery(tmp_path).run(office.tenant)
        assert [title for _, title, _ in await bells(office)] == ["New: FIRST NAME"]

    with_rules(database_url, RULES, work)
