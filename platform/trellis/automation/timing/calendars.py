"""The calendars of a model, and the clock that goes where none is named."""

from __future__ import annotations

from datetime import datetime, tzinfo
from types import MappingProxyType

from metamodel.automation_definitions import Calendar, WorkingHours
from metamodel.model import Model
from rule_engine.rules.checked import Duration
from trellis.automation.timing.business_time import BusinessTime
from trellis.automation.timing.wall_clock import Direction, shift_moment
from trellis.query.context import time_zone
from trellis.tenancy.compiled import CompiledModel

STANDARD = "standard"
"""The calendar of business time that names none; from Monday to Friday, nine to five, where a tenant has none of that name."""


class Calendars:
    def __init__(self, model: Model) -> None:
        self._model = model
        self._times: dict[str, BusinessTime] = {}

    @property
    def organization_zone(self) -> tzinfo:
        return time_zone(self._model.organization.time_zone)

    def zone(self, name: str | None) -> tzinfo:
        """The clock of a calendar; without a name that of the organization."""
        calendar = self._model.calendars.get(name) if name is not None else None
        return self.organization_zone if calendar is None else time_zone(calendar.time_zone)

    def business_time(self, name: str | None) -> BusinessTime:
        name = name or STANDARD
        if name not in self._times:
            calendar = self._model.calendars.get(name)
            self._times[name] = BusinessTime(calendar or _usual(self._model.organization.time_zone))
        return self._times[name]

    def shift(self, moment: datetime, duration: Duration, direction: Direction = "after") -> datetime:
        """That far from `moment`. Raises BeyondCalendar."""
        if duration.is_business:
            return self.business_time(duration.calendar).shift(moment, duration, direction)
        return shift_moment(moment, duration, self.zone(duration.calendar), direction)


def calendars_of(compiled: CompiledModel) -> Calendars:
    """Made once for each model."""
    return compiled.prepared(("timing", "calendars"), lambda: Calendars(compiled.model))


def _usual(zone: str) -> Calendar:
    hours = (WorkingHours(start=9 * 60, end=17 * 60),)
    return Calendar(
        name=STANDARD,
        label="Standard",
        time_zone=getattr(time_zone(zone), "key", "UTC"),
        hours=(hours, hours, hours, hours, hours, (), ()),
        holidays=MappingProxyType({}),
        yearly_holidays=MappingProxyType({}),
    )
