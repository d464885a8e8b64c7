"""HTTP for directories outside that look after users and groups: SCIM 2.0 (RFC 7644), its answers and refusals in its own form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson
from starlette.responses import Response

from trellis.api.call import Call, Request
from trellis.api.errors import PreconditionFailed
from trellis.api.identity import identify_request
from trellis.api.parameters import parse_parameters
from trellis.api.problems import describe_error
from trellis.edge.rates import count_caller
from trellis.errors import AccessDenied, InvalidRecord, InvalidRequest, NotFound, TrellisError
from trellis.security.scim import description
from trellis.security.scim.errors import ScimRefused
from trellis.security.scim.groups import fill_scim_group, get_scim_group, group_resource, group_tag, list_scim_groups
from trellis.security.scim.patches import patched
from trellis.security.scim.resources import list_resource, read_members, read_user, user_resource, user_tag
from trellis.security.scim.users import (
    MOST_IN_A_PAGE,
    change_scim_user,
    create_scim_user,
    get_scim_user,
    list_scim_users,
    remove_scim_user,
)
from trellis.security.scopes import SCIM

MEDIA_TYPE = "application/scim+json"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
PARAMETERS = ("filter", "startIndex", "count", "attributes", "excludedAttributes", "sortBy", "sortOrder")
DEFAULT_COUNT = 100

Handler = Callable[[Call], Awaitable[Response]]


def speaking(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """The handler for whoever comes with a bearer token that has the scope `scim`; every refusal in SCIM's form."""
    return partial(_answer, handler)


async def _answer(handler: Handler, request: Request) -> Response:
    try:
        identity = await identify_request(request.scope, request.runtime.identities, fresh=True)
        await count_caller(request.scope, identity)
        if SCIM not in (identity.actor.scopes or frozenset()):
            raise AccessDenied("This needs an API key or an access token with the scope scim.")
        return await handler(Call(request, identity))
    except TrellisError as error:
        problem = describe_error(error)
        if problem.status == 500 and not isinstance(error, ScimRefused):
            raise
        return _refusal(error, problem.status, problem.headers)


async def list_users(call: Call) -> Response:
    filter_text, start, count = _page(call)
    page = await list_scim_users(
        call.tenant, call.runtime.access, call.actor, filter_text=filter_text, start=start, count=count
    )
    return _json(list_resource([user_resource(one, _base(call)) for one in page.users], page.total, start))


async def create_user(call: Call) -> Response:
    given = read_user(await call.request.read_object())
    user = await create_scim_user(call.tenant, call.runtime.access, call.actor, given, now=datetime.now(UTC))
    resource = user_resource(user, _base(call))
    return _json(resource, 201, {"Location": resource["meta"]["location"], "ETag": user_tag(user)})


async def get_user(call: Call) -> Response:
    user = await get_scim_user(call.tenant, call.runtime.access, call.actor, call.path["id"])
    return _one(call, user_resource(user, _base(call)), user_tag(user))


async def replace_user(call: Call) -> Response:
    return await _change_user(call, await call.request.read_object(), is_patch=False)


async def patch_user(call: Call) -> Response:
    return await _change_user(call, await call.request.read_object(), is_patch=True)


async def remove_user(call: Call) -> Response:
    user = await get_scim_user(call.tenant, call.runtime.access, call.actor, call.path["id"])
    _check_seen(call, user_tag(user))
    await remove_scim_user(call.tenant, call.runtime.access, call.actor, user.id, now=datetime.now(UTC))
    return Response(status_code=204)


async def list_groups(call: Call) -> Response:
    filter_text, start, count = _page(call)
    page = await list_scim_groups(
        call.tenant, call.runtime.access, call.actor, filter_text=filter_text, start=start, count=count
    )
    with_members = "members" not in call.request.query_string.decode("latin-1").partition("excludedAttributes=")[2]
    resources = [group_resource(one, _base(call), with_members=with_members) for one in page.groups]
    return _json(list_resource(resources, page.total, start))


async def get_group(call: Call) -> Response:
    group = await get_scim_group(call.tenant, call.runtime.access, call.actor, call.path["id"])
    return _one(call, group_resource(group, _base(call)), group_tag(group))


async def replace_group(call: Call) -> Response:
    return await _change_group(call, await call.request.read_object(), is_patch=False)


async def patch_group(call: Call) -> Response:
    return await _change_group(call, await call.request.read_object(), is_patch=True)


