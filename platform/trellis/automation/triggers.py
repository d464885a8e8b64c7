"""Whether a change to a record is what a rule waits for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rule_engine.rules.checked import BLANK, Created, Deleted, FieldChanges, Restored, Saved, Trigger, Updated
from trellis.automation.hooks import Change, Event


def events_of(triggers: Iterable[Trigger]) -> frozenset[Event]:
    """The events at which any of the triggers may fire."""
    return frozenset(event for trigger in triggers for event in _events(trigger))


def is_triggered(triggers: Iterable[Trigger], change: Change) -> bool:
    return any(change.event in _events(trigger) and _matches(trigger, change) for trigger in triggers)


def fires_at_every(triggers: Iterable[Trigger], event: Event) -> bool:
    """Whether no more than the event is asked for."""
    return any(event in _events(trigger) and not isinstance(trigger, FieldChanges) for trigger in triggers)


def would_match(triggers: Iterable[Trigger], change: Change) -> bool:
    """Whether any of the triggers might have led to the record as it is now."""
    return any(
        isinstance(trigger, Created | Saved | Updated)
        or (isinstance(trigger, FieldChanges) and _is(change.values.get(trigger.field), trigger.after))
        for trigger in triggers
    )


def _events(trigger: Trigger) -> tuple[Event, ...]:
    """None for what no save starts."""
    match trigger:
        case Created():
            return ("created",)
        case Saved():
            return ("created", "updated")
        case Updated() | FieldChanges():
            return ("updated",)
        case Deleted():
            return ("deleted",)
        case Restored():
            return ("restored",)
        case _:
            return ()


def _matches(trigger: Trigger, change: Change) -> bool:
    if not isinstance(trigger, FieldChanges):
        return True
    before = (change.old or {}).get(trigger.field)
    after = change.values.get(trigger.field)
    return before != after and _is(before, trigger.before) and _is(after, trigger.after)


def _is(value: Any, wanted: Any) -> bool:
    if wanted is None:
        return True
    return value is None if wanted is BLANK else bool(value == wanted)
