"""Permission sets and profiles -> the body of a permission set of ours. What Salesforce does not name, it does not grant; nor do we."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from metamodel.access_definitions import FieldRight, ObjectRight, SystemPermission
from trellis.interchange.sfdx.catalog import Catalog, ObjectEntry
from trellis.interchange.sfdx.names import snake, without_mark
from trellis.interchange.sfdx.xml import Node

_RIGHTS: dict[str, ObjectRight] = {
    "allowRead": "read",
    "allowCreate": "create",
    "allowEdit": "edit",
    "allowDelete": "delete",
    "viewAllRecords": "view_all",
    "modifyAllRecords": "modify_all",
}
_SYSTEM: dict[str, SystemPermission] = {
    "ViewAllData": "view_all_data",
    "ModifyAllData": "modify_all_data",
    "CustomizeApplication": "customize",
    "ManageUsers": "manage_users",
    "ManageInternalUsers": "manage_users",
    "AssignPermissionSets": "manage_access",
    "ManageRoles": "manage_access",
    "ManageSharing": "manage_access",
    "DataExport": "export",
    "ExportReport": "export",
}
_API_ONLY, _API = "ApiUserOnly", "ApiEnabled"
_HANDLED = (
    *("applicationVisibilities", "custom", "description", "fieldPermissions", "fullName", "hasActivationRequired"),
    *("label", "license", "objectPermissions", "recordTypeVisibilities", "userLicense", "userPermissions"),
)
_MOST_NAMED = 8
_CHANGES = ("create", "edit", "modify_all")


def convert_permissions(
    node: Node, label: str, catalog: Catalog, apps: Collection[str]
) -> tuple[dict[str, Any], list[str]]:
    """The body and what is missing from it. `apps`: those there will be."""
    notes: list[str] = []
    body: dict[str, Any] = {"label": label[:80]}
    if node.value("description"):
        body["description"] = node.value("description")[:4000]
    objects = dict(_objects(node, catalog, notes))
    if objects:
        body["objects"] = objects
    _note_strange_types(node, catalog, notes)
    system, is_api_only = _system(node, notes)
    if system:
        body["system"] = system
    opened = list(_apps(node, apps, notes))
    if opened:
        body["apps"] = opened
    if is_api_only:
        body["api_only"] = True
    others = sorted({part.name for part in node.children} - set(_HANDLED))
    if others:
        notes.append(f"left out, since it has no counterpart: {', '.join(others)}")
    return body, notes


def _objects(node: Node, catalog: Catalog, notes: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    fields: dict[str, dict[str, Node]] = {}
    for part in node.all("fieldPermissions"):
        api, _, name = without_mark(part.value("field")).partition(".")
        if part.is_true("readable") or part.is_true("editable"):
            fields.setdefault(api.lower(), {})[name] = part
    strangers: list[str] = []
    for part in node.all("objectPermissions"):
        api = without_mark(part.value("object"))
        rights = [right for name, right in _RIGHTS.items() if part.is_true(name)]
        named = fields.pop(api.lower(), {})
        entry = catalog.find_known(api) if rights else None
        if entry is not None:
            granted: dict[str, Any] = {"rights": rights, "fields": _fields(entry, rights, named, catalog, notes)}
            types = _record_types(node, entry, rights, catalog)
            yield entry.name, granted if types is None else {**granted, "record_types": types}
        elif rights:
            strangers.append(api)
    if strangers:
        notes.append(f"rights on objects that are not mapped: {_named(strangers)}")
    if fields:
        notes.append(f"fields of objects that it gives no right on: {_named(sorted(fields))}")


def _fields(
    entry: ObjectEntry, rights: Collection[ObjectRight], named: dict[str, Node], catalog: Catalog, notes: list[str]
) -> dict[str, FieldRight]:
    """Required fields go with the right to change records, as they do in Salesforce, and so do the name and the owner."""
    changes = any(right in _CHANGES for right in rights)
    granted: dict[str, FieldRight] = {entry.name_field: "read"}
    if changes:
        granted |= {
            field.name: "edit" for field in catalog.own_fields(entry) if field.is_required and field.is_writable
        }
        granted |= {
            field.name: "edit"
            for field in catalog.own_fields(entry)
            if field.name == entry.name_field and field.is_writable
        }
        known = catalog.existing.find_object(entry.name)
        if known is None or known.has_owner:
            granted["owner"] = "edit"
    strangers = []
    for api, part in named.items():
        field = catalog.own_field(entry, api)
        if field is None:
            strangers.append(f"{entry.api}.{api}")
        elif granted.get(field.name) != "edit":
            granted[field.name] = "edit" if part.is_true("editable") and field.is_writable else "read"
    if strangers:
        notes.append(f"fields that are not mapped: {_named(strangers)}")
    return granted


def _record_types(
    node: Node, entry: ObjectEntry, rights: Collection[ObjectRight], catalog: Catalog
) -> list[str] | None:
    """Those that are visible, none where none is; None where nobody creates or edits, or the object has no types."""
    known = catalog.record_types_of(entry)
    if not known or not any(right in _CHANGES for right in rights):
        return None
    named = [_named_type(part) for part in node.all("recordTypeVisibilities") if part.is_true("visible")]
    names = [known.get(name) or known.get(snake(name)) for api, name in named if api == entry.api.lower()]
    return [name for name in dict.fromkeys(names) if name is not None]


def _note_strange_types(node: Node, catalog: Catalog, notes: list[str]) -> None:
    strangers = []
    for part in node.all("recordTypeVisibilities"):
        api, name = _named_type(part)
        entry = catalog.find_known(api)
        known = catalog.record_types_of(entry) if entry is not None else {}
        if part.is_true("visible") and name not in known and snake(name) not in known:
            strangers.append(part.value("recordType"))
    if strangers:
        notes.append(f"record types that are not mapped: {_named(strangers)}")


def _named_type(part: Node) -> tuple[str, str]:
    """Home__c.Villa -> home__c, villa."""
    api, _, name = without_mark(part.value("recordType")).lower().partition(".")
    return api, name


def _system(node: Node, notes: list[str]) -> tuple[list[SystemPermission], bool]:
    names = [part.value("name") for part in node.all("userPermissions") if part.is_true("enabled")]
    others = [name for name in names if name not in _SYSTEM and name.lower() not in (_API.lower(), _API_ONLY.lower())]
    if others:
        notes.append(f"user permissions without a counterpart: {_named(others)}")
    return list(dict.fromkeys(_SYSTEM[name] for name in names if name in _SYSTEM)), _API_ONLY in names


def _apps(node: Node, apps: Collection[str], notes: list[str]) -> Iterator[str]:
    strangers = []
    for part in node.all("applicationVisibilities"):
        name = snake(without_mark(part.value("application")))
        if part.is_true("visible"):
            if name in apps:
                yield name
            else:
                strangers.append(part.value("application"))
    if strangers:
        notes.append(f"apps that are not mapped: {_named(strangers)}")


def _named(names: Collection[str]) -> str:
    shown = list(names)[:_MOST_NAMED]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
