"""Codes of authenticator apps and recovery codes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from trellis.security.second_factor.codes import COUNT, hash_code, new_codes
from trellis.security.second_factor.proof import kind_of
from trellis.security.second_factor.totp import STEP_S, code_at, find_step, new_secret, provisioning_uri

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
STEP = timedelta(seconds=STEP_S)
# RFC 6238, appendix B, SHA-1, the last six of its eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert code_at(RFC_SECRET, moment) == code
    assert find_step(RFC_SECRET, code, now=moment, last_step=None) == seconds // STEP_S


def test_a_code_holds_a_step_before_and_after_and_only_once() -> None:
    secret = new_secret()
    code = code_at(secret, NOW)
    step = find_step(secret, code, now=NOW, last_step=None)
    assert step is not None
    assert find_step(secret, code, now=NOW + STEP, last_step=None) == step
    assert find_step(secret, code, now=NOW - STEP, last_step=None) == step
    assert find_step(secret, code, now=NOW + 2 * STEP, last_step=None) is None
    assert find_step(secret, code, now=NOW, last_step=step) is None
    assert find_step(secret, code_at(secret, NOW + STEP), now=NOW, last_step=step) == step + 1


def test_what_is_no_digits_is_no_code() -> None:
    assert find_step(new_secret(), "١٢٣٤٥٦", now=NOW, last_step=None) is None


def test_the_app_is_told_whose_code_it_is() -> None:
    uri = provisioning_uri(RFC_SECRET, account="mei@example.com", issuer="Rheinwerk AG")
    told = pyotp.parse_uri(uri)
    assert isinstance(told, pyotp.TOTP)
    assert (told.secret, told.name, told.issuer) == (RFC_SECRET, "mei@example.com", "Rheinwerk AG")


def test_recovery_codes_differ_and_are_read_however_they_are_typed() -> None:
    codes = new_codes()
    assert len(set(codes)) == COUNT
    assert {kind_of(code) for code in codes} == {"recovery_code"}
    typed = f" {codes[0].upper().replace('-', ' ')} "
    assert hash_code("1", typed) == hash_code("1", codes[0]) != hash_code("2", codes[0])


@pytest.mark.parametrize(
    ("code", "kind"),
    [("123456", "totp"), ("123 456", "totp"), ("１２３４５６", "recovery_code"), ("", "recovery_code")],
)
def test_what_kind_of_code_it_is(code: str, kind: str) -> None:
    assert kind_of(code) == kind
