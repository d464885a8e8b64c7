"""Providers outside that people sign in by: the list of all, a new one, and one alone. Data: what changes holds at once."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from builder_ui.builder.frame import PROVIDERS, render_builder
from builder_ui.builder.providers.form import BLANK, Typed, build_widgets, posted_provider, typed_provider
from builder_ui.builder.providers.model import ProviderForm, ProviderList, ProviderRow
from builder_ui.confirming import sensitive
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from trellis.errors import FieldError, InvalidRecord
from trellis.security.outside.model import Provider
from trellis.security.outside.providers import (
    delete_provider,
    get_provider,
    list_providers,
    put_provider,
    redirect_address,
)

ADDRESS = "/builder/providers"


async def provider_list(visit: Visit) -> Response:
    found = await list_providers(visit.tenant, visit.runtime.access, visit.actor)
    rows = tuple(
        ProviderRow(label=one.label, issuer=one.issuer, href=f"{ADDRESS}/{one.name}", is_active=one.is_active)
        for one in found
    )
    return await render_builder(visit, "providers.html", ProviderList(providers=rows), here=PROVIDERS)


async def new_provider(visit: Visit) -> Response:
    await list_providers(visit.tenant, visit.runtime.access, visit.actor)
    return await _show(visit, BLANK, is_new=True)


@sensitive
async def add_provider(visit: Visit) -> Response:
    typed = posted_provider(visit, BLANK.provider)
    try:
        made = await _put(visit, typed, is_new=True)
    except InvalidRecord as error:
        return await _show(visit, typed, error.fields, is_new=True)
    return leave_toast(to(f"{ADDRESS}/{made.name}"), visit.words.say("%(name)s saved", name=made.label))


async def provider_page(visit: Visit) -> Response:
    return await _show(visit, typed_provider(await _get(visit)), is_new=False)


@sensitive
async def change_provider(visit: Visit) -> Response:
    provider = await _get(visit)
    if visit.posted("do") == "delete":
        await delete_provider(visit.tenant, visit.runtime.access, visit.actor, provider.name, now=visit.now)
        return leave_toast(to(ADDRESS), visit.words.say("%(name)s deleted", name=provider.label))
    typed = posted_provider(visit, provider)
    try:
        made = await _put(visit, typed, is_new=False)
    except InvalidRecord as error:
        return await _show(visit, typed, error.fields, is_new=False)
    return leave_toast(to(f"{ADDRESS}/{made.name}"), visit.words.say("%(name)s saved", name=made.label))


async def _get(visit: Visit) -> Provider:
    return await get_provider(visit.tenant, visit.runtime.access, visit.actor, visit.part("name"))


async def _put(visit: Visit, typed: Typed, *, is_new: bool) -> Provider:
    secret = typed.secret or ("" if is_new else None)
    return await put_provider(
        visit.tenant, visit.runtime.access, visit.actor, typed.provider, secret, is_new=is_new, now=visit.now
    )


async def _show(visit: Visit, typed: Typed, refused: Sequence[FieldError] = (), *, is_new: bool) -> Response:
    provider, base_url = typed.provider, visit.runtime.settings.base_url
    shown = {widget.name for widget in build_widgets(visit.words, typed, refused, is_new=is_new)}
    page = ProviderForm(
        title=visit.words.say("New provider") if is_new else provider.label,
        action=f"{ADDRESS}/new" if is_new else f"{ADDRESS}/{provider.name}",
        widgets=build_widgets(visit.words, typed, refused, is_new=is_new),
        errors=tuple(error.message for error in refused if error.field not in shown),
        back="" if is_new else redirect_address(base_url, visit.tenant.name, provider.name),
        is_new=is_new,
    )
    return await render_builder(visit, "provider.html", page, here=PROVIDERS, status=422 if refused else 200)


PAGES = ((ADDRESS, provider_list), (f"{ADDRESS}/new", new_provider), (f"{ADDRESS}/{{name}}", provider_page))
ACTIONS = ((f"{ADDRESS}/new", add_provider), (f"{ADDRESS}/{{name}}", change_provider))
