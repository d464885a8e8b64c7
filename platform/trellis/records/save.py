"""Create and update: the stages of the write pipeline in their order. There is no second way in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from metamodel.fields.field import Locale
from trellis.automation.hooks import Automation, Change, SaveContext
from trellis.automation.ledger.refusals import remember_refusals
from trellis.errors import Conflict, InvalidRequest
from trellis.ids import new_id
from trellis.query.context import time_zone
from trellis.query.paths import get_object
from trellis.query.suggestions import Suggestions
from trellis.records.checks import check_against_database, check_credential
from trellis.records.defaults import apply_default_formulas, new_values, number_records
from trellis.records.draft import Draft, RecordChange, Rejected, Saved, changes_of
from trellis.records.field_history import write_field_history
from trellis.records.load import load_records, without_repeats
from trellis.records.parse import Source, parse_payloads
from trellis.records.previous_owners import note_previous_owners
from trellis.records.record_types import check_given_types, check_record_types
from trellis.records.refusals import Refusals
from trellis.records.sealing import seal_drafts
from trellis.records.shape import Shape, shape_of
from trellis.records.validate import check_formulas, check_required, fit_what_rules_set
from trellis.records.write import insert_records, update_records
from trellis.security.access import Access, Action, require

Outcome = Saved | Rejected


class Batch:
    """What the stages of one save share. `partial`: records that are refused are left out, else everything is."""

    def __init__(
        self, context: SaveContext, automation: Automation, access: Access, object_name: str, *, partial: bool
    ) -> None:
        moment = context.now
        self.context = replace(context, now=moment.replace(microsecond=moment.microsecond // 1000 * 1000))
        self.automation = automation
        self.access = access.of(context.compiled.model)
        self.suggestions = Suggestions(context.compiled.model, access, context.actor)
        get_object(context.compiled.model, object_name, self.suggestions)
        self.shape: Shape = shape_of(context.compiled, object_name)
        self.refusals = Refusals()
        self.partial = partial

    @property
    def locale(self) -> Locale:
        actor = self.context.actor
        return Locale(language=actor.language, time_zone=time_zone(actor.time_zone))

    def require(self, action: Action, payloads: Sequence[Mapping[str, Any]] = ()) -> None:
        """Raises AccessDenied for the object, or for a field that any payload names."""
        actor, name = self.context.actor, self.shape.object.name
        require(self.access, actor, action, name)
        named = {key for payload in payloads if isinstance(payload, Mapping) for key in payload}
        for field in sorted(named & self.shape.stored.keys()):
            require(self.access, actor, action, name, field)

    async def apply_rules(self, drafts: Sequence[Draft]) -> None:
        """Rules that change the records themselves, or refuse them."""
        await self.automation.before_save(self.context, self.shape.object.name, changes_of(drafts))
        for draft in drafts:
            for error in draft.change.errors:
                self.refusals.add(draft.index, error.field, error.code, error.message)

    def proceed(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Those that nothing is wrong with. Raises what is wrong with any, unless the batch takes what it can."""
        if self.refusals:
            refused = [draft.change for draft in drafts if draft.index in self.refusals]
            remember_refusals(self.context, self.shape.object.name, refused)
        if not self.partial:
            self.refusals.raise_any()
        return [draft for draft in drafts if draft.index not in self.refusals]


async def create_records(batch: Batch, payloads: Sequence[Mapping[str, Any]], source: Source) -> tuple[Outcome, ...]:
    """One outcome for each payload, in order."""
    batch.require("create", payloads)
    context, shape, refusals = batch.context, batch.shape, batch.refusals
    drafts: list[Draft] = []
    types = batch.access.record_types(context.actor, shape.object.name) if shape.object.record_types else None
    for index, given in enumerate(parse_payloads(shape, payloads, source, batch.locale, refusals, batch.suggestions)):
        record_id = new_id()
        values = new_values(context, shape, given, record_id, types)
        change = Change(id=record_id, event="created", values=values, old=None)
        drafts.append(Draft(index=index, change=change, given=frozenset(given)))
    check_given_types(shape, drafts, batch.access, context.actor, refusals)
    seal_drafts(context, shape, drafts, refusals)
    if refusals:
        check_required(shape, drafts, refusals)
    drafts = batch.proceed(drafts)
    await apply_default_formulas(context, shape, drafts, refusals)
    drafts = batch.proceed(drafts)
    await number_records(context, shape, drafts)
    drafts = await _apply_rules_and_checks(batch, drafts, "create")
    await insert_records(context, shape, drafts)
    await _after(batch, drafts)
    saved: dict[int, Outcome] = {draft.index: Saved(draft.change.id, 1) for draft in drafts}
    return _outcomes(batch, saved, len(payloads))


