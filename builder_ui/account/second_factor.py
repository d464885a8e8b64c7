"""One's own second factor: an authenticator app, set up by a QR code, and recovery codes."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from markupsafe import Markup
from starlette.responses import Response

from builder_ui.confirming import sensitive
from builder_ui.shell import render_page
from builder_ui.toasts import leave_toast
from builder_ui.translation import Words
from builder_ui.visit import Visit, to
from trellis.errors import TrellisError
from trellis.security.second_factor import service
from trellis.security.second_factor.errors import SecondFactorConflict, WrongCode
from trellis.security.second_factor.service import Enrolment
from trellis.security.throttle import TooManyAttempts

ADDRESS = "/account/second-factor"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppToSetUp:
    """`qr`: an image for the app's camera; `secret`: to be typed in where there is none, in groups of four."""

    qr: Markup
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorPage:
    """`recovery_codes`: shown once; `error` stands at the input that `asked` names."""

    is_on: bool
    is_required: bool
    codes_left: int
    app: AppToSetUp | None = None
    recovery_codes: tuple[str, ...] = ()
    asked: str = ""
    error: str | None = None


def app_to_set_up(enrolment: Enrolment) -> AppToSetUp:
    image = segno.make(enrolment.uri, error="m", micro=False).svg_inline(
        border=4, light="#fff", svgclass="t-qr", lineclass=None, omitsize=True
    )
    secret = " ".join(enrolment.secret[start : start + 4] for start in range(0, len(enrolment.secret), 4))
    return AppToSetUp(qr=Markup(image), secret=secret)  # the library's own SVG, of a text of ours


async def second_factor_page(visit: Visit) -> Response:
    return await _show(visit)


@sensitive
async def begin_app(visit: Visit) -> Response:
    try:
        return await _show(visit, app=await _app(visit))
    except SecondFactorConflict:
        return to(ADDRESS)


@sensitive
async def confirm_app(visit: Visit) -> Response:
    try:
        codes = await service.confirm_enrolment(visit.tenant, visit.actor, visit.posted("code"), now=visit.now)
    except (WrongCode, TooManyAttempts) as error:
        return await _show(visit, app=await _app(visit), asked="app", error=error)
    except SecondFactorConflict:
        return to(ADDRESS)
    return await _show(visit, recovery_codes=codes)


@sensitive
async def make_codes(visit: Visit) -> Response:
    try:
        codes = await service.make_new_codes(visit.tenant, visit.actor, visit.posted("code"), now=visit.now)
    except (WrongCode, TooManyAttempts) as error:
        return await _show(visit, asked="codes", error=error)
    return await _show(visit, recovery_codes=codes)


@sensitive
async def turn_off(visit: Visit) -> Response:
    try:
        await service.turn_off(visit.tenant, visit.actor, visit.posted("code"), now=visit.now)
    except (WrongCode, TooManyAttempts) as error:
        return await _show(visit, asked="off", error=error)
    except SecondFactorConflict:
        return to(ADDRESS)
    return leave_toast(to(ADDRESS), visit.words.say("The second factor is off"))


async def _app(visit: Visit) -> AppToSetUp:
    enrolment = await service.begin_enrolment(
        visit.tenant, visit.actor.user_id, account=visit.actor.email, now=visit.now
    )
    return app_to_set_up(enrolment)


async def _show(
    visit: Visit,
    *,
    app: AppToSetUp | None = None,
    recovery_codes: tuple[str, ...] = (),
    asked: str = "",
    error: TrellisError | None = None,
) -> Response:
    state = await service.fetch_second_factor(visit.tenant, visit.actor.user_id)
    page = SecondFactorPage(
        is_on=state.is_on,
        is_required=state.is_required,
        codes_left=state.codes_left,
        app=app,
        recovery_codes=recovery_codes,
        asked=asked,
        error=said_of_code(visit.words, error) if error else None,
    )
    response = await render_page(visit, "second_factor.html", page, status=422 if error else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


def said_of_code(words: Words, error: TrellisError) -> str:
    if isinstance(error, TooManyAttempts):
        return words.count(
            "Too many attempts. Try again in %(num)d second.",
            "Too many attempts. Try again in %(num)d seconds.",
            error.retry_after_s,
        )
    return words.say("That code is wrong, or has been used. Wait for the next one.")


PAGES = ((ADDRESS, second_factor_page),)
ACTIONS = (
    (f"{ADDRESS}/begin", begin_app),
    (f"{ADDRESS}/confirm", confirm_app),
    (f"{ADDRESS}/codes", make_codes),
    (f"{ADDRESS}/off", turn_off),
)
