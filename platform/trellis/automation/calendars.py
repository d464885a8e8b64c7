"""The calendars of a tenant's model that answer when people work, each made once for a model."""

from __future__ import annotations

from trellis.automation.timing.business_time import BusinessTime
from trellis.tenancy.compiled import CompiledModel


def business_time(compiled: CompiledModel, calendar: str) -> BusinessTime:
    """Of a calendar that is there: the checker has seen to it."""
    return compiled.prepared(
        ("automation", "calendar", calendar), lambda: BusinessTime(compiled.model.calendars[calendar])
    )
