"""Laws of deploys: a way back leaves nothing behind, and what an edit does not touch keeps its data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import yaml
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.trellis.schema.rows import apply, fetch, insert, plan, run, structure
from trellis.errors import PlanRefused
from trellis.schema.purge import purge
from trellis.tenancy.tenant import Tenant

OBJECTS = ("alpha", "beta")
FIELD_CHOICES: Mapping[str, tuple[dict[str, Any], ...]] = {
    "title": (
        {"type": "text", "length": 40},
        {"type": "text", "length": 300, "indexed": True},
        {"type": "text_area"},
        {"type": "text", "unique": True},
    ),
    "amount": (
        {"type": "number", "precision": 9, "scale": 0},
        {"type": "number", "precision": 12, "scale": 3},
        {"type": "currency", "indexed": True},
        {"type": "text"},
    ),
    "stage": (
        {"type": "picklist", "values": ["new", "old"]},
        {"type": "picklist", "values": ["new", "old", "odd"], "indexed": True},
        {"type": "text", "required": True, "default": "none"},
    ),
    "link": (
        {"type": "lookup", "object": "beta"},
        {"type": "lookup", "object": "beta", "on_delete": "restrict"},
        {"type": "lookup", "object": "alpha", "on_delete": "cascade"},
    ),
    "day": ({"type": "date"}, {"type": "date", "indexed": True}, {"type": "text"}),
    "place": ({"type": "geolocation"},),
    "agreed": ({"type": "checkbox"},),
    "serial": ({"type": "auto_number", "format": "S-{000}"},),
}
VALUES: Mapping[str, Any] = {
    "text": st.sampled_from(["a", "b'\"", "客户", None]),
    "text_area": st.sampled_from(["a\nb", None]),
    "number": st.sampled_from([Decimal(7), Decimal(-123), None]),
    "currency": st.sampled_from([Decimal("7.25"), None]),
    "picklist": st.sampled_from(["new", "old", None]),
    "date": st.sampled_from([date(2026, 2, 28), None]),
    "geolocation": st.sampled_from([(Decimal("52.500000"), Decimal("-13.400000")), None]),
    "checkbox": st.booleans(),
}
HEAVY = settings(max_examples=8)

Fields = dict[str, dict[str, Any]]
Model = dict[str, Fields]


def fields() -> st.SearchStrategy[Fields]:
    optional = {name: st.sampled_from(choices) for name, choices in FIELD_CHOICES.items()}
    return st.fixed_dictionaries({}, optional=optional)


def models() -> st.SearchStrategy[Model]:
    """`beta` is always there, so that lookups have a target; `alpha` comes and goes."""
    return st.tuples(fields(), st.none() | fields()).map(
        lambda pair: {"beta": pair[0]} if pair[1] is None else {"beta": pair[0], "alpha": pair[1]}
    )


def files_of(model: Model) -> dict[str, str]:
    return {f"objects/{name}.yaml": yaml.safe_dump(_body(name, model), sort_keys=False) for name in model}


def _body(name: str, model: Model) -> dict[str, Any]:
    own = {
        field: {"type": definition["type"], "label": field, **definition}
        for field, definition in model[name].items()
        if definition.get("object", "beta") in model
    }
    label = {"name": {"type": "text", "label": "Name"}}
    return {"label": name, "plural_label": name, "name_field": "name", "fields": {**label, **own}}


async def _fill(tenant: Tenant, data: st.DataObject) -> None:
    model = (await tenant.compiled()).model
    for name in OBJECTS:
        item = model.find_object(name)
        if item is None:
            continue
        for number in range(data.draw(st.integers(0, 3))):
            row: dict[str, Any] = {"name": f"{name} {number}"}
            for field in item.fields.values():
                if field.is_system or field.name in ("name", "link", "serial"):
                    continue
                value = data.draw(VALUES[field.type_name])
                row[field.name] = f"{value}{number}" if field.unique and value else value
                if field.required and value is None:
                    row[field.name] = "given"
            await insert(tenant, name, row)


async def _data(tenant: Tenant) -> dict[str, dict[str, dict[str, Any]]]:
    model = (await tenant.refresh()).model
    return {name: await fetch(tenant, model.object(name)) for name in OBJECTS if model.find_object(name)}


async def _was_refused(tenant: Tenant, files: dict[str, str]) -> bool:
    """Whether rows or the kind of change stood in the way; a plan and a deploy say the same."""
    blocked = (await plan(tenant, files, replace=True)).is_blocked
    try:
        await apply(tenant, files, replace=True)
    except PlanRefused:
        assert blocked
        event("refused")
        return True
    assert not blocked
    event("deployed")
    return False


@HEAVY
@given(first=models(), second=models(), data=st.data())
def test_there_and_back_and_an_empty_bin_leave_the_schema_as_it_was(
    database_url: str, first: Model, second: Model, data: st.DataObject
) -> None:
    async def body(tenant: Tenant) -> None:
        before = await structure(tenant)
        await _fill(tenant, data)
        if await _was_refused(tenant, files_of(second)) or await _was_refused(tenant, files_of(first)):
            return
        assert (await plan(tenant, files_of(first), replace=True)).is_empty
        await purge(tenant, now=datetime.now(UTC) + timedelta(days=31))
        assert await structure(tenant) == before

    run(database_url, files_of(first), body)


@HEAVY
@given(first=models(), edits=st.lists(models(), min_size=1, max_size=3), data=st.data())
def test_fields_that_edits_leave_alone_keep_their_data(
    database_url: str, first: Model, edits: list[Model], data: st.DataObject
) -> None:
    async def body(tenant: Tenant) -> None:
        await _fill(tenant, data)
        kept, current = await _data(tenant), first
        for edit in edits:
            if await _was_refused(tenant, files_of(edit)):
                assert await _data(tenant) == kept
                continue
            now = await _data(tenant)
            for name in set(kept) & set(now):
                same = {"name", *_untouched(name, current, edit)}
                assert {key: {f: row[f] for f in same} for key, row in now[name].items()} == {
                    key: {f: row[f] for f in same} for key, row in kept[name].items()
                }
            kept, current = now, edit

    run(database_url, files_of(first), body)


@HEAVY
@given(first=models(), second=models(), data=st.data())
def test_what_was_removed_and_comes_back_has_its_values_again(
    database_url: str, first: Model, second: Model, data: st.DataObject
) -> None:
    """Fields that are not in the second model at all, in objects that are."""

    async def body(tenant: Tenant) -> None:
        await _fill(tenant, data)
        before = await _data(tenant)
        if await _was_refused(tenant, files_of(second)) or await _was_refused(tenant, files_of(first)):
            return
        after = await _data(tenant)
        for name, rows in before.items():
            there = set(_body(name, first)["fields"])
            between = set(_body(name, second)["fields"]) if name in second else set()
            gone = there - between
            for key, row in rows.items():
                assert {field: after[name][key][field] for field in gone} == {field: row[field] for field in gone}

    run(database_url, files_of(first), body)


def _untouched(name: str, old: Model, new: Model) -> set[str]:
    before, after = _body(name, old)["fields"], _body(name, new)["fields"]
    return {field for field in set(before) & set(after) if before[field] == after[field]}
