"""A rendered message -> an e-mail: plain text with a minimal HTML twin, and headers that nothing can be smuggled into."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from trellis.automation.errors import DeliveryFailed

MAX_SUBJECT = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One e-mail to one address. `key`: the idempotency key, from which the Message-ID and the maildir file name derive."""

    key: str
    to_address: str
    to_name: str
    subject: str
    text: str
    link: str | None
    language: str
    sent_at: datetime


def compose(letter: Letter, sender: str) -> EmailMessage:
    """Plain text with a minimal HTML twin. Line breaks cannot get into a header: they are folded into spaces, and the policy refuses
    what is left. Raises DeliveryFailed, permanent, for an address that is none."""
    message = EmailMessage(policy=policy.default)
    domain = sender.rpartition("@")[2] or "localhost"
    try:
        message["From"] = Address(display_name="Trellis", addr_spec=sender)
        message["To"] = Address(display_name=_one_line(letter.to_name), addr_spec=letter.to_address)
        message["Subject"] = _one_line(letter.subject)[:MAX_SUBJECT]
        message["Date"] = format_datetime(letter.sent_at)
        message["Message-ID"] = f"<{letter.key}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        text = (
            letter.text
            if letter.link is None or letter.link in letter.text
            else f"{letter.text.rstrip()}\n\n{letter.link}\n"
        )
        message.set_content(text)
        message.add_alternative(_as_html(letter.text, letter.link, letter.language), subtype="html")
        message["Content-Language"] = _one_line(letter.language)  # Set earlier, it would move into the text part.
    except (ValueError, MessageError, IndexError) as error:
        raise DeliveryFailed(f"no e-mail can be made for {letter.to_address!r}: {error}", is_permanent=True) from error
    return message


def _one_line(text: str) -> str:
    return " ".join(
        "".join(" " if ord(letter) < 32 or letter in "\x7f\x85\u2028\u2029" else letter for letter in text).split()
    )


def _as_html(text: str, link: str | None, language: str) -> str:
    """Paragraphs, and the link as one at the end, wherever it stood alone in the text."""
    parts = [part for part in text.strip().split("\n\n") if part.strip() != link]
    paragraphs = "".join(f"<p>{html.escape(part).replace(chr(10), '<br>')}</p>" for part in parts)
    if link is not None:
        address = html.escape(link)
        paragraphs += f'<p><a href="{address}">{address}</a></p>'
    return f'<!doctype html><html lang="{html.escape(language)}"><body style="font-family:sans-serif">{paragraphs}</body></html>'
