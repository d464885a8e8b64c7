"""The addresses of providers outside, for the description of the API."""

from __future__ import annotations

from typing import Any

from trellis.api.openapi.answers import answers, json_answer, json_body
from trellis.security.outside.model import MAPPED_KINDS

JsonObject = dict[str, Any]
_TEXT: JsonObject = {"type": "string"}
_FLAG: JsonObject = {"type": "boolean"}
_GROUP: JsonObject = {
    "type": "object",
    "required": ["value", "kind", "name"],
    "additionalProperties": False,
    "properties": {"value": _TEXT, "kind": {"enum": list(MAPPED_KINDS)}, "name": _TEXT},
}
_CHANGEABLE: JsonObject = {
    "label": _TEXT,
    "issuer": {**_TEXT, "format": "uri"},
    "client_id": _TEXT,
    "scopes": {"type": "array", "items": _TEXT},
    "creates_users": _FLAG,
    "links_by_email": _FLAG,
    "groups_claim": _TEXT,
    "groups": {"type": "array", "items": _GROUP},
    "second_factor_values": {"type": "array", "items": _TEXT},
    "is_active": _FLAG,
}


def provider_paths() -> JsonObject:
    provider = {"type": "object", "properties": {"name": _TEXT, **_CHANGEABLE}}
    listed = {"type": "object", "properties": {"providers": {"type": "array", "items": provider}}}
    secret = {"client_secret": {**_TEXT, "writeOnly": True}}
    new = _body({"name": _TEXT, **_CHANGEABLE, **secret}, ["name", "label", "issuer", "client_id", "client_secret"])
    name = {"name": "name", "in": "path", "required": True, "schema": _TEXT}
    return {
        "/api/v1/providers": {
            "get": _operation("list_providers", "The providers that people sign in by", "200", listed, 401, 403),
            "post": {
                **_operation("create_provider", "Set up a provider", "201", provider, 400, 401, 403, 413, 415, 422),
                "requestBody": json_body(new),
            },
        },
        "/api/v1/providers/{name}": {
            "parameters": [name],
            "get": _operation("get_provider", "One provider", "200", provider, 401, 403, 404),
            "patch": {
                **_operation(
                    "change_provider", "Change a provider", "200", provider, 400, 401, 403, 404, 413, 415, 422
                ),
                "requestBody": json_body(_body({**_CHANGEABLE, **secret}, [])),
            },
            "delete": {
                "operationId": "delete_provider",
                "tags": ["providers"],
                "summary": "Delete a provider",
                "responses": {"204": {"description": "Deleted"}, **answers(None, None, 401, 403, 404)},
            },
        },
    }


def _body(properties: JsonObject, required: list[str]) -> JsonObject:
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


def _operation(name: str, summary: str, status: str, schema: JsonObject, *problems: int) -> JsonObject:
    return {
        "operationId": name,
        "tags": ["providers"],
        "summary": summary,
        "responses": {status: json_answer(summary, schema), **answers(None, None, *problems)},
    }
