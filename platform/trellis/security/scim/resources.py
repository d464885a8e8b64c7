"""Users and groups <-> resources of SCIM (RFC 7643). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trellis.security.scim.errors import ScimRefused
from trellis.security.users import LANGUAGES
from trellis.storage.codecs import datetime_text

JsonObject = dict[str, Any]
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
LONGEST_TEXT = 500
OUR_GROUP = "urn:trellis:params:scim:schemas:Group"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScimUser:
    """A user as a directory outside sees them. `groups`: ids and labels."""

    id: str
    username: str
    name: str
    email: str
    language: str
    time_zone: str
    is_active: bool
    created_at: datetime
    updated_at: datetime
    version: int
    external_id: str | None
    groups: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UserInput:
    """What a directory says of a user; None: nothing, so it stays as it is."""

    username: str
    name: str | None
    email: str | None
    language: str | None
    time_zone: str | None
    is_active: bool
    external_id: str | None


def user_resource(user: ScimUser, base_url: str) -> JsonObject:
    location = f"{base_url}/Users/{user.id}"
    return {
        "schemas": [USER],
        "id": user.id,
        **({"externalId": user.external_id} if user.external_id else {}),
        "userName": user.username,
        "displayName": user.name,
        "name": {"formatted": user.name},
        "emails": [{"value": user.email, "type": "work", "primary": True}],
        "active": user.is_active,
        "preferredLanguage": user.language,
        "timezone": user.time_zone,
        "groups": [
            {"value": group_id, "display": label, "$ref": f"{base_url}/Groups/{group_id}"}
            for group_id, label in user.groups
        ],
        "meta": {
            "resourceType": "User",
            "created": datetime_text(user.created_at),
            "lastModified": datetime_text(user.updated_at),
            "location": location,
            "version": user_tag(user),
        },
    }


def user_tag(user: ScimUser) -> str:
    return f'W/"{user.version}"'


def read_user(resource: Mapping[str, Any]) -> UserInput:
    """Attributes that are not known here are left aside, as the protocol wants. Raises ScimRefused."""
    held = {str(name).lower(): value for name, value in resource.items()}
    username = _text(held, "username")
    if not username:
        raise ScimRefused("userName is missing.", kind="invalidValue")
    active = held.get("active", True)
    if isinstance(active, str) and active.lower() in ("true", "false"):
        active = active.lower() == "true"
    if not isinstance(active, bool):
        raise ScimRefused("active must be true or false.", kind="invalidValue")
    language = _text(held, "preferredlanguage") or _text(held, "locale")
    return UserInput(
        username=username,
        name=_name(held),
        email=_email(held) or (username if "@" in username else None),
        language=None if not language else LANGUAGES[1] if language.lower().startswith("zh") else LANGUAGES[0],
        time_zone=_text(held, "timezone"),
        is_active=active,
        external_id=_text(held, "externalid"),
    )


def read_members(resource: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of the users, each once. Raises ScimRefused."""
    members = next((value for name, value in resource.items() if str(name).lower() == "members"), None) or []
    if not isinstance(members, list):
        raise ScimRefused("members must be a list.", kind="invalidValue")
    values = [one.get("value") if isinstance(one, dict) else None for one in members]
    found = [value for value in values if isinstance(value, str)]
    if len(found) < len(values):
        raise ScimRefused("Each member must have the id of a user as its value.", kind="invalidValue")
    return tuple(dict.fromkeys(found))


def list_resource(resources: Sequence[JsonObject], total: int, start: int) -> JsonObject:
    return {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(resources),
        "Resources": list(resources),
    }


def _name(held: Mapping[str, Any]) -> str | None:
    """What changed of the two places where it stands cannot be told, so the parts count first, then `name`, then `displayName`."""
    name = held.get("name")
    parts = {str(key).lower(): value for key, value in name.items()} if isinstance(name, dict) else {}
    whole = " ".join(filter(None, (_text(parts, "givenname"), _text(parts, "familyname"))))
    return whole or _text(parts, "formatted") or _text(held, "displayname")


def _email(held: Mapping[str, Any]) -> str | None:
    emails = held.get("emails")
    if isinstance(emails, str):
        return emails
    listed = [one for one in emails if isinstance(one, dict)] if isinstance(emails, list) else []
    first = next((one for one in listed if one.get("primary") is True), listed[0] if listed else {})
    return _text(first, "value")


def _text(held: Mapping[str, Any], name: str) -> str | None:
    value = held.get(name)
    if value is not None and (not isinstance(value, str) or not value.isprintable() or len(value) > LONGEST_TEXT):
        raise ScimRefused(
            f"{name} must be a text in one line of at most {LONGEST_TEXT} characters.", kind="invalidValue"
        )
    return value.strip() if value and value.strip() else None
