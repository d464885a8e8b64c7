"""One CustomField -> the body of a field of ours, with what was approximated, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from metamodel.child_lists import plural_name
from metamodel.names import name_fault
from trellis.interchange.sfdx.catalog import Catalog
from trellis.interchange.sfdx.formulas import Unmapped, literal_of, rewrite_formula
from trellis.interchange.sfdx.names import snake
from trellis.interchange.sfdx.picklists import values_of
from trellis.interchange.sfdx.xml import Node

CURRENCY = "USD"
_RETURNS = {
    "Number": "number",
    "Currency": "currency",
    "Percent": "percent",
    "Text": "text",
    "Checkbox": "checkbox",
    "Date": "date",
    "DateTime": "datetime",
    "Time": "time",
}
_ON_DELETE = {"SetNull": "clear", "Restrict": "restrict", "Cascade": "cascade", "": "clear"}


@dataclass(slots=True, kw_only=True)
class Converted:
    """`notes`: in what the field differs from the original; `target`: the Salesforce object that a lookup points to."""

    body: dict[str, Any]
    notes: list[str] = field(default_factory=list)
    target: str | None = None


def convert_field(node: Node, object_api: str, catalog: Catalog) -> Converted:
    """Raises Unmapped."""
    kind = node.value("type")
    if node.first("formula") is not None:
        made = _formula(node, kind, object_api, catalog)
    elif kind in _CONVERTERS:
        made = _CONVERTERS[kind](node, catalog)
    else:
        raise Unmapped(_REASONS.get(kind, f"fields of the type {kind or 'that it has'} have no counterpart"))
    label = node.value("label") or node.value("fullName")
    made.body = {"type": made.body.pop("type"), "label": label[:80], **made.body}
    if made.body["type"] in ("lookup", "master_detail"):
        _add_children_name(node, made, object_api, catalog)
    if help_text := node.value("inlineHelpText"):
        made.body["help"] = help_text[:500]
    _add_rules(node, made, object_api, catalog)
    return made


def _add_children_name(node: Node, made: Converted, object_api: str, catalog: Catalog) -> None:
    """The relationship's name, where it says more than the name that the list of children has anyway."""
    entry = catalog.find(object_api)
    relationship = node.value("relationshipName")
    name = snake(relationship) if relationship else ""
    if entry is not None and name and name_fault(name) is None and name != plural_name(entry.name):
        made.body["children_name"] = name


def _add_rules(node: Node, made: Converted, object_api: str, catalog: Catalog) -> None:
    kind = made.body["type"]
    if kind == "formula":
        return
    if node.is_true("required") and kind not in ("checkbox", "master_detail"):
        made.body["required"] = True
    if node.is_true("externalId") and kind in ("text", "number", "email"):
        made.body["external_id"] = True
        made.body["unique"] = True
    elif node.is_true("unique") and kind in ("text", "number", "email"):
        made.body["unique"] = True
    default = node.value("defaultValue")
    if default and kind not in ("picklist", "multi_picklist"):
        _add_default(default, made, object_api, catalog)


def _add_default(source: str, made: Converted, object_api: str, catalog: Catalog) -> None:
    try:
        value = literal_of(source)
        if value is not None:
            made.body["default"] = value
        else:
            made.body["default_formula"] = rewrite_formula(source, object_api, catalog)
    except Unmapped as error:
        made.notes.append(f"its default value is left out: {error}")


def _formula(node: Node, kind: str, object_api: str, catalog: Catalog) -> Converted:
    if kind not in _RETURNS:
        raise Unmapped(f"formulas that give {kind} have no counterpart")
    body: dict[str, Any] = {"type": "formula", "returns": _RETURNS[kind]}
    if kind in ("Number", "Currency", "Percent"):
        body["scale"] = int(node.value("scale", "0"))
    body["formula"] = rewrite_formula(node.value("formula"), object_api, catalog)
    body["syntax"] = "salesforce"
    body["blanks"] = "zero" if node.value("formulaTreatBlanksAs", "BlankAsZero") == "BlankAsZero" else "blank"
    return Converted(body=body)


def _plain(name: str, **fixed: Any) -> Callable[[Node, Catalog], Converted]:
    return lambda _node, _catalog: Converted(body={"type": name, **fixed})


def _text(node: Node, _: Catalog) -> Converted:
    return Converted(body={"type": "text", "length": int(node.value("length", "255"))})


def _long_text(node: Node, _: Catalog) -> Converted:
    return Converted(body={"type": "long_text", "length": int(node.value("length", "32768"))})


