"""Asks people to prove again who they are before what would let somebody else in for good. What they were about to send waits in the page
that asks, and goes with the proof to where it was going."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import wraps
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.responses import Response

from builder_ui.passkeys.site import site_of
from builder_ui.shell import render_page
from builder_ui.visit import Handler, Visit, safe_path
from trellis.api.identity import SESSION_COOKIE
from trellis.security.identity import SignInFailed
from trellis.security.passkeys.service import begin_confirmation, finish_confirmation
from trellis.security.passkeys.store import list_passkeys
from trellis.security.recent import confirm_password, is_recent
from trellis.security.throttle import TooManyAttempts

PASSWORD, PASSKEY = "confirm_password", "confirm_passkey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """`action`: where the form goes; `waiting`: what it sends besides, by name; `back`: the page that it came from;
    `options`: JSON for navigator.credentials.get, "" for somebody without a passkey for this site."""

    action: str
    waiting: tuple[tuple[str, str], ...]
    back: str
    email: str
    options: str
    error: str | None


def sensitive(handler: Handler) -> Callable[[Visit], Awaitable[Response]]:
    """The handler of a form, for people who proved who they are some minutes ago at most; others are asked first."""

    @wraps(handler)
    async def guarded(visit: Visit) -> Response:
        if is_recent(visit.identity, now=visit.now):
            return await handler(visit)
        is_answered = PASSWORD in visit.form or PASSKEY in visit.form
        error = await _fault(visit) if is_answered else None
        if is_answered and error is None:
            proved = replace(visit.identity, authenticated_at=visit.now)
            return await handler(replace(visit, identity=proved, form=FormData(list(_waiting(visit)))))
        page = Confirmation(
            action=visit.here,
            waiting=_waiting(visit),
            back=_back(visit),
            email=visit.actor.email,
            options=await _options(visit),
            error=error,
        )
        response = await render_page(visit, "confirm.html", page, status=422 if error else 403)
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded


async def _fault(visit: Visit) -> str | None:
    token = visit.request.cookies.get(SESSION_COOKIE, "")
    try:
        if visit.posted(PASSKEY):
            await _confirm_by_passkey(visit, token)
            return None
        await confirm_password(visit.runtime.identities, visit.identity, token, visit.posted(PASSWORD), now=visit.now)
    except SignInFailed:
        if visit.posted(PASSKEY):
            return visit.words.say("That did not work. Try again, or with the password.")
        return visit.words.say("That is not your password.")
    except TooManyAttempts as error:
        return visit.words.count(
            "Too many attempts. Try again in %(num)d second.",
            "Too many attempts. Try again in %(num)d seconds.",
            error.retry_after_s,
        )
    return None


async def _confirm_by_passkey(visit: Visit, token: str) -> None:
    """Raises SignInFailed."""
    site = site_of(visit.request)
    if site is None:
        raise SignInFailed("There are no passkeys at this address.")
    identities, credential = visit.runtime.identities, visit.posted(PASSKEY)
    await finish_confirmation(identities, visit.identity, token, site, credential, now=visit.now)


async def _options(visit: Visit) -> str:
    site = site_of(visit.request)
    if site is None or all(one.party != site.id for one in await list_passkeys(visit.tenant, visit.actor.user_id)):
        return ""
    return await begin_confirmation(visit.identity, site, now=visit.now)


def _waiting(visit: Visit) -> tuple[tuple[str, str], ...]:
    kept = (pair for pair in visit.form.multi_items() if pair[0] not in (PASSWORD, PASSKEY, "csrf_token"))
    return tuple((name, value) for name, value in kept if isinstance(value, str))


def _back(visit: Visit) -> str:
    parts = urlsplit(visit.request.headers.get("referer", ""))
    path = safe_path(parts.path + (f"?{parts.query}" if parts.query else ""), "/app")
    return "/app" if path == visit.here else path
