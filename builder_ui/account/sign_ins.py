"""The history of sign-ins, in words: one's own, and that of a user for those who manage users."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from builder_ui.account.devices import device_of
from builder_ui.account.model import SignInHistory, SignInRow
from builder_ui.shell import render_page
from builder_ui.translation import Words
from builder_ui.visit import Visit
from trellis.ids import is_id
from trellis.security.sign_in.history import PastSignIn, list_sign_ins

ADDRESS = "/account/sign-ins"
AT_ONCE = 50
FEW = 4


async def sign_ins_page(visit: Visit) -> Response:
    found = await list_sign_ins(visit.tenant, visit.actor.user_id, limit=AT_ONCE, before=asked_before(visit))
    page = SignInHistory(
        rows=sign_in_rows(visit, found),
        older=older_than(found, ADDRESS),
        back="/account",
        back_label=visit.words.say("Your account"),
    )
    return await render_page(visit, "sign_ins.html", page)


def asked_before(visit: Visit) -> str | None:
    before = visit.asked("before")
    return before if is_id(before) else None


def older_than(found: Sequence[PastSignIn], address: str) -> str:
    return f"{address}?before={found[-1].id}" if len(found) == AT_ONCE else ""


def sign_in_rows(visit: Visit, found: Sequence[PastSignIn]) -> tuple[SignInRow, ...]:
    return tuple(_row(visit, one) for one in found)


def _row(visit: Visit, one: PastSignIn) -> SignInRow:
    device, icon = device_of(one.begun.agent, visit.words)
    is_in = one.outcome == "succeeded"
    return SignInRow(
        said=_said(visit.words, one),
        icon=icon if is_in else "alert-circle",
        tone="" if is_in else "is-warn",
        device=device,
        address=one.begun.address,
        at=visit.formats.since(one.at, visit.now),
        at_iso=one.at.isoformat(),
        at_full=visit.formats.moment(one.at),
    )


def _said(words: Words, one: PastSignIn) -> str:
    if one.outcome == "succeeded":
        by = {
            "password": lambda: words.say("Signed in"),
            "totp": lambda: words.say("Signed in with a code of the app"),
            "recovery_code": lambda: words.say("Signed in with a recovery code"),
            "passkey": lambda: words.say("Signed in with a passkey"),
            "oidc": lambda: words.say("Signed in by another provider"),
        }
        return by[one.method]()
    refused = {
        "unknown_user": lambda: words.say("Unknown user name"),
        "wrong_password": lambda: words.say("Wrong password"),
        "wrong_code": lambda: words.say("Wrong code"),
        "wrong_passkey": lambda: words.say("Refused passkey"),
        "frozen": lambda: words.say("Refused: the user is frozen"),
        "api_only": lambda: words.say("Refused: the user works by API only"),
    }
    return refused[one.outcome]()
