"""Kinds of things that rules name, as they stand in a message."""

from __future__ import annotations

from collections.abc import Mapping

from rule_engine.wording import Wording, say

_WORDS: Mapping[str, Wording] = {
    "object": say("object"),
    "field": say("field"),
    "queue": say("queue"),
    "template": say("template"),
    "user": say("user"),
    "calendar": say("calendar"),
    "webhook": say("webhook"),
    "role": say("role"),
    "team": say("team"),
    "channel": say("channel"),
    "approval": say("approval"),
    "step": say("step"),
    "rule": say("rule"),
    "actor": say("actor"),
    "type": say("type"),
    "parameter": say("parameter"),
    "assignment": say("assignment"),
    "validation": say("validation"),
    "test": say("test"),
    "minute": say("minute"),
    "hour": say("hour"),
    "day of the month": say("day of the month"),
    "month": say("month"),
    "day of the week": say("day of the week"),
}


def kind_word(kind: str) -> str:
    """The kind itself where it has no word of its own."""
    return _WORDS.get(kind, kind)
