"""Where an invitation leads: somebody nobody knows yet sets the password that they will sign in with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from builder_ui.password_faults import said_of_password
from builder_ui.posted import read_form
from builder_ui.rendering import Renderer
from builder_ui.translation import Words, choose_language, words_of
from builder_ui.visit import LANGUAGE_COOKIE, theme_of, to
from trellis.errors import InvalidRecord, NotFound
from trellis.runtime import Runtime
from trellis.security.context_words import context_words
from trellis.security.invitations import Invited, accept_invitation, find_invited
from trellis.security.password_policy import SHORTEST
from trellis.security.passwords import Passwords
from trellis.tenancy.tenant import Tenant

ADDRESS = "/welcome"
LONGEST_TOKEN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """`invited` None: the link holds no longer. `action` is the link itself."""

    invited: Invited | None
    workspace: str
    action: str
    shortest: int
    errors: dict[str, str]


class WelcomePages:
    """The link is the proof: whoever has it may set the password once. The page gives its address to nobody (no referrer)."""

    def __init__(self, runtime: Runtime, renderer: Renderer) -> None:
        self._runtime = runtime
        self._renderer = renderer
        self._passwords = Passwords()

    async def show(self, request: Request) -> Response:
        tenant, invited = await self._find(request)
        return self._page(request, tenant, invited)

    async def set_password(self, request: Request) -> Response:
        tenant, invited = await self._find(request)
        if tenant is None or invited is None:
            return self._page(request, tenant, None)
        form = await read_form(request, max_fields=10)
        given = {name: value for name, value in form.items() if isinstance(value, str)}
        words = _words(request, invited)
        if given.get("new", "") != given.get("again", ""):
            return self._page(request, tenant, invited, {"again": words.say("The two are not the same.")})
        try:
            about = (invited.username, invited.name, invited.email, *await context_words(tenant))
            password_hash = await self._passwords.hash(given.get("new", ""), about)
            await accept_invitation(tenant, _token(request), password_hash, now=datetime.now(UTC))
        except InvalidRecord as error:
            return self._page(request, tenant, invited, {"new": said_of_password(words, error)})
        except NotFound:
            return self._page(request, tenant, None)
        return to(f"/login?tenant={tenant.name}&welcome=1")

    async def _find(self, request: Request) -> tuple[Tenant | None, Invited | None]:
        token = _token(request)
        if len(token) > LONGEST_TOKEN:
            return None, None
        tenant = await self._runtime.directory.find(token.partition(".")[0])
        return tenant, await find_invited(tenant, token, now=datetime.now(UTC)) if tenant else None

    def _page(
        self, request: Request, tenant: Tenant | None, invited: Invited | None, errors: dict[str, str] | None = None
    ) -> Response:
        page = Welcome(
            invited=invited,
            workspace=tenant.name if tenant and invited else "",
            action=request.url.path,
            shortest=SHORTEST,
            errors=errors or {},
        )
        words = _words(request, invited)
        status = 404 if invited is None else 422 if errors else 200
        response = self._renderer.page(
            "welcome.html", words.language, {"page": page, "theme": theme_of(request)}, status=status
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response


def _token(request: Request) -> str:
    return str(request.path_params["token"])


def _words(request: Request, invited: Invited | None) -> Words:
    known = (request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language"))
    return words_of(choose_language(invited.language if invited else None, *known))
