"""A code that somebody typed -> whether it proves the second factor of a user. Guesses are counted, and slowed down."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from trellis.security.second_factor.codes import plain_code
from trellis.security.second_factor.errors import WrongCode
from trellis.security.second_factor.store import find_app, unseal, use_code, use_step
from trellis.security.second_factor.totp import DIGITS, find_step
from trellis.security.sign_in.attempts import own_keys, reserve, succeeded
from trellis.storage.database import Transaction
from trellis.tenancy.tenant import Tenant

CodeKind = Literal["totp", "recovery_code"]
LONGEST_CODE = 100


def kind_of(code: str) -> CodeKind:
    plain = plain_code(code)
    return "totp" if len(plain) == DIGITS and plain.isascii() and plain.isdigit() else "recovery_code"


async def prove_code(tenant: Tenant, user_id: str, code: str, *, now: datetime) -> CodeKind:
    """What kind of code it was. It works no second time. Raises WrongCode, TooManyAttempts."""
    keys = own_keys("code", user_id)
    await tenant.database.write(lambda transaction: reserve(tenant, transaction, keys, now=now))

    async def work(transaction: Transaction) -> bool:
        is_right = await _is_right(tenant, transaction, user_id, code, now)
        if is_right:
            await succeeded(tenant, transaction, keys)
        return is_right

    if len(code) > LONGEST_CODE or not await tenant.database.write(work):
        raise WrongCode
    return kind_of(code)


async def _is_right(tenant: Tenant, transaction: Transaction, user_id: str, code: str, now: datetime) -> bool:
    if kind_of(code) == "recovery_code":
        return await use_code(tenant, transaction, user_id, code, now=now)
    app = await find_app(tenant, transaction, user_id)
    if app is None or not app.is_confirmed:
        return False
    step = find_step(unseal(tenant, user_id, app.secret), plain_code(code), now=now, last_step=app.last_step)
    return step is not None and await use_step(tenant, transaction, user_id, step)
