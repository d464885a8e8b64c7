"""One's own account: password, open sessions, API keys."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import Response

from builder_ui.account.devices import device_of
from builder_ui.account.keys import key_row
from builder_ui.account.model import Account, Fact, SessionRow
from builder_ui.account.sign_ins import FEW, sign_in_rows
from builder_ui.confirming import sensitive
from builder_ui.faces import face_of
from builder_ui.passkeys.own import load_passkeys
from builder_ui.password_faults import said_of_password
from builder_ui.shell import render_page
from builder_ui.toasts import leave_toast
from builder_ui.translation import LANGUAGES
from builder_ui.visit import Visit, to
from trellis.errors import InvalidRecord, NotFound
from trellis.security.api_keys import list_keys
from trellis.security.identity import SignInFailed
from trellis.security.password_policy import SHORTEST
from trellis.security.second_factor.service import fetch_second_factor
from trellis.security.sessions import Session, end_other_sessions, end_session, list_sessions
from trellis.security.sign_in.history import list_sign_ins
from trellis.security.throttle import TooManyAttempts

ADDRESS = "/account"


async def account_page(visit: Visit) -> Response:
    return await _show(visit)


async def change_password(visit: Visit) -> Response:
    words, new = visit.words, visit.posted("new")
    if new != visit.posted("again"):
        return await _show(visit, errors={"again": words.say("The two are not the same.")})
    try:
        await visit.runtime.identities.change_password(visit.identity, visit.posted("current"), new)
    except InvalidRecord as error:
        return await _show(visit, errors={"new": said_of_password(words, error)})
    except SignInFailed:
        return await _show(visit, errors={"current": words.say("That is not your password.")})
    except TooManyAttempts as error:
        text = words.count(
            "Too many attempts. Try again in %(num)d second.",
            "Too many attempts. Try again in %(num)d seconds.",
            error.retry_after_s,
        )
        return await _show(visit, errors={"current": text})
    return leave_toast(to(ADDRESS), words.say("Password changed. Your other sessions have ended"))


@sensitive
async def end_sessions(visit: Visit) -> Response:
    """One, or with nothing named all but this one."""
    session_id, user_id = visit.posted("session"), visit.actor.user_id
    if not session_id:
        await end_other_sessions(visit.tenant, user_id, visit.actor.credential_id, now=visit.now, by=visit.actor)
        return leave_toast(to(f"{ADDRESS}#sessions"), visit.words.say("Your other sessions have ended"))
    try:
        await end_session(visit.tenant, user_id, session_id, now=visit.now, by=visit.actor)
    except NotFound:
        return to(f"{ADDRESS}#sessions")
    return leave_toast(to(f"{ADDRESS}#sessions"), visit.words.say("Session ended"))


async def _show(visit: Visit, *, errors: dict[str, str] | None = None) -> Response:
    tenant, actor, words = visit.tenant, visit.actor, visit.words
    sessions = await list_sessions(tenant, actor.user_id, now=visit.now)
    keys = await list_keys(tenant, actor.user_id)
    page = Account(
        face=face_of(actor.user_id, actor.name),
        facts=(
            Fact(label=words.say("E-mail"), value=actor.email),
            Fact(label=words.say("Language"), value=LANGUAGES.get(actor.language, actor.language)),
            Fact(label=words.say("Time zone"), value=actor.time_zone),
        ),
        sessions=tuple(sorted((_session(visit, one) for one in sessions), key=lambda row: not row.is_current)),
        has_second_factor=(await fetch_second_factor(tenant, actor.user_id)).is_on,
        sign_ins=sign_in_rows(visit, await list_sign_ins(tenant, actor.user_id, limit=FEW)),
        passkeys=await load_passkeys(visit),
        keys=tuple(key_row(visit, one) for one in keys[:FEW]),
        key_count=len(keys),
        errors=errors or {},
        shortest=SHORTEST,
    )
    return await render_page(visit, "account.html", page, status=422 if errors else 200)


def _session(visit: Visit, session: Session) -> SessionRow:
    device, icon = device_of(session.agent, visit.words)
    return SessionRow(
        id=session.id,
        device=device,
        icon=icon,
        address=session.address or "",
        begun=visit.formats.since(session.created_at, visit.now),
        begun_iso=session.created_at.isoformat(),
        begun_full=visit.formats.moment(session.created_at),
        used=_since(visit, session.last_used_at),
        is_current=session.id == visit.actor.credential_id,
    )


def _since(visit: Visit, moment: datetime | None) -> str:
    return visit.formats.since(moment, visit.now) if moment else ""
