"""The page where a program asks a user to let it act for them, and those that the user has let."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from builder_ui.faces import face_of
from builder_ui.oauth.model import Consent, Leaving, ProgramRow, Programs
from builder_ui.oauth.scopes import scope_words
from builder_ui.rendering import Renderer
from builder_ui.shell import render_page
from builder_ui.toasts import leave_toast
from builder_ui.visit import SignedIn, Visit, to
from trellis.api.identity import SESSION_COOKIE
from trellis.api.oauth import read_asked
from trellis.edge.headers import content_policy
from trellis.errors import NotAuthenticated, NotFound
from trellis.runtime import Runtime
from trellis.security.identity import Identity
from trellis.security.oauth.allowed import disallow, list_allowed
from trellis.security.oauth.endpoints import issuer_of
from trellis.security.oauth.exchange import AskedServer, Leave, Question
from trellis.security.oauth.model import OFFLINE

ADDRESS = "/oauth/{tenant}/authorize"
PROGRAMS = "/account/programs"
RESUMED = "resumed"
"""A parameter of ours: the request comes back from the sign-in page, whose forms lead nowhere but to this site."""


class AuthorizePages:
    """Who is not signed in, or is in another tenant, signs in first and comes back."""

    def __init__(self, runtime: Runtime, renderer: Renderer) -> None:
        self._runtime = runtime
        self._show = SignedIn(runtime, renderer, _show)
        self._decide = SignedIn(runtime, renderer, _decide)

    async def show(self, request: Request) -> Response:
        return await self._show(request) if await self._is_here(request) else _to_sign_in(request)

    async def decide(self, request: Request) -> Response:
        return await self._decide(request) if await self._is_here(request) else _to_sign_in(request)

    async def _is_here(self, request: Request) -> bool:
        try:
            identity: Identity = await self._runtime.identities.identify(request.cookies.get(SESSION_COOKIE, ""))
        except NotAuthenticated:
            return False
        return identity.tenant.name == str(request.path_params["tenant"])


async def _show(visit: Visit) -> Response:
    from trellis.security.oauth.authorize import answer, ask  # with Authlib

    asked, issuer = _asked(visit)
    found = await ask(visit.tenant, issuer, asked, visit.actor.user_id, authenticated_at=_proved(visit), now=visit.now)
    if isinstance(found, Leave):
        return _leave(visit, found, "")
    if found.must_sign_in:
        return _to_sign_in(visit.request)
    if not found.is_settled:
        return _consent(visit, found)
    left = await answer(
        visit.tenant, issuer, asked, visit.actor, is_granted=True, authenticated_at=_proved(visit), now=visit.now
    )
    return _leave(visit, left, found.client.name)


async def _decide(visit: Visit) -> Response:
    from trellis.security.oauth.authorize import answer  # with Authlib

    asked, issuer = _asked(visit)
    is_granted = visit.posted("do") == "allow"
    left = await answer(
        visit.tenant, issuer, asked, visit.actor, is_granted=is_granted, authenticated_at=_proved(visit), now=visit.now
    )
    return to(left.location)


async def programs_page(visit: Visit) -> Response:
    rows = tuple(
        ProgramRow(
            id=one.client_id,
            name=one.name,
            may=scope_words(visit.words, visit.labels, visit.model, one.scopes),
            since=visit.formats.since(one.since, visit.now),
        )
        for one in await list_allowed(visit.tenant, visit.actor.user_id)
    )
    return await render_page(visit, "programs.html", Programs(rows=rows))


async def disallow_program(visit: Visit) -> Response:
    try:
        await disallow(visit.tenant, visit.actor, visit.posted("program"), now=visit.now)
    except NotFound:
        return to(PROGRAMS)
    return leave_toast(to(PROGRAMS), visit.words.say("It acts for you no longer"))


def _asked(visit: Visit) -> tuple[AskedServer, str]:
    issuer = issuer_of(visit.runtime.settings.base_url, visit.tenant.name)
    return read_asked(visit.request.url.query.encode(), issuer), issuer


def _proved(visit: Visit) -> datetime:
    return visit.identity.authenticated_at or visit.now


def _consent(visit: Visit, question: Question) -> Response:
    actor, address = visit.actor, urlsplit(question.redirect_uri)
    page = Consent(
        program=question.client.name,
        workspace=visit.tenant.label or visit.tenant.name,
        face=face_of(actor.user_id, actor.name),
        email=actor.email,
        may=scope_words(visit.words, visit.labels, visit.model, question.scopes),
        home=address.netloc or f"{address.scheme}:",
        action=visit.here,
        csrf_token=visit.identity.csrf_token or "",
        other_href=_sign_in_href(visit.request),
        goes_on=OFFLINE in question.scopes,
    )
    values = {"page": page, "theme": visit.theme}
    response = visit.renderer.page("consent.html", visit.words.language, values)
    # Browsers hold the redirect that answers a form to the form's own rule.
    home = f"{address.scheme}://{address.netloc}" if address.netloc else f"{address.scheme}:"
    response.headers["Content-Security-Policy"] = content_policy(form_action=(home,))
    return response


def _leave(visit: Visit, left: Leave, program: str) -> Response:
    if RESUMED not in visit.request.query_params:
        return RedirectResponse(left.location, 302)
    page = Leaving(program=program, href=left.location)
    return visit.renderer.page("leaving.html", visit.words.language, {"page": page, "theme": visit.theme})


def _to_sign_in(request: Request) -> Response:
    return RedirectResponse(_sign_in_href(request), 303)


def _sign_in_href(request: Request) -> str:
    """Signing in fulfils `prompt` and `max_age`, so the request comes back without them."""
    asked = dict(parse_qsl(request.url.query, keep_blank_values=True))
    asked.pop("max_age", None)
    prompts = [one for one in asked.pop("prompt", "").split() if one not in ("login", "select_account")]
    if prompts:
        asked["prompt"] = " ".join(prompts)
    here = f"{request.url.path}?{urlencode({**asked, RESUMED: '1'})}"
    return f"/login?tenant={quote(str(request.path_params['tenant']))}&next={quote(here, safe='')}"
