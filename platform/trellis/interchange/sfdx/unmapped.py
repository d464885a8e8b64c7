"""Components of kinds that have no counterpart: each is listed, none is dropped in silence."""

from __future__ import annotations

from collections.abc import Iterable

from trellis.interchange.sfdx.report import Report
from trellis.interchange.sfdx.source import Item

CONVERTED = frozenset(
    (
        *("object", "field", "globalValueSet", "validationRule", "tab", "layout", "compactLayout", "listView", "app"),
        *("role", "group", "queue", "permissionset", "permissionsetgroup", "profile", "sharingRules", "recordType"),
    )
)
_FILES_OF_MANY = frozenset(("labels", "workflow"))
_KINDS = {
    "flexipage": ("lightning page", "pages are generated from layouts"),
    "flow": ("flow", "flows have no counterpart; write a rule instead"),
    "workflow": ("workflow component", "workflows have no counterpart; write a rule instead"),
    "labels": ("custom label", "custom labels have no counterpart"),
    "md": ("custom metadata record", "custom metadata has no counterpart"),
    "objectTranslation": ("object translation", "translations of a Salesforce source are not read in this version"),
    "fieldTranslation": ("field translation", "translations of a Salesforce source are not read in this version"),
    "translation": ("translation", "translations of a Salesforce source are not read in this version"),
    "report": ("report", "reports come with a later version"),
    "dashboard": ("dashboard", "dashboards come with a later version"),
    "quickAction": ("quick action", "quick actions have no counterpart"),
    "fieldSet": ("field set", "field sets have no counterpart"),
    "standardValueSet": ("value set", "values of a standard picklist are those of the standard object"),
    "platformEventChannelMember": ("event channel member", "platform events have no counterpart"),
}


def report_unmapped(items: Iterable[Item], report: Report) -> None:
    """Adds what no stage has spoken of."""
    for item in items:
        name = f"{item.object}.{item.name}" if item.object else item.name
        if item.kind in CONVERTED:
            if item.kind == "object":
                _object(item, report)
            continue
        kind, reason = _KINDS.get(item.kind, (item.kind, f"components of the kind {item.kind} have no counterpart"))
        parts = [part.value("fullName") for part in item.node.children if part.value("fullName")]
        for part in parts if item.kind in _FILES_OF_MANY else ():
            report.not_mapped(kind, f"{name}.{part}", reason)
        if item.kind not in _FILES_OF_MANY or not parts:
            taken = (kind, name) in report.outcomes
            report.not_mapped(kind, item.path if taken else name, reason)


def _object(item: Item, report: Report) -> None:
    if ("object", item.name) in report.outcomes:
        return
    suffix = item.name.rpartition("__")[2]
    reasons = {
        "mdt": "custom metadata types have no counterpart",
        "e": "platform events have no counterpart",
        "b": "big objects have no counterpart",
        "x": "external objects have no counterpart",
        "c": "custom settings have no counterpart",
    }
    reason = reasons.get(suffix if "__" in item.name else "", "this standard object is not among those that are mapped")
    report.not_mapped("object", item.name, reason)
