"""HTTP for signing in and out by session cookie."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from trellis.api.call import Call, Request, json_response
from trellis.api.identity import begun_at, delete_session_cookie, find_presented, set_session_cookie
from trellis.api.members import known_members, optional_text, text
from trellis.errors import InvalidRequest
from trellis.runtime import Runtime
from trellis.security.credentials import IssuedCredential
from trellis.security.identity import Identity
from trellis.security.recent import RECENT, confirm_password
from trellis.security.second_factor.pending import PendingSignIn

NO_STORE = {"Cache-Control": "no-store"}


async def sign_in(request: Request) -> Response:
    """A JSON body, which no form of another site can send: so signing in needs no CSRF token."""
    request.accept_no_parameters()
    body = known_members(await request.read_object(), ("tenant", "username", "password"))
    tenant_name = optional_text(body, "tenant") or await only_tenant(request.runtime)
    username, password = text(body, "username"), text(body, "password")
    entered = await request.runtime.identities.sign_in(tenant_name, username, password, begun=begun_at(request.scope))
    if isinstance(entered, PendingSignIn):
        answer = {"next_step": entered.step, "token": entered.token, "expires_at": entered.expires_at}
        return json_response(answer, 202, NO_STORE)
    return await _signed_in(request, *entered)


async def finish_sign_in(request: Request) -> Response:
    """The second step: `token` as the first one gave it, and a code of the app or a recovery code."""
    request.accept_no_parameters()
    body = known_members(await request.read_object(), ("token", "code"))
    issued, identity, codes = await request.runtime.identities.finish_sign_in(
        text(body, "token"), text(body, "code"), begun=begun_at(request.scope)
    )
    return await _signed_in(request, issued, identity, codes)


async def begin_enrolment(request: Request) -> Response:
    """For who has to set up an app before coming in: what to tell it."""
    request.accept_no_parameters()
    body = known_members(await request.read_object(), ("token",))
    enrolment = await request.runtime.identities.begin_demanded_enrolment(text(body, "token"))
    return json_response({"secret": enrolment.secret, "uri": enrolment.uri}, headers=NO_STORE)


async def _signed_in(
    request: Request, issued: IssuedCredential, identity: Identity, recovery_codes: tuple[str, ...] = ()
) -> Response:
    if before := find_presented(request.scope):
        await request.runtime.identities.end(before.token)
    answer: dict[str, Any] = {
        "tenant": identity.tenant.name,
        "user": {"id": identity.actor.user_id, "name": identity.actor.name, "email": identity.actor.email},
        "csrf_token": issued.csrf_token,
        "expires_at": issued.expires_at,
    }
    if recovery_codes:
        answer["recovery_codes"] = recovery_codes
    response = json_response(answer, 201, NO_STORE)
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
