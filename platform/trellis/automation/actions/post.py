"""`post webhook`: an outbox row for each record, with the values as they are now."""

from __future__ import annotations

from collections.abc import Sequence

from trellis.automation.outbox import Entry, idempotency_key
from trellis.automation.run import Run
from trellis.automation.steps import PostStep


def plan_posts(run: Run, step: PostStep, indexes: Sequence[int]) -> list[Entry]:
    return [_entry(run, step, index) for index in indexes]


def _entry(run: Run, step: PostStep, index: int) -> Entry:
    change, revision = run.changes[index], run.context.compiled.revision
    values = {name: run.evaluate(value, index) for name, value in step.values}
    version = change.values.get("version") or 0
    record = f"{change.id}{run.part(index)}"
    key = idempotency_key(run.rule, revision, record, version, change.event, step.number, step.webhook, "webhook")
    read = [path for _, value in step.values for path in value.paths]
    run.note(index, "webhook", line=step.line, subject=step.webhook, read=read)
    return Entry(
        kind="webhook",
        key=key,
        payload={"webhook": step.webhook, "values": values},
        object=run.object_name,
        record_id=change.id,
        rule=run.rule,
        revision=revision,
    )
