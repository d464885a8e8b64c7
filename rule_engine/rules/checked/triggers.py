"""What starts a checked rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Literal

from rule_engine.checker import CheckedFormula
from rule_engine.rules.checked.values import Duration, Value
from rule_engine.types import Type


@dataclass(frozen=True, slots=True)
class Created:
    """The record was created."""


@dataclass(frozen=True, slots=True)
class Updated:
    """An existing record was saved."""


@dataclass(frozen=True, slots=True)
class Saved:
    """The record was created or updated."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """The record went to the bin."""


@dataclass(frozen=True, slots=True)
class Restored:
    """The record came back from the bin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChanges:
    """An update gave `field` another value; `before`/`after` say which, None is any."""

    field: str
    before: Value | None = None
    after: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """`every [2] monday, friday [on day 1] at 08:30`, for each record of the object. `units`: minute, hour, day, week, month,
    year or weekdays; `times`: on the clock of `calendar`, None: of the organisation."""

    units: tuple[str, ...]
    interval: int = 1
    day: int | None = None
    times: tuple[time, ...] = ()
    calendar: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """Five fields of cron text."""

    expression: str
    calendar: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """`3 days before close_date at 10:00`: for each record, that far from its own date or moment."""

    duration: Duration
    direction: Literal["before", "after"]
    field: str
    times: tuple[time, ...] = ()
    calendar: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Anniversary:
    """Every year on the month and day of `field`; 29 February counts as 28 in other years."""

    field: str
    times: tuple[time, ...] = ()
    calendar: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """An event from outside. `matching` picks the records it is about; None: the event names the record itself. Its members
    are globals of formulas, all of them texts: `$Event.reference` is "event.reference", in the letter case of the rule."""

    event: str
    matching: CheckedFormula | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A button, the API or another rule starts it. `parameters`: (name, type) pairs, read as the paths (name,)."""

    parameters: tuple[tuple[str, Type], ...] = ()


SaveTrigger = Created | Updated | Saved | FieldChanges | Deleted | Restored
TimeTrigger = Every | Cron | Relative | Anniversary
Trigger = SaveTrigger | TimeTrigger | Inbound | Called
