"""Mail to people: HTML by language, leaving, and what came back. On both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.trellis.automation.outboxes import Outbox, notice, with_outbox
from tests.trellis.automation.rules import NOW, Office, with_rules
from tests.trellis.automation.smtp import mail_server
from tests.trellis.automation.test_letter import letter, read
from trellis.automation.bounces import apply_bounce, parse_bounce
from trellis.automation.channels.email import MailRoutes
from trellis.automation.channels.letter import compose
from trellis.automation.channels.mailers import build_mailer
from trellis.automation.delivery import Delivery, Tally, build_channels
from trellis.automation.html_mail import clean_html
from trellis.automation.mail_tokens import (
    is_marked_for,
    read_return_path,
    read_unsubscribe_token,
    return_path,
    unsubscribe_token,
)
from trellis.automation.payload import dump_payload
from trellis.automation.suppressions import add_suppressed, fetch_suppressed, lift_suppressed, list_suppressed
from trellis.automation.unsubscribing import subscribe_again, unsubscribe
from trellis.errors import InvalidMetadata, InvalidRecord, NotFound
from trellis.outbound.client import HttpClient
from trellis.security.access import AdministratorAccess

OFFER = {
    "templates/offer.yaml": """
label: Offer
object: lead
texts:
  en:
    subject: "For {{ record.name }}"
    body: "Hello {{ record.name }}"
    html: '<h1 onclick="x()">Hello {{ record.name }}</h1><script>alert(1)</script><a href="{{ record.country }}">more</a>'
  zh-Hans:
    subject: "致 {{ record.name }}"
    body: "{{ record.name }}，您好"
    html: "<h1>{{ record.name }}，您好</h1>"
""",
    "templates/receipt.yaml": """
label: Receipt
transactional: true
texts: {en: {subject: Receipt, body: Thank you.}}
""",
}
RULES = """
rule "Offer" on lead when created then
    send email to "Eve@Example.org" with template offer
    notify owner via email with template offer
    send email to "eve@example.org" with template receipt
