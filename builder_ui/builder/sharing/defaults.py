"""How open the records of an object are before any rule, in words."""

from __future__ import annotations

from builder_ui.translation import Words
from metamodel.definitions import Object


def default_words(words: Words, thing: Object) -> str:
    return {
        "private": words.say("Private: a record is seen by its owner and by those above the owner"),
        "read": words.say("Everybody sees them; their owner and those above change them"),
        "read_write": words.say("Everybody sees and changes them"),
        "controlled_by_parent": words.say("Whoever sees the record above them sees them"),
    }[thing.sharing]
