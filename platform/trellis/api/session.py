"""HTTP for signing in and out by session cookie."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from trellis.api.call import Call, Request, json_response
from trellis.api.identity import begun_at, delete_session_cookie, find_presented, set_session_cookie
from trellis.api.members import known_members, optional_text, text
from trellis.errors import InvalidRequest
from trellis.runtime import Runtime
from trellis.security.recent import RECENT, confirm_password


async def sign_in(request: Request) -> Response:
    """A JSON body, which no form of another site can send: so signing in needs no CSRF token."""
    request.accept_no_parameters()
    body = known_members(await request.read_object(), ("tenant", "username", "password"))
    tenant_name = optional_text(body, "tenant") or await only_tenant(request.runtime)
    username, password = text(body, "username"), text(body, "password")
    issued, identity = await request.runtime.identities.sign_in(
        tenant_name, username, password, begun=begun_at(request.scope)
    )
    user = {"id": identity.actor.user_id, "name": identity.actor.name, "email": identity.actor.email}
    answer = {"tenant": tenant_name, "user": user, "csrf_token": issued.csrf_token, "expires_at": issued.expires_at}
    if before := find_presented(request.scope):
        await request.runtime.identities.end(before.token)
    response = json_response(answer, 201)
    set_session_cookie(response, issued.token, request.runtime.settings)
    return response


async def sign_out(call: Call) -> Response:
    """Ends the session; an API key is revoked through its own address."""
    presented = find_presented(call.request.scope)
    if call.identity.kind != "session" or presented is None:
        raise InvalidRequest(
            "There is no session to end: the request came with an API key.", hint="DELETE /api/v1/api-keys/{id}."
        )
    await call.runtime.identities.sign_out(presented.token, call.identity)
    response = Response(status_code=204)
    delete_session_cookie(response, call.runtime.settings)
    return response


async def confirm(call: Call) -> Response:
    """The session's user shows the password again, and may then do what asks for a recent sign-in."""
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), ("password",))
    presented = find_presented(call.request.scope)
    if call.identity.kind != "session" or presented is None:
        raise InvalidRequest("There is no session to confirm: the request came with an API key.")
    now = datetime.now(UTC)
    identities = call.runtime.identities
    await confirm_password(identities, call.identity, presented.token, text(body, "password"), now=now)
    return json_response({"recent_until": now + RECENT})


async def only_tenant(runtime: Runtime) -> str:
    """The name of the tenant where there is one only. Raises InvalidRequest otherwise."""
    entries = await runtime.directory.list()
    if len(entries) != 1:
        raise InvalidRequest("tenant must be given.", hint="The name of the tenant to sign in to.")
    return entries[0].name
