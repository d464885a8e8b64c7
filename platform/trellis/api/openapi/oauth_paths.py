"""The addresses of OAuth, for the description of the API: the protocol's own, and the clients that administrators register."""

from __future__ import annotations

from typing import Any

from trellis.api.openapi.answers import answers, json_answer, json_body
from trellis.security.oauth.model import KINDS

JsonObject = dict[str, Any]
_TEXT: JsonObject = {"type": "string"}
_TEXTS: JsonObject = {"type": "array", "items": _TEXT}
_MOMENT: JsonObject = {"type": "string", "format": "date-time"}
_CHANGEABLE: JsonObject = {
    "name": {**_TEXT, "minLength": 1, "maxLength": 100},
    "redirect_uris": {**_TEXTS, "maxItems": 20},
    "scopes": {**_TEXTS, "minItems": 1},
    "service_user": {"type": ["string", "null"], "description": "Id or user name of the user that a service acts as."},
}
_KIND: JsonObject = {"enum": list(KINDS)}
_TENANT: JsonObject = {"name": "tenant", "in": "path", "required": True, "schema": _TEXT}
_ID: JsonObject = {"name": "id", "in": "path", "required": True, "schema": _TEXT}


def oauth_paths() -> JsonObject:
    return {**_protocol_paths(), **_client_paths(), **_own_paths()}


def _protocol_paths() -> JsonObject:
    anything: JsonObject = {"type": "object", "additionalProperties": True}
    tokens = {"grant_type": {"enum": ["authorization_code", "refresh_token", "client_credentials"]}}
    for name in ("client_id", "client_secret", "code", "code_verifier", "redirect_uri", "refresh_token", "scope"):
        tokens[name] = _TEXT
    named = {"token": _TEXT, "token_type_hint": _TEXT, "client_id": _TEXT, "client_secret": _TEXT}
    at = "/oauth/{tenant}"

    def posting(name: str, summary: str, properties: JsonObject, required: str) -> JsonObject:
        form = {"type": "object", "required": [required], "properties": properties}
        refused = {"description": "Refused, as OAuth says it", "content": {"application/json": {"schema": anything}}}
        return {
            "parameters": [_TENANT],
            "post": {
                "operationId": name,
                "tags": ["oauth"],
                "summary": summary,
                "security": [],
                "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}},
                "responses": {
                    "200": json_answer(summary, anything),
                    "400": refused,
                    "401": refused,
                    **answers(None, None, 404, 413),
                },
            },
        }

    def open_get(name: str, summary: str) -> JsonObject:
        get = {**_operation(name, summary, "200", anything, 404), "security": []}
        return {"parameters": [_TENANT], "get": get}

    user_info = "Who the user of an access token is"
    return {
        f"{at}/.well-known/openid-configuration": open_get("get_openid_configuration", "Where everything is"),
        "/.well-known/oauth-authorization-server/oauth/{tenant}": open_get("get_oauth_metadata", "Where everything is"),
        f"{at}/jwks": open_get("get_oauth_keys", "The keys that ID tokens are signed with"),
        f"{at}/token": posting(
            "issue_oauth_token", "Tokens for a code, a refresh token or a secret", tokens, "grant_type"
        ),
        f"{at}/revoke": posting("revoke_oauth_token", "End a token", named, "token"),
        f"{at}/introspect": posting("introspect_oauth_token", "What a token is", named, "token"),
        f"{at}/userinfo": {
            "parameters": [_TENANT],
            "get": _operation("get_oauth_user_info", user_info, "200", anything, 401, 403),
            "post": _operation("post_oauth_user_info", user_info, "200", anything, 401, 403),
        },
    }


def _client_paths() -> JsonObject:
    stamps = {"created_at": _MOMENT, "updated_at": _MOMENT}
    client = {"type": "object", "properties": {"id": _TEXT, **_CHANGEABLE, "kind": _KIND, **stamps}}
    secret = {**client, "properties": {**client["properties"], "secret": _TEXT}}  # type: ignore[dict-item]
    key = {
        "type": "object",
        "properties": {"id": _TEXT, "created_at": _MOMENT, "retired_at": {"type": ["string", "null"]}},
    }
    new = _body({**_CHANGEABLE, "kind": _KIND}, ["name", "kind", "scopes"])
    at = "/api/v1/oauth/clients"
    return {
        at: {
            "get": _operation(
                "list_oauth_clients", "The OAuth clients of the tenant", "200", _list("clients", client), 401, 403
            ),
            "post": {
                **_operation(
                    "create_oauth_client", "Register an OAuth client", "201", secret, 400, 401, 403, 413, 415, 422
                ),
                "requestBody": json_body(new),
            },
        },
        f"{at}/{{id}}": {
            "parameters": [_ID],
            "get": _operation("get_oauth_client", "One OAuth client", "200", client, 401, 403, 404),
            "patch": {
                **_operation(
                    "change_oauth_client", "Change an OAuth client", "200", client, 400, 401, 403, 404, 413, 415, 422
                ),
                "requestBody": json_body(_body({**_CHANGEABLE, "kind": _KIND}, [])),
            },
            "delete": _empty("delete_oauth_client", "Delete an OAuth client, and end its tokens", 401, 403, 404),
        },
        f"{at}/{{id}}/secret": {
            "parameters": [_ID],
            "post": _operation("renew_oauth_secret", "Give a client another secret", "200", secret, 401, 403, 404, 422),
        },
        "/api/v1/oauth/keys": {
            "get": _operation("list_oauth_keys", "The signing keys of the tenant", "200", _list("keys", key), 401, 403)
        },
        "/api/v1/oauth/keys/rotate": {
            "post": _operation("rotate_oauth_keys", "Sign by another key from now on", "201", key, 401, 403)
        },
    }


def _own_paths() -> JsonObject:
    program = {
        "type": "object",
        "properties": {"client_id": _TEXT, "name": _TEXT, "scopes": _TEXTS, "since": _MOMENT},
    }
    return {
        "/api/v1/oauth/programs": {
            "get": _operation(
                "list_own_programs",
                "The programs that you let act for you",
                "200",
                _list("programs", program),
                401,
                403,
            )
        },
        "/api/v1/oauth/programs/{id}": {
            "parameters": [_ID],
            "delete": _empty("disallow_own_program", "Let a program act for you no longer", 401, 403, 404),
        },
    }


def _list(name: str, schema: JsonObject) -> JsonObject:
    return {"type": "object", "properties": {name: {"type": "array", "items": schema}}}


def _body(properties: JsonObject, required: list[str]) -> JsonObject:
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


def _empty(name: str, summary: str, *problems: int) -> JsonObject:
    responses = {"204": {"description": "Done"}, **answers(None, None, *problems)}
    return {"operationId": name, "tags": ["oauth"], "summary": summary, "responses": responses}


def _operation(name: str, summary: str, status: str, schema: JsonObject, *problems: int) -> JsonObject:
    return {
        "operationId": name,
        "tags": ["oauth"],
        "summary": summary,
        "responses": {status: json_answer(summary, schema), **answers(None, None, *problems)},
    }
