"""Signing in by a passkey: the browser asks for a challenge, and sends what the passkey made of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from builder_ui.passkeys.site import site_of
from builder_ui.posted import read_form
from builder_ui.sign_in import Wanted, let_in
from builder_ui.visit import safe_path, to
from trellis.api.identity import begun_at
from trellis.errors import NotFound
from trellis.runtime import Runtime
from trellis.security.identity import SignInFailed
from trellis.security.passkeys.service import begin_sign_in, finish_sign_in
from trellis.security.sign_in.api_only import ApiOnly

ADDRESS = "/login/passkey"


class PasskeySignIn:
    """Handlers for people nobody knows yet."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def ask(self, request: Request) -> Response:
        """The options for navigator.credentials.get, as JSON."""
        given = await _given(request)
        site = site_of(request)
        if site is None:
            raise NotFound("There are no passkeys at this address.", hint="Come by a name and HTTPS, or by localhost.")
        find = self._runtime.directory.find
        options = await begin_sign_in(find, _tenant(given), site, now=datetime.now(UTC))
        return Response(options, media_type="application/json", headers={"Cache-Control": "no-store"})

    async def enter(self, request: Request) -> Response:
        given = await _given(request)
        site, tenant = site_of(request), _tenant(given)
        try:
            if site is None:
                raise SignInFailed("There are no passkeys at this address.")
            entered = await finish_sign_in(
                self._runtime.identities,
                self._runtime.directory.find,
                tenant,
                site,
                given.get("credential", ""),
                begun=begun_at(request.scope),
                now=datetime.now(UTC),
            )
        except (SignInFailed, ApiOnly) as error:
            why = "api_only" if isinstance(error, ApiOnly) else "passkey"
            back = {"refused": why, "next": safe_path(given.get("next"), ""), "tenant": tenant}
            return to(f"/login?{urlencode({name: value for name, value in back.items() if value})}")
        wanted = Wanted(next=safe_path(given.get("next"), "/app"), language=given.get("language", ""))
        return await let_in(self._runtime, request, entered, wanted, to(wanted.next))


async def _given(request: Request) -> Mapping[str, str]:
    form = await read_form(request, max_fields=20)
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _tenant(given: Mapping[str, str]) -> str:
    return given.get("tenant", "").strip().lower()