end
"""


def delivery(folder: Path, bounces: str = "") -> Delivery:
    mailer = build_mailer(smtp_url="", maildir=folder / "maildir", sender="crm@example.com")
    channels = build_channels(mailer, HttpClient(), MailRoutes(base_url="https://crm.example.com/", bounces=bounces))
    return Delivery(channels=channels, base_url="https://crm.example.com", clock=lambda: NOW, spread=lambda: 0.0)


def letters(folder: Path) -> dict[str, EmailMessage]:
    """By subject and the part before @ of who it is to."""
    found = [
        message_from_bytes(path.read_bytes(), policy=policy.default) for path in (folder / "maildir" / "new").iterdir()
    ]
    return {f"{one['Subject']} -> {one['To'].addresses[0].username.lower()}": one for one in found}


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def test_html_is_escaped_and_cleaned_and_people_outside_can_leave(database_url: str, tmp_path: Path) -> None:
    async def work(office: Office) -> None:
        await office.create("lead", {"name": "<b>Bo & Co</b>", "country": "DE"})
        assert await delivery(tmp_path).run(office.tenant) == Tally(done=3)
        found = letters(tmp_path)
        assert len(found) == 3
        offer = next(one for one in found.values() if one["To"].addresses[0].addr_spec == "Eve@Example.org")
        html = part(offer, "html")
        assert "<h1>Hello &lt;b&gt;Bo &amp; Co&lt;/b&gt;</h1>" in html
        assert "script" not in html
        assert "onclick" not in html
        [address] = [word.strip("<>") for word in offer["List-Unsubscribe"].split()]
        assert address.startswith(f"https://crm.example.com/unsubscribe/{office.tenant.name}/")
        assert offer["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert f"Unsubscribe: {address}" in part(offer, "plain")
        assert f'<a href="{address}" style="color:inherit">Unsubscribe</a>' in html
        colleague = next(one for name, one in found.items() if name.endswith("-> admin"))
        assert "<h1>Hello &lt;b&gt;Bo" in part(colleague, "html")
        assert {"List-Unsubscribe", "List-Unsubscribe-Post"}.isdisjoint(colleague.keys())
        assert "List-Unsubscribe" not in found["Receipt -> eve"]

    with_rules(database_url, RULES, work, OFFER)


def test_who_unsubscribed_gets_only_what_one_must_get(database_url: str, tmp_path: Path) -> None:
    async def work(office: Office) -> None:
        await office.create("lead", {"name": "Bo"})
        await delivery(tmp_path).run(office.tenant)
        offer = next(one for one in letters(tmp_path).values() if "List-Unsubscribe" in one)
        token = offer["List-Unsubscribe"].strip("<>").rpartition("/")[2]
        assert await unsubscribe(office.tenant, token[:-3], now=NOW) is None
        left = await unsubscribe(office.tenant, token, now=NOW)
        assert left is not None
        assert (left.address, left.is_active) == ("eve@example.org", False)
        await office.create("lead", {"name": "Cy"})
        assert await delivery(tmp_path).run(office.tenant) == Tally(done=3)
        assert sorted(name for name in letters(tmp_path) if "Bo" not in name) == ["For Cy -> admin", "Receipt -> eve"]
        await subscribe_again(office.tenant, token, now=NOW)
        await office.create("lead", {"name": "Di"})
        await delivery(tmp_path).run(office.tenant)
        assert "For Di -> eve" in letters(tmp_path)

    with_rules(database_url, RULES, work, OFFER)


def test_people_outside_are_written_to_as_the_organization_speaks(database_url: str, tmp_path: Path) -> None:
    async def work(office: Office) -> None:
        await office.create("lead", {"name": "Bo"})
        await delivery(tmp_path).run(office.tenant)
        found = letters(tmp_path)
        assert "致 Bo -> eve" in found
        assert "For Bo -> admin" in found, "a user has a language of their own"
        assert "退订此类邮件" in part(found["致 Bo -> eve"], "html")
        assert "<h1>Bo，您好</h1>" in part(found["致 Bo -> eve"], "html")

    with_rules(database_url, RULES, work, {**OFFER, "organization.yaml": "name: ACME\nlanguage: zh-Hans\n"})


def test_an_address_can_be_suppressed_by_hand(database_url: str) -> None:
    async def work(office: Office) -> None:
        tenant, access, actor = office.tenant, AdministratorAccess(), office.actor
        await add_suppressed(tenant, access, actor, "Eve@Example.org", now=NOW)
        [one] = await list_suppressed(tenant, access, actor, limit=10)
        assert (one.address, one.reason, one.created_at) == ("eve@example.org", "added", NOW)
        assert await fetch_suppressed(tenant.database, ["EVE@example.org", "x@y"]) == {"eve@example.org": "added"}
        await lift_suppressed(tenant, access, actor, "eve@EXAMPLE.org")
        assert await list_suppressed(tenant, access, actor, limit=10) == ()
        with pytest.raises(NotFound):
            await lift_suppressed(tenant, access, actor, "eve@example.org")
        with pytest.raises(InvalidRecord):
            await add_suppressed(tenant, access, actor, "eve", now=NOW)

    with_rules(database_url, RULES, work, OFFER)


@pytest.mark.parametrize(
    "html",
    [
        "<p>{{ record.__class__ }}</p>",
        "<p>{{ record.nmae }}</p>",
        "<p>{% set a = 1 %}</p>",
        "<p>{{ unclosed</p>",
        "{{ x | safe }}",
    ],
)
def test_a_template_with_html_that_may_not_be_is_refused_at_deploy(html: str) -> None:
    more = {"templates/bad.yaml": f"label: B\nobject: lead\ntexts: {{en: {{subject: S, body: B, html: {html!r}}}}}\n"}
    with pytest.raises(InvalidMetadata) as refused:
        with_rules("", RULES, _nothing, {**OFFER, **more})
    assert refused.value.problems[0].path == "texts.en.html"


def test_a_body_of_a_webhook_that_may_not_be_is_refused_at_deploy() -> None:
    more = {
        "webhooks.yaml": "w: {label: W, url: 'https://w.example/', body: '{{ values.a | json }} {{ recipient }}'}\n"
    }
    with pytest.raises(InvalidMetadata) as refused:
        with_rules("", RULES, _nothing, {**OFFER, **more})
    assert refused.value.problems[0].path == "w.body"


async def _nothing(_: Office) -> None:
    raise AssertionError("it was deployed")


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ('<a href="javascript:alert(1)">x</a>', "<a>x</a>"),
        ('<a href="JaVa\tScript:alert(1)">x</a>', "<a>x</a>"),
        ('<a href="data:text/html,x">x</a>', "<a>x</a>"),
        ('<img src="x" onerror="alert(1)">', "<img>"),
        ("<a href=https://x.example/ onmouseover=alert(1)>x</a>", '<a href="https://x.example/">x</a>'),
        ("<iframe src='https://x.example'></iframe><form><input></form>", ""),
        ("<style>p{}</style><p style='color:red;position:fixed;background:url(x)'>x</p>", '<p style="color:red">x</p>'),
        ("<p>open <b>bold", "<p>open <b>bold</b></p>"),
        ("<svg><script>x</script></svg>", ""),
        ("<!-- secret --><p>x</p>", "<p>x</p>"),
    ],
)
def test_html_is_left_without_what_runs(dirty: str, clean: str) -> None:
    assert clean_html(dirty) == clean


@given(text=st.text(max_size=200))
def test_whatever_is_written_the_letter_has_two_parts_and_nothing_that_runs(text: str) -> None:
    message = read(compose(letter(text=text, html=clean_html(text)), "crm@example.com").as_bytes())
    assert [one.get_content_type() for one in message.iter_parts()] == ["text/plain", "text/html"]
    assert "<script" not in part(message, "html").lower()


@given(address=st.text(min_size=1, max_size=60), tenant=st.from_regex(r"[a-z][a-z0-9_]{1,30}", fullmatch=True))
def test_marks_of_letters_are_read_back_and_cannot_be_made_for_others(address: str, tenant: str) -> None:
    key = b"k" * 32
    token = unsubscribe_token(key, tenant, address)
    assert read_unsubscribe_token(key, tenant, token) == (address.strip().casefold() or None)
    assert read_unsubscribe_token(b"x" * 32, tenant, token) is None
    assert read_unsubscribe_token(key, tenant + "x", token) is None
    path = return_path(key, tenant, address, "bounces@crm.example.com")
    assert len(path.rpartition("@")[0]) <= 64
    found = read_return_path(path.upper().lower())
    assert found is not None
    assert found[0] == tenant
    assert is_marked_for(key, tenant, address, found[1].upper())
    assert not is_marked_for(key, tenant, address + "x", found[1])


def test_the_address_to_unsubscribe_stays_in_one_piece() -> None:
    address = f"https://crm.example.com/unsubscribe/acme/{'a' * 400}"
    content = compose(letter(unsubscribe=address), "crm@example.com").as_bytes()
    assert f"List-Unsubscribe: <{address}>\n".encode() in content


def test_letters_come_back_to_an_address_that_says_whose_they_were(tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        outbox.routes = MailRoutes(base_url="http://t", bounces="bounces@crm.example.com")
        async with mail_server() as server:
            await outbox.post(notice("email", None, address="eve@example.org"))
            mailer = build_mailer(smtp_url=server.url, maildir=tmp_path, sender="crm@example.com")
            assert await outbox.delivery(mailer).run(outbox.tenant) == Tally(done=1)
            [sender] = server.senders
            assert sender.startswith(f"bounces+{outbox.tenant.name}.")
            assert sender.endswith("@crm.example.com")
            assert message_from_bytes(server.letters[0], policy=policy.default)["From"].addresses[0].username == "crm"

    with_outbox("", tmp_path, work)


SMUGGLED = "Bo\r\nBcc: evil@example.org\r\n\r\n.\r\nMAIL FROM:<evil@example.org>\nRCPT TO:<evil@example.org>\u2028X: 1"


def test_nothing_is_smuggled_into_a_letter_by_what_people_write(tmp_path: Path) -> None:
    """From values with line breaks in them, through templates, to the mail server's ears."""
    rules = """
rule "R" on lead when created then
    notify owner via email with template offer
    send email to "eve@example.org" name & " is yours"
end
"""

    async def work(office: Office) -> None:
        async with mail_server() as server:
            await office.create("lead", {"name": "Bo"})
            mailer = build_mailer(smtp_url=server.url, maildir=tmp_path, sender="crm@example.com")
            channels = build_channels(mailer, HttpClient(), MailRoutes(base_url="http://t"))
            worker = Delivery(channels=channels, base_url="http://t", clock=lambda: NOW, spread=lambda: 0.0)
            await office.execute(sa.update(office.tenant.tables.outbox).values(payload=_with_breaks()))
            assert await worker.run(office.tenant) == Tally(done=2)
            assert server.senders == ["crm@example.com"] * 2
            assert server.recipients == ["eve@example.org"] * 2
            for content in server.letters:
                message = message_from_bytes(content, policy=policy.default)
                assert {"bcc", "x"}.isdisjoint(name.lower() for name in message)
                assert [one.addr_spec for one in message["To"].addresses] == ["eve@example.org"]

    with_rules("", rules, work, OFFER)


