"""HTTP for the programs that may ask for tokens, for administrators; and for the programs that one lets act for oneself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.members import known_members, optional_text, text
from trellis.errors import InvalidRequest
from trellis.security.oauth import clients
from trellis.security.oauth.allowed import disallow, list_allowed
from trellis.security.oauth.clients import ClientInput, Registered
from trellis.security.oauth.keys import list_keys, rotate_keys
from trellis.security.oauth.model import KINDS, Client

MEMBERS = ("name", "kind", "redirect_uris", "scopes", "service_user")
CLIENTS = "/api/v1/oauth/clients"


async def list_all(call: Call) -> Response:
    call.request.accept_no_parameters()
    found = await clients.list_clients(call.tenant, call.runtime.access, call.actor)
    return json_response({"clients": [client_json(one) for one in found]})


async def create(call: Call) -> Response:
    """The secret is in this answer, and never again."""
    call.request.accept_no_parameters()
    given = _input(known_members(await call.request.read_object(), MEMBERS), None)
    made = await clients.create_client(call.tenant, call.runtime.access, call.actor, given, now=datetime.now(UTC))
    return json_response(_with_secret(made), 201, {"Location": f"{CLIENTS}/{made.client.id}"})


async def get_one(call: Call) -> Response:
    call.request.accept_no_parameters()
    return json_response(client_json(await _get(call)))


async def change(call: Call) -> Response:
    """What is not given stays as it is."""
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), MEMBERS)
    before = await _get(call)
    changed = await clients.change_client(
        call.tenant, call.runtime.access, call.actor, before.id, _input(body, before), now=datetime.now(UTC)
    )
    return json_response(client_json(changed))


async def delete(call: Call) -> Response:
    call.request.accept_no_parameters()
    await clients.delete_client(call.tenant, call.runtime.access, call.actor, call.path["id"], now=datetime.now(UTC))
    return Response(status_code=204)


async def renew_secret(call: Call) -> Response:
    """The new secret is in this answer, and never again; the old one is worth nothing from now on."""
    call.request.accept_no_parameters()
    made = await clients.renew_secret(
        call.tenant, call.runtime.access, call.actor, call.path["id"], now=datetime.now(UTC)
    )
    return json_response(_with_secret(made))


async def list_signing_keys(call: Call) -> Response:
    call.request.accept_no_parameters()
    return json_response({"keys": await list_keys(call.tenant, call.runtime.access, call.actor)})


async def rotate_signing_keys(call: Call) -> Response:
    """Another key signs from now on; the one before is published until nothing that it signed holds any more."""
    call.request.accept_no_parameters()
    made = await rotate_keys(call.tenant, call.runtime.access, call.actor, now=datetime.now(UTC))
    return json_response(made, 201)


async def list_own_allowed(call: Call) -> Response:
    call.request.accept_no_parameters()
    found = await list_allowed(call.tenant, call.actor.user_id)
    shown = [
        {"client_id": one.client_id, "name": one.name, "scopes": sorted(one.scopes), "since": one.since}
        for one in found
    ]
    return json_response({"programs": shown})


async def disallow_own(call: Call) -> Response:
    call.request.accept_no_parameters()
    await disallow(call.tenant, call.actor, call.path["id"], now=datetime.now(UTC))
    return Response(status_code=204)


def client_json(client: Client) -> dict[str, Any]:
    return {
        "id": client.id,
        "name": client.name,
        "kind": client.kind,
        "redirect_uris": client.redirect_uris,
        "scopes": sorted(client.scopes),
        "service_user": client.service_user,
        "created_at": client.created_at,
        "updated_at": client.updated_at,
    }


async def _get(call: Call) -> Client:
    return await clients.get_client(call.tenant, call.runtime.access, call.actor, call.path["id"])


def _with_secret(made: Registered) -> dict[str, Any]:
    return {**client_json(made.client), **({"secret": made.secret} if made.secret else {})}


def _input(body: dict[str, Any], before: Client | None) -> ClientInput:
    kind = text(body, "kind", default=before.kind if before else None)
    if kind not in KINDS:
        raise InvalidRequest(f"kind must be one of {', '.join(KINDS)}.")
    service_user = before.service_user if before else None
    return ClientInput(
        name=text(body, "name", default=before.name if before else None),
        kind=kind,
        redirect_uris=_texts(body, "redirect_uris", before.redirect_uris if before else ()),
        scopes=frozenset(_texts(body, "scopes", tuple(before.scopes) if before else ())),
        service_user=optional_text(body, "service_user") if "service_user" in body else service_user,
    )


def _texts(body: dict[str, Any], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    value = body.get(name, list(default))
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InvalidRequest(f"{name} must be a list of texts.")
    return tuple(value)
