"""The active rules of a model that a time sets off, each of their triggers by a key that changes with what it says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from metamodel.model import Model
from rule_engine import CheckedFormula
from rule_engine.rules import checked
from trellis.tenancy.compiled import CompiledModel


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRule:
    """`condition`: what a record must meet, None: nothing that the whole rule depends on."""

    key: str
    object: str
    rule: str
    trigger: checked.TimeTrigger
    condition: CheckedFormula | None

    @property
    def is_schedule(self) -> bool:
        return isinstance(self.trigger, checked.Every | checked.Cron)


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRule:
    """One whose trigger goes by a date or moment of each record."""

    key: str
    object: str
    rule: str
    trigger: checked.Relative | checked.Anniversary


def time_rules(compiled: CompiledModel) -> Mapping[str, TimeRule]:
    """By key. Found once for each model."""
    return compiled.prepared(("timing", "rules"), lambda: {one.key: one for one in find_time_rules(compiled.model)})


def date_rules(compiled: CompiledModel, object_name: str) -> tuple[DateRule, ...]:
    """Those of one object. Found once for each model."""

    def find() -> Mapping[str, tuple[DateRule, ...]]:
        found: dict[str, tuple[DateRule, ...]] = {}
        for one in time_rules(compiled).values():
            if isinstance(one.trigger, checked.Relative | checked.Anniversary):
                rule = DateRule(key=one.key, object=one.object, rule=one.rule, trigger=one.trigger)
                found[one.object] = (*found.get(one.object, ()), rule)
        return found

    return compiled.prepared(("timing", "date rules"), find).get(object_name, ())


def find_time_rules(model: Model) -> Iterator[TimeRule]:
    for object_name, found in model.rules.items():
        statements: tuple[checked.Rule | checked.Assignment, ...] = (*found.rules, *found.assignments)
        for rule in statements:
            if not rule.is_active:
                continue
            for trigger in rule.triggers:
                if isinstance(trigger, checked.Every | checked.Cron | checked.Relative | checked.Anniversary):
                    yield TimeRule(
                        key=_key(model, object_name, rule.name, trigger),
                        object=object_name,
                        rule=rule.name,
                        trigger=trigger,
                        condition=_condition(rule),
                    )


def _condition(rule: checked.Rule | checked.Assignment) -> CheckedFormula | None:
    return rule.condition if isinstance(rule, checked.Rule) and not rule.otherwise else None


def _key(model: Model, object_name: str, rule: str, trigger: checked.TimeTrigger) -> str:
    """Another one whenever the times may be others: for another trigger, calendar or clock."""
    named = {trigger.calendar, trigger.duration.calendar if isinstance(trigger, checked.Relative) else None}
    calendars = [repr(model.calendars.get(name or "standard")) for name in sorted(named, key=str)]
    parts = (repr(trigger), *calendars, model.organization.time_zone)
    return f"{object_name}\x1f{rule}\x1f{hashlib.sha256(chr(31).join(parts).encode()).hexdigest()[:16]}"
