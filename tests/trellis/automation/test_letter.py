"""E-mails: their headers and bodies."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis.automation.channels.letter import Letter, compose
from trellis.automation.errors import DeliveryFailed


def letter(**changes: Any) -> Letter:
    values: dict[str, Any] = {
        "key": "0" * 40,
        "to_address": "bo@example.org",
        "to_name": "Bo",
        "subject": "A lead",
        "text": "Hello\n\nA lead <b> is yours.",
        "link": "http://t/app/lead/1?a=1&b=2",
        "language": "en",
        "sent_at": datetime(2026, 1, 2, tzinfo=UTC),
    }
    return Letter(**{**values, **changes})


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def test_a_letter_has_text_and_html_and_a_stable_message_id() -> None:
    message = read(compose(letter(), "crm@example.com").as_bytes())
    assert message["Message-ID"] == f"<{'0' * 40}@example.com>"
    assert message["To"] == "Bo <bo@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = (part.get_content() for part in message.iter_parts())
    assert text == "Hello\n\nA lead <b> is yours.\n\nhttp://t/app/lead/1?a=1&b=2\n"
    assert "<p>A lead &lt;b&gt; is yours.</p>" in html
    assert 'href="http://t/app/lead/1?a=1&amp;b=2"' in html


def test_chinese_survives_in_subject_and_body() -> None:
    message = read(compose(letter(subject="新线索：安娜", text="您好", to_name="王芳"), "crm@example.com").as_bytes())
    assert message["Subject"] == "新线索：安娜"
    assert "王芳" in message["To"]
    assert "您好" in next(message.iter_parts()).get_content()


@given(smuggled=st.text(max_size=60), name=st.text(max_size=30))
def test_nothing_can_be_smuggled_into_the_headers(smuggled: str, name: str) -> None:
    given_letter = letter(
        subject=f"a{smuggled}\r\nBcc: evil@example.org\r\n\r\nbody{smuggled}", to_name=f"{name}\nX-Evil: 1"
    )
    content = compose(given_letter, "crm@example.com").as_bytes()
    message = read(content)
    headers = {
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "auto-submitted",
        "content-language",
        "mime-version",
        "content-type",
    }
    assert {header.lower() for header, _ in message.items()} == headers
    assert message["To"].addresses[0].addr_spec == "bo@example.org"


@pytest.mark.parametrize("address", ["bo", "bo@", "a@b\r\nBcc: c@d", "a@b, c@d", "Bo <bo@example.org>", "@", " "])
def test_what_is_no_address_is_given_up_at_once(address: str) -> None:
    with pytest.raises(DeliveryFailed) as failed:
        compose(letter(to_address=address), "crm@example.com")
    assert failed.value.is_permanent
