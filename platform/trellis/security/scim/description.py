"""What this server can do of SCIM, as directories ask before they begin (RFC 7643, 5 to 7). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trellis.security.scim.resources import GROUP, OUR_GROUP, USER
from trellis.security.scim.users import MOST_IN_A_PAGE

JsonObject = dict[str, Any]


def service_config(base_url: str) -> JsonObject:
    key = {
        "type": "oauthbearertoken",
        "name": "Bearer token",
        "description": "An API key or an access token with the scope scim.",
        "primary": True,
    }
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST_IN_A_PAGE},
        "changePassword": {"supported": False},
        "sort": {"supported": False},
        "etag": {"supported": True},
        "authenticationSchemes": [key],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base_url}/ServiceProviderConfig"},
    }


def resource_types(base_url: str) -> Sequence[JsonObject]:
    return [
        _type(base_url, "User", "/Users", USER, ()),
        _type(base_url, "Group", "/Groups", GROUP, (OUR_GROUP,)),
    ]


def schemas(base_url: str) -> Sequence[JsonObject]:
    value = _attribute("value", "string")
    user = [
        _attribute("userName", "string", required=True, mutability="immutable", uniqueness="server"),
        _attribute("externalId", "string", exact=True),
        _attribute("displayName", "string"),
        _attribute(
            "name", "complex", inner=[_attribute(one, "string") for one in ("formatted", "givenName", "familyName")]
        ),
        _attribute("emails", "complex", required=True, many=True, inner=[value, _attribute("primary", "boolean")]),
        _attribute("active", "boolean"),
        _attribute("preferredLanguage", "string"),
        _attribute("timezone", "string"),
        _attribute(
            "groups", "complex", many=True, mutability="readOnly", inner=[value, _attribute("display", "string")]
        ),
    ]
    group = [
        _attribute("displayName", "string", required=True, mutability="readOnly"),
        _attribute(
            "members", "complex", many=True, inner=[value, _attribute("display", "string", mutability="readOnly")]
        ),
    ]
    ours = [_attribute(one, "string", mutability="readOnly", exact=True) for one in ("kind", "name")]
    return [
        _schema(base_url, USER, "User", user),
        _schema(base_url, GROUP, "Group", group),
        _schema(base_url, OUR_GROUP, "Group of Trellis", ours),
    ]


def _schema(base_url: str, urn: str, name: str, attributes: Sequence[Mapping[str, Any]]) -> JsonObject:
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": urn,
        "name": name,
        "attributes": list(attributes),
        "meta": {"resourceType": "Schema", "location": f"{base_url}/Schemas/{urn}"},
    }


def _type(base_url: str, name: str, endpoint: str, urn: str, extensions: Sequence[str]) -> JsonObject:
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": name,
        "name": name,
        "endpoint": endpoint,
        "schema": urn,
        "schemaExtensions": [{"schema": one, "required": False} for one in extensions],
        "meta": {"resourceType": "ResourceType", "location": f"{base_url}/ResourceTypes/{name}"},
    }


def _attribute(
    name: str,
    kind: str,
    *,
    required: bool = False,
    many: bool = False,
    exact: bool = False,
    mutability: str = "readWrite",
    uniqueness: str = "none",
    inner: Sequence[Mapping[str, Any]] = (),
) -> JsonObject:
    return {
        "name": name,
        "type": kind,
        "multiValued": many,
        "required": required,
        "caseExact": exact,
        "mutability": mutability,
        "returned": "default",
        "uniqueness": uniqueness,
        **({"subAttributes": list(inner)} if inner else {}),
    }
