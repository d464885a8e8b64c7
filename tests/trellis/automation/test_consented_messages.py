"""Messages with a purpose reach only those who have consented to it, and their link takes that back. On both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.trellis.automation.ledger.test_writing import notes_of
from tests.trellis.automation.rules import NOW, Office, with_rules
from tests.trellis.automation.test_mail import delivery, letters
from trellis.automation.delivery import Tally
from trellis.automation.unsubscribing import find_subscription, subscribe_again, unsubscribe
from trellis.errors import InvalidMetadata
from trellis.privacy.consents import NewConsent, list_consents, record_consent
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.access import AdministratorAccess

FILES = {
    "organization.yaml": """
name: Kestrel
consents:
  newsletter: {label: Newsletter, objects: [person]}
  calls: {label: Calls, objects: [person]}
""",
    "objects/person.yaml": """
label: Person
plural_label: People
name_field: name
fields:
  name: {type: text, label: Name, required: true}
  email: {type: email, label: Email}
""",
    "objects/visit.yaml": """
label: Visit
plural_label: Visits
name_field: name
fields:
  name: {type: text, label: Name, required: true}
  guest: {type: lookup, label: Guest, object: person}
""",
    "templates/monthly.yaml": """
label: Monthly
purpose: newsletter
texts: {en: {subject: "For {{ record.name }}", body: News.}}
""",
}
RULES = """
rule "Monthly" on person when updated then send email to email with template monthly end
rule "After" on visit when created then send email to guest.email with template monthly end
rule "Again" on person when restored then
    for each v in visits do send email to v.guest.email with template monthly end
