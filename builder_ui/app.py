"""Mounts the web beside the API: assets, sign-in, the generated app, the builder. The entry point of the group trellis.web."""

from __future__ import annotations

from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Scope

from builder_ui import faults, home, notices, outside, search, sign_in, waiting, welcome
from builder_ui.account import keys, second_factor, sign_ins
from builder_ui.account import page as account
from builder_ui.approvals import routes as approvals
from builder_ui.assets import ADDRESS, AssetFiles, load_assets
from builder_ui.builder import routes as builder
from builder_ui.builder.audit import pages as audit
from builder_ui.builder.privacy import pages as privacy
from builder_ui.forms import choosing, live, lookup
from builder_ui.forms import page as forms
from builder_ui.formulas import routes as formulas
from builder_ui.lists import filters
from builder_ui.lists import page as lists
from builder_ui.oauth import page as oauth
from builder_ui.passkeys import own as passkeys
from builder_ui.passkeys import sign_in as by_passkey
from builder_ui.records import actions, calls, consents, history, sharing, submit, why
from builder_ui.records import page as records
from builder_ui.rendering import Renderer
from builder_ui.second_step import SecondStepPages
from builder_ui.translation import choose_language
from builder_ui.unsubscribe import UNSUBSCRIBE_ADDRESS, UnsubscribePages
from builder_ui.visit import LANGUAGE_COOKIE, Handler, SignedIn, Visit, theme_of
from trellis.api.problems import Problem
from trellis.errors import NotFound
from trellis.runtime import Runtime
from trellis.security.access import Action
from trellis.security.outside.providers import BACK


