"""A Salesforce source -> component files of ours, trees of records, and the report of what became of every component.

Pure: the stages are catalog the objects, then their fields, then all that refers to fields; at the end whatever the metamodel still
refuses (a formula with a function that we lack) is taken out and reported, until the model holds together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from metamodel import Component, Model, to_yaml
from trellis.interchange.sfdx.access import convert_access
from trellis.interchange.sfdx.catalog import Catalog, ObjectEntry, standard_objects
from trellis.interchange.sfdx.fields import convert_field
from trellis.interchange.sfdx.formulas import Unmapped, rewrite_formula
from trellis.interchange.sfdx.layouts import convert_layout, header_of
from trellis.interchange.sfdx.names import snake
from trellis.interchange.sfdx.navigation import convert_app, icon_of
from trellis.interchange.sfdx.picklists import values_of
from trellis.interchange.sfdx.record_types import convert_record_types, name_record_types
from trellis.interchange.sfdx.report import Report
from trellis.interchange.sfdx.settle import settle
from trellis.interchange.sfdx.sharing_rules import convert_sharing_model
from trellis.interchange.sfdx.source import Item, RecordTree, SfdxSource
from trellis.interchange.sfdx.unmapped import report_unmapped
from trellis.interchange.sfdx.views import convert_view
from trellis.interchange.sfdx.work import Work

_HUES = (210, 30, 150, 330, 80, 250, 280, 170)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """`files`: component files by path, as a deploy takes them; `trees`: the records, in order; `catalog` knows both names."""

    files: Mapping[str, str]
    trees: tuple[RecordTree, ...]
    report: Report
    catalog: Catalog


def convert(source: SfdxSource, existing: Model, deployed: Sequence[Component]) -> Conversion:
    """`existing`: the tenant's model, whose objects are extended and never replaced; `deployed`: the components that it was built from."""
    own = {
        component.path: component.body for component in deployed if not component.owner and component.body is not None
    }
    work = Work(source, Catalog(existing), own)
    for stage in (
        _objects,
        _value_sets,
        name_record_types,
        _fields,
        _validations,
        _tabs,
        _write_objects,
        _layouts,
        convert_record_types,
        _views,
        _apps,
        convert_access,
    ):
        stage(work)
    report_unmapped(source.items, work.report)
    settle(work.bodies, work.origins, deployed, work.report)
    files = {path: to_yaml(body) for path, body in sorted(work.bodies.items())}
    return Conversion(files=files, trees=source.trees, report=work.report, catalog=work.catalog)


def _objects(work: Work) -> None:
    for item in work.items("object"):
        name = item.name
        if name.endswith("__c") and not item.node.value("customSettingsType"):
            label = item.node.value("label") or name
            body = {
                "label": label[:80],
                "plural_label": (item.node.value("pluralLabel") or label)[:80],
                "icon": "box",
                "hue": _HUES[len(work.catalog.objects) % len(_HUES)],
            }
            if item.node.value("description"):
                body["description"] = item.node.value("description")[:500]
            work.catalog.add(name, body)
            work.report.mapped("object", name)
        elif name in standard_objects():
            work.catalog.find(name)
            work.report.mapped("object", name)
    _sharing(work)
    named = {item.object for item in work.source.items if item.object} | set(_objects_of_records(work.source.trees))
    named |= {tab.text.removeprefix("standard-") for item in work.items("app") for tab in item.node.all("tabs")}
    named |= {item.name.partition("-")[0] for item in work.items("layout")}
    named |= {item.name for item in work.items("sharingRules") if item.node.children}
    for api in sorted(named):
        if work.catalog.find(api) is not None:
            work.report.mapped("object", api)


def _sharing(work: Work) -> None:
    """How open the objects are that this source brings."""
    for item in work.items("object"):
        entry = work.catalog.objects.get(item.name.lower())
        sharing, note = convert_sharing_model(item.node)
        if entry is not None and entry.body is not None and sharing is not None:
            entry.body["sharing"] = sharing
            work.origins[f"objects/{entry.name}.yaml", "sharing"] = ("object", item.name)
            if note:
                work.report.approximated("object", item.name, note)


