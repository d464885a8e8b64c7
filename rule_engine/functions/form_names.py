"""Which built-in a form belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from rule_engine.functions import FUNCTIONS
from rule_engine.functions.entry import Form


def name_of_form(form: Form) -> str:
    """The name of its built-in in the registry."""
    return _names_by_key()[form.key]


@cache
def _names_by_key() -> Mapping[str, str]:
    return {form.key: name for name, function in FUNCTIONS.items() for form in function.forms}
