"""Record types: what the file of an object says of them, and the field that keeps a record's type."""

from __future__ import annotations

import pytest

from metamodel import MetadataError, build_model, read_source
from metamodel.fields.field import FieldValueError
from metamodel.fields.system import RecordTypeField
from rule_engine import Kind
from tests.metamodel.sources import OBJECT_A, model_of

TYPES = """\
  stage: {type: picklist, label: Stage, values: [Open, Talks, Won, Lost]}
  tags: {type: multi_picklist, label: Tags, values: [Big, Small]}
record_types:
  new_business:
    label: New business
    description: A first contract.
    layout: broad
    picklists:
      stage: {values: [Talks, Open, Won], default: Talks}
      tags: {values: [Big]}
  renewal: {label: Renewal, is_active: false}
default_record_type: new_business
"""
FILES = {
    "objects/a.yaml": OBJECT_A + TYPES,
    "layouts/a/broad.yaml": "label: Broad\nsections: [{label: S, fields: [n]}]\n",
    "translations/zh-Hans.yaml": "objects: {a: {record_types: {renewal: {label: 续约, description: 老客户}}}}\n",
}


def test_record_types_are_in_the_order_of_the_file() -> None:
    target = model_of(FILES).object("a")
    assert list(target.record_types) == ["new_business", "renewal"]
    assert target.default_record_type == "new_business"
    first, second = target.record_types.values()
    assert (first.label, first.description, first.layout, first.is_active) == (
        *("New business", "A first contract.", "broad"),
        True,
    )
    assert dict(first.values) == {"stage": ("Talks", "Open", "Won"), "tags": ("Big",)}
    assert dict(first.defaults) == {"stage": "Talks"}
    assert (second.layout, second.is_active, dict(second.values)) == (None, False, {})


def test_an_object_with_record_types_has_a_field_for_them() -> None:
    field = model_of(FILES).field("a", "record_type")
    assert isinstance(field, RecordTypeField)
    assert (field.is_system, field.is_writable, field.required) == (True, True, True)
    assert (field.type_name, field.default, field.formula_type.kind) == ("picklist", "new_business", Kind.PICKLIST)
    assert field.formula_type.values == ("new_business", "renewal")
    assert field.parse("new_business") == "new_business"
    with pytest.raises(FieldValueError, match="Did you mean 'new_business'"):
        field.parse("new_busines")
    with pytest.raises(FieldValueError, match="no longer in use"):
        field.parse("renewal")


def test_an_object_without_record_types_has_none() -> None:
    target = model_of({"objects/a.yaml": OBJECT_A}).object("a")
    assert (dict(target.record_types), target.default_record_type) == ({}, None)
    assert "record_type" not in target.fields


def test_formulas_read_the_record_type_as_a_picklist() -> None:
    view = "label: V\ncolumns: [n, record_type]\nfilter: {}\n"
    model = model_of({**FILES, "views/a/v.yaml": view.format("record_type = 'renewal'")})
    assert model.view_filter(model.views["a", "v"]) is not None


def test_sharing_reads_the_record_type() -> None:
    sharing = "rules:\n  r: {label: R, when: record_type = 'renewal', share_with: [everyone]}\n"
    assert model_of({**FILES, "sharing/a.yaml": sharing}).sharing["a"].rules["r"].when == "record_type = 'renewal'"


def test_labels_of_record_types_are_translated() -> None:
    model = model_of(FILES)
    field = model.field("a", "record_type")
    assert isinstance(field, RecordTypeField)
    assert model.text("zh-Hans", field.text_key("a", "renewal"), "Renewal") == "续约"


def test_a_value_of_the_field_is_translated_with_its_type_only() -> None:
    files = {**FILES, "translations/zh-Hans.yaml": "objects: {a: {fields: {record_type: {values: {renewal: 续约}}}}}\n"}
    with pytest.raises(MetadataError, match="values"):
        build_model(read_source(files, ""))
