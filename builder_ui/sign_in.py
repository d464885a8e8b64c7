"""Signing in and out, and the choices of language and theme. The browser remembers both for the sign-in page; the language is kept
with the user, too, and holds from then on in every browser and in messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from builder_ui.passkeys.site import site_of
from builder_ui.posted import read_form
from builder_ui.rendering import Renderer
from builder_ui.shell import APP_COOKIE
from builder_ui.translation import LANGUAGES, Words, choose_language, words_of
from builder_ui.visit import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, Visit, safe_path, theme_of, to
from trellis.api.identity import SESSION_COOKIE, begun_at, delete_session_cookie, set_session_cookie
from trellis.errors import TrellisError
from trellis.runtime import Runtime
from trellis.security.credentials import IssuedCredential
from trellis.security.identity import Identity
from trellis.security.outside.providers import offered_providers
from trellis.security.second_factor.pending import LIFETIME as PENDING_LIFETIME
from trellis.security.second_factor.pending import PendingSignIn
from trellis.security.sign_in.api_only import ApiOnly
from trellis.security.throttle import TooManyAttempts
from trellis.security.users import set_language

TENANT_COOKIE = "trellis_tenant"
PENDING_COOKIE = "trellis_sign_in"
STEPS = {"second_factor": "/login/code", "enrolment": "/login/app"}
YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageChoice:
    code: str
    label: str
    href: str
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderChoice:
    label: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """`ask_tenant`: whether the workspace must be typed; `next`: where to go afterwards; `language`: what was chosen on this page,
    "" for nothing, which becomes the user's own; `has_passkeys`: whether browsers have any for the address in use."""

    ask_tenant: bool
    tenant: str
    tenant_label: str
    username: str
    next: str
    language: str
    error: str | None
    notice: str | None
    languages: tuple[LanguageChoice, ...]
    providers: tuple[ProviderChoice, ...]
    has_passkeys: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Where to go once one is in, and the language that was chosen before, "" for none."""

    next: str
    language: str


async def let_in(
    runtime: Runtime,
    request: Request,
    entered: tuple[IssuedCredential, Identity],
    wanted: Wanted,
    response: Response,
) -> Response:
    """Gives `response` the session's cookie, and ends the session that the browser had before."""
    issued, identity = entered
    language = identity.actor.language
    if wanted.language in LANGUAGES:
        language = wanted.language
        await _save_language(runtime, identity, issued.token, language, now=datetime.now(UTC))
    await runtime.identities.end(request.cookies.get(SESSION_COOKIE, ""))
    set_session_cookie(response, issued.token, runtime.settings)
    response.delete_cookie(PENDING_COOKIE)
    _remember_language(response, language)
    response.set_cookie(TENANT_COOKIE, identity.tenant.name, max_age=YEAR_S, samesite="lax", httponly=True)
    return response


def ask_second_step(pending: PendingSignIn, wanted: Wanted) -> Response:
    """Who comes back from a provider outside follows its link, with which browsers send no stricter cookie."""
    query = urlencode({"next": wanted.next, "lang": wanted.language})
    response = to(f"{STEPS[pending.step]}?{query}")
    seconds = round(PENDING_LIFETIME.total_seconds())
    response.set_cookie(PENDING_COOKIE, pending.token, max_age=seconds, samesite="lax", httponly=True)
    return response


