"""The stages for who may see and do what: roles, groups, queues, permission sets and profiles, sharing rules."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from metamodel.access_definitions import ADMINISTRATOR
from trellis.interchange.sfdx.formulas import Unmapped
from trellis.interchange.sfdx.names import snake, without_mark
from trellis.interchange.sfdx.permissions import convert_permissions
from trellis.interchange.sfdx.sharing_rules import convert_sharing_rule
from trellis.interchange.sfdx.source import Item
from trellis.interchange.sfdx.work import Work

_ADMIN_PROFILE = "Admin"
_LEVELS = ("caseAccessLevel", "contactAccessLevel", "opportunityAccessLevel")


def convert_access(work: Work) -> None:
    for stage in (_roles, _groups, _queues, _permission_sets, _permission_groups, _sharing_rules):
        stage(work)


def _roles(work: Work) -> None:
    names = {snake(item.name) for item in work.items("role")} | set(work.catalog.existing.roles)
    for item in work.items("role"):
        body = {"label": (item.node.value("name") or item.name)[:80]}
        notes = []
        above = item.node.value("parentRole")
        if above and snake(above) in names:
            body["reports_to"] = snake(above)
        elif above:
            notes.append(f"the role {above} that it reports to is not here")
        if {item.node.value(level, "None") for level in _LEVELS} - {"None"}:
            notes.append("contacts, cases and opportunities of one's own accounts are not seen for that alone")
        work.put_part("roles.yaml", (snake(item.name),), body, "role", item.name, notes)


def _groups(work: Work) -> None:
    for item in work.items("group"):
        body = {"label": (item.node.value("name") or item.name)[:80]}
        notes = ["those above its members are not in it"] if item.node.is_true("doesIncludeBosses") else []
        work.put_part("teams.yaml", (snake(item.name),), body, "group", item.name, notes)


def _queues(work: Work) -> None:
    for item in work.items("queue"):
        named = [part.value("sobjectType") for part in item.node.all("queueSobject")]
        entries = [(api, work.catalog.find_known(api)) for api in named]
        body: dict[str, Any] = {"label": (item.node.value("name") or item.name)[:80]}
        objects = [entry.name for _, entry in entries if entry is not None]
        if objects:
            body["objects"] = objects
        notes = [f"the object {api} is not mapped" for api, entry in entries if entry is None]
        work.put_part("queues.yaml", (snake(item.name),), body, "queue", item.name, notes)


def _permission_sets(work: Work) -> None:
    apps = {path.removeprefix("apps/").removesuffix(".yaml") for path in work.bodies if path.startswith("apps/")}
    apps |= set(work.catalog.existing.apps)
    for item in work.items("permissionset", "profile"):
        kind = "profile" if item.kind == "profile" else "permission set"
        if kind == "profile" and item.name == _ADMIN_PROFILE:
            work.report.not_mapped(kind, item.name, f"the permission set {ADMINISTRATOR} is built in")
            continue
        label = item.node.value("label") or unquote(item.name)
        body, notes = convert_permissions(item.node, label, work.catalog, apps)
        if notes and not body.keys() - {"label", "description"}:
            work.report.not_mapped(kind, item.name, "; ".join(["nothing that it grants is mapped", *notes]))
        else:
            work.put(_path_for(work, item), body, kind, item.name, notes)


def _path_for(work: Work, item: Item) -> str:
    """A profile may have the name of a permission set."""
    name = snake(unquote(item.name))
    path = f"permissions/{name}.yaml"
    if path in work.bodies or name == ADMINISTRATOR:
        path = f"permissions/{name[:32].rstrip('_')}_{'profile' if item.kind == 'profile' else 'set'}.yaml"
    return path


def _permission_groups(work: Work) -> None:
    known = {
        name.removeprefix("permissions/").removesuffix(".yaml")
        for name in work.bodies
        if name.startswith("permissions/")
    }
    known |= set(work.catalog.existing.permission_sets)
    for item in work.items("permissionsetgroup"):
        named = [part.text for part in item.node.all("permissionSets")]
        sets = [snake(name) for name in named if snake(name) in known]
        notes = [f"the permission set {name} is not mapped" for name in named if snake(name) not in known]
        if item.node.first("mutingPermissionSets") is not None:
            work.report.not_mapped("permission set group", item.name, "it mutes permissions, which would be given here")
        elif not sets:
            work.report.not_mapped("permission set group", item.name, "none of its permission sets is mapped")
        else:
            name = snake(item.name) if snake(item.name) not in known else f"{snake(item.name)[:34]}_group"
            body = {"label": (item.node.value("label") or item.name)[:80], "sets": list(dict.fromkeys(sets))}
            work.put_part("permission_groups.yaml", (name,), body, "permission set group", item.name, notes)


def _sharing_rules(work: Work) -> None:
    for item in work.items("sharingRules"):
        entry = work.catalog.find_known(without_mark(item.name))
        for part in item.node.children:
            name = f"{item.name}.{part.value('fullName') or part.name}"
            if entry is None:
                work.report.not_mapped("sharing rule", name, f"its object {item.name} is not mapped")
                continue
            try:
                body, notes = convert_sharing_rule(part, entry, work.catalog)
            except Unmapped as error:
                work.report.not_mapped("sharing rule", name, str(error))
                continue
            at = ("rules", snake(part.value("fullName")))
            work.put_part(f"sharing/{entry.name}.yaml", at, body, "sharing rule", name, notes)
        if not item.node.children:
            work.report.mapped("sharing rule", item.name)
