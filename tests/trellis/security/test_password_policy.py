"""Which passwords will do."""

from __future__ import annotations

import pytest

from trellis.errors import InvalidRecord
from trellis.security.password_policy import check_password, find_fault

MEI = ("mei.chen", "Mei Chen", "m.chen+crm@example.com")


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short", "invalid_password"),
        ("x" * 257, "invalid_password"),
        ("1234567890", "common_password"),
        ("qwertyuiop", "common_password"),
        ("Password1234", "common_password"),
        ("P@ssw0rd123!", "common_password"),
        ("iloveyou2026", "common_password"),
        ("aaaaaaaaaaaaaaaa", "common_password"),
        ("abcabcabcabcabc", "common_password"),
        ("x" * 256, "common_password"),
        ("MEI.CHEN and more words", "personal_password"),
        ("the dragon of chen sleeps", "personal_password"),
        ("a sentence is better", None),
        ("correct horse battery", None),
        ("kQ8#vL2!pZ", None),
        ("山高月小水落石出不知东方", None),
        ("the me in the middle of it", None),
    ],
)
def test_what_is_wrong_with_a_password(password: str, fault: str | None) -> None:
    found = find_fault(password, MEI)
    assert (found and found.code) == fault


@pytest.mark.parametrize("password", ["kestrel flies at noon", "The TRELLIS in our garden", "instruments of the sea"])
def test_the_words_of_the_context_are_none_for_a_password(password: str) -> None:
    found = find_fault(password, (*MEI, "trellis", "t1", "Kestrel Instruments"))
    assert found is not None
    assert found.code == "personal_password"


def test_what_is_said_never_repeats_the_password() -> None:
    with pytest.raises(InvalidRecord) as refused:
        check_password("Password1234")
    assert "Password1234" not in refused.value.message
    assert refused.value.fields[0].field == "password"
