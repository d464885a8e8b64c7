"""The second step of signing in: a code, or setting up the app that an organization demands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trellis.security.audit import Who
from trellis.security.credentials import Begun, IssuedCredential
from trellis.security.second_factor.errors import SignInExpired, WrongCode
from trellis.security.second_factor.pending import count_wrong_code, end_pending, get_waiting
from trellis.security.second_factor.proof import kind_of, prove_code
from trellis.security.second_factor.service import Enrolment, begin_enrolment, confirm_enrolment
from trellis.security.session_times import SessionTimes
from trellis.security.sign_in.api_only import refuse_api_only
from trellis.security.sign_in.attempts import ANY, keys_of_subject, own_keys
from trellis.security.sign_in.entering import open_session, record_refusal
from trellis.security.users import Login, find_login_of
from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """`recovery_codes`: of an app that was just set up, known only now."""

    issued: IssuedCredential
    recovery_codes: tuple[str, ...] = ()


async def finish(
    tenant: Tenant, token: str, code: str, begun: Begun, *, times: SessionTimes, now: datetime
) -> Finished:
    """Opens the session. Raises WrongCode, SignInExpired, TooManyAttempts, ApiOnly."""
    waiting = await get_waiting(tenant, token, now=now)
    user = await _active(tenant, waiting.user_id)
    method = kind_of(code)
    codes: tuple[str, ...] = ()
    try:
        if waiting.step == "enrolment":
            who = Who(channel="web", user_id=user.id, name=user.name)
            codes = await confirm_enrolment(tenant, who, code, now=now)
        else:
            method = await prove_code(tenant, user.id, code, now=now)
    except WrongCode:
        await count_wrong_code(tenant, token)
        keys = own_keys("code", user.id)
        await record_refusal(tenant, user.id, begun, "wrong_code", method=method, now=now, keys=keys)
        raise
    await end_pending(tenant, token)
    await refuse_api_only(tenant, user, begun, method=method, now=now)
    keys = () if waiting.subject == ANY else keys_of_subject(waiting.subject, begun.address)
    issued = await open_session(tenant, user.id, begun, method=method, times=times, now=now, keys=keys)
    return Finished(issued=issued, recovery_codes=codes)


async def begin_demanded_enrolment(tenant: Tenant, token: str, *, now: datetime) -> Enrolment:
    """For who has to set up an app before coming in. Raises SignInExpired."""
    waiting = await get_waiting(tenant, token, now=now)
    if waiting.step != "enrolment":
        raise SignInExpired
    user = await _active(tenant, waiting.user_id)
    return await begin_enrolment(tenant, user.id, account=user.email, now=now)


async def _active(tenant: Tenant, user_id: str) -> Login:
    user = await find_login_of(tenant, user_id)
    if user is None or not user.is_active:
        raise SignInExpired
    return user
