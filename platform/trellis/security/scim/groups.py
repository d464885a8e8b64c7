"""The groups that a directory outside fills: which there are is metadata, who is in them is data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from trellis.automation.group_members import Group, get_group, replace_group_members
from trellis.errors import NotFound
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.security.scim.filters import parse_filter
from trellis.security.scim.group_ids import SeenGroup, find_seen, groups_of, id_of
from trellis.security.scim.resources import GROUP, OUR_GROUP, JsonObject
from trellis.tenancy.tenant import Tenant

FILTERED = {"id": "id", "displayname": "label"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPage:
    groups: tuple[Group, ...]
    total: int


async def list_scim_groups(
    tenant: Tenant, access: Access, actor: Actor, *, filter_text: str, start: int, count: int
) -> GroupPage:
    """From the `start`-th on, 1 for the first. Raises AccessDenied, ScimRefused."""
    require(access, actor, "manage_access")
    conditions = parse_filter(filter_text, FILTERED) if filter_text else ()
    model = (await tenant.compiled()).model
    found = [group for group in groups_of(model) if all(_meets(group, *one) for one in conditions)]
    page = found[start - 1 : start - 1 + count]
    groups = [await get_group(tenant, access, actor, group.kind, group.name) for group in page]
    return GroupPage(groups=tuple(groups), total=len(found))


async def get_scim_group(tenant: Tenant, access: Access, actor: Actor, group_id: str) -> Group:
    """Raises AccessDenied, NotFound."""
    require(access, actor, "manage_access")
    seen = find_seen((await tenant.compiled()).model, group_id)
    if seen is None:
        raise NotFound(f"There is no group {group_id[:100]}.")
    return await get_group(tenant, access, actor, seen.kind, seen.name)


async def fill_scim_group(
    tenant: Tenant, access: Access, actor: Actor, before: Group, members: Sequence[str], *, now: datetime
) -> Group:
    """Raises AccessDenied, Conflict when somebody else has changed it since, InvalidRecord for a member who is no active user."""
    return await replace_group_members(
        tenant, access, actor, before.kind, before.definition.name, members, seen=before.tag, now=now
    )


def group_resource(group: Group, base_url: str, *, with_members: bool = True) -> JsonObject:
    group_id = id_of(group.kind, group.definition.name)
    members = [
        {"value": one.user_id, "display": one.name, "$ref": f"{base_url}/Users/{one.user_id}"} for one in group.members
    ]
    return {
        "schemas": [GROUP, OUR_GROUP],
        "id": group_id,
        "displayName": group.definition.label,
        **({"members": members} if with_members else {}),
        OUR_GROUP: {"kind": group.kind, "name": group.definition.name},
        "meta": {
            "resourceType": "Group",
            "location": f"{base_url}/Groups/{group_id}",
            "version": group_tag(group),
        },
    }


def group_tag(group: Group) -> str:
    return f'W/"{group.tag}"'


def _meets(group: SeenGroup, column: str, value: object) -> bool:
    """Labels without letter case, as SCIM compares names."""
    if column == "id":
        return id_of(group.kind, group.name) == value
    return group.label.casefold() == str(value).casefold()
