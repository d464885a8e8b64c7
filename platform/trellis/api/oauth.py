"""HTTP for programs that act by OAuth: tokens, revocation, introspection, and the documents by which they find the rest. Answers and
refusals are those of OAuth (RFC 6749), not problem details. The page that asks people is the web's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from urllib.parse import parse_qsl

from starlette.responses import Response

from trellis.api.call import Call, Request, json_response
from trellis.api.identity import begun_at
from trellis.errors import AccessDenied, InvalidRequest, NotFound
from trellis.security.oauth import store
from trellis.security.oauth.claims import user_claims
from trellis.security.oauth.endpoints import describe_server, issuer_of
from trellis.security.oauth.exchange import Answer, AskedServer
from trellis.security.oauth.keys import public_keys
from trellis.security.oauth.model import OPENID
from trellis.security.oauth.tokens import answer_introspection, answer_revocation, answer_token, basic_name
from trellis.security.users import LANGUAGES
from trellis.tenancy.tenant import Tenant

MAX_FORM_BYTES = 20_000
MAX_FIELDS = 50
FORM_TYPE = "application/x-www-form-urlencoded"
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
CACHED = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}

_SPELLED = (
    *("client_id", "redirect_uri", "grant_type", "response_type", "scope", "code_challenge_method", "prompt", "nonce"),
)


class NotUnderstood(Exception):
    """A request that no authorization server could read; `description` goes to the program."""

    def __init__(self, description: str) -> None:
        self.description = description
        super().__init__(description)


async def get_metadata(request: Request) -> Response:
    request.accept_no_parameters()
    tenant = await named_tenant(request)
    issuer = issuer_of(request.runtime.settings.base_url, tenant.name)
    return json_response(describe_server(issuer, LANGUAGES), headers=CACHED)


async def get_keys(request: Request) -> Response:
    request.accept_no_parameters()
    tenant = await named_tenant(request)
    return json_response({"keys": await public_keys(tenant, now=datetime.now(UTC))}, headers=CACHED)


async def get_user_info(call: Call) -> Response:
    """The user of an access token with the scope openid."""
    call.request.accept_no_parameters()
    scopes = call.actor.scopes or frozenset()
    if call.identity.kind != "oauth" or OPENID not in scopes or call.request.path["tenant"] != call.tenant.name:
        raise AccessDenied("This needs an access token of this tenant with the scope openid.")
    user_id = call.actor.user_id
    person = await call.tenant.database.read(
        lambda transaction: store.fetch_person(call.tenant, transaction, user_id), is_brief=True
    )
    if person is None:
        raise AccessDenied("The user may not come in any more.")
    return json_response(user_claims(person, scopes), headers=NO_STORE)


async def _post(answering: Callable[..., Awaitable[Answer]], request: Request) -> Response:
    tenant = await named_tenant(request)
    issuer = issuer_of(request.runtime.settings.base_url, tenant.name)
    try:
        asked = await _read_form(request, f"{issuer}/{request.scope['path'].rpartition('/')[2]}")
    except NotUnderstood as error:
        body = {"error": "invalid_request", "error_description": error.description}
        return json_response(body, 400, NO_STORE)
    answer = await answering(tenant, issuer, asked, now=datetime.now(UTC))
    headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-type"}
    return json_response(answer.body or {}, answer.status, headers | NO_STORE)


post_token = partial(_post, answer_token)
post_revocation = partial(_post, answer_revocation)
post_introspection = partial(_post, answer_introspection)


async def named_tenant(request: Request) -> Tenant:
    """Raises NotFound."""
    tenant = await request.runtime.directory.find(request.path["tenant"])
    if tenant is None:
        raise NotFound(f"There is nothing at {request.scope['path']}.")
    return tenant


async def _read_form(request: Request, url: str) -> AskedServer:
    """Raises NotUnderstood, BodyTooLarge."""
    if request.query_string:
        raise NotUnderstood("Parameters belong into the body.")
    if (request.header(b"content-type") or "").partition(";")[0].strip().lower() != FORM_TYPE:
        raise NotUnderstood(f"The body must be {FORM_TYPE}.")
    body = await request.read_bytes(max_bytes=MAX_FORM_BYTES)
    authorization = request.header(b"authorization") or ""
    if authorization and basic_name(authorization) is None:
        raise NotUnderstood("The Authorization header must be of the scheme Basic.")
    return AskedServer(
        method="POST",
        url=url,
        values=parse_values(body),
        authorization=authorization,
        address=begun_at(request.scope).address,
    )


def parse_values(text: bytes) -> dict[str, str]:
    """The parameters of a form or a query. Empty ones count as missing, and none may come twice (RFC 6749, 3.1). Raises NotUnderstood."""
    try:
        pairs = parse_qsl(text.decode("ascii"), errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise NotUnderstood("The parameters cannot be read.") from None
    values = dict(pairs)
    if len(values) < len(pairs):
        raise NotUnderstood("A parameter is given twice.")
    for name in _SPELLED:
        if any(not " " <= letter <= "~" or letter in '"\\' for letter in values.get(name, "")):
            raise NotUnderstood(f"The parameter {name} has characters that it cannot have.")
    return values


def read_asked(query: bytes, issuer: str) -> AskedServer:
    """What a program asks by way of the browser. Raises InvalidRequest."""
    try:
        return AskedServer(method="GET", url=f"{issuer}/authorize", values=parse_values(query))
    except NotUnderstood as error:
        raise InvalidRequest(
            f"The program that sent you here asks in a way that cannot be answered: {error.description}"
        ) from None
