"""The changes between two models."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from metamodel import Model, build_model, diff
from metamodel.changes import (
    Change,
    ComponentChanged,
    FieldAdded,
    FieldChanged,
    FieldRemoved,
    FieldRenamed,
    IndexAdded,
    IndexRemoved,
    ObjectAdded,
    ObjectRemoved,
    ObjectRenamed,
)
from tests.metamodel.sources import OBJECT_A, model_of, object_source

LEAD = object_source(
    "status: {type: picklist, label: Status, values: [New, Lost]}", "size: {type: number, label: Size}"
)


def changes(old: dict[str, str], new: dict[str, str]) -> tuple[Change, ...]:
    return diff(model_of(old), model_of(new))


def only(found: tuple[Change, ...]) -> Any:
    (change,) = found
    return change


def test_everything_of_a_first_deploy_is_added_with_masters_first() -> None:
    files = {
        "objects/a.yaml": object_source("b: {type: master_detail, label: B, object: b}"),
        "objects/b.yaml": object_source("c: {type: lookup, label: C, object: c}"),
        "objects/c.yaml": object_source("b: {type: lookup, label: B, object: b}"),
        "views/a/all.yaml": "label: V\ncolumns: [n]\n",
        "queues.yaml": "q: {label: Q}\n",
        "calendars.yaml": 'c: {label: C, time_zone: UTC, hours: {monday: ["09:00-17:00"]}}\n',
        "webhooks.yaml": 'w: {label: W, url: "https://example.com/"}\n',
        "roles.yaml": "r: {label: R}\n",
        "teams.yaml": "t: {label: T}\n",
        "permissions/p.yaml": "label: P\n",
        "permission_groups.yaml": "g: {label: G, sets: [p]}\n",
        "sharing/c.yaml": "rules:\n  r: {label: R, when: n = 'x', share_with: [everyone]}\n",
    }
    found = diff(build_model([]), model_of(files))
    added = [change.object.name for change in found if isinstance(change, ObjectAdded)]
    assert added.index("b") < added.index("a")
    assert sorted(added) == ["a", "b", "c"]
    assert [(change.kind, change.name, change.what) for change in found if isinstance(change, ComponentChanged)] == [
        ("view", "a.all", "added"),
        ("queues", "q", "added"),
        ("calendars", "c", "added"),
        ("webhooks", "w", "added"),
        ("roles", "r", "added"),
        ("teams", "t", "added"),
        ("permission_set", "p", "added"),
        ("permission_groups", "g", "added"),
        ("sharing", "c", "added"),
    ]
    removed = [
        change.object.name for change in diff(model_of(files), build_model([])) if isinstance(change, ObjectRemoved)
    ]
    assert removed == added[::-1]


def test_fields_are_added_changed_and_removed() -> None:
    old = {"objects/lead.yaml": LEAD}
    new = {
        "objects/lead.yaml": object_source(
            "status: {type: picklist, label: Stage, required: true, values: [New, Lost, Won]}",
            "age: {type: number, label: Age}",
        )
    }
    added, changed, removed = changes(old, new)
    assert isinstance(added, FieldAdded)
    assert added.field.name == "age"
    assert isinstance(changed, FieldChanged)
    assert changed.attributes == ("label", "required", "values")
    assert isinstance(removed, FieldRemoved)
    assert removed.field.name == "size"


def test_another_type_is_named_first() -> None:
    new = {"objects/lead.yaml": LEAD.replace("type: number", "type: text")}
    change = only(changes({"objects/lead.yaml": LEAD}, new))
    assert isinstance(change, FieldChanged)
    assert change.attributes == ("type_name",)


def test_a_renamed_field_keeps_its_index() -> None:
    index = "indexes: [{fields: [size, status]}]\n"
    old = {"objects/lead.yaml": LEAD + index}
    new = {
        "objects/lead.yaml": LEAD.replace(
            "  size: {type: number, label: Size}", "  amount: {type: number, label: Size, renamed_from: [size]}"
        )
        + index.replace("size", "amount")
    }
    change = only(changes(old, new))
    assert isinstance(change, FieldRenamed)
    assert (change.old.name, change.new.name) == ("size", "amount")
    assert changes(new, new) == ()


def test_a_renamed_object_takes_its_lookups_along() -> None:
    lookup = "lead: {type: lookup, label: L, object: lead}"
    old = {"objects/lead.yaml": LEAD, "objects/task.yaml": object_source(lookup)}
    new = {
        "objects/prospect.yaml": LEAD.replace("name_field", "renamed_from: [lead]\nname_field"),
        "objects/task.yaml": object_source(lookup.replace("object: lead", "object: prospect")),
    }
    change = only(changes(old, new))
    assert isinstance(change, ObjectRenamed)
    assert (change.old.name, change.new.name) == ("lead", "prospect")


def test_an_old_name_that_is_long_gone_renames_nothing() -> None:
    new = {"objects/b.yaml": OBJECT_A.replace("name_field", "renamed_from: [a]\nname_field")}
    assert [type(change) for change in changes({}, new)] == [ObjectAdded]


def test_indexes_are_removed_before_and_added_after_fields_change() -> None:
    old = {"objects/lead.yaml": LEAD + "indexes: [{fields: [size]}]\n"}
    new = {
        "objects/lead.yaml": LEAD.replace("label: Size", "label: Size, scale: 2")
        + "indexes: [{fields: [size], unique: true}]\n"
    }
    assert [type(change) for change in changes(old, new)] == [IndexRemoved, FieldChanged, IndexAdded]


def test_objects_without_owners_lose_the_owner_fields() -> None:
    new = {"objects/lead.yaml": LEAD.replace("name_field", "owned: false\nname_field")}
    found = changes({"objects/lead.yaml": LEAD}, new)
    assert {change.field.name for change in found if isinstance(change, FieldRemoved)} == {"owner", "owner_queue"}


def test_values_of_a_global_picklist_change_the_picklist_and_not_its_fields() -> None:
    lead = object_source("i: {type: picklist, label: I, picklist: industry}")
    old = {"objects/lead.yaml": lead, "picklists/industry.yaml": "label: I\nvalues: [A]\n"}
    new = {**old, "picklists/industry.yaml": "label: I\nvalues: [A, B]\n"}
    assert only(changes(old, new)) == ComponentChanged(kind="picklist", name="industry", label="I", what="changed")


def test_labels_texts_and_rules_change_components() -> None:
    rule = 'rule "R" on a\nwhen created\nthen\n    set n = "y"\nend\n'
    old = {"objects/a.yaml": OBJECT_A, "rules/r.rule": rule, "apps/x.yaml": "label: X\nobjects: [a]\n"}
    new = {
        "objects/a.yaml": OBJECT_A.replace("plural_label: As", "plural_label: Many"),
        "rules/r.rule": rule.replace('"y"', '"z"'),
        "translations/zh-Hans.yaml": "objects: {a: {label: 甲}}\n",
    }
    assert [
        (change.kind, change.name, change.what) for change in changes(old, new) if isinstance(change, ComponentChanged)
    ] == [
        ("object", "a", "changed"),
        ("app", "x", "removed"),
        ("translation", "zh-Hans", "added"),
        ("rule", "r", "changed"),
    ]


def test_a_remark_or_another_order_of_files_changes_nothing() -> None:
    files = {"objects/a.yaml": OBJECT_A, "objects/b.yaml": object_source("a: {type: lookup, label: A, object: a}")}
    again = {path: "# a remark\n" + files[path] for path in reversed(files)}
    assert changes(files, again) == ()


# laws

FIELD_LINES = {
    "t": ["{type: text, label: T}", "{type: text, label: T, length: 9}", "{type: long_text, label: T}"],
    "u": ["{type: number, label: U}", "{type: number, label: U, unique: true}"],
    "v": ["{type: lookup, label: V, object: a}", "{type: lookup, label: V, object: user}"],
    "w": ["{type: formula, label: W, returns: text, formula: n}", "{type: picklist, label: W, values: [A, B]}"],
}
objects = st.fixed_dictionaries({}, optional={name: st.sampled_from(lines) for name, lines in FIELD_LINES.items()})
models = st.dictionaries(st.sampled_from(["b", "c", "d"]), objects, max_size=3).map(
    lambda found: model_of(
        {
            "objects/a.yaml": OBJECT_A,
            **{
                f"objects/{name}.yaml": object_source(*(f"{field}: {line}" for field, line in lines.items()))
                for name, lines in found.items()
            },
        }
    )
)


@settings(max_examples=60)
@given(models, models)
def test_the_names_of_a_diff_lead_from_the_old_model_to_the_new(old: Model, new: Model) -> None:
    names = {(target.name, field) for target in old.objects.values() for field in target.fields}
    for change in diff(old, new):
        match change:
            case ObjectAdded(object=target):
                names |= {(target.name, field) for field in target.fields}
            case ObjectRemoved(object=target):
                names -= {(target.name, field) for field in target.fields}
            case FieldAdded(object=target, field=field):
                names.add((target.name, field.name))
            case FieldRemoved(object=target, field=field):
                names.remove((target.name, field.name))
            case _:
                pass
    assert names == {(target.name, field) for target in new.objects.values() for field in target.fields}
    assert diff(old, old) == ()
    assert diff(new, new) == ()
