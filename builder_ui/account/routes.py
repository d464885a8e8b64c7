"""The addresses of one's own account."""

from __future__ import annotations

from builder_ui import sign_in
from builder_ui.account import keys, page, second_factor, sign_ins
from builder_ui.oauth import page as oauth
from builder_ui.passkeys import own as passkeys
from builder_ui.visit import Handler

PAGES: tuple[tuple[str, Handler], ...] = (
    ("/account", page.account_page),
    (sign_ins.ADDRESS, sign_ins.sign_ins_page),
    (oauth.PROGRAMS, oauth.programs_page),
    *second_factor.PAGES,
    *keys.PAGES,
)
ACTIONS: tuple[tuple[str, Handler], ...] = (
    ("/logout", sign_in.sign_out),
    ("/preferences", sign_in.set_preferences),
    ("/account/password", page.change_password),
    ("/account/sessions", page.end_sessions),
    (oauth.PROGRAMS, oauth.disallow_program),
    *second_factor.ACTIONS,
    *keys.ACTIONS,
    *passkeys.ACTIONS,
)
