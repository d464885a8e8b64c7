"""What was tried on one record, in JSON values and with people's names. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from metamodel.definitions import Object
from metamodel.model import Model
from rule_engine import EvaluationContext, FormulaError
from trellis.automation.hooks import Change as SavedChange
from trellis.automation.outbox import Entry
from trellis.query.record_view import RecordView
from trellis.simulation.draft import Draft
from trellis.simulation.handing import owner_before
from trellis.simulation.outcome import Change, OtherRecord, Shown, Told
from trellis.simulation.tallying import changed_fields
from trellis.simulation.trying import Tried
from trellis.tenancy.compiled import CompiledModel

KEPT = ("id", "created_at", "created_by", "updated_at", "updated_by", "version")


def shown_value(owner: Object, name: str, value: Any) -> Any:
    field = owner.fields[name]
    return None if value is None else field.to_json(value)


def people_in(tried: Sequence[Tried]) -> frozenset[str]:
    """Ids of everybody who has a record, gets one, or is told something."""
    found = {values.get("owner") for one in tried for values in (one.before, one.after)}
    found |= {entry.payload.get("user") for one in tried for entry in one.entries}
    return frozenset(one for one in found if one is not None)


def show(
    compiled: CompiledModel,
    draft: Draft,
    tried: Tried,
    names: Mapping[str, str],
    evaluation: EvaluationContext,
    save: tuple[str, datetime] | None = None,
) -> Shown:
    """`names`: usernames by id; `save`: how and when the record was saved, in the history."""
    owner = compiled.model.object(draft.object)
    before, after = (owner_before(values.get("owner"), values.get("owner_queue"), names) for values in _both(tried))
    return Shown(
        id=tried.before["id"],
        name=_name(compiled, owner, tried, evaluation),
        statements=tuple(draft.drafted[place].statement.name for place in tried.fired),
        changes=tuple(
            Change(
                field=name,
                before=shown_value(owner, name, tried.before[name]),
                after=shown_value(owner, name, tried.after[name]),
            )
            for name in changed_fields(tried)
        ),
        owner=(before, after) if before != after else None,
        told=tuple(_told(entry, names) for entry in tried.entries),
        others=tuple(_others(compiled.model, tried.others)),
        refused=tuple(tried.refused),
        save=save,
    )


def refused_by_database(record_id: str, message: str) -> Shown:
    return Shown(
        id=record_id,
        name="",
        statements=(),
        changes=(),
        owner=None,
        told=(),
        others=(),
        refused=(message,),
    )


def _both(tried: Tried) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    return tried.before, tried.after


def _name(compiled: CompiledModel, owner: Object, tried: Tried, evaluation: EvaluationContext) -> str:
    view: Mapping[str, Any] = RecordView(compiled, owner.name, tried.before, evaluation)
    try:
        return str(view[owner.name_field] or "")
    except FormulaError:
        return ""


def _told(entry: Entry, names: Mapping[str, str]) -> Told:
    payload = entry.payload
    user = payload.get("user")
    text = payload.get("text") or f"template {payload.get('template')}"
    return Told(channel=entry.kind, to=names.get(user, str(user)) if user else str(payload.get("address")), text=text)


def _others(model: Model, changes: Sequence[tuple[str, SavedChange]]) -> Iterator[OtherRecord]:
    for object_name, change in changes:
        owner = model.object(object_name)
        old = change.old if change.event == "updated" else None
        yield OtherRecord(
            did=change.event,
            object=object_name,
            values={
                name: shown_value(owner, name, value)
                for name, value in change.values.items()
                if name not in KEPT and value is not None and (old is None or value != old.get(name))
            },
        )