def _html(node: Node, catalog: Catalog) -> Converted:
    made = _long_text(node, catalog)
    made.notes.append("rich text is kept as plain text")
    return made


def _digits(name: str, **fixed: Any) -> Callable[[Node, Catalog], Converted]:
    def convert(node: Node, _: Catalog) -> Converted:
        body = {"type": name, "precision": int(node.value("precision", "18")), "scale": int(node.value("scale", "0"))}
        return Converted(body={**body, **fixed})

    return convert


def _percent(node: Node, _: Catalog) -> Converted:
    return Converted(body={"type": "percent", "scale": int(node.value("scale", "0"))})


def _picklist(name: str) -> Callable[[Node, Catalog], Converted]:
    def convert(node: Node, _: Catalog) -> Converted:
        value_set = node.first("valueSet")
        if value_set is None:
            raise Unmapped("the picklist has no values of its own in this source")
        body: dict[str, Any] = {"type": name}
        shared = value_set.value("valueSetName")
        if shared:
            body["picklist"] = snake(shared)
        else:
            definition = value_set.first("valueSetDefinition")
            body["values"] = values_of(definition.all("value") if definition is not None else ())
            if not body["values"]:
                raise Unmapped("the picklist has no values")
        made = Converted(body=body)
        if not value_set.is_true("restricted"):
            body["restricted"] = False
        if value_set.value("controllingField"):
            made.notes.append(f"its values no longer depend on {value_set.value('controllingField')}")
        return made

    return convert


def _lookup(node: Node, catalog: Catalog) -> Converted:
    targets = [child.text for child in node.all("referenceTo")]
    if len(targets) != 1:
        raise Unmapped("lookups to several objects have no counterpart" if targets else "the lookup names no object")
    if targets[0] == "User":
        return Converted(body={"type": "lookup", "object": "user", "on_delete": "clear"})
    entry = catalog.find(targets[0])
    if entry is None:
        raise Unmapped(f"it looks up {targets[0]}, which is neither in this source nor a mapped standard object")
    on_delete = _ON_DELETE.get(node.value("deleteConstraint"), "clear")
    made = Converted(body={"type": "lookup", "object": entry.name, "on_delete": on_delete}, target=entry.api)
    if node.first("lookupFilter") is not None:
        made.notes.append("its lookup filter is left out")
    return made


def _master_detail(node: Node, catalog: Catalog) -> Converted:
    made = _lookup(node, catalog)
    made.body = {"type": "master_detail", "object": made.body["object"]}
    return made


def _auto_number(node: Node, _: Catalog) -> Converted:
    return Converted(body={"type": "auto_number", "format": node.value("displayFormat", "{0}")})


def _location(node: Node, _: Catalog) -> Converted:
    return Converted(body={"type": "geolocation", "scale": min(15, int(node.value("scale", "7")))})


def _encrypted(node: Node, _: Catalog) -> Converted:
    mask = node.value("maskType") or "all"
    made = Converted(body={"type": "text", "length": int(node.value("length") or 175), "encrypted": True})
    made.body["mask"] = _MASKS.get(mask, "all")
    made.notes.append("its values are shown to nobody in lists; who may see them in the clear asks record by record")
    return made


_MASKS = {"lastFour": "last4", "creditCard": "last4", "ssn": "last4", "nino": "all", "sin": "all", "all": "all"}
_CONVERTERS: Mapping[str, Callable[[Node, Catalog], Converted]] = {
    "Text": _text,
    "TextArea": _plain("text_area", length=255),
    "LongTextArea": _long_text,
    "Html": _html,
    "EncryptedText": _encrypted,
    "Email": _plain("email"),
    "Phone": _plain("phone"),
    "Url": _plain("url"),
    "Number": _digits("number"),
    "Currency": _digits("currency", currency=CURRENCY),
    "Percent": _percent,
    "Date": _plain("date"),
    "DateTime": _plain("datetime"),
    "Time": _plain("time"),
    "Checkbox": _plain("checkbox"),
    "Picklist": _picklist("picklist"),
    "MultiselectPicklist": _picklist("multi_picklist"),
    "Lookup": _lookup,
    "Hierarchy": _lookup,
    "MasterDetail": _master_detail,
    "AutoNumber": _auto_number,
    "Location": _location,
}
_REASONS = {
    "Summary": "roll-up summaries have no counterpart in this version",
    "MetadataRelationship": "relationships of custom metadata have no counterpart",
    "": "a standard field's settings; the field itself is mapped as the standard object defines it",
}
