"""HTTP for the providers outside that people sign in by, for administrators. Their secrets are written, and never shown."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.members import flag, known_members, text
from trellis.errors import InvalidRequest
from trellis.security.outside.model import GroupMapping, Provider
from trellis.security.outside.providers import delete_provider, get_provider, list_providers, put_provider

TEXTS = ("label", "issuer", "client_id", "groups_claim")
FLAGS = ("creates_users", "links_by_email", "is_active")
WORDS = ("scopes", "second_factor_values")
MEMBERS = (*TEXTS, *FLAGS, *WORDS, "groups", "client_secret")


async def list_all(call: Call) -> Response:
    call.request.accept_no_parameters()
    found = await list_providers(call.tenant, call.runtime.access, call.actor)
    return json_response({"providers": [asdict(one) for one in found]})


async def create(call: Call) -> Response:
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), ("name", *MEMBERS))
    start = Provider(
        name=text(body, "name"),
        label=text(body, "label"),
        issuer=text(body, "issuer"),
        client_id=text(body, "client_id"),
    )
    made = await _put(call, _with(start, body), text(body, "client_secret"), is_new=True)
    return json_response(asdict(made), 201, {"Location": f"/api/v1/providers/{made.name}"})


async def get_one(call: Call) -> Response:
    call.request.accept_no_parameters()
    return json_response(asdict(await _get(call)))


async def change(call: Call) -> Response:
    """What is not given stays as it is."""
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), MEMBERS)
    secret = text(body, "client_secret") if "client_secret" in body else None
    return json_response(asdict(await _put(call, _with(await _get(call), body), secret, is_new=False)))


async def delete(call: Call) -> Response:
    call.request.accept_no_parameters()
    await delete_provider(call.tenant, call.runtime.access, call.actor, call.path["name"], now=datetime.now(UTC))
    return Response(status_code=204)


async def _get(call: Call) -> Provider:
    return await get_provider(call.tenant, call.runtime.access, call.actor, call.path["name"])


async def _put(call: Call, provider: Provider, secret: str | None, *, is_new: bool) -> Provider:
    return await put_provider(
        call.tenant, call.runtime.access, call.actor, provider, secret, is_new=is_new, now=datetime.now(UTC)
    )


def _with(provider: Provider, body: dict[str, Any]) -> Provider:
    given: dict[str, Any] = {name: text(body, name).strip() for name in TEXTS if name in body}
    given |= {name: flag(body, name) for name in FLAGS if name in body}
    given |= {name: tuple(_listed(body, name, str)) for name in WORDS if name in body}
    if "groups" in body:
        given["groups"] = tuple(_group(one) for one in _listed(body, "groups", dict))
    return replace(provider, **given)


def _listed(body: dict[str, Any], name: str, kind: type) -> list[Any]:
    value = body[name]
    if not isinstance(value, list) or not all(isinstance(one, kind) for one in value):
        raise InvalidRequest(f"{name} must be a list of {'texts' if kind is str else 'objects'}.")
    return value


def _group(value: dict[str, Any]) -> GroupMapping:
    known = known_members(value, ("value", "kind", "name"))
    # What is no kind is told with everything else that is wrong.
    return GroupMapping(value=text(known, "value"), kind=text(known, "kind"), name=text(known, "name"))  # type: ignore[arg-type]