def mount(app: Starlette, runtime: Runtime) -> None:
    """Adds the web's addresses to `app`."""
    renderer = Renderer(load_assets())
    app.state.problem_page = partial(_problem_page, renderer)
    pages = sign_in.SignInPages(runtime, renderer)
    steps = SecondStepPages(runtime, renderer)
    passkey_pages = by_passkey.PasskeySignIn(runtime)
    welcomes = welcome.WelcomePages(runtime, renderer)
    outsiders = outside.OutsidePages(runtime)
    authorizing = oauth.AuthorizePages(runtime, renderer)

    def get(path: str, handler: Handler, action: Action | None = None) -> Route:
        return Route(path, SignedIn(runtime, renderer, handler, action=action).__call__, methods=["GET"])

    def post(path: str, handler: Handler, action: Action | None = None) -> Route:
        return Route(path, SignedIn(runtime, renderer, handler, action=action).__call__, methods=["POST"])

    leaving = UnsubscribePages(runtime, renderer)
    one = "/app/{object}/{id}"
    app.router.routes += [
        Mount(ADDRESS, AssetFiles()),
        Route("/", _go_home),
        Route("/login", pages.show, methods=["GET"]),
        Route("/login", pages.enter, methods=["POST"]),
        Route(sign_in.STEPS["second_factor"], steps.show_code, methods=["GET"]),
        Route(sign_in.STEPS["second_factor"], steps.enter_code, methods=["POST"]),
        Route(sign_in.STEPS["enrolment"], steps.show_app, methods=["GET"]),
        Route(sign_in.STEPS["enrolment"], steps.confirm_app, methods=["POST"]),
        Route(f"{by_passkey.ADDRESS}/options", passkey_pages.ask, methods=["POST"]),
        Route(by_passkey.ADDRESS, passkey_pages.enter, methods=["POST"]),
        Route(f"{welcome.ADDRESS}/{{token}}", welcomes.show, methods=["GET"]),
        Route(f"{welcome.ADDRESS}/{{token}}", welcomes.set_password, methods=["POST"]),
        post("/logout", sign_in.sign_out),
        post("/preferences", sign_in.set_preferences),
        Route(outside.OUT, outsiders.leave, methods=["GET"]),
        Route(BACK, outsiders.come_back, methods=["GET"]),
        Route(oauth.ADDRESS, authorizing.show, methods=["GET"]),
        Route(oauth.ADDRESS, authorizing.decide, methods=["POST"]),
        get(oauth.PROGRAMS, oauth.programs_page),
        post(oauth.PROGRAMS, oauth.disallow_program),
        get("/account", account.account_page),
        get(sign_ins.ADDRESS, sign_ins.sign_ins_page),
        post("/account/password", account.change_password),
        post("/account/sessions", account.end_sessions),
        *(get(path, handler) for path, handler in second_factor.PAGES),
        *(post(path, handler) for path, handler in second_factor.ACTIONS),
        *(get(path, handler) for path, handler in keys.PAGES),
        *(post(path, handler) for path, handler in keys.ACTIONS),
        *(post(path, handler) for path, handler in passkeys.ACTIONS),
        get("/app", home.home_page),
        get("/app/search", search.search_page),
        get("/app/notifications", notices.notices_page),
        get("/app/notifications/panel", notices.notice_panel),
        post("/app/notifications/read", notices.mark_all_read),
        get("/app/notifications/{id}", notices.open_notice),
        get("/app/queues", waiting.waiting_page),
        post("/app/queues/{name}/take", waiting.take_next),
        *(get(path, handler) for path, handler in approvals.PAGES),
        *(post(path, handler) for path, handler in approvals.ACTIONS),
        get("/app/{object}", lists.list_page),
        get("/app/{object}/filter", filters.add_filter),
        get("/app/{object}/filter/condition", filters.show_condition),
        get("/app/{object}/lookup/{field}", lookup.lookup_options),
        get("/app/{object}/live/{name}", live.live_module),
        get("/app/{object}/new", forms.new_form),
        post("/app/{object}/new", forms.create_record),
        *(get(path, handler) for path, handler in formulas.PAGES),
        *(post(path, handler) for path, handler in formulas.ACTIONS),
        get(one, records.record_page),
        get(f"{one}/edit", forms.edit_form),
        get(f"{one}/record_type", choosing.change_type),
        get(f"{one}/history", history.history_page),
        get(f"{one}/why/{{field}}", why.why_page),
        post(f"{one}/edit", forms.update_record),
        get(f"{one}/sharing", sharing.sharing_page),
        post(f"{one}/sharing", sharing.change_sharing),
        post(f"{one}/consents", consents.write_consent),
        post(f"{one}/path", actions.set_stage),
        get(f"{one}/call", calls.call_page),
        post(f"{one}/call", calls.run_call),
        post(f"{one}/submit", submit.submit_record),
        post(f"{one}/delete", actions.delete_record),
        post(f"{one}/reveal", actions.reveal_field),
        post(f"{one}/restore", actions.restore_record),
        *(get(path, handler, "view_audit") for path, handler in audit.PAGES),
        *(post(path, handler, "view_audit") for path, handler in audit.ACTIONS),
        *(get(path, handler, "erase") for path, handler in privacy.PAGES),
        *(post(path, handler, "erase") for path, handler in privacy.ACTIONS),
        *(get(path, handler, "customize") for path, handler in builder.PAGES),
        *(post(path, handler, "customize") for path, handler in builder.ACTIONS),
        Route(UNSUBSCRIBE_ADDRESS, leaving.show, methods=["GET"]),
        Route(UNSUBSCRIBE_ADDRESS, leaving.change, methods=["POST"]),
        get("/app/{rest:path}", _nowhere),
        get("/builder/{rest:path}", _nowhere),
    ]


def _problem_page(renderer: Renderer, problem: Problem, scope: Scope) -> Response:
    """For people whose request got no further than the edge, or to no page: nobody asked who they are."""
    request = Request(scope)
    language = choose_language(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language"))
    return faults.render_problem_page(renderer, request, language, theme_of(request), problem)


async def _go_home(_: Request) -> Response:
    return RedirectResponse("/app", 307)


async def _nowhere(visit: Visit) -> Response:
    raise NotFound(visit.words.say("There is no page at %(path)s.", path=visit.request.url.path))
