"""What logs do not show."""

from __future__ import annotations

import json
import logging
import secrets
import sys

import pytest

from trellis.edge.log_lines import build_formatter
from trellis.edge.redaction import LINE, RedactingFormatter, redacted
from trellis.ids import new_id

SECRET = "oO9-Yx_kQ1Zr4hN7vT2bW8sEuJ6dLaMcFpGiXqRtVz0"


@pytest.mark.parametrize(
    "text",
    [
        f"GET /welcome/acme.{SECRET} 200",
        f"Authorization: Bearer acme.{SECRET}",
        "Authorization: Basic YWRtaW46YWRtaW4=",
        f"/unsubscribe/acme/{SECRET}",
        f"postgresql://trellis:{SECRET[:12]}@db/trellis",
        f"cookie trellis_session=acme.{SECRET}; x=1",
    ],
)
def test_secrets_are_hidden(text: str) -> None:
    shown = redacted(text)
    assert SECRET not in shown
    assert SECRET[:12] not in shown
    assert "YWRtaW46YWRtaW4=" not in shown
    assert "…" in shown


def test_every_token_is_hidden() -> None:
    for _ in range(200):
        assert redacted(f"x {secrets.token_urlsafe(32)} y") == "x … y"


def test_what_one_looks_for_in_a_log_stays() -> None:
    text = f"POST /api/v1/records/lead/{new_id()} 500 1.5ms request_id={new_id()} a_function_with_a_very_long_name_that_says_it_all"
    assert redacted(text) == text


def test_a_traceback_is_redacted_too() -> None:
    try:
        raise ValueError(f"the token acme.{SECRET} is wrong")
    except ValueError:
        record = logging.LogRecord(
            "trellis", logging.ERROR, __file__, 1, "%s failed", (f"/welcome/{SECRET}",), sys.exc_info()
        )
    shown = RedactingFormatter("%(message)s").format(record)
    assert "Traceback" in shown
    assert SECRET not in shown


def test_nobody_writes_lines_of_their_own_into_a_log() -> None:
    record = logging.LogRecord(
        "trellis", logging.INFO, __file__, 1, "GET %s", ("/x\n2026 ERROR root: forged\x1b[2J\u2028",), None
    )
    shown = RedactingFormatter("%(levelname)s %(message)s").format(record)
    assert shown.startswith("INFO GET /x\n    2026 ERROR")
    assert "\x1b" not in shown
    assert "\u2028" not in shown


def test_the_time_of_a_line_is_that_of_utc() -> None:
    record = logging.LogRecord("trellis", logging.INFO, __file__, 1, "said", (), None)
    record.created, record.msecs = 1_900_000_000.25, 250.0
    assert RedactingFormatter(LINE).format(record) == "2030-03-17T17:46:40.250Z INFO trellis: said"


def test_as_json_a_line_is_one_object_without_secrets() -> None:
    try:
        raise ValueError(f"the token acme.{SECRET} is wrong")
    except ValueError:
        record = logging.LogRecord(
            "trellis.http", logging.WARNING, __file__, 1, "GET %s\nforged", (f"/welcome/{SECRET}",), sys.exc_info()
        )
    record.created = 1_900_000_000.25
    record.request = {"path": f"/welcome/{SECRET}", "status": 403, "by": "acme.\n"}
    shown = build_formatter("json").format(record)
    assert SECRET not in shown
    assert "\n" not in shown
    said = json.loads(shown)
    assert "Traceback" in said.pop("error")
    assert said == {
        "time": "2030-03-17T17:46:40.250Z",
        "level": "WARNING",
        "logger": "trellis.http",
        "message": "GET /welcome/…\nforged",
        "request": {"path": "/welcome/…", "status": 403, "by": "acme.\n"},
    }
    assert isinstance(build_formatter("text"), RedactingFormatter)
