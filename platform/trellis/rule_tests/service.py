"""Runs the tests that rule files have: each in a tenant of its own, one record after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rule_engine import FormulaError
from rule_engine.rules import checked
from trellis.automation.execute import Execution
from trellis.automation.set_off import SettingOff
from trellis.automation.timing.wall_clock import BeyondCalendar
from trellis.errors import TrellisError
from trellis.rule_tests.coverage import Watcher
from trellis.rule_tests.expectations import find_fault
from trellis.rule_tests.happenings import Means, bring_about
from trellis.rule_tests.looking import Affected
from trellis.rule_tests.outcome import Failure, Report, Tested
from trellis.rule_tests.passing import Passing
from trellis.rule_tests.sources import Source
from trellis.rule_tests.staging import Staging
from trellis.rule_tests.statements import Files
from trellis.rule_tests.watched import WatchedEngine
from trellis.rule_tests.workshop import Stage, Workshop, open_workshop
from trellis.security.access import AdministratorAccess

BEGINNING = datetime(2026, 3, 2, 10, tzinfo=UTC)
"""When tests begin, unless somebody says otherwise: a Monday morning."""


async def run_tests(sources: Sequence[Source], *, now: datetime = BEGINNING, name: str | None = None) -> Report:
    """The tests of the last of `sources`, over the model that all of them make up, and the coverage of its rules. `name`: only tests
    whose names have that in them, in any letter case. Raises InvalidMetadata."""
    watcher = Watcher()
    async with open_workshop(sources, now) as workshop:
        async with workshop.stage() as stage:
            model = (await stage.tenant.refresh()).model
        files = Files(model, sources[-1])
        wanted = (name or "").casefold()
        tests = [
            await _run_test(workshop, watcher, file, test, now)
            for file, test in files.tests()
            if wanted in test.name.casefold()
        ]
        return Report(tests=tuple(tests), coverage=watcher.coverage_of(files.statements()))


async def _run_test(workshop: Workshop, watcher: Watcher, file: str, test: checked.RuleTest, now: datetime) -> Tested:
    """Once for each of its triggers."""
    failures: list[Failure] = []
    for trigger in test.triggers:
        async with workshop.stage() as stage:
            failures += await _go_through(_means(stage, watcher, now), test, trigger)
    return Tested(file=file, line=test.line, object=test.object, name=test.name, failures=tuple(failures))


def _means(stage: Stage, watcher: Watcher, now: datetime) -> Means:
    engine = WatchedEngine(watcher)
    staging = Staging(stage, engine, now)
    run_steps = Execution(engine, AdministratorAccess()).steps
    return Means(
        staging=staging,
        passing=Passing(staging, watcher),
        setting_off=SettingOff(engine, run_steps, watcher),
    )


async def _go_through(means: Means, test: checked.RuleTest, trigger: checked.Trigger) -> list[Failure]:
    staging = means.staging
    affected: list[Affected | TrellisError] = []
    try:
        await means.passing.begin()
        for given in test.given:
            values = await staging.values_of(test.object, given)
            affected.append(await _bring_about(means, test, values, trigger))
    except (TrellisError, FormulaError) as error:
        return [Failure(line=test.line, text="", message=f"It did not come so far: {_said(error)}")]
    failures: list[Failure] = []
    for stage in test.stages:
        if stage.delay is not None:
            try:
                await means.passing.wait(stage.delay)
            except (TrellisError, BeyondCalendar) as error:
                message = _said(error) if isinstance(error, TrellisError) else "No calendar goes as far as that."
                return [*failures, Failure(line=stage.line, text="", message=message)]
        for place, record in enumerate(affected, 1):
            of_which = f"Record {place} of {len(affected)}: " if len(affected) > 1 else ""
            for expectation in stage.expectations:
                fault = await _fault(staging, record, expectation)
                if fault is not None:
                    text = _written(expectation)
                    failures.append(Failure(line=expectation.line, text=text, message=of_which + fault))
    return failures


async def _bring_about(
    means: Means, test: checked.RuleTest, values: Mapping[str, Any], trigger: checked.Trigger
) -> Affected | TrellisError:
    """What refused it, where the test expects that."""
    try:
        record_id, event = await bring_about(means, test.object, values, trigger)
    except TrellisError as error:
        if any(isinstance(one, checked.ExpectRefused) for stage in test.stages for one in stage.expectations):
            return error
        raise
    return Affected(object=test.object, id=record_id, event=event)


async def _fault(staging: Staging, record: Affected | TrellisError, expectation: checked.Expectation) -> str | None:
    if isinstance(record, TrellisError):
        said = _said(record)
        is_meant = isinstance(expectation, checked.ExpectRefused) and expectation.text.casefold() in said.casefold()
        return None if is_meant else f"It was refused: {said}"
    try:
        return await find_fault(staging.stage, staging.now, record, expectation)
    except (TrellisError, FormulaError) as error:
        return _said(error)


def _said(error: TrellisError | FormulaError) -> str:
    if not isinstance(error, TrellisError):
        return str(error)
    more = (one.message for one in error.fields if one.message not in error.message)
    return " ".join(dict.fromkeys([error.message, *more]))


def _written(expectation: checked.Expectation) -> str:
    match expectation:
        case checked.ExpectCondition(condition=condition):
            return condition.source
        case checked.ExpectQueue(subject=subject, queue=queue):
            return f"{subject.source} in queue {queue}"
        case checked.ExpectRecord(object=object_name, condition=condition):
            return f"{object_name} where {condition.source}"
        case checked.ExpectRefused(text=text):
            return f'refused "{text}"'
        case checked.ExpectNotified(channels=channels):
            return "notified" + (f" via {', '.join(channels)}" if channels else "")
