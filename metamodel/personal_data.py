"""What of a person a field holds, and what becomes of a record when that person is erased."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from rule_engine.wording import Wording, say

PersonalData = Literal["identity", "contact", "location", "financial", "employment", "online", "sensitive", "other"]
Erasure = Literal["anonymize", "delete", "keep"]

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
