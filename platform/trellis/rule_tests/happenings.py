"""Brings about what a test says happens to a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metamodel.definitions import Object
from metamodel.fields.field import Field
from rule_engine.rules import checked
from rule_engine.rules.checked import BLANK
from rule_engine.types import Kind
from trellis.automation.hooks import Event
from trellis.errors import InvalidRequest
from trellis.rule_tests.made_up import default_of, value_for
from trellis.rule_tests.staging import Staging


async def bring_about(
    staging: Staging, object_name: str, values: Mapping[str, Any], trigger: checked.Trigger
) -> tuple[str, Event]:
    """The id of the record that it happened to, and how it was saved last. But for `created`, the record was there before, written
    while no rule ran. Raises what a save raises."""
    match trigger:
        case checked.Created() | checked.Saved():
            return await staging.create(object_name, values), "created"
        case checked.Updated():
            return await _update(staging, object_name, values), "updated"
        case checked.FieldChanges():
            return await _change(staging, object_name, values, trigger), "updated"
        case checked.Deleted():
            record_id = await staging.create_silently(object_name, values)
            await staging.with_rules.delete(staging.stage.actor, object_name, [record_id])
            return record_id, "deleted"
        case checked.Restored():
            record_id = await staging.create_silently(object_name, values)
            await staging.delete_silently(object_name, record_id)
            await staging.with_rules.restore(staging.stage.actor, object_name, [record_id])
            return record_id, "restored"
    raise InvalidRequest(f"A test cannot bring about {type(trigger).__name__.lower()}.")


async def _update(staging: Staging, object_name: str, values: Mapping[str, Any]) -> str:
    """Changes a field that the test does not give."""
    model = (await staging.stage.tenant.compiled()).model
    field = _untouched(model.object(object_name), values)
    record_id = await staging.create_silently(object_name, values)
    await staging.update(
        object_name, record_id, {field.name: value_for(field, staging.now, other_than=default_of(field))}
    )
    return record_id


async def _change(staging: Staging, object_name: str, values: Mapping[str, Any], trigger: checked.FieldChanges) -> str:
    """From what the trigger says, else from what is given where that is not the value it changes to, else from another value."""
    name = trigger.field
    given = values.get(name)
    after = _value(trigger.after) if trigger.after is not None else given
    if trigger.before is not None:
        before = _value(trigger.before)
        if after == before:
            after = await staging.other_value(object_name, name, before)
    elif trigger.after is not None and name in values and given != after:
        before = given
    else:
        before = await staging.other_value(object_name, name, after)
    record_id = await staging.create_silently(object_name, {**values, name: before})
    await staging.update(object_name, record_id, {name: after})
    return record_id


def _value(constant: checked.Value | None) -> Any:
    return None if constant is BLANK else constant


def _untouched(owner: Object, values: Mapping[str, Any]) -> Field:
    """Texts first: few rules look at them."""
    free = [
        field
        for field in owner.fields.values()
        if field.is_writable
        and field.name not in values
        and not field.unique
        and field.default_formula is None
        and field.formula_type.kind is not Kind.ID
    ]
    if not free:
        raise InvalidRequest(
            f"Every field of {owner.name} is given, so none is left to update.",
            hint='Say which changes: "when status changes".',
        )
    free.sort(key=lambda field: (field.formula_type.kind is not Kind.TEXT, field.formula_type.kind is Kind.BOOLEAN))
    return free[0]