class SignInPages:
    """Handlers for people nobody knows yet."""

    def __init__(self, runtime: Runtime, renderer: Renderer) -> None:
        self._runtime = runtime
        self._renderer = renderer

    async def show(self, request: Request) -> Response:
        words = words_of(choose_language(request.query_params.get("lang"), *known_languages(request)))
        notice = words.say("Your session has ended. Sign in to go on.") if "ended" in request.query_params else None
        if "expired" in request.query_params:
            notice = words.say("That took too long. Begin again with the password.")
        if "welcome" in request.query_params:
            notice = words.say("Your password is set. Sign in with it.")
        chosen = words.language if request.query_params.get("lang") in LANGUAGES else ""
        tenant = request.query_params.get("tenant", "")
        error = _refused(words, request.query_params.get("refused"))
        response = await self._page(request, words, tenant=tenant, language=chosen, notice=notice, error=error)
        if chosen:
            _remember_language(response, chosen)
        return response

    async def enter(self, request: Request) -> Response:
        """There is no session yet, so there is no CSRF token; SameSite cookies keep others from posting in somebody's name."""
        form = await read_form(request, max_fields=20)
        given = {name: value for name, value in form.items() if isinstance(value, str)}
        words = words_of(choose_language(*known_languages(request)))
        tenant = given.get("tenant", "").strip().lower() or await self._only_tenant()
        try:
            entered = await self._runtime.identities.sign_in(
                tenant, given.get("username", "").strip(), given.get("password", ""), begun=begun_at(request.scope)
            )
        except TrellisError as error:
            status = 429 if isinstance(error, TooManyAttempts) else 401
            return await self._page(
                request,
                words,
                tenant=tenant,
                username=given.get("username", ""),
                next_path=given.get("next"),
                language=given.get("language", ""),
                error=_sign_in_error(words, error),
                status=status,
            )
        wanted = Wanted(next=safe_path(given.get("next"), "/app"), language=given.get("language", ""))
        if isinstance(entered, PendingSignIn):
            return ask_second_step(entered, wanted)
        return await let_in(self._runtime, request, entered, wanted, to(wanted.next))

    async def _page(
        self,
        request: Request,
        words: Words,
        *,
        tenant: str,
        username: str = "",
        next_path: str | None = None,
        language: str = "",
        error: str | None = None,
        notice: str | None = None,
        status: int = 200,
    ) -> Response:
        entries = await self._runtime.directory.list()
        by_name = {entry.name: entry for entry in entries}
        is_given = request.query_params.get("tenant", "") in by_name
        tenant = tenant or request.cookies.get(TENANT_COOKIE, "") or (entries[0].name if len(entries) == 1 else "")
        ask_tenant = len(entries) != 1 and not is_given
        next_path = safe_path(next_path or request.query_params.get("next"), "")
        page = SignIn(
            ask_tenant=ask_tenant,
            tenant=tenant,
            tenant_label=by_name[tenant].label if tenant in by_name and not ask_tenant else "",
            username=username,
            next=next_path,
            language=language,
            error=error,
            notice=notice,
            languages=_language_choices(request, words.language),
            providers=await self._providers(tenant if tenant in by_name else "", next_path),
            has_passkeys=site_of(request) is not None,
        )
        values = {"page": page, "theme": theme_of(request)}
        return self._renderer.page("login.html", words.language, values, status=status)

    async def _providers(self, tenant: str, next_path: str) -> tuple[ProviderChoice, ...]:
        """Those of a tenant that is known, "" for none."""
        home = await self._runtime.directory.find(tenant) if tenant else None
        query = f"?next={quote(next_path, safe='')}" if next_path else ""
        return tuple(
            ProviderChoice(label=one.label, href=f"/login/with/{tenant}/{one.name}{query}")
            for one in (await offered_providers(home) if home else ())
        )

    async def _only_tenant(self) -> str:
        entries = await self._runtime.directory.list()
        return entries[0].name if len(entries) == 1 else ""


async def sign_out(visit: Visit) -> Response:
    token = visit.request.cookies.get(SESSION_COOKIE, "")
    await visit.runtime.identities.sign_out(token, visit.identity)
    response = to("/login")
    delete_session_cookie(response, visit.runtime.settings)
    response.delete_cookie(APP_COOKIE)
    return response


async def set_preferences(visit: Visit) -> Response:
    """The language is the user's, wherever they sign in; the theme belongs to the browser."""
    response = to(safe_path(visit.posted("back"), "/app"))
    language, theme = visit.posted("language"), visit.posted("theme")
    if language in LANGUAGES:
        token = visit.request.cookies.get(SESSION_COOKIE, "")
        await _save_language(visit.runtime, visit.identity, token, language, now=visit.now)
        _remember_language(response, language)
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, theme, max_age=YEAR_S, samesite="lax")
    return response


async def _save_language(runtime: Runtime, identity: Identity, token: str, language: str, *, now: datetime) -> None:
    if language != identity.actor.language:
        await set_language(identity.tenant, identity.actor.user_id, language, now=now)
        runtime.identities.forget(token)


def _remember_language(response: Response, language: str) -> None:
    """For the sign-in page, where nobody knows who it is."""
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_S, samesite="lax")


def _refused(words: Words, why: str | None) -> str | None:
    """What became of signing in by a passkey or a provider outside."""
    if why is None:
        return None
    if why == "passkey":
        return words.say("That passkey is not known here. Sign in with the password, or use another passkey.")
    if why == "api_only":
        return _said_of_api_only(words)
    if why == "unknown":
        return words.say("Nobody here is known by that sign-in. An administrator can let you in.")
    return words.say("That did not work. Try again, or tell an administrator.")


def _sign_in_error(words: Words, error: TrellisError) -> str:
    if isinstance(error, TooManyAttempts):
        return words.count(
            "Too many attempts. Try again in %(num)d second.",
            "Too many attempts. Try again in %(num)d seconds.",
            error.retry_after_s,
        )
    if error.code == "sign_in_failed":
        return words.say("The user name or the password is wrong.")
    if isinstance(error, ApiOnly):
        return _said_of_api_only(words)
    return words.tell(error.message)


def _said_of_api_only(words: Words) -> str:
    return words.say("This user works by API only and cannot sign in here.")


def known_languages(request: Request) -> tuple[str | None, str | None]:
    return request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language")


def _language_choices(request: Request, current: str) -> tuple[LanguageChoice, ...]:
    kept = {name: value for name, value in request.query_params.items() if name in ("tenant", "next")}
    return tuple(
        LanguageChoice(
            code=code, label=label, href="/login?" + urlencode({**kept, "lang": code}), is_here=code == current
        )
        for code, label in LANGUAGES.items()
    )
