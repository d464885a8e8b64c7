"""From a rule to a receiver: posts, SMS and chat messages, on both databases."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.trellis.automation.rules import NOW, Office, with_rules
from tests.trellis.outbound.receiver import LOCAL, Received, Receiver, receiver, reply
from trellis.automation.channels.email import MailRoutes
from trellis.automation.channels.mailers import build_mailer
from trellis.automation.delivery import Delivery, Tally, build_channels
from trellis.outbound.addresses import PUBLIC_ONLY, AddressRule, parse_networks
from trellis.outbound.client import HttpClient
from trellis.security.access import AdministratorAccess
from trellis.security.secrets import set_secret

RULES = """
rule "Post" on lead when created then
    post webhook erp (name = name, revenue = revenue, score = score)
    post webhook plain
    send sms to "+49 30 1234" via gateway "Lead " & name
    notify owner via sms, chat "Yours: " & name
    send chat to owner via room with template hello
end
"""


def webhooks(port: int, **more: str) -> dict[str, str]:
    base = f"http://127.0.0.1:{port}"
    return {
        "webhooks.yaml": f"""
erp: {{label: ERP, url: "{base}/erp/${{path}}", method: PUT, secret: sign, headers: {{X-Key: "k ${{path}}"}}}}
plain: {{label: Plain, url: "{base}/plain"}}
gateway: {{label: SMS, url: "{base}/sms", channel: sms}}
room: {{label: Room, url: "{base}/room", provider: slack, channel: chat}}
""",
        **more,
    }


def delivery(
    folder: Path,
    rule: AddressRule | None = None,
    moment: Callable[[], datetime] = lambda: NOW,
    whole_s: float = 60.0,
) -> Delivery:
    mailer = build_mailer(smtp_url="", maildir=folder / "maildir", sender="crm@example.com")
    client = HttpClient(rule=AddressRule(parse_networks(LOCAL)) if rule is None else rule, whole_s=whole_s)
    channels = build_channels(mailer, client, MailRoutes(base_url="http://t"))
    return Delivery(channels=channels, base_url="http://t", clock=moment, spread=lambda: 0.0)


def with_receiver(
    database_url: str,
    rules: str,
    work: Callable[[Office, Receiver], Awaitable[None]],
    answer: Callable[[Received], bytes | None] | None = None,
) -> None:
    """The port is free when the webhooks are deployed, and listened at while `work` runs."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    async def run(office: Office) -> None:
        async with receiver(answer, port=port) as server:
            await work(office, server)

    with_rules(database_url, rules, run, webhooks(port))


