"""What of a person a field holds, what becomes of a record when that person is erased, and how long records are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from rule_engine.wording import Wording, say

PersonalData = Literal["identity", "contact", "location", "financial", "employment", "online", "sensitive", "other"]
Erasure = Literal["anonymize", "delete", "keep"]

Expiry = Literal["anonymize", "delete"]

PERSONAL_DATA: tuple[PersonalData, ...] = get_args(PersonalData)
ERASURES: tuple[Erasure, ...] = get_args(Erasure)
CATEGORY_WORDS: Mapping[PersonalData, Wording] = MappingProxyType(
    {
        "identity": say("Identity"),
        "contact": say("Contact details"),
        "location": say("Location"),
        "financial": say("Money"),
        "employment": say("Employment"),
        "online": say("Online"),
        "sensitive": say("Sensitive"),
        "other": say("Other personal data"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Records go when `after_days` have passed since the date or the moment in the field `since`, and the formula `when` is TRUE for
    them, if there is one. `then`: their marked fields are emptied, and with "delete" they go into the bin, too."""

    name: str
    after_days: int
    since: str
    then: Expiry
    when: str | None = None
