"""Salesforce API names -> ours: snake_case, no __c, no clash with what the platform keeps itself."""

from __future__ import annotations

import re

from metamodel.names import SYSTEM_FIELD_NAMES

SYSTEM_FIELDS = {
    "id": "id",
    "ownerid": "owner",
    "owner": "owner",
    "createddate": "created_at",
    "createdbyid": "created_by",
    "createdby": "created_by",
    "lastmodifieddate": "updated_at",
    "lastmodifiedbyid": "updated_by",
    "lastmodifiedby": "updated_by",
}
RESERVED = frozenset((*SYSTEM_FIELD_NAMES, "deleted_at"))
MAX_LENGTH = 40

_MARK = re.compile(r"%%%NAMESPACED?(_\w+)?%%%|___NAMESPACED?(_\w+)?___")
_CUSTOM = re.compile(r"__(c|r|pc|pr)\Z", re.IGNORECASE)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def without_mark(name: str) -> str:
    """Without the mark that a build would put a namespace in the place of: %%%NAMESPACE%%%Trip__c -> Trip__c."""
    return _MARK.sub("", name)


def snake(name: str) -> str:
    """PictureURL__c -> picture_url, ns__Trip__c -> ns_trip, at most 40 characters."""
    plain = _CUSTOM.sub("", name)
    words = _HUMP.sub("_", plain)
    text = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_") or "field"
    if text[0].isdigit():
        text = f"f_{text}"
    return text[:MAX_LENGTH].rstrip("_")


def field_name(name: str) -> str:
    """Our name for a custom field; one that the platform keeps for itself gets `_value` behind it."""
    text = snake(name)
    reserved = text in RESERVED or text.startswith(("trellis_", "sqlite_", "pg_"))
    return f"{text[: MAX_LENGTH - 6]}_value" if reserved else text


def object_name(name: str) -> str:
    """Our name for an object; `user` is the platform's own."""
    text = snake(name)
    reserved = text.startswith(("trellis_", "sqlite_", "pg_")) or (text == "user" and name.lower() != "user")
    return f"{text[: MAX_LENGTH - 7]}_object" if reserved else text
