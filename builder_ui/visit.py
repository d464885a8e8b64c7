"""One request by somebody who is signed in: who, in which tenant, with which model, in which language and zone."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from builder_ui import faults
from builder_ui.display import Display
from builder_ui.formats import Formats, zone_of
from builder_ui.labels import Labels
from builder_ui.posted import read_form, whole_number
from builder_ui.rendering import Renderer
from builder_ui.seen import seen_model
from builder_ui.translation import Words, choose_language, words_of
from metamodel import Model
from trellis.api.identity import SESSION_COOKIE, check_csrf, renew_session_cookie
from trellis.edge.rates import count_caller
from trellis.errors import AccessDenied, NotAuthenticated, TrellisError
from trellis.query.service import Queries
from trellis.records.service import Records
from trellis.runtime import Runtime
from trellis.security.access import Access, Action
from trellis.security.actor import Actor
from trellis.security.identity import Identity
from trellis.security.permissions import permissions_of
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

log = logging.getLogger("trellis.web")

LANGUAGE_COOKIE = "trellis_language"
THEME_COOKIE = "trellis_theme"
THEMES = ("light", "dark", "auto")
MAX_FORM_FIELDS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """`form`: what was posted, empty for a GET; `is_building`: the page is one of those that take a system permission."""

    request: Request
    runtime: Runtime
    renderer: Renderer
    identity: Identity
    compiled: CompiledModel
    words: Words
    formats: Formats
    now: datetime
    form: FormData = field(default_factory=FormData)
    is_building: bool = False

    @property
    def model(self) -> Model:
        """What whoever is signed in may see of it; where one builds, all of it."""
        if self.is_building or self.actor.is_admin:
            return self.compiled.model
        whole, actor = self.compiled.model, self.actor
        return self.compiled.prepared(
            ("builder_ui", "seen", self.access.shape(actor)),
            lambda: seen_model(whole, permissions_of(whole, actor.grants)),
        )

    @property
    def tenant(self) -> Tenant:
        return self.identity.tenant

    @property
    def actor(self) -> Actor:
        return self.identity.actor

    @property
    def labels(self) -> Labels:
        return Labels(self.model, self.words)

    @property
    def access(self) -> Access:
        return self.runtime.access.of(self.compiled.model)

    @property
    def display(self) -> Display:
        return Display(self.labels, self.formats, self.now)

    @property
    def queries(self) -> Queries:
        return self.runtime.queries(self.tenant)

    @property
    def records(self) -> Records:
        return self.runtime.records(self.tenant)

    @property
    def is_partial(self) -> bool:
        """Whether htmx asks, for a part of the page."""
        return "hx-request" in self.request.headers

    @property
    def theme(self) -> str:
        return theme_of(self.request)

    @property
    def here(self) -> str:
        """The page's own address, to come back to."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")

    def part(self, name: str) -> str:
        """A named part of the address."""
        return str(self.request.path_params[name])

    def asked(self, name: str) -> str:
        return self.request.query_params.get(name, "")

    def posted(self, name: str) -> str:
        value = self.form.get(name, "")
        return value if isinstance(value, str) else ""

    def posted_version(self) -> int:
        """The record's version that the page showed; 0, which no record has, when the form does not say: so nothing is overwritten."""
        return whole_number(self.posted("version")) or 0

    def may_write(self, object_name: str, field_name: str) -> bool:
        return self.access.decide(self.actor, "update", object_name, field_name).allowed or (
            self.access.decide(self.actor, "create", object_name, field_name).allowed
        )

    def may(self, action: Action, object_name: str | None = None) -> bool:
        return self.access.decide(self.actor, action, object_name).allowed


Handler = Callable[[Visit], Awaitable[Response]]


class SignedIn:
    """An ASGI endpoint for people who are signed in; others are sent to /login and back. With `action`, only for those who may."""

    def __init__(self, runtime: Runtime, renderer: Renderer, handler: Handler, *, action: Action | None = None) -> None:
        self._runtime = runtime
        self._renderer = renderer
        self._handler = handler
        self._action = action

    async def __call__(self, request: Request) -> Response:
        try:
            identity = await self._identify(request)
        except NotAuthenticated:
            return _to_login(request)
        language = choose_language(identity.actor.language, request.cookies.get(LANGUAGE_COOKIE))
        try:
            response = await self._answer(request, identity, language)
            await renew_session_cookie(response, identity, self._runtime)
            return response
        except TrellisError as error:
            return faults.render(self._renderer, request, language, theme_of(request), error)
        except Exception:
            log.exception("%s %s failed, request_id=%s", request.method, request.url.path, faults.request_id(request))
            return faults.render(self._renderer, request, language, theme_of(request), None)

    async def _identify(self, request: Request) -> Identity:
        token = request.cookies.get(SESSION_COOKIE)
        if not token:
            raise NotAuthenticated("There is no session.")
        identity = await self._runtime.identities.identify(token)
        if identity.kind != "session":
            raise NotAuthenticated("There is no session.")
        return identity

    async def _answer(self, request: Request, identity: Identity, language: str) -> Response:
        await count_caller(request.scope, identity)
        form = FormData()
        if request.method == "POST":
            form = await read_form(request, max_fields=MAX_FORM_FIELDS)
            shown = form.get("csrf_token")
            check_csrf(identity, shown if isinstance(shown, str) else None)
        visit = Visit(
            request=request,
            runtime=self._runtime,
            renderer=self._renderer,
            identity=identity,
            compiled=await identity.tenant.refresh(),
            words=words_of(language),
            formats=Formats(language, zone_of(identity.actor.time_zone)),
            now=datetime.now(UTC),
            form=form,
            is_building=self._action is not None,
        )
        if self._action:
            decision = self._runtime.access.decide(identity.actor, self._action)
            if not decision.allowed:
                raise AccessDenied(decision.reason, hint=visit.words.say("An administrator can grant it."))
        return await self._handler(visit)


def _to_login(request: Request) -> Response:
    """After a session ended, one comes back to the page that was asked for; never to where a form was posted."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    address = "/login" + (f"?next={quote(here)}" if request.method == "GET" and here != "/app" else "")
    if SESSION_COOKIE in request.cookies:
        address += ("&" if "?" in address else "?") + "ended=1"
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def theme_of(request: Request) -> str:
    theme = request.cookies.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def safe_path(path: str | None, fallback: str) -> str:
    """`path` if it is one of this site's own, so that nobody is sent elsewhere."""
    if not path or not path.startswith("/") or path.startswith("//") or "\\" in path or any(ord(c) < 32 for c in path):
        return fallback
    parts = urlsplit(path)
    return path if not parts.scheme and not parts.netloc else fallback


def to(path: str) -> RedirectResponse:
    """After a POST: go and look."""
    return RedirectResponse(path, 303)
