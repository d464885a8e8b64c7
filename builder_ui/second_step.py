"""The second step of signing in: a code, or setting up the app that the organization demands. The cookie of the first step says whose it
is; it opens nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from builder_ui.account.second_factor import AppToSetUp, app_to_set_up, said_of_code
from builder_ui.posted import read_form
from builder_ui.rendering import Renderer
from builder_ui.sign_in import PENDING_COOKIE, Wanted, known_languages, let_in
from builder_ui.translation import LANGUAGES, choose_language, words_of
from builder_ui.visit import safe_path, theme_of, to
from trellis.api.identity import begun_at
from trellis.errors import TrellisError
from trellis.runtime import Runtime
from trellis.security.credentials import IssuedCredential
from trellis.security.identity import Identity
from trellis.security.second_factor.errors import SignInExpired, WrongCode
from trellis.security.sign_in.api_only import ApiOnly
from trellis.security.throttle import TooManyAttempts

EXPIRED = "/login?expired=1"
API_ONLY = "/login?refused=api_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondStep:
    """`app`: what to set up, None where there is one already; `recovery_codes`: of the one that was just set up."""

    next: str
    language: str
    error: str | None = None
    app: AppToSetUp | None = None
    recovery_codes: tuple[str, ...] = ()


class SecondStepPages:
    """Handlers for people who have shown a password, or come from a provider outside."""

    def __init__(self, runtime: Runtime, renderer: Renderer) -> None:
        self._runtime = runtime
        self._renderer = renderer

    async def show_code(self, request: Request) -> Response:
        if not request.cookies.get(PENDING_COOKIE):
            return to(EXPIRED)
        return self._page(request, "login_code.html", _asked(request))

    async def enter_code(self, request: Request) -> Response:
        wanted, code = await _posted(request)
        try:
            issued, identity, _ = await self._finish(request, code)
        except SignInExpired:
            return to(EXPIRED)
        except ApiOnly:
            return to(API_ONLY)
        except (WrongCode, TooManyAttempts) as error:
            return self._page(request, "login_code.html", wanted, error)
        return await let_in(self._runtime, request, (issued, identity), wanted, to(wanted.next))

    async def show_app(self, request: Request) -> Response:
        return await self._show_app(request, _asked(request))

    async def confirm_app(self, request: Request) -> Response:
        """The recovery codes are shown once, on the page that answers."""
        wanted, code = await _posted(request)
        try:
            issued, identity, codes = await self._finish(request, code)
        except SignInExpired:
            return to(EXPIRED)
        except ApiOnly:
            return to(API_ONLY)
        except (WrongCode, TooManyAttempts) as error:
            return await self._show_app(request, wanted, error)
        page = self._page(request, "login_app.html", wanted, recovery_codes=codes)
        return await let_in(self._runtime, request, (issued, identity), wanted, page)

    async def _show_app(self, request: Request, wanted: Wanted, error: TrellisError | None = None) -> Response:
        try:
            enrolment = await self._runtime.identities.begin_demanded_enrolment(_token(request))
        except SignInExpired:
            return to(EXPIRED)
        return self._page(request, "login_app.html", wanted, error, app=app_to_set_up(enrolment))

    async def _finish(self, request: Request, code: str) -> tuple[IssuedCredential, Identity, tuple[str, ...]]:
        return await self._runtime.identities.finish_sign_in(_token(request), code, begun=begun_at(request.scope))

    def _page(
        self,
        request: Request,
        template: str,
        wanted: Wanted,
        error: TrellisError | None = None,
        *,
        app: AppToSetUp | None = None,
        recovery_codes: tuple[str, ...] = (),
    ) -> Response:
        words = words_of(choose_language(wanted.language, *known_languages(request)))
        page = SecondStep(
            next=wanted.next,
            language=wanted.language,
            error=said_of_code(words, error) if error else None,
            app=app,
            recovery_codes=recovery_codes,
        )
        status = 429 if isinstance(error, TooManyAttempts) else 401 if error else 200
        response = self._renderer.page(
            template, words.language, {"page": page, "theme": theme_of(request)}, status=status
        )
        response.headers["Cache-Control"] = "no-store"
        return response


def _token(request: Request) -> str:
    return request.cookies.get(PENDING_COOKIE, "")


def _asked(request: Request) -> Wanted:
    return _wanted(request.query_params.get("next"), request.query_params.get("lang"))


async def _posted(request: Request) -> tuple[Wanted, str]:
    form = await read_form(request, max_fields=10)
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    return _wanted(given.get("next"), given.get("language")), given.get("code", "")


def _wanted(path: str | None, language: str | None) -> Wanted:
    return Wanted(next=safe_path(path, "/app"), language=language if language and language in LANGUAGES else "")
