"""Signing in by a provider outside: out to it, and back as somebody."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from builder_ui.sign_in import Wanted, ask_second_step, let_in
from builder_ui.visit import safe_path, to
from trellis.api.identity import begun_at
from trellis.errors import TrellisError
from trellis.outbound.opening import build_client
from trellis.runtime import Runtime
from trellis.security.outside.errors import UnknownStranger
from trellis.security.outside.journeys import LASTS, begin_journey, end_journey
from trellis.security.outside.people import settle
from trellis.security.outside.providers import redirect_address
from trellis.security.second_factor.pending import PendingSignIn
from trellis.security.sign_in.api_only import ApiOnly
from trellis.tenancy.tenant import Tenant

log = logging.getLogger("trellis.web")

OUT = "/login/with/{tenant}/{provider}"
JOURNEY_COOKIE = "trellis_journey"


class OutsidePages:
    """What went wrong is told on the sign-in page in a few words; the log has the rest."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._client = build_client(runtime.settings)

    async def leave(self, request: Request) -> Response:
        """Who knows them at the provider may come back signed in without a further click; so the first one has to be on the page for
        signing in, not on a link that somebody sent."""
        next_path = safe_path(request.query_params.get("next"), "/app")
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return to(f"/login?{urlencode({'tenant': _part(request, 'tenant'), 'next': next_path})}")
        try:
            tenant = await self._runtime.tenant(_part(request, "tenant"))
            location, kept = await begin_journey(
                tenant,
                self._client,
                _part(request, "provider"),
                redirect_uri=self._back(request),
                next_path=next_path,
                now=datetime.now(UTC),
            )
        except TrellisError as error:
            return self._refused(request, error)
        response = RedirectResponse(location, 303)
        age_s = int(LASTS.total_seconds())
        is_secure = self._runtime.settings.secure_cookies
        response.set_cookie(JOURNEY_COOKIE, kept, max_age=age_s, httponly=True, samesite="lax", secure=is_secure)
        return response

    async def come_back(self, request: Request) -> Response:
        """The answer comes as a link that another site follows, so it is held to what this browser keeps."""
        try:
            tenant = await self._runtime.tenant(_part(request, "tenant"))
            response = await self._admit(request, tenant)
        except TrellisError as error:
            response = self._refused(request, error)
        response.delete_cookie(JOURNEY_COOKIE, httponly=True, samesite="lax")
        return response

    async def _admit(self, request: Request, tenant: Tenant) -> Response:
        now = datetime.now(UTC)
        stranger, journey = await end_journey(
            tenant,
            self._client,
            _part(request, "provider"),
            request.cookies.get(JOURNEY_COOKIE, ""),
            dict(request.query_params),
            redirect_uri=self._back(request),
            now=now,
        )
        user_id = await settle(tenant, stranger, now=now)
        entered = await self._runtime.identities.admit_from_outside(
            tenant, user_id, has_second_factor=stranger.has_second_factor, begun=begun_at(request.scope)
        )
        wanted = Wanted(next=safe_path(journey.next, "/app"), language="")
        if isinstance(entered, PendingSignIn):
            return ask_second_step(entered, wanted)
        return await let_in(self._runtime, request, entered, wanted, to(wanted.next))

    def _back(self, request: Request) -> str:
        return redirect_address(self._runtime.settings.base_url, _part(request, "tenant"), _part(request, "provider"))

    def _refused(self, request: Request, error: TrellisError) -> Response:
        log.warning("%s refused: %s", request.url.path, error.message)
        why = (
            "api_only" if isinstance(error, ApiOnly) else "unknown" if isinstance(error, UnknownStranger) else "failed"
        )
        return to(f"/login?tenant={quote(_part(request, 'tenant'))}&refused={why}")


def _part(request: Request, name: str) -> str:
    return str(request.path_params[name])
