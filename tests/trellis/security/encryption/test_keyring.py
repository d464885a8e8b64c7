"""What a key ring seals opens where it was sealed, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis.security.encryption.errors import CannotUnseal, NoMasterKey, UnknownDataKey
from trellis.security.encryption.keyring import DataKey, KeyRing, is_sealed, number_of, throwaway_keys

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RING = throwaway_keys("acme")


def _key(number: int, used_from: datetime) -> DataKey:
    return DataKey(use="data", number=number, secret=bytes([number]) * 32, used_from=used_from)


@given(st.binary(), st.text())
def test_what_was_sealed_opens_again(value: bytes, about: str) -> None:
    sealed = RING.seal("totp", value, about=about)
    assert is_sealed(sealed)
    assert RING.open("totp", sealed, about=about) == value


def test_the_same_value_is_sealed_differently_each_time() -> None:
    assert RING.seal("totp", b"secret", about="1") != RING.seal("totp", b"secret", about="1")


@pytest.mark.parametrize(("purpose", "about"), [("totp", "2"), ("secret", "1"), ("totp", "")])
def test_it_does_not_open_elsewhere(purpose: str, about: str) -> None:
    with pytest.raises(CannotUnseal):
        RING.open(purpose, RING.seal("totp", b"secret", about="1"), about=about)


def test_it_does_not_open_for_another_tenant() -> None:
    with pytest.raises(CannotUnseal):
        throwaway_keys("other").open("totp", RING.seal("totp", b"secret", about="1"), about="1")


def test_no_changed_character_goes_unnoticed() -> None:
    sealed = RING.seal("totp", b"secret", about="1")
    for place in range(len(sealed)):
        changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
        # The last character of base64 has bits to spare.
        if place < len(sealed) - 1:
            with pytest.raises(CannotUnseal):
                RING.open("totp", changed, about="1")


@pytest.mark.parametrize(
    "text", ["", "plain", "sealed:1:", "sealed:1:x:AAAA", "sealed:1:1", "sealed:1:1:!", "sealed:2:1:AAAA"]
)
def test_what_was_never_sealed_does_not_open(text: str) -> None:
    with pytest.raises(CannotUnseal):
        RING.open("totp", text, about="1")


def test_a_new_key_seals_from_its_time_on_and_the_old_one_still_opens() -> None:
    now = NOW
    ring = KeyRing("acme", clock=lambda: now)
    ring.hold([_key(1, NOW)])
    old = ring.seal("totp", b"secret", about="1")
    ring.hold([_key(2, NOW + timedelta(seconds=15)), _key(1, NOW)])
    assert ring.current == 1
    now += timedelta(seconds=15)
    assert ring.current == 2
    new = ring.seal("totp", b"secret", about="1")
    assert (number_of(old), number_of(new)) == (1, 2)
    assert ring.open("totp", old, about="1") == ring.open("totp", new, about="1") == b"secret"


def test_a_number_cannot_be_changed_to_that_of_another_key() -> None:
    ring = KeyRing("acme", clock=lambda: NOW)
    ring.hold([_key(1, NOW), DataKey(use="data", number=2, secret=bytes([1]) * 32, used_from=NOW)])
    with pytest.raises(CannotUnseal):
        ring.open("totp", ring.seal("totp", b"secret", about="1").replace(":2:", ":1:"), about="1")


def test_a_key_that_is_not_there_is_named() -> None:
    ring = KeyRing("acme", clock=lambda: NOW)
    ring.hold([_key(1, NOW)])
    with pytest.raises(UnknownDataKey, match="data key 7") as refused:
        ring.open("totp", "sealed:1:7:AAAA", about="1")
    assert refused.value.number == 7


def test_without_keys_nothing_is_sealed() -> None:
    ring = KeyRing("acme")
    assert not ring.can_seal
    for attempt in (
        lambda: ring.seal("totp", b"", about=""),
        lambda: ring.open("totp", "sealed:1:1:AAAA", about=""),
        lambda: ring.mark("totp", b""),
    ):
        with pytest.raises(NoMasterKey, match="acme"):
            attempt()


def test_marks_are_equal_for_equal_values_of_one_purpose_and_tenant_only() -> None:
    assert RING.mark("lead.email", b"a") == RING.mark("lead.email", b"a")
    others = {
        RING.mark("lead.email", b"b"),
        RING.mark("lead.phone", b"a"),
        throwaway_keys("acme").mark("lead.email", b"a"),
    }
    assert len(others | {RING.mark("lead.email", b"a")}) == 4


def test_keys_do_not_show_what_they_are() -> None:
    assert "\\x01" not in repr(_key(1, NOW))
