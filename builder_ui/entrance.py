"""The addresses that need no session: signing in by every way, invitations, consent for programs, unsubscribing."""

from __future__ import annotations

from starlette.routing import Route

from builder_ui import outside, sign_in, welcome
from builder_ui.oauth.page import ADDRESS as AUTHORIZE
from builder_ui.oauth.page import AuthorizePages
from builder_ui.passkeys import sign_in as by_passkey
from builder_ui.rendering import Renderer
from builder_ui.second_step import SecondStepPages
from builder_ui.unsubscribe import UNSUBSCRIBE_ADDRESS, UnsubscribePages
from trellis.runtime import Runtime
from trellis.security.outside.providers import BACK


def entrance_routes(runtime: Runtime, renderer: Renderer) -> list[Route]:
    pages = sign_in.SignInPages(runtime, renderer)
    steps = SecondStepPages(runtime, renderer)
    passkeys = by_passkey.PasskeySignIn(runtime)
    welcomes = welcome.WelcomePages(runtime, renderer)
    outsiders = outside.OutsidePages(runtime)
    authorizing = AuthorizePages(runtime, renderer)
    leaving = UnsubscribePages(runtime, renderer)
    shown = {
        "/login": pages.show,
        sign_in.STEPS["second_factor"]: steps.show_code,
        sign_in.STEPS["enrolment"]: steps.show_app,
        f"{welcome.ADDRESS}/{{token}}": welcomes.show,
        outside.OUT: outsiders.leave,
        BACK: outsiders.come_back,
        AUTHORIZE: authorizing.show,
        UNSUBSCRIBE_ADDRESS: leaving.show,
    }
    sent = {
        "/login": pages.enter,
        sign_in.STEPS["second_factor"]: steps.enter_code,
        sign_in.STEPS["enrolment"]: steps.confirm_app,
        f"{by_passkey.ADDRESS}/options": passkeys.ask,
        by_passkey.ADDRESS: passkeys.enter,
        f"{welcome.ADDRESS}/{{token}}": welcomes.set_password,
        AUTHORIZE: authorizing.decide,
        UNSUBSCRIBE_ADDRESS: leaving.change,
    }
    return [
        *(Route(path, endpoint, methods=["GET"]) for path, endpoint in shown.items()),
        *(Route(path, endpoint, methods=["POST"]) for path, endpoint in sent.items()),
    ]
