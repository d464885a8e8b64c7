"""docs/reference/fields.md: every field type, from its class, with an example that a test builds."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any

import sqlalchemy as sa
import yaml

from metamodel.building.fields import build_field
from metamodel.columns import Column
from metamodel.fields.field import Field
from metamodel.fields.registry import FIELD_TYPES
from metamodel.schema import field_schema
from tests.docs.reference.markdown import block, code, page, table
from trellis.storage.column_types import column_type

EXAMPLES: Mapping[str, str] = {
    "text": "title: {type: text, label: Title, length: 80, required: true}",
    "text_area": "address: {type: text_area, label: Address}",
    "long_text": "notes: {type: long_text, label: Notes}",
    "email": "email: {type: email, label: E-mail, unique: true, external_id: true}",
    "phone": "phone: {type: phone, label: Phone}",
    "url": "website: {type: url, label: Website}",
    "number": "seats: {type: number, label: Seats, precision: 6, scale: 0, default: 1}",
    "currency": "fee: {type: currency, label: Fee, currency: CHF}",
    "percent": "discount: {type: percent, label: Discount, scale: 1}",
    "date": "due_on: {type: date, label: Due, default_formula: TODAY() + 14}",
    "datetime": "starts_at: {type: datetime, label: Starts}",
    "time": "opens_at: {type: time, label: Opens}",
    "checkbox": "is_paid: {type: checkbox, label: Paid}",
    "picklist": "state: {type: picklist, label: State, values: [{name: Open, default: true, hue: 210}, {name: Closed, active: true}]}",
    "multi_picklist": "colours: {type: multi_picklist, label: Colours, values: [Red, Green, Blue]}",
    "lookup": "manager: {type: lookup, label: Manager, object: user, on_delete: restrict}",
    "master_detail": "course: {type: master_detail, label: Course, object: course}",
    "auto_number": 'number: {type: auto_number, label: Number, format: "INV-{0000}", start: 100}',
    "geolocation": "place: {type: geolocation, label: Place}",
    "formula": "is_late: {type: formula, label: Late, returns: checkbox, formula: due_on < TODAY()}",
}

INTRODUCTION = """
A field of an [object](../isv-guide.md#objects) or an [extension](../isv-guide.md#extensions). Every type takes these keys:

- `type` and `label`, which must be there;
- `help`: a hint for people who fill in the form; `description`: a note for admins;
- `renamed_from: [old_name]`: earlier names, so that a rename keeps the data;
- `history: true`: whether changes of it are kept, for a field that is stored; else as the object says;
- `personal_data`: what of a person it holds ([privacy](../privacy.md)): `identity`, `contact`, `location`, `financial`, `employment`,
  `online`, `sensitive` or `other`;
- `deprecated: true`: a note that the field should no longer be built on.

Some types take these too, as each says: `required`, `unique` (no two live records have the same value; blanks do not count),
`indexed` (lists filter and sort by it fast), `external_id` (with `unique`: the API finds a record by it), `default` (a value) and
`default_formula` (a [formula](../rules.md#formulas), computed when a record is created).

On SQLite a number is stored as a whole number, scaled by its decimals; [why](../decisions/0001-numbers-on-sqlite.md).
"""


def render() -> str:
    return page("Field types", INTRODUCTION, (_entry(name, field_type) for name, field_type in FIELD_TYPES.items()))


def _entry(name: str, field_type: type[Field]) -> str:
    field = example_of(name)
    parts = [f"## {name}", _meaning(field_type), block("yaml", EXAMPLES[name])]
    own = [_property(field_type, key, schema) for key, schema in field_type.own_properties.items()]
    if own:
        parts.append(table(("key", "value", "default"), own))
    shared = [key for key in field_schema(name)["properties"] if key in field_type.shared_properties]
    parts.append("Takes also: " + (", ".join(map(code, shared)) or "nothing more") + ".")
    parts.append(_facts(field))
    return "\n\n".join(parts)


def example_of(name: str) -> Field:
    """The example as a field definition."""
    ((field_name, body),) = yaml.safe_load(EXAMPLES[name]).items()
    return build_field(field_name, body, "", {})


def _meaning(field_type: type[Field]) -> str:
    """The docstring in one line."""
    return " ".join((inspect.getdoc(field_type) or "").split())


def _property(field_type: type[Field], key: str, schema: Mapping[str, Any]) -> tuple[str, str, str]:
    must = key in field_type.required_properties
    return code(key), _value(key, schema), "must be given" if must else _default(field_type, key)


def _value(key: str, schema: Mapping[str, Any]) -> str:
    if key == "values":
        return "1 to 1,000 values: a word, or `{name, label, hue, active, default}`"
    if key in ("object", "picklist"):
        return f"the name of {'an object' if key == 'object' else 'a global picklist'}"
    if "enum" in schema:
        return ", ".join(map(code, schema["enum"]))
    if "x-expected" in schema:
        return str(schema["x-expected"])
    if schema["type"] == "integer":
        return f"{schema['minimum']:,} to {schema['maximum']:,}"
    if schema["type"] == "boolean":
        return "`true` or `false`"
    return f"a formula of at most {schema['maxLength']:,} characters" if key == "formula" else str(schema["type"])


def _default(field_type: type[Field], key: str) -> str:
    for attribute in fields(field_type):
        if attribute.name == key and attribute.default is not MISSING and attribute.default not in (None, ()):
            return code(json.dumps(attribute.default) if isinstance(attribute.default, bool) else attribute.default)
    return ""


def _facts(field: Field) -> str:
    kind = str(field.formula_type)
    rows = [
        ("in JSON", code(json.dumps(dict(field.json_schema())))),
        ("in formulas", f"a {kind}" if kind != "id" else "an id; go on with a dot: `manager.name`"),
        ("stored on SQLite", _stored(field.columns, "sqlite")),
        ("stored on PostgreSQL", _stored(field.columns, "postgresql")),
    ]
    return table(("of this example", ""), rows)


def _stored(columns: Iterable[Column], dialect: str) -> str:
    return (
        ", ".join(code(f"{column.name} {_type(column, dialect)}") for column in columns) or "not at all: it is computed"
    )


def _type(column: Column, dialect: str) -> str:
    known = sa.make_url(f"{dialect}://").get_dialect()()
    return column_type(column).compile(dialect=known)