async def update_records_of(batch: Batch, changes: Sequence[RecordChange], source: Source) -> tuple[Outcome, ...]:
    """One outcome for each change, in order. A record that its change leaves as it was is not written and keeps its version."""
    payloads = [change.values for change in changes]
    batch.require("update", payloads)
    context, shape, refusals = batch.context, batch.shape, batch.refusals
    await check_credential(context)
    given = parse_payloads(shape, payloads, source, batch.locale, refusals, batch.suggestions)
    ids = without_repeats([change.id for change in changes], refusals)
    loaded = await load_records(context, batch.access, shape, ids, "update", refusals)
    drafts: list[Draft] = []
    for index, record_id in ids.items():
        if record_id not in loaded:
            continue
        old = loaded[record_id].values
        check_version(old, changes[index].expected_version, index, refusals)
        values = {**old, **given[index]}
        if "owner" in values and values["owner"] != old["owner"] and not loaded[record_id].is_theirs:
            message = f"Only its owner, and who is above, may hand over this {shape.object.label.lower()}."
            refusals.add(index, "owner", "access_denied", message)
            continue
        if given[index].get("owner") is not None and values["owner"] != old["owner"]:
            values["owner_queue"] = None
        change = Change(id=record_id, event="updated", values=values, old=old)
        drafts.append(Draft(index=index, change=change, given=frozenset(given[index])))
    check_given_types(shape, drafts, batch.access, context.actor, refusals)
    seal_drafts(context, shape, drafts, refusals)
    if refusals:
        check_required(shape, drafts, refusals)
    drafts = batch.proceed(drafts)
    changed = [draft for draft in drafts if draft.touched]
    unchanged = [draft for draft in drafts if not draft.touched]
    changed = await _apply_rules_and_checks(batch, changed, "update")
    written = [draft for draft in changed if draft.touched]
    await write_changes(batch, written)
    await _after(batch, written)
    saved: dict[int, Outcome] = {
        draft.index: Saved(draft.change.id, draft.values["version"], is_new=False) for draft in (*unchanged, *changed)
    }
    return _outcomes(batch, saved, len(changes))


async def save_what_rules_set(batch: Batch, ids: Sequence[str]) -> tuple[Outcome, ...]:
    """Of records that nobody changes, for an automation that does. One outcome for each id, in order."""
    context, shape = batch.context, batch.shape
    places = without_repeats(ids, batch.refusals)
    loaded = await load_records(context, batch.access, shape, places, "update", batch.refusals)
    drafts = [
        Draft(index=index, change=Change(id=one, event="updated", values=dict(old), old=old), given=frozenset())
        for index, one in places.items()
        if one in loaded and (old := loaded[one].values)
    ]
    drafts = batch.proceed(drafts)
    before = {draft.index: dict(draft.values) for draft in drafts}
    await batch.apply_rules(drafts)
    drafts = batch.proceed(drafts)
    touched = [draft for draft in drafts if draft.touched]
    if touched:
        await _check(batch, touched, [before[draft.index] for draft in touched], "update")
        drafts = batch.proceed(drafts)
        await write_changes(batch, [draft for draft in drafts if draft.touched])
    await _after(batch, drafts)
    saved: dict[int, Outcome] = {
        draft.index: Saved(draft.change.id, draft.values["version"], is_new=False) for draft in drafts
    }
    return _outcomes(batch, saved, len(ids))


def check_version(old: Mapping[str, Any], expected: int | None, index: int, refusals: Refusals) -> None:
    if expected is not None and old["version"] != expected:
        message = f"The record has version {old['version']} by now, not {expected}."
        refusals.add(index, None, Conflict.code, message)


async def _apply_rules_and_checks(batch: Batch, drafts: list[Draft], action: Action) -> list[Draft]:
    """Before-save rules, validation, permission: what is left may be written."""
    if not drafts:
        return drafts
    before = [dict(draft.values) for draft in drafts]
    await batch.apply_rules(drafts)
    return await _check(batch, drafts, before, action)


async def apply_rules_to_restored(batch: Batch, drafts: list[Draft]) -> None:
    """For records that came out of the bin just now: writes what rules changed, after the checks of an update."""
    before = [dict(draft.values) for draft in drafts]
    await batch.apply_rules(drafts)
    batch.proceed(drafts)
    touched = [place for place, draft in enumerate(drafts) if draft.touched]
    if touched:
        some = [drafts[place] for place in touched]
        await _check(batch, some, [before[place] for place in touched], "update")
        await write_changes(batch, some)


async def write_changes(batch: Batch, drafts: Sequence[Draft]) -> None:
    """Records that were there before and passed every check."""
    await update_records(batch.context, batch.shape, drafts)
    await write_field_history(batch.context, batch.shape.object, drafts)
    if batch.shape.object.has_owner:
        await note_previous_owners(batch.context, batch.shape.object.name, drafts)


async def _check(batch: Batch, drafts: list[Draft], before: Sequence[Mapping[str, Any]], action: Action) -> list[Draft]:
    """`before`: the values as they were when rules began."""
    context, shape, refusals = batch.context, batch.shape, batch.refusals
    _check_names(shape, drafts)
    fit_what_rules_set(shape, drafts, before, refusals)
    check_required(shape, drafts, refusals)
    check_record_types(shape, drafts, refusals)
    by_rules = _set_by_rules(shape, drafts, before)
    await check_against_database(
        context, batch.access, shape, drafts, refusals, trusted=by_rules, with_credential=action == "create"
    )
    await check_formulas(context, shape, drafts, refusals)
    return batch.proceed(drafts)


def _check_names(shape: Shape, drafts: Sequence[Draft]) -> None:
    """A rule that sets what is no stored field is a fault of the platform; it must not pass in silence."""
    for draft in drafts:
        strange = draft.values.keys() - shape.stored.keys()
        if strange:
            raise InvalidRequest(f"A rule set {sorted(strange)}, which {shape.object.name} does not store.")


def _set_by_rules(shape: Shape, drafts: Sequence[Draft], before: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Lookups to users that only the platform has filled: the foreign key is check enough."""
    system = [name for name, lookup in shape.lookups.items() if lookup.is_system]
    by_caller = {
        name
        for name in system
        for draft, earlier in zip(drafts, before, strict=True)
        if name in draft.given and draft.values[name] == earlier[name]
    }
    return frozenset(system) - by_caller


async def _after(batch: Batch, drafts: Sequence[Draft]) -> None:
    if drafts:
        await batch.automation.after_save(batch.context, batch.shape.object.name, changes_of(drafts))


def _outcomes(batch: Batch, saved: Mapping[int, Outcome], size: int) -> tuple[Outcome, ...]:
    return tuple(saved[index] if index in saved else Rejected(batch.refusals.of(index)) for index in range(size))
