"""HTTP for what is sent to the outside: webhooks and their posts, the secrets that they use, addresses that get no mail."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.members import known_members, text
from trellis.api.parameters import parse_limit, parse_parameters
from trellis.automation.suppressions import add_suppressed, lift_suppressed, list_suppressed
from trellis.automation.webhooks.posts import list_posts, list_webhooks, replay_post, try_webhook
from trellis.outbound.opening import build_client
from trellis.security.secrets import delete_secret, list_secrets, set_secret


async def list_all(call: Call) -> Response:
    call.request.accept_no_parameters()
    return json_response({"webhooks": await list_webhooks(call.tenant, call.runtime.access, call.actor)})


async def list_sent(call: Call) -> Response:
    asked = parse_parameters(call.request.query_string, ("webhook", "limit"))
    limit = parse_limit(asked.get("limit"))
    posts = await list_posts(call.tenant, call.runtime.access, call.actor, webhook=asked.get("webhook"), limit=limit)
    return json_response({"posts": posts})


async def replay(call: Call) -> Response:
    call.request.accept_no_parameters()
    await replay_post(call.tenant, call.runtime.access, call.actor, call.path["id"], now=datetime.now(UTC))
    call.runtime.jobs.enqueue(call.tenant.name)
    return json_response({"replayed": 1})


async def try_out(call: Call) -> Response:
    """Answers with what the receiver made of it."""
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), ("to",))
    trial = await try_webhook(
        call.tenant,
        call.runtime.access,
        call.actor,
        build_client(call.runtime.settings),
        call.path["webhook"],
        now=datetime.now(UTC),
        to=text(body, "to", default=""),
    )
    return json_response(trial)


async def list_secret_names(call: Call) -> Response:
    call.request.accept_no_parameters()
    return json_response({"secrets": await list_secrets(call.tenant, call.runtime.access, call.actor)})


async def put_secret(call: Call) -> Response:
    call.request.accept_no_parameters()
    value = text(known_members(await call.request.read_object(), ("value",)), "value")
    now = datetime.now(UTC)
    await set_secret(call.tenant, call.runtime.access, call.actor, call.path["name"], value, now=now)
    return Response(status_code=204)


async def remove_secret(call: Call) -> Response:
    call.request.accept_no_parameters()
    await delete_secret(call.tenant, call.runtime.access, call.actor, call.path["name"], now=datetime.now(UTC))
    return Response(status_code=204)


async def list_suppressions(call: Call) -> Response:
    limit = parse_limit(parse_parameters(call.request.query_string, ("limit",)).get("limit"))
    found = await list_suppressed(call.tenant, call.runtime.access, call.actor, limit=limit)
    return json_response({"suppressions": found})


async def put_suppression(call: Call) -> Response:
    call.request.accept_no_parameters()
    now = datetime.now(UTC)
    await add_suppressed(call.tenant, call.runtime.access, call.actor, call.path["address"], now=now)
    return Response(status_code=204)


async def remove_suppression(call: Call) -> Response:
    call.request.accept_no_parameters()
    await lift_suppressed(call.tenant, call.runtime.access, call.actor, call.path["address"])
    return Response(status_code=204)