async def refuse_group(_: Call) -> Response:
    raise ScimRefused(
        "Which groups there are is part of the application; deploys add and remove them.", kind="mutability", status=403
    )


async def get_config(call: Call) -> Response:
    return _json(description.service_config(_base(call)))


async def list_types(call: Call) -> Response:
    found = description.resource_types(_base(call))
    return _json(list_resource(found, len(found), 1))


async def get_type(call: Call) -> Response:
    return _json(_named(description.resource_types(_base(call)), call.path["id"]))


async def list_schemas(call: Call) -> Response:
    found = description.schemas(_base(call))
    return _json(list_resource(found, len(found), 1))


async def get_schema(call: Call) -> Response:
    return _json(_named(description.schemas(_base(call)), call.path["id"]))


async def _change_user(call: Call, body: dict[str, Any], *, is_patch: bool) -> Response:
    before = await get_scim_user(call.tenant, call.runtime.access, call.actor, call.path["id"])
    _check_seen(call, user_tag(before))
    if is_patch:
        was = user_resource(before, _base(call))
        body = patched(was, body)
        # A name stands in two places; the one that was changed counts.
        body.pop("name" if body.get("name") == was["name"] else "displayName", None)
    given = read_user(body)
    user = await change_scim_user(call.tenant, call.runtime.access, call.actor, before, given, now=datetime.now(UTC))
    return _json(user_resource(user, _base(call)), headers={"ETag": user_tag(user)})


async def _change_group(call: Call, body: dict[str, Any], *, is_patch: bool) -> Response:
    before = await get_scim_group(call.tenant, call.runtime.access, call.actor, call.path["id"])
    _check_seen(call, group_tag(before))
    was = group_resource(before, _base(call))
    after = patched(was, body) if is_patch else body
    if after.get("displayName", was["displayName"]) != was["displayName"]:
        raise ScimRefused("displayName is part of the application; deploys change it.", kind="mutability")
    group = await fill_scim_group(
        call.tenant, call.runtime.access, call.actor, before, read_members(after), now=datetime.now(UTC)
    )
    return _json(group_resource(group, _base(call)), headers={"ETag": group_tag(group)})


def _page(call: Call) -> tuple[str, int, int]:
    asked = parse_parameters(call.request.query_string, PARAMETERS)
    start, count = _number(asked, "startIndex", 1), _number(asked, "count", DEFAULT_COUNT)
    return asked.get("filter", ""), max(1, start), min(max(0, count), MOST_IN_A_PAGE)


def _number(asked: Mapping[str, str], name: str, default: int) -> int:
    text = asked.get(name, str(default))
    if len(text) > 9 or not text.removeprefix("-").isdecimal():
        raise ScimRefused(f"{name} must be a whole number.", kind="invalidValue")
    return int(text)


def _check_seen(call: Call, tag: str) -> None:
    seen = call.request.header(b"if-match")
    if seen is not None and seen.strip() != "*" and tag not in (one.strip() for one in seen.split(",")):
        raise PreconditionFailed("The resource is another by now.")


def _named(found: Any, name: str) -> Mapping[str, Any]:
    for one in found:
        if one["id"] == name:
            return dict(one)
    raise NotFound(f"There is nothing named {name[:100]}.")


def _base(call: Call) -> str:
    return f"{call.runtime.settings.base_url.rstrip('/')}/scim/v2"


def _one(call: Call, resource: Mapping[str, Any], tag: str) -> Response:
    known = call.request.header(b"if-none-match")
    if known is not None and tag in (one.strip() for one in known.split(",")):
        return Response(status_code=304, headers={"ETag": tag})
    return _json(resource, headers={"ETag": tag})


def _json(value: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(value), status, headers=headers, media_type=MEDIA_TYPE)


def _refusal(error: TrellisError, status: int, headers: Mapping[str, str]) -> Response:
    kind = ""
    if isinstance(error, ScimRefused):
        status, kind = error.status, error.kind
    elif isinstance(error, InvalidRecord):
        is_taken = any(one.code == "not_unique" for one in error.fields)
        status, kind = (409, "uniqueness") if is_taken else (400, "invalidValue")
    elif isinstance(error, InvalidRequest):
        kind = "invalidSyntax"
    body = {"schemas": [ERROR], "status": str(status), "detail": error.message, **({"scimType": kind} if kind else {})}
    return Response(orjson.dumps(body), status, headers=dict(headers), media_type=MEDIA_TYPE)
