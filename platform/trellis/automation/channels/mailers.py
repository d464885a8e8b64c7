"""The two ways to hand a letter over: SMTP, and a maildir when no server is configured."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from trellis.automation.channels.letter import Letter, compose
from trellis.automation.channels.maildir import deliver_once
from trellis.automation.errors import DeliveryFailed

SMTP_TIMEOUT_S = 10.0
STARTTLS = "smtp+tls"


class Mailer(Protocol):
    @property
    def repeats_safely(self) -> bool:
        """Whether handing the same letter over twice delivers it once."""

    async def send(self, letter: Letter) -> None:
        """Raises DeliveryFailed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaildirMailer:
    """Mail as files: `folder`/new/<idempotency key>. The name makes a second delivery find the first."""

    folder: Path
    sender: str
    repeats_safely: bool = True

    async def send(self, letter: Letter) -> None:
        message = compose(letter, self.sender)
        if letter.return_path is not None:
            message["Return-Path"] = f"<{letter.return_path}>"  # As a mail server notes it when it delivers.
        content = message.as_bytes()
        try:
            await asyncio.to_thread(deliver_once, self.folder, letter.key, content)
        except OSError as error:
            raise DeliveryFailed(f"the maildir {self.folder} cannot be written: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailer:
    """Mail through a server. SMTP has no way to ask "did you get this one?": a process that dies after the server took a letter and
    before the row is marked done sends it again, under the same Message-ID, by which mailboxes such as Gmail's drop the twin."""

    url: str
    sender: str
    repeats_safely: bool = False

    async def send(self, letter: Letter) -> None:
        message = compose(letter, self.sender)
        await asyncio.to_thread(self._send, message, letter.return_path or self.sender)

    def _send(self, message: EmailMessage, return_path: str) -> None:
        parts = urlsplit(self.url)
        host, user, password = (
            parts.hostname or "localhost",
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )
        try:
            with self._connect(parts.scheme, host, parts.port) as server:
                if parts.scheme == STARTTLS or (parts.scheme == "smtp" and server.has_extn("starttls")):
                    server.starttls(context=ssl.create_default_context())
                if user:
                    server.login(user, password)
                server.send_message(message, from_addr=return_path)
        except smtplib.SMTPRecipientsRefused as error:
            code = max((code for code, _ in error.recipients.values()), default=0)
            raise DeliveryFailed(
                f"the mail server refused the recipient: {error.recipients}", is_permanent=code >= 550
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryFailed(f"the mail server {host}: {error}") from error

    @staticmethod
    def _connect(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
        if scheme == "smtps":
            return smtplib.SMTP_SSL(host, port or 465, timeout=SMTP_TIMEOUT_S, context=ssl.create_default_context())
        server = smtplib.SMTP(host, port or 25, timeout=SMTP_TIMEOUT_S)
        server.ehlo_or_helo_if_needed()
        return server


def build_mailer(*, smtp_url: str, maildir: Path, sender: str) -> Mailer:
    """SMTP when a server is configured (smtp://, with STARTTLS when offered, smtp+tls://, never without it, or smtps://), else the
    maildir."""
    if not smtp_url:
        return MaildirMailer(folder=maildir, sender=sender)
    if urlsplit(smtp_url).scheme not in ("smtp", STARTTLS, "smtps"):
        raise ValueError("TRELLIS_SMTP_URL must begin with smtp://, smtp+tls:// or smtps://")
    return SmtpMailer(url=smtp_url, sender=sender)
