"""What messages call field types, kinds of components and attributes: the names that files have, as words that can be translated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from rule_engine.wording import Wording, say, say_list

_TYPES = (
    say("text"),
    say("text_area"),
    say("long_text"),
    say("email"),
    say("phone"),
    say("url"),
    say("number"),
    say("currency"),
    say("percent"),
    say("date"),
    say("datetime"),
    say("time"),
    say("checkbox"),
    say("picklist"),
    say("multi_picklist"),
    say("lookup"),
    say("master_detail"),
    say("auto_number"),
    say("geolocation"),
    say("formula"),
)
_KINDS = (
    say("package"),
    say("extension"),
    say("field"),
    say("queue"),
    say("assignment"),
    say("validation"),
    say("organization"),
    say("currencies"),
    say("setting"),
    say("labels"),
    say("picklist"),
    say("object"),
    say("record type"),
    say("layout"),
    say("view"),
    say("app"),
    say("queues"),
    say("calendar"),
    say("calendars"),
    say("webhook"),
    say("webhooks"),
    say("role"),
    say("roles"),
    say("team"),
    say("teams"),
    say("permission set"),
    say("permission group"),
    say("permission groups"),
    say("sharing rule"),
    say("restriction rule"),
    say("sharing"),
    say("template"),
    say("translation"),
    say("rule"),
)
_ATTRIBUTES = (
    say("label"),
    say("description"),
    say("help"),
    say("required"),
    say("unique"),
    say("indexed"),
    say("external id"),
    say("default"),
    say("default formula"),
    say("deprecated"),
    say("history"),
    say("personal data"),
    say("encrypted"),
    say("mask"),
    say("length"),
    say("scale"),
    say("precision"),
    say("currency"),
    say("values"),
    say("restricted"),
    say("picklist"),
    say("object"),
    say("on delete"),
    say("children name"),
    say("format text"),
    say("start"),
    say("returns"),
    say("formula"),
    say("blanks"),
    say("syntax"),
)
_WORDS: Mapping[str, Wording] = MappingProxyType(
    {"type name": say("type"), **{str(word): word for word in (*_TYPES, *_KINDS, *_ATTRIBUTES)}}
)
# Kinds whose files have many of them, by name.
_ONE_OF = MappingProxyType(
    {
        "labels": "label",
        "queues": "queue",
        "calendars": "calendar",
        "webhooks": "webhook",
        "roles": "role",
        "teams": "team",
        "permission_groups": "permission group",
    }
)


def word_for(name: str) -> Wording:
    """For the name of a field type, a kind or an attribute; the name itself for one that is not known here."""
    return _WORDS.get(name.replace("_", " ")) or _WORDS.get(name) or Wording("%(text)s", {"text": name})


def word_for_one(kind: str) -> Wording:
    """For one thing of a kind, where `kind` may be that of the file that has all of them."""
    return word_for(_ONE_OF.get(kind, kind))


def words_for_attributes(names: Iterable[str]) -> Wording:
    return say_list([word_for(name.replace("_", " ")) for name in names])