async def set_up(office: Office) -> None:
    for name, value in (("path", "a/b"), ("sign", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")):
        await set_secret(office.tenant, AdministratorAccess(), office.actor, name, value, now=NOW)
    user = office.tenant.tables.user
    await office.execute(sa.update(user).where(user.c.username == "admin").values(phone="+4930999", chat_id="U7"))


def test_what_a_rule_sends_arrives_once(database_url: str, tmp_path: Path) -> None:
    async def work(office: Office, server: Receiver) -> None:
        await set_up(office)
        await office.create("lead", {"name": "Anna", "revenue": "12.50"})
        assert await delivery(tmp_path).run(office.tenant) == Tally(done=6)
        assert await delivery(tmp_path).run(office.tenant) == Tally()
        assert len(server.received) == 6
        erp = next(one for one in server.received if one.target == "/erp/a/b")
        assert (erp.method, erp.body) == ("PUT", b'{"name":"Anna","revenue":12.50,"score":null}')
        assert erp.headers["x-key"] == "k a/b"
        assert erp.headers["webhook-signature"].startswith("v1,")
        assert len(erp.headers["webhook-id"]) == 40
        plain = next(one for one in server.received if one.target == "/plain")
        assert json.loads(plain.body).keys() == {"object", "id", "rule"}
        texts = sorted(
            (one.target, json.loads(one.body)["text"]) for one in server.received if one.target in ("/sms", "/room")
        )
        [link] = {text.rpartition("\n")[2] for _, text in texts if "http" in text}
        assert link.startswith("http://t/app/lead/")
        assert texts == [
            ("/room", f"<@U7> New: ANNA\n12.5\n{link}"),
            ("/room", f"<@U7> Yours: Anna\n{link}"),
            ("/sms", "Lead Anna"),
            ("/sms", f"Yours: Anna\n{link}"),
        ]
        numbers = sorted(json.loads(one.body)["to"] for one in server.received if one.target == "/sms")
        assert numbers == ["+49 30 1234", "+4930999"]

    with_receiver(database_url, RULES, work)


def test_a_webhook_to_a_private_address_is_refused_and_nothing_is_sent(database_url: str, tmp_path: Path) -> None:
    async def work(office: Office, server: Receiver) -> None:
        await office.create("lead", {"name": "Anna"})
        assert await delivery(tmp_path, PUBLIC_ONLY).run(office.tenant) == Tally(dead=1)
        assert server.connections == 0
        [(status, error)] = await _outbox(office, "status", "last_error")
        assert status == "dead"
        assert "'127.0.0.1' is not a public address" in error

    with_receiver(database_url, 'rule "R" on lead when created then post webhook plain (n = name) end', work)


def test_a_refused_post_is_tried_again_with_the_same_id_and_ends_dead(database_url: str, tmp_path: Path) -> None:
    answers = iter([reply(503, b"later", "Retry-After: 240"), reply(500), reply(400, b"no such field")])

    async def work(office: Office, server: Receiver) -> None:
        moments = {"now": NOW}
        await office.create("lead", {"name": "Anna"})
        worker = delivery(tmp_path, moment=lambda: moments["now"])
        for minutes, expected in ((3, Tally(failed=1)), (2, Tally()), (5, Tally(failed=1)), (0, Tally(dead=1))):
            assert await worker.run(office.tenant) == expected, "the receiver had asked for a pause of four minutes"
            moments["now"] += timedelta(minutes=minutes)
        assert len({one.headers["webhook-id"] for one in server.received}) == 1
        assert len({one.headers["webhook-timestamp"] for one in server.received}) == 3, "each try is signed anew"
        assert await _outbox(office, "status", "attempts", "last_error") == [
            ("dead", 3, "webhook plain answered 400: no such field")
        ]

    with_receiver(
        database_url,
        'rule "R" on lead when created then post webhook plain (n = name) end',
        work,
        lambda _: next(answers),
    )


def test_a_receiver_that_hangs_holds_up_a_batch_only_so_long(database_url: str, tmp_path: Path) -> None:
    async def work(office: Office, server: Receiver) -> None:
        await office.create("lead", *({"name": f"Lead {number}"} for number in range(40)))
        assert await delivery(tmp_path, whole_s=0.2).run(office.tenant) == Tally(failed=40)
        assert len(server.received) <= 16, "the others are put off"
        errors = {error for (error,) in await _outbox(office, "last_error")}
        assert "webhook plain did not answer other messages; put off" in errors

    with_receiver(
        database_url, 'rule "R" on lead when created then post webhook plain (n = name) end', work, lambda _: None
    )


def test_one_chat_message_calls_all_and_nobody_without_a_number_gets_sms(database_url: str, tmp_path: Path) -> None:
    rules = """
rule "R" on lead when created then
    notify queue east via chat, sms "New: " & name
end
"""

    async def work(office: Office, server: Receiver) -> None:
        await office.seat("east", "anna", "bo", "chen")
        await office.create("lead", {"name": "Acme"})
        assert await delivery(tmp_path).run(office.tenant) == Tally(done=4)
        [room] = server.received
        assert json.loads(room.body)["text"].startswith("@Anna @Bo @Chen New: Acme\n")
        errors = sorted(error or "" for (error,) in await _outbox(office, "last_error"))
        assert errors == ["", *["not delivered: the recipient has no phone number"] * 3]

    with_receiver(database_url, rules, work)


async def _outbox(office: Office, *columns: str) -> list[tuple[Any, ...]]:
    table = office.tenant.tables.outbox
    return [
        tuple(row) for row in await office.fetch(sa.select(*(table.c[name] for name in columns)).order_by(table.c.id))
    ]
