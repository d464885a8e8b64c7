"""The page that the link in a letter leads to, for people outside: no sign-in, the link alone is the right to it. Opening it changes
nothing, since mail programs and scanners open links by themselves; a post does, also that of a mail program's own button (RFC 8058)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from builder_ui import faults
from builder_ui.labels import Labels
from builder_ui.posted import read_form
from builder_ui.rendering import Renderer
from builder_ui.translation import choose_language, words_of
from builder_ui.visit import LANGUAGE_COOKIE, theme_of
from trellis.automation.unsubscribing import Subscription, find_subscription, subscribe_again, unsubscribe
from trellis.errors import NotFound, TrellisError
from trellis.runtime import Runtime
from trellis.tenancy.tenant import Tenant

UNSUBSCRIBE_ADDRESS = "/unsubscribe/{tenant}/{token}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubscribePage:
    """`href`: where its buttons post to; `purpose`: what the letters are for that one leaves, "" for all."""

    href: str
    sender: str
    purpose: str
    subscription: Subscription


class UnsubscribePages:
    """Handlers for people nobody knows."""

    def __init__(self, runtime: Runtime, renderer: Renderer) -> None:
        self._runtime = runtime
        self._renderer = renderer

    async def show(self, request: Request) -> Response:
        tenant = await self._runtime.directory.find(request.path_params["tenant"])
        found = None if tenant is None else await find_subscription(tenant, request.path_params["token"])
        return await self._answer(request, tenant, found)

    async def change(self, request: Request) -> Response:
        try:
            form = await read_form(request, max_fields=20)
        except TrellisError as error:
            return faults.render(self._renderer, request, _language(request), theme_of(request), error)
        tenant, token = await self._runtime.directory.find(request.path_params["tenant"]), request.path_params["token"]
        found = None
        if tenant is not None and form.get("do") == "return":
            found = await subscribe_again(tenant, token, now=datetime.now(UTC))
        elif tenant is not None:
            found = await unsubscribe(tenant, token, now=datetime.now(UTC))
        return await self._answer(request, tenant, found)

    async def _answer(self, request: Request, tenant: Tenant | None, found: Subscription | None) -> Response:
        if tenant is None or found is None:
            words = words_of(_language(request))
            error = NotFound(words.say("This link is not complete, or it is not from a letter of ours."))
            return faults.render(self._renderer, request, words.language, theme_of(request), error)
        model = (await tenant.compiled()).model
        home = model.organization
        language = _language(request, home.language)
        labels = Labels(model, words_of(language))
        name = found.consented.purpose if found.consented else ""
        purpose = home.consents.get(name)
        page = UnsubscribePage(
            href=request.url.path,
            sender=home.name or tenant.label,
            purpose=labels.purpose(purpose) if purpose else name,
            subscription=found,
        )
        return self._renderer.page("unsubscribe.html", language, {"page": page, "theme": theme_of(request)})


def _language(request: Request, *otherwise: str) -> str:
    return choose_language(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language"), *otherwise)
