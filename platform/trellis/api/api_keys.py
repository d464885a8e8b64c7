"""HTTP for API keys: one's own, and for administrators those of others. A token is in the answer that makes it, and never again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.members import known_members, text, whole_number
from trellis.errors import AccessDenied, InvalidRequest
from trellis.security.api_keys import (
    DEFAULT_GRACE,
    LONGEST_GRACE,
    ApiKey,
    KeyTerms,
    create_key,
    list_keys,
    revoke_key,
    rotate_key,
)
from trellis.security.user_changes import fetch_user, fetch_user_below

_HOUR = timedelta(hours=1)
_MOST_DAYS = 36_500


async def list_own(call: Call) -> Response:
    call.request.accept_no_parameters()
    return json_response({"api_keys": [key_json(key) for key in await list_keys(call.tenant, call.actor.user_id)]})


async def create(call: Call) -> Response:
    call.request.accept_no_parameters()
    _refuse_confined(call, key_id=None)
    body = known_members(await call.request.read_object(), ("name", "scopes", "expires_in_days", "networks"))
    terms = KeyTerms(
        name=text(body, "name"),
        scopes=_texts(body, "scopes"),
        days=whole_number(body, "expires_in_days", default=None, least=1, most=_MOST_DAYS),
        networks=_texts(body, "networks") or (),
    )
    issued = await create_key(
        call.tenant,
        call.actor.user_id,
        terms,
        await _visible_objects(call),
        by=call.actor,
        now=datetime.now(UTC),
        longest_days=call.runtime.settings.key_days,
    )
    answer = {"id": issued.id, "name": terms.name.strip(), "token": issued.token, "expires_at": issued.expires_at}
    return json_response(answer, 201, _where(issued.id))


async def rotate(call: Call) -> Response:
    """A new token on the same terms; the old one goes on working for some hours, so that nothing stops meanwhile."""
    call.request.accept_no_parameters()
    _refuse_confined(call, key_id=call.path["id"])
    body = known_members(await call.request.read_optional_object(), ("grace_hours",))
    hours = whole_number(body, "grace_hours", default=DEFAULT_GRACE // _HOUR, least=0, most=LONGEST_GRACE // _HOUR)
    rotated = await rotate_key(
        call.tenant,
        call.actor.user_id,
        call.path["id"],
        by=call.actor,
        now=datetime.now(UTC),
        longest_days=call.runtime.settings.key_days,
        grace=_HOUR * (hours or 0),
    )
    issued = rotated.issued
    answer = {"id": issued.id, "token": issued.token, "expires_at": issued.expires_at}
    return json_response({**answer, "old_expires_at": rotated.old_expires_at}, 201, _where(issued.id))


async def revoke(call: Call) -> Response:
    call.request.accept_no_parameters()
    await revoke_key(call.tenant, call.actor.user_id, call.path["id"], by=call.actor, now=datetime.now(UTC))
    return Response(status_code=204)


async def list_of_user(call: Call) -> Response:
    call.request.accept_no_parameters()
    user = await fetch_user(call.tenant, call.runtime.access, call.actor, call.path["id"])
    return json_response({"api_keys": [key_json(key) for key in await list_keys(call.tenant, user.id)]})


async def revoke_of_user(call: Call) -> Response:
    call.request.accept_no_parameters()
    user = await fetch_user_below(call.tenant, call.runtime.access, call.actor, call.path["id"])
    await revoke_key(call.tenant, user.id, call.path["key"], by=call.actor, now=datetime.now(UTC))
    return Response(status_code=204)


def _refuse_confined(call: Call, *, key_id: str | None) -> None:
    """A key for some networks takes the place of itself, and makes none that could be used elsewhere."""
    if call.identity.networks and key_id != call.actor.credential_id:
        raise AccessDenied(
            "This API key may be used from some networks only, so it makes and replaces no other.",
            hint="Sign in, or use a key without networks.",
        )


def key_json(key: ApiKey) -> dict[str, Any]:
    """`scopes`: null for everything its user may."""
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "scopes": None if key.scopes is None else sorted(key.scopes),
        "networks": key.networks,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "replaced_at": key.replaced_at,
    }


async def _visible_objects(call: Call) -> tuple[str, ...]:
    """Scopes name what the user may see, and so say nothing of what else there is."""
    compiled = await call.tenant.refresh()
    decide = call.runtime.access.of(compiled.model).decide
    return tuple(name for name in compiled.model.objects if decide(call.actor, "read", name).allowed)


def _texts(body: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InvalidRequest(f"{name} must be a list of texts, or null.")
    return tuple(value)


def _where(key_id: str) -> dict[str, str]:
    return {"Location": f"/api/v1/api-keys/{key_id}"}