def _objects_of_records(trees: tuple[RecordTree, ...]) -> list[str]:
    return [
        str(record["attributes"].get("type"))
        for tree in trees
        for record in tree.records
        if isinstance(record["attributes"], dict)
    ]


def _value_sets(work: Work) -> None:
    for item in work.items("globalValueSet"):
        values = values_of(item.node.all("customValue"))
        if values:
            label = item.node.value("masterLabel") or item.name
            work.put(f"picklists/{snake(item.name)}.yaml", {"label": label, "values": values}, "value set", item.name)
        else:
            work.report.not_mapped("value set", item.name, "it has no values")


def _fields(work: Work) -> None:
    """Formulas last: they may name any other field."""
    for item in work.items("object"):
        entry = work.catalog.objects.get(item.name.lower())
        if entry is not None and item.name.endswith("__c"):
            _name_field(work, entry, item)
    fields = [item for item in work.items("field") if item.object]
    # Lookups before formulas, and formulas once more for those that name another formula.
    plain = [item for item in fields if item.node.first("formula") is None]
    formulas = [item for item in fields if item.node.first("formula") is not None]
    for item in plain:
        _field(work, item)
    for _ in range(3):
        formulas = [item for item in formulas if not _field(work, item)]


def _name_field(work: Work, entry: ObjectEntry, item: Item) -> None:
    node = item.node.first("nameField")
    label = (node.value("label") if node is not None else "") or "Name"
    if node is not None and node.value("type") == "AutoNumber":
        body: dict[str, Any] = {"type": "auto_number", "label": label, "format": node.value("displayFormat", "{0}")}
    else:
        body = {"type": "text", "label": label, "length": 80, "required": True}
    work.catalog.add_field(entry, "Name", body, name="name")


def _field(work: Work, item: Item) -> bool:
    """Whether there is nothing more to try."""
    api = str(item.object)
    name = f"{api}.{item.name}"
    entry = work.catalog.find(api)
    if entry is None:
        work.report.not_mapped("field", name, f"its object {api} is not mapped")
        return True
    if not item.name.endswith("__c"):
        if item.name.lower() in entry.fields:
            work.report.approximated("field", name, "a standard field, mapped as the standard object defines it")
        else:
            work.report.not_mapped("field", name, "this standard field has no counterpart")
        return True
    try:
        made = convert_field(item.node, api, work.catalog)
    except Unmapped as error:
        work.report.not_mapped("field", name, str(error))
        return False
    except ValueError as error:
        work.report.not_mapped("field", name, f"one of its numbers cannot be read: {error}")
        return True
    work.report.outcomes.pop(("field", name), None)
    added = work.catalog.add_field(entry, item.name, made.body, target=made.target)
    if added.body is None:
        work.report.approximated("field", name, f"the tenant has {entry.name}.{added.name} already; it stays as it is")
    for note in made.notes:
        work.report.approximated("field", name, note)
    work.report.mapped("field", name)
    return True


def _validations(work: Work) -> None:
    for item in work.items("validationRule"):
        name = f"{item.object}.{item.name}"
        entry = work.catalog.find(str(item.object))
        if entry is None:
            work.report.not_mapped("validation rule", name, f"its object {item.object} is not mapped")
        elif entry.body is None:
            work.report.not_mapped(
                "validation rule", name, f"the tenant has {entry.name} already; its rules stay as they are"
            )
        elif not item.node.is_true("active"):
            work.report.not_mapped("validation rule", name, "it is inactive")
        else:
            _validation(work, item, entry, name)


