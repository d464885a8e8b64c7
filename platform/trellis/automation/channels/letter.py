"""A rendered message -> an e-mail: plain text with an HTML twin, and headers that nothing can be smuggled into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from trellis.automation.errors import DeliveryFailed
from trellis.automation.html_mail import as_page, footer_html, html_of_text

MAX_SUBJECT = 250
# Longer lines than usual, within what the standard allows: an address in a header must not be folded.
POLICY = policy.default.clone(max_line_length=900)
UNSUBSCRIBE = {"zh": "退订此类邮件"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One e-mail to one address. `key`: the idempotency key, from which the Message-ID and the maildir file name derive. `html`: clean,
    None: made from the text. `unsubscribe`: the address of the page where one leaves; `return_path`: where bounces go, the sender when
    None."""

    key: str
    to_address: str
    to_name: str
    subject: str
    text: str
    link: str | None
    language: str
    sent_at: datetime
    html: str | None = None
    unsubscribe: str | None = None
    return_path: str | None = None


def compose(letter: Letter, sender: str) -> EmailMessage:
    """Plain text with an HTML twin. Line breaks cannot get into a header: they are folded into spaces, and the policy refuses what is
    left. Raises DeliveryFailed, permanent, for an address that is none."""
    message = EmailMessage(policy=POLICY)
    domain = sender.rpartition("@")[2] or "localhost"
    try:
        message["From"] = Address(display_name="Trellis", addr_spec=sender)
        message["To"] = Address(display_name=_one_line(letter.to_name), addr_spec=letter.to_address)
        message["Subject"] = _one_line(letter.subject)[:MAX_SUBJECT]
        message["Date"] = format_datetime(letter.sent_at)
        message["Message-ID"] = f"<{letter.key}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        if letter.unsubscribe is not None:
            # https://www.rfc-editor.org/rfc/rfc8058: a mail program's own button posts to the address.
            message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(_text(letter))
        message.add_alternative(_html(letter), subtype="html")
        message["Content-Language"] = _one_line(letter.language)  # Set earlier, it would move into the text part.
    except (ValueError, MessageError, IndexError) as error:
        raise DeliveryFailed(f"no e-mail can be made for {letter.to_address!r}: {error}", is_permanent=True) from error
    return message


def _text(letter: Letter) -> str:
    text = letter.text
    if letter.link is not None and letter.link not in text:
        text = f"{text.rstrip()}\n\n{letter.link}\n"
    if letter.unsubscribe is not None and letter.unsubscribe not in text:
        text = f"{text.rstrip()}\n\n-- \n{_leave(letter.language)}: {letter.unsubscribe}\n"
    return text


def _html(letter: Letter) -> str:
    content = html_of_text(letter.text, letter.link) if letter.html is None else letter.html
    if letter.unsubscribe is not None and letter.unsubscribe not in content:
        content += footer_html(_leave(letter.language), letter.unsubscribe)
    return as_page(content, letter.language)


def _leave(language: str) -> str:
    return UNSUBSCRIBE.get(language.partition("-")[0], "Unsubscribe")


def _one_line(text: str) -> str:
    return " ".join(
        "".join(" " if ord(letter) < 32 or letter in "\x7f\x85\u2028\u2029" else letter for letter in text).split()
    )
