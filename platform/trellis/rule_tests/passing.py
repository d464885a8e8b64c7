"""Lets time pass between the stages of a test. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from metamodel.model import Model
from rule_engine.rules.checked import Duration
from trellis.automation.timing.business_time import BusinessTime
from trellis.automation.timing.wall_clock import shift_moment
from trellis.errors import InvalidRequest

STANDARD = "standard"


def moment_after(model: Model, moment: datetime, duration: Duration) -> datetime:
    """Business time runs in the hours of its calendar, the one named "standard" when it names none; other time by the clock of the
    organization."""
    if not duration.is_business and duration.calendar is None:
        return shift_moment(moment, duration, ZoneInfo(model.organization.time_zone), "after")
    name = duration.calendar or STANDARD
    calendar = model.calendars.get(name)
    if calendar is None:
        raise InvalidRequest(
            f'There is no calendar "{name}" to reckon business time in.', hint="Add it to calendars.yaml."
        )
    return BusinessTime(calendar).add(moment, duration)