end
"""
EARLY, LATE = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


async def say(office: Office, person: str, *, given: bool, at: datetime, purpose: str = "newsletter") -> None:
    said = NewConsent(purpose=purpose, is_given=given, source="Form", said_at=at)
    await record_consent(office.tenant, AdministratorAccess(), office.actor, "person", person, said, now=NOW)


def sent(folder: Path) -> list[str]:
    return sorted(letters(folder)) if (folder / "maildir").exists() else []


def test_a_message_with_a_purpose_goes_to_those_who_consented(database_url: str, tmp_path: Path) -> None:
    async def work(office: Office) -> None:
        people = [{"name": name, "email": f"{name.lower()}@example.org"} for name in ("Ada", "Bea", "Cy", "Di")]
        ada, bea, cy, di = await office.create("person", *people)
        await say(office, ada, given=True, at=EARLY)
        await say(office, bea, given=True, at=EARLY)
        await say(office, bea, given=False, at=LATE)
        await say(office, cy, given=True, at=EARLY, purpose="calls")
        for person in (ada, bea, cy, di):
            await office.update("person", person, name="Dear")
        await office.create("visit", {"name": "Tea", "guest": ada}, {"name": "Talk", "guest": di}, {"name": "None"})
        assert await delivery(tmp_path).run(office.tenant) == Tally(done=2)
        assert sent(tmp_path) == ["For Dear -> ada", "For Tea -> ada"]
        noted = {
            record: [(note.done, note.subject, note.value) for note in notes]
            for record, notes in await notes_of(office, "person")
        }
        for person, address in ((bea, "bea@example.org"), (cy, "cy@example.org"), (di, "di@example.org")):
            assert noted[person] == [("withhold", "newsletter", (address,))]
        assert noted[ada] == [("send", "email", ("ada@example.org",))]

    with_rules(database_url, RULES, work, FILES)


def test_the_link_of_such_a_letter_takes_the_consent_back(database_url: str, tmp_path: Path) -> None:
    async def work(office: Office) -> None:
        [ada] = await office.create("person", {"name": "Ada", "email": "ada@example.org"})
        await say(office, ada, given=True, at=EARLY)
        await say(office, ada, given=True, at=EARLY, purpose="calls")
        await office.update("person", ada, name="Ada L")
        await delivery(tmp_path).run(office.tenant)
        [letter] = letters(tmp_path).values()
        token = letter["List-Unsubscribe"].strip("<>").rpartition("/")[2]
        tenant = office.tenant
        assert await find_subscription(tenant, token[:-3]) is None
        found = await find_subscription(tenant, token)
        assert found is not None
        assert (found.address, found.is_active) == ("ada@example.org", True)
        # A letter that waits when the consent is taken back stays at home.
        await office.update("person", ada, name="Ada K")
        for _ in range(2):
            left = await unsubscribe(tenant, token, now=NOW)
            assert left is not None
            assert (left.is_active, left.can_return) == (False, True)
        assert await delivery(tmp_path).run(tenant) == Tally(done=1)
        assert sent(tmp_path) == ["For Ada L -> ada"]
        consents = await list_consents(tenant, AdministratorAccess(), office.actor, "person", ada, now=NOW)
        assert {one.purpose.name: one.state for one in consents.purposes} == {
            "newsletter": "withdrawn",
            "calls": "given",
        }
        newest = consents.entries[0]
        assert (newest.source, newest.created_by, newest.author) == ("By the link in a letter", None, None)
        assert len(consents.entries) == 3, "twice is once"
        back = await subscribe_again(tenant, token, now=NOW)
        assert back is not None
        assert back.is_active
        await say(office, ada, given=False, at=NOW)
        assert await subscribe_again(tenant, token, now=NOW) == await find_subscription(tenant, token)
        gone = await find_subscription(tenant, token)
        assert gone is not None
        assert not gone.can_return, "what was said to somebody here is not taken back by an old letter"

    with_rules(database_url, RULES, work, FILES)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_template_that_needs_consent_by_now_goes_to_nobody_else(database_url: str, tmp_path: Path) -> None:
    plain = FILES["templates/monthly.yaml"].replace("purpose: newsletter\n", "")

    async def work(office: Office) -> None:
        [ada] = await office.create("person", {"name": "Ada", "email": "ada@example.org"})
        await office.update("person", ada, name="Ada L")
        source = SourceChange(files={"templates/monthly.yaml": FILES["templates/monthly.yaml"]})
        await deploy(office.tenant, office.actor, source)
        assert await delivery(tmp_path).run(office.tenant) == Tally(done=1)
        assert sent(tmp_path) == []
        [(error,)] = await office.fetch(sa.select(office.tenant.tables.outbox.c.last_error))
        assert error == "not delivered: there is no consent to newsletter"

    with_rules(database_url, RULES, work, {**FILES, "templates/monthly.yaml": plain})


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ('rule "R" on person when created then send email to "a@example.org" with template monthly end', "no_consent"),
        ('rule "R" on person when created then notify owner via email with template monthly end', "no_consent"),
        ('rule "R" on person when created then send email to owner.email with template monthly end', "no_consent"),
        ('rule "R" on visit when created then send email to name with template monthly end', "no_consent"),
        ('rule "R" on person when called with (a text) then send email to a with template monthly end', "no_consent"),
    ],
)
def test_who_cannot_have_consented_is_no_recipient(database_url: str, rule: str, code: str) -> None:
    with pytest.raises(InvalidMetadata) as refused:
        with_rules(database_url, rule, lambda _: None, FILES)  # type: ignore[arg-type,return-value]
    assert [one.code for one in refused.value.problems] == [code]
    assert "person" in str(refused.value.problems[0].hint)


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    ("changed", "code"),
    [("purpose: newslettr", "unknown_purpose"), ("purpose: newsletter\ntransactional: true", "bad_value")],
)
def test_a_purpose_that_a_template_cannot_have(database_url: str, changed: str, code: str) -> None:
    template = FILES["templates/monthly.yaml"].replace("purpose: newsletter", changed)
    with pytest.raises(InvalidMetadata) as refused:
        with_rules(database_url, "", lambda _: None, {**FILES, "templates/monthly.yaml": template})  # type: ignore[arg-type,return-value]
    assert [one.code for one in refused.value.problems] == [code]
