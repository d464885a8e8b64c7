"""Explanations as JSON."""

from __future__ import annotations

from typing import Any

from trellis.explain.model import Changed, Explained, Happening, Reason
from trellis.storage.codecs import datetime_text


def explained_json(explained: Explained) -> dict[str, Any]:
    return {
        "object": explained.object,
        "id": explained.record_id,
        "name": explained.name,
        "happenings": [_happening(one) for one in explained.happenings],
        "has_more": explained.has_more,
    }


def _happening(one: Happening) -> dict[str, Any]:
    return {
        "at": datetime_text(one.at),
        "actor": one.actor,
        "revision": one.revision,
        "reasons": [_reason(reason) for reason in one.reasons],
        "changes": [_changed(change) for change in one.changes],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    read = None
    if reason.read is not None:
        names = ("path", "label", "value", "text")
        read = [{name: getattr(one, name) for name in names} for one in reason.read]
    origin = reason.origin
    return {
        "rule": reason.rule,
        "done": reason.done,
        "field": reason.field,
        "sentence": reason.sentence,
        "because": reason.because,
        "file": reason.path,
        "line": reason.line,
        "clause": reason.clause,
        "read": read,
        "origin": None if origin is None else {"object": origin.object, "id": origin.id, "name": origin.name},
    }


def _changed(change: Changed) -> dict[str, Any]:
    names = ("field", "label", "sentence", "before", "after", "rule")
    return {name: getattr(change, name) for name in names}