def _validation(work: Work, item: Item, entry: ObjectEntry, name: str) -> None:
    try:
        formula = rewrite_formula(item.node.value("errorConditionFormula"), entry.api, work.catalog)
    except Unmapped as error:
        work.report.not_mapped("validation rule", name, str(error))
        return
    message = item.node.value("errorMessage") or "This record is not valid."
    body: dict[str, Any] = {"formula": formula, "message": message[:1000], "syntax": "salesforce"}
    at = item.node.value("errorDisplayField")
    shown = work.catalog.path(entry.api, (at,)) if at else None
    if shown:
        body["field"] = shown
    entry.validations[snake(item.name)] = body
    work.origins[f"objects/{entry.name}.yaml", f"validations.{snake(item.name)}"] = ("validation rule", name)
    work.report.mapped("validation rule", name)


def _tabs(work: Work) -> None:
    for item in work.items("tab"):
        entry = work.catalog.objects.get(item.name.lower()) if item.node.is_true("customObject") else None
        if entry is None:
            work.report.not_mapped("tab", item.name, "only tabs of objects have a counterpart")
            continue
        icon = icon_of(item.node.value("motif"))
        if icon and entry.body is not None:
            entry.body["icon"] = icon
        work.report.mapped("tab", item.name)


def _write_objects(work: Work) -> None:
    for entry in work.catalog.objects.values():
        fields = {f.name: f.body for f in entry.fields.values() if f.body is not None and work.catalog.has_target(f)}
        path = f"objects/{entry.name}.yaml"
        if entry.body is not None:
            body = {**entry.body, "name_field": entry.name_field, "fields": fields}
            if entry.validations:
                body["validations"] = entry.validations
        elif not fields:
            continue
        elif path in work.own:
            body = {**work.own[path], "fields": {**work.own[path]["fields"], **fields}}
        else:
            path, body = f"extensions/{entry.name}.yaml", {"fields": fields}
        work.bodies[path] = body
        names = {(path, f"fields.{f.name}"): ("field", f"{entry.api}.{f.api}") for f in entry.fields.values()}
        work.origins.update(names)


def _layouts(work: Work) -> None:
    for item in work.items("layout"):
        api, _, label = item.name.partition("-")
        entry = work.catalog.objects.get(api.lower())
        if entry is None:
            work.report.not_mapped("layout", item.name, f"its object {api} is not mapped")
            continue
        body, notes = convert_layout(item.node, entry, work.catalog, label or entry.api)
        if not body["sections"]:
            work.report.not_mapped("layout", item.name, "none of its fields is mapped")
            continue
        name = "default" if f"layouts/{entry.name}/default.yaml" not in work.bodies else snake(label)
        work.put(f"layouts/{entry.name}/{name}.yaml", body, "layout", item.name, notes)
        entry.layouts[unquote(item.name).lower()] = name
    _headers(work)


def _headers(work: Work) -> None:
    for item in work.items("compactLayout"):
        name = f"{item.object}.{item.name}"
        entry = work.catalog.objects.get(str(item.object).lower())
        layout = work.bodies.get(f"layouts/{entry.name}/default.yaml") if entry is not None else None
        header = header_of(item.node, entry, work.catalog) if entry is not None else []
        if layout is None or "header" in layout or not header:
            reason = (
                "the object has no page layout in this source"
                if layout is None
                else "one compact layout an object is mapped"
            )
            work.report.not_mapped("compact layout", name, reason)
            continue
        layout["header"] = header
        work.report.mapped("compact layout", name)


def _views(work: Work) -> None:
    for item in work.items("listView"):
        name = f"{item.object}.{item.name}"
        entry = work.catalog.objects.get(str(item.object).lower())
        if entry is None:
            work.report.not_mapped("list view", name, f"its object {item.object} is not mapped")
            continue
        try:
            body, notes = convert_view(item.node, entry, work.catalog)
        except Unmapped as error:
            work.report.not_mapped("list view", name, str(error))
            continue
        work.put(f"views/{entry.name}/{snake(item.name)}.yaml", body, "list view", name, notes)


def _apps(work: Work) -> None:
    for item in work.items("app"):
        body, notes = convert_app(item.node, work.catalog)
        if not body["objects"]:
            work.report.not_mapped("app", item.name, "none of its tabs is mapped")
            continue
        work.put(f"apps/{snake(item.name)}.yaml", body, "app", item.name, notes)
