"""Letters by SMTP, and what its answers mean."""

from __future__ import annotations

import asyncio
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.trellis.automation.outboxes import Outbox, notice, with_outbox
from tests.trellis.automation.smtp import mail_server
from tests.trellis.automation.test_letter import letter
from trellis.automation.channels.mailers import MaildirMailer, SmtpMailer, build_mailer
from trellis.automation.delivery import Tally
from trellis.automation.errors import DeliveryFailed


def test_letters_go_out_by_smtp_with_a_stable_message_id(database_url: str, tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        async with mail_server() as server:
            await outbox.post(*(notice("email", outbox.users[name]) for name in ("anna", "bo")))
            mailer = build_mailer(smtp_url=server.url, maildir=tmp_path, sender="crm@example.com")
            assert await outbox.delivery(mailer).run(outbox.tenant) == Tally(done=2)
            messages = [message_from_bytes(content, policy=policy.default) for content in server.letters]
            assert sorted(message["To"] for message in messages) == ["Anna <anna@example.org>", "Bo <bo@example.org>"]
            keys = {key for (key,) in await outbox.rows("idempotency_key")}
            assert {message["Message-ID"] for message in messages} == {f"<{key}@example.com>" for key in keys}

    with_outbox(database_url, tmp_path, work)


@pytest.mark.parametrize(("reply", "is_permanent"), [("550 no such user", True), ("451 come back later", False)])
def test_a_refused_recipient_is_given_up_only_when_the_server_says_so_for_good(reply: str, is_permanent: bool) -> None:
    async def run() -> None:
        async with mail_server(**{"bo@example.org": reply}) as server:
            with pytest.raises(DeliveryFailed) as failed:
                await SmtpMailer(url=server.url, sender="crm@example.com").send(letter())
            assert failed.value.is_permanent == is_permanent
            assert server.letters == []

    asyncio.run(run())


def test_nothing_goes_in_the_open_where_tls_is_demanded() -> None:
    async def run() -> None:
        async with mail_server() as server:
            url = server.url.replace("smtp://", "smtp+tls://user:secret@")
            mailer = build_mailer(smtp_url=url, maildir=Path(), sender="crm@example.com")
            with pytest.raises(DeliveryFailed, match="STARTTLS") as failed:
                await mailer.send(letter())
            assert not failed.value.is_permanent
            assert (server.letters, server.senders) == ([], [])

    asyncio.run(run())


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with pytest.raises(DeliveryFailed) as failed:
        asyncio.run(SmtpMailer(url="smtp://127.0.0.1:1", sender="crm@example.com").send(letter()))
    assert not failed.value.is_permanent


def test_a_maildir_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DeliveryFailed) as failed:
        asyncio.run(MaildirMailer(folder=tmp_path / "file", sender="crm@example.com").send(letter()))
    assert not failed.value.is_permanent


def test_without_a_server_mail_goes_to_the_maildir(tmp_path: Path) -> None:
    assert isinstance(build_mailer(smtp_url="", maildir=tmp_path, sender="a@b"), MaildirMailer)
    with pytest.raises(ValueError, match="smtp://"):
        build_mailer(smtp_url="mail.example.org", maildir=tmp_path, sender="a@b")
