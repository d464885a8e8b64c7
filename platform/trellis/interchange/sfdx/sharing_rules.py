"""Sharing rules -> rules of ours. One that cannot be said is left out whole: to share more or with others would be wrong."""

from __future__ import annotations

from typing import Any

from trellis.interchange.sfdx.catalog import Catalog, ObjectEntry
from trellis.interchange.sfdx.criteria import condition_of, joined
from trellis.interchange.sfdx.formulas import Unmapped
from trellis.interchange.sfdx.names import snake
from trellis.interchange.sfdx.xml import Node

CRITERIA, BY_OWNER = "sharingCriteriaRules", "sharingOwnerRules"
_PRINCIPALS = {
    "role": "role",
    "roles": "role",
    "roleAndSubordinates": "role_and_below",
    "rolesAndSubordinates": "role_and_below",
    "roleAndSubordinatesInternal": "role_and_below",
    "rolesAndSubordinatesInternal": "role_and_below",
    "group": "team",
    "groups": "team",
    "queue": "queue",
    "queues": "queue",
}
_ACCESS = {"Read": "read", "Edit": "read_write"}
_MODELS = {
    "Private": "private",
    "Read": "read",
    "ReadSelect": "read",
    "ReadWrite": "read_write",
    "ReadWriteTransfer": "read_write",
    "FullAccess": "read_write",
    "ControlledByParent": "controlled_by_parent",
    "ControlledByCampaign": "controlled_by_parent",
    "ControlledByLeadOrContact": "controlled_by_parent",
}
_IN_OTHER_WORDS = {
    "ReadSelect": "whoever reads may also select, which is not told apart",
    "ReadWriteTransfer": "whoever changes may also hand over, which only owners and those above may",
    "FullAccess": "everybody may also delete and hand over, which only owners and those above may",
}


def convert_sharing_model(node: Node) -> tuple[str | None, str | None]:
    """How open an object is, None where the file does not say; and what differs."""
    model = node.value("sharingModel")
    if not model or model in _MODELS:
        return _MODELS.get(model), _IN_OTHER_WORDS.get(model)
    return "private", f"the sharing model {model} has no counterpart: records are private"


def convert_sharing_rule(node: Node, entry: ObjectEntry, catalog: Catalog) -> tuple[dict[str, Any], list[str]]:
    """The body and what is missing from it. Raises Unmapped."""
    if node.name not in (CRITERIA, BY_OWNER):
        raise Unmapped(f"{node.name} have no counterpart")
    access = _ACCESS.get(node.value("accessLevel"))
    if access is None:
        raise Unmapped(f"the access level {node.value('accessLevel')} has no counterpart")
    body: dict[str, Any] = {"label": (node.value("label") or node.value("fullName"))[:80]}
    if node.name == CRITERIA:
        body["when"] = _condition(node, entry, catalog)
    else:
        body["owned_by"] = _people(node, "sharedFrom")
    body["share_with"] = _people(node, "sharedTo")
    body["access"] = access
    settings = node.first("accountSettings")
    levels = [part.text for part in settings.children] if settings is not None else []
    notes = ["contacts, cases and opportunities are not shared with the account"] if set(levels) - {"None"} else []
    return body, notes


def _condition(node: Node, entry: ObjectEntry, catalog: Catalog) -> str:
    parts = list(node.all("criteriaItems"))
    if not parts:
        raise Unmapped("it has no criteria")
    if any(part.value("valueField") for part in parts):
        raise Unmapped("a comparison of two fields has no counterpart in this version")
    return joined([condition_of(part, entry, catalog) for part in parts], node.value("booleanFilter"))


def _people(node: Node, name: str) -> list[str | dict[str, str]]:
    holder = node.first(name)
    found: list[str | dict[str, str]] = []
    for part in holder.children if holder is not None else ():
        if part.name == "allInternalUsers":
            found.append("everyone")
        elif part.name in _PRINCIPALS:
            found.append({_PRINCIPALS[part.name]: snake(part.text)})
        else:
            raise Unmapped(f"{part.name} have no counterpart here")
    if not found:
        raise Unmapped(f"it names nobody in {name}")
    return found
