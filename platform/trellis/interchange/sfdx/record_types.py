"""Record types of a Salesforce source -> those of our objects: their labels, layouts and the values that they offer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from metamodel.fields.choice import PicklistField
from trellis.interchange.sfdx.catalog import ObjectEntry
from trellis.interchange.sfdx.names import snake, without_mark
from trellis.interchange.sfdx.source import Item
from trellis.interchange.sfdx.work import Work
from trellis.interchange.sfdx.xml import Node

KIND = "record type"
_MOST_NAMED = 8


def name_record_types(work: Work) -> None:
    """Which there will be, for the formulas that name them."""
    for api, items in _by_object(work).items():
        entry = work.catalog.find(api)
        if entry is None or _why_not(api, entry, items) is not None:
            continue
        for item in items:
            name = _free_name(snake(item.name), entry.type_words)
            entry.record_types[item.name.lower()] = name
            entry.type_words[name] = (item.name, _label(item))


def convert_record_types(work: Work) -> None:
    """Into the bodies of the objects that this source brings."""
    for api, items in _by_object(work).items():
        entry = work.catalog.find(api)
        reason = _why_not(api, entry, items)
        if entry is None or reason is not None:
            for item in items:
                work.report.not_mapped(KIND, f"{api}.{item.name}", str(reason))
        else:
            _convert(work, entry, items)


def _by_object(work: Work) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for item in work.items("recordType"):
        found.setdefault(str(item.object), []).append(item)
    return found


def _why_not(api: str, entry: ObjectEntry | None, items: list[Item]) -> str | None:
    if entry is None:
        return f"its object {api} is not mapped"
    if entry.body is None:
        return f"the tenant has {entry.name} already; its record types stay as they are"
    if not any(_is_active(item) for item in items):
        return "no record type of its object is active, so no record could be created"
    return None


def _convert(work: Work, entry: ObjectEntry, items: list[Item]) -> None:
    path = f"objects/{entry.name}.yaml"
    bodies: dict[str, dict[str, Any]] = {}
    for item in items:
        name = entry.record_types[item.name.lower()]
        notes: list[str] = []
        bodies[name] = _body(work, entry, item, notes)
        work.origins[path, f"record_types.{name}"] = (KIND, f"{entry.api}.{item.name}")
        work.report.mapped(KIND, f"{entry.api}.{item.name}")
        for note in notes:
            work.report.approximated(KIND, f"{entry.api}.{item.name}", note)
    work.bodies[path] |= {"record_types": bodies, "default_record_type": _default(work, entry, items)}


def _free_name(wanted: str, taken: dict[str, Any]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted[:37]}_{number}", number + 1
    return name


def _body(work: Work, entry: ObjectEntry, item: Item, notes: list[str]) -> dict[str, Any]:
    body: dict[str, Any] = {"label": _label(item)}
    if item.node.value("description"):
        body["description"] = item.node.value("description")[:4000]
    if not _is_active(item):
        body["is_active"] = False
    layout = _layout(work, entry, item, notes)
    if layout is not None:
        body["layout"] = layout
    picklists = dict(_picklists(work, entry, item.node, notes))
    if picklists:
        body["picklists"] = picklists
    return body


def _label(item: Item) -> str:
    return (item.node.value("label") or item.name)[:80]


def _layout(work: Work, entry: ObjectEntry, item: Item, notes: list[str]) -> str | None:
    """The one that profiles give to the type; where they differ, the one that most of them do."""
    found = Counter(
        entry.layouts[layout]
        for part in _parts_of_profiles(work, "layoutAssignments")
        if _names(part.value("recordType"), entry, item)
        and (layout := unquote(part.value("layout")).lower()) in entry.layouts
    )
    if not found:
        return None
    chosen = min(found, key=lambda name: (-found[name], name))
    if len(found) > 1:
        notes.append(f"profiles give it several layouts; here everybody has {chosen}")
    return chosen


def _picklists(work: Work, entry: ObjectEntry, node: Node, notes: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    strangers = []
    for part in node.all("picklistValues"):
        api = part.value("picklist")
        name = work.catalog.path(entry.api, (api,))
        known = None if name is None else _active_values(work, entry, name)
        if name is None or known is None:
            strangers.append(api)
            continue
        values = {unquote(one.value("fullName")): one.is_true("default") for one in part.all("values")}
        offered = [value for value in values if value in known]
        if len(offered) < len(values):
            missing = [value for value in values if value not in known]
            notes.append(f"values that {name} does not have: {_listed(missing)}")
        if not offered:
            notes.append(f"it would offer no value of {name}, and offers all")
            continue
        defaults = [value for value in offered if values[value]]
        is_single = _type_of(entry, name) == "picklist"
        yield name, {"values": offered} | ({"default": defaults[0]} if defaults and is_single else {})
    if strangers:
        notes.append(f"fields that are no picklists here: {_listed(strangers)}")


def _active_values(work: Work, entry: ObjectEntry, name: str) -> set[str] | None:
    """Of a picklist, wherever it is defined; None for any other field."""
    made = next((one for one in entry.fields.values() if one.name == name), None)
    if made is None or made.body is None:
        known = work.catalog.existing.find_object(entry.name)
        field = known.fields.get(name) if known is not None else None
        return {value.name for value in field.active_values} if isinstance(field, PicklistField) else None
    if made.body.get("type") not in ("picklist", "multi_picklist"):
        return None
    values = made.body.get("values")
    if values is None:
        values = _shared_values(work, str(made.body.get("picklist")))
    bodies = [value if isinstance(value, dict) else {"name": value} for value in values]
    return {str(value["name"]) for value in bodies if value.get("active", True)}


def _shared_values(work: Work, picklist: str) -> list[Any]:
    body = work.bodies.get(f"picklists/{picklist}.yaml")
    if body is not None:
        return list(body["values"])
    known = work.catalog.existing.picklists.get(picklist)
    return [{"name": value.name, "active": value.active} for value in known.values] if known is not None else []


def _type_of(entry: ObjectEntry, name: str) -> str:
    made = next((one for one in entry.fields.values() if one.name == name), None)
    return str(made.body["type"]) if made is not None and made.body is not None else ""


def _default(work: Work, entry: ObjectEntry, items: list[Item]) -> str:
    """What most profiles have as theirs, else the first that is active. Salesforce has no default of the object itself."""
    active = [item for item in items if _is_active(item)]
    found = Counter(
        item.name
        for part in _parts_of_profiles(work, "recordTypeVisibilities")
        if part.is_true("default")
        for item in active
        if _names(part.value("recordType"), entry, item)
    )
    chosen = min(active, key=lambda item: (-found[item.name], items.index(item)))
    if not found:
        note = "no profile says which record type is the default; it is the first active one"
        work.report.approximated(KIND, f"{entry.api}.{chosen.name}", note)
    return entry.record_types[chosen.name.lower()]


def _parts_of_profiles(work: Work, name: str) -> list[Node]:
    return [part for item in work.items("profile") for part in item.node.all(name)]


def _names(reference: str, entry: ObjectEntry, item: Item) -> bool:
    """Whether Home__c.Villa is the type."""
    return without_mark(reference).lower() == f"{entry.api}.{item.name}".lower()


def _is_active(item: Item) -> bool:
    return item.node.value("active", "true").lower() == "true"


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