def _with_breaks() -> str:
    """What a row could say at worst: line breaks are in the values themselves."""
    return dump_payload({"user": None, "address": "eve@example.org", "template": "offer", "values": {"name": SMUGGLED}})


@pytest.mark.parametrize(
    "address",
    ["eve@example.org\r\nBcc: evil@example.org", "eve@example.org, evil@example.org", "<eve@example.org>", "eve", ""],
)
def test_an_address_that_is_none_gets_nothing(address: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await outbox.post(notice("email", None, address=address))
        tally = await outbox.delivery().run(outbox.tenant)
        assert tally == (Tally(dead=1) if address else Tally(done=1))
        assert outbox.letters() == []

    with_outbox("", tmp_path, work)


REPORT = """Return-Path: <>
To: {arrived}
From: MAILER-DAEMON@mx.example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>: no such user here

--b
Content-Type: text/rfc822-headers

From: Trellis <crm@example.com>
To: {recipient}
Message-ID: <{key}@example.com>
Subject: For Bo

--b--
"""


def test_a_letter_to_nobody_is_noted_and_the_address_gets_no_more(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        outbox.routes = MailRoutes(base_url="http://t", bounces="bounces@crm.example.com")
        entry = notice("email", None, address="eve@example.org")
        await outbox.post(entry)
        await outbox.delivery().run(outbox.tenant)
        [name] = outbox.letters()
        written = message_from_bytes((tmp_path / "maildir" / "new" / name).read_bytes(), policy=policy.default)
        values = {"arrived": written["Return-Path"].strip("<>"), "recipient": "eve@example.org", "key": entry.key}

        def report(**changes: str) -> bytes:
            return REPORT.format(**{"action": "failed", "status": "5.1.1", **values, **changes}).encode()

        async def take_in(content: bytes) -> object:
            bounce = parse_bounce(content)
            return (
                None
                if bounce is None
                else await apply_bounce(outbox.tenant, bounce, now=datetime(2026, 2, 1, tzinfo=UTC))
            )

        assert await take_in(report(action="delayed", status="4.2.2")) is None
        assert await take_in(report(recipient="boss@example.org")) is None, "made up for somebody else"
        assert await take_in(report(arrived="bounces@crm.example.com")) is None
        assert await fetch_suppressed(outbox.tenant.database, ["eve@example.org", "boss@example.org"]) == {}
        assert await outbox.statuses() == {"done": 1}

        assert await take_in(report()) is not None
        assert await fetch_suppressed(outbox.tenant.database, ["eve@example.org"]) == {"eve@example.org": "bounced"}
        [(status, error)] = await outbox.rows("status", "last_error")
        assert status == "dead"
        assert error == "it came back from eve@example.org: 5.1.1 550 5.1.1 <eve@example.org>: no such user here"
        await outbox.post(notice("email", None, 2, address="eve@example.org"))
        assert await outbox.delivery().run(outbox.tenant) == Tally(done=1)
        assert len(outbox.letters()) == 1

    with_outbox(database_url, tmp_path, work)


@given(content=st.binary(max_size=400))
def test_whatever_comes_back_is_read_or_passed_over(content: bytes) -> None:
    parse_bounce(content)
    parse_bounce(REPORT.encode().replace(b"{status}", content).replace(b"{arrived}", content))
    parse_bounce(REPORT.encode().replace(b"{recipient}", content))
