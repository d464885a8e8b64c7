"""`create`, `update` and `delete` of other records, through the same pipeline as anybody's, one rule deeper. One batch for all records
that matched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar

from trellis.automation.hooks import Automation
from trellis.automation.named import needs_of_name, with_name
from trellis.automation.recursion import one_deeper
from trellis.automation.run import Run
from trellis.automation.steps import CreateStep, DeleteStep, UpdateStep, Values, WhereTarget
from trellis.automation.targets import Pairs, find_targets
from trellis.records.draft import RecordChange
from trellis.records.parse import MAX_BATCH
from trellis.records.related import load_views
from trellis.records.service import create, delete, update
from trellis.security.access import Access

T = TypeVar("T")


async def apply_create(
    run: Run, automation: Automation, access: Access, step: CreateStep, indexes: Sequence[int]
) -> Run:
    """Gives the run in which the alias stands for the new record, with a place for each of `indexes`."""
    payloads = [{field: run.evaluate(value, index) for field, value in step.values} for index in indexes]
    context = one_deeper(run)
    ids: list[str] = []
    for some in _batches(payloads):
        ids += [saved.id for saved in await create(context, automation, access, step.object, some, source="trusted")]
    for index, made_id in zip(indexes, ids, strict=True):
        run.note(index, "create", line=step.line, subject=step.object, value=made_id, read=_paths(step.values))
        run.note_other(index, (step.object, made_id), "create", line=step.line)
    if step.alias is None:
        return run
    needs = needs_of_name(run, (step.alias, step.object))
    made = await load_views(run.context, step.object, ids, needs)
    return with_name(run, step.alias, [(index, made[one]) for index, one in zip(indexes, ids, strict=True)])


async def apply_update(
    run: Run, automation: Automation, access: Access, step: UpdateStep, indexes: Sequence[int]
) -> None:
    """A record that several places change gets what each sets, in their order: the last one has its way."""
    found = await find_targets(run, step.target, indexes)
    if not found:
        return
    values = await _values(run, step, found)
    _note_found(run, "update", step, found)
    context = one_deeper(run)
    changes = [RecordChange(id=record_id, values=of_record) for record_id, of_record in values.items()]
    for some in _batches(changes):
        await update(context, automation, access, step.target.object, some, source="trusted")


async def apply_delete(
    run: Run, automation: Automation, access: Access, step: DeleteStep, indexes: Sequence[int]
) -> None:
    found = await find_targets(run, step.target, indexes)
    _note_found(run, "delete", step, found)
    context = one_deeper(run) if found else run.context
    for some in _batches(list(dict.fromkeys(record_id for _, record_id in found))):
        await delete(context, automation, access, step.target.object, some)


async def _values(run: Run, step: UpdateStep, found: Pairs) -> Mapping[str, Mapping[str, Any]]:
    name = step.target.object
    places = [index for index, _ in found]
    if isinstance(step.target, WhereTarget):
        needs = needs_of_name(run, (name, name))
        views = await load_views(run.context, name, sorted({one for _, one in found}), needs)
        run = with_name(run, name, [(index, views[one]) for index, one in found])
        places = list(range(len(found)))
    values: dict[str, dict[str, Any]] = {}
    for place, (_, record_id) in zip(places, found, strict=True):
        of_record = values.setdefault(record_id, {})
        given = [(field, run.evaluate(value, place)) for field, value in step.values]
        of_record.update(given)
        for field, value in given:
            run.note_other(place, (name, record_id), "set", line=step.line, subject=field, value=value)
    return values


def _note_found(run: Run, done: Literal["update", "delete"], step: UpdateStep | DeleteStep, found: Pairs) -> None:
    """At the records whose rule it is: which other record, or how many; and at deleted ones."""
    by_index: dict[int, list[str]] = {}
    for index, record_id in found:
        by_index.setdefault(index, []).append(record_id)
        if done == "delete":
            run.note_other(index, (step.target.object, record_id), done, line=step.line)
    read = _paths(step.values) if isinstance(step, UpdateStep) else ()
    for index, ids in by_index.items():
        value = ids[0] if len(ids) == 1 else len(ids)
        run.note(index, done, line=step.line, subject=step.target.object, value=value, read=read)


def _paths(values: Values) -> tuple[str, ...]:
    return tuple(path for _, formula in values for path in formula.paths)


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + MAX_BATCH] for start in range(0, len(items), MAX_BATCH))
