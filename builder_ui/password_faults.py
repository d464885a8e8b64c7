"""Why a password will not do, in the reader's language."""

from __future__ import annotations

from builder_ui.translation import Words
from trellis.errors import InvalidRecord
from trellis.security.password_policy import LONGEST, SHORTEST


def said_of_password(words: Words, error: InvalidRecord) -> str:
    code = error.fields[0].code if error.fields else ""
    if code == "common_password":
        return words.say("It is easy to guess. A sentence of some words is hard to guess and easy to remember.")
    if code == "personal_password":
        return words.say("It has your own name in it, or the organization's. Choose one without.")
    return words.say("It must have %(least)s to %(most)s characters.", least=SHORTEST, most=LONGEST)
