"""A token -> who that is, in which tenant; and signing in. Remembers tokens for a short while, so that most requests ask nobody.

What is remembered is only who the token belongs to. Its validity is checked again by the statement that reads or writes
(actor.credential_id), so that revoking takes effect at once in every process.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NoReturn

from trellis.errors import NotAuthenticated
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject
from trellis.security.context_words import context_words
from trellis.security.credentials import (
    Authenticated,
    Begun,
    CredentialKind,
    IssuedCredential,
    authenticate,
    authenticate_hash,
    hash_token,
    revoke,
)
from trellis.security.passwords import Passwords
from trellis.security.permissions import permissions_of, with_grants
from trellis.security.second_factor.errors import SignInExpired
from trellis.security.second_factor.pending import PendingSignIn, begin_pending, find_next_step
from trellis.security.second_factor.service import Enrolment
from trellis.security.session_times import SessionTimes
from trellis.security.session_tokens import find_current_hash, offer_token
from trellis.security.sign_in import second_step
from trellis.security.sign_in.api_only import refuse_api_only
from trellis.security.sign_in.attempts import ANY, login_subject, own_keys, reserve, succeeded
from trellis.security.sign_in.entering import begin_attempt, open_session, record_refusal
from trellis.security.sign_in.history import Method, Outcome
from trellis.security.throttle import SignInThrottle
from trellis.security.users import find_login, find_login_of, set_password
from trellis.tenancy.tenant import Tenant

REMEMBERED_S = 30.0
REMEMBERED_TOKENS = 10_000
LONGEST_TOKEN = 200


class SignInFailed(NotAuthenticated):
    """The user is unknown, or the password wrong: which of the two is never said."""

    code = "sign_in_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who calls, where, and by what. `csrf_token`: what a session's writes must show, None for an API key; `networks`: from where the
    credential may be used, () for everywhere; `authenticated_at`: when the user of a session last proved who they are; `is_renewal_due`:
    whether the session should take a new token."""

    tenant: Tenant
    actor: Actor
    kind: CredentialKind
    csrf_token: str | None
    expires_at: datetime | None
    networks: tuple[str, ...] = ()
    authenticated_at: datetime | None = None
    is_renewal_due: bool = False


def _now() -> datetime:
    return datetime.now(UTC)


class Identities:
    """Finds identities by token. `find_tenant` gives None for a name that no tenant has."""

    def __init__(
        self,
        find_tenant: Callable[[str], Awaitable[Tenant | None]],
        *,
        times: SessionTimes,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._find_tenant = find_tenant
        self._times = times
        self._clock = clock
        self._passwords = Passwords()
        self._throttle = SignInThrottle()
        self._remembered: OrderedDict[str, tuple[float, Identity]] = OrderedDict()

    async def identify(self, token: str, *, fresh: bool = True, is_use: bool = True) -> Identity:
        """Whose token this is. With `fresh` the database is asked; without, a memory of some seconds will do, for callers whose
        next statement checks the credential itself. `is_use`: whether it puts off the end of an idle session. Raises
        NotAuthenticated."""
        tenant = await self._find_tenant(token.partition(".")[0]) if len(token) <= LONGEST_TOKEN else None
        if tenant is None:
            raise self._unknown(token)
        remembered = None if fresh else self._remembered.get(token)
        if remembered and remembered[0] > time.monotonic() and remembered[1].tenant is tenant:
            await self._keep_off_web(token, remembered[1])
            return remembered[1]
        found = await self._authenticate(tenant, token, self._times if is_use else None)
        if found is None:
            raise self._unknown(token)
        identity = self._identity(tenant, replace(found, actor=await _as_granted(tenant, found)))
        await self._keep_off_web(token, identity)
        self._remember(token, identity)
        return identity

    async def _keep_off_web(self, token: str, identity: Identity) -> None:
        """The sessions of who works by API only hold no longer, whether a set was given or changed. Raises NotAuthenticated."""
        if identity.kind != "session":
            return
        model = (await identity.tenant.compiled()).model
        if permissions_of(model, identity.actor.grants, is_admin=identity.actor.is_admin).is_api_only:
            raise self._unknown(token)

    async def _authenticate(self, tenant: Tenant, token: str, times: SessionTimes | None) -> Authenticated | None:
        """A token that is not the one in use may be the next of its session, or the one before; then, once more, the one in use: a
        request that was sent along may just have made it that."""
        found = await authenticate(tenant, token, now=self._clock(), times=times)
        if found is not None:
            return found
        current = await find_current_hash(tenant, token, now=self._clock())
        return await authenticate_hash(tenant, current or hash_token(token), now=self._clock(), times=times)

    async def renew_token(self, identity: Identity) -> str | None:
        """A new token for the caller's session, when its token is old enough for that; it is in use once it is shown."""
        if identity.kind != "session" or not identity.is_renewal_due or identity.actor.credential_id is None:
            return None
        return await offer_token(identity.tenant, identity.actor.credential_id, now=self._clock())

    async def end(self, token: str) -> None:
        """Ends the session of a token that somebody leaves behind, if it is one."""
        with suppress(NotAuthenticated):
            identity = await self.identify(token, is_use=False)
            if identity.kind == "session":
                await self.sign_out(token, identity)

    def forget(self, token: str) -> None:
        self._remembered.pop(token, None)

    async def sign_in(
        self, tenant_name: str, login: str, password: str, *, begun: Begun
    ) -> tuple[IssuedCredential, Identity] | PendingSignIn:
        """Opens a session for a user name or e-mail address and a password, or says which step is left before. `begun`: where the
        caller is, for the throttle too. Raises SignInFailed, TooManyAttempts, ApiOnly."""
        tenant = await self._find_tenant(tenant_name)
        if tenant is None:
            return await self._refuse_nowhere(password, begun)
        user = await find_login(tenant, login)
        attempt = await begin_attempt(tenant, user, login, begun, now=self._clock())
        is_right = await self._passwords.is_right(password, user.password_hash if user else None)
        if user is None or not is_right or not user.is_active:
            outcome: Outcome = "unknown_user" if user is None else "frozen" if is_right else "wrong_password"
            user_id = user.id if user else None
            await record_refusal(tenant, user_id, begun, outcome, now=self._clock(), keys=attempt.keys)
            raise _sign_in_failed()
        await refuse_api_only(tenant, user, begun, method="password", now=self._clock(), keys=attempt.keys)
        step = await find_next_step(tenant, user.id)
        if step is not None:
            return await begin_pending(tenant, user.id, step, login_subject(login), now=self._clock())
        issued = await open_session(
            tenant,
            user.id,
            begun,
            method="password",
            times=self._times,
            now=self._clock(),
            keys=attempt.keys,
        )
        return issued, await self.identify(issued.token)

    async def finish_sign_in(
        self, token: str, code: str, *, begun: Begun
    ) -> tuple[IssuedCredential, Identity, tuple[str, ...]]:
        """The second step, by a code of the app or a recovery code. Last come the recovery codes of an app that was set up by it. Raises
        WrongCode, SignInExpired, TooManyAttempts."""
        tenant = await self._tenant_of_pending(token)
        done = await second_step.finish(tenant, token, code, begun, times=self._times, now=self._clock())
        return done.issued, await self.identify(done.issued.token), done.recovery_codes

    async def begin_demanded_enrolment(self, token: str) -> Enrolment:
        """What the app is told of whoever has to set one up before coming in. Raises SignInExpired."""
        tenant = await self._tenant_of_pending(token)
        return await second_step.begin_demanded_enrolment(tenant, token, now=self._clock())

    async def _tenant_of_pending(self, token: str) -> Tenant:
        tenant = await self._find_tenant(token.partition(".")[0]) if len(token) <= LONGEST_TOKEN else None
        if tenant is None:
            raise SignInExpired
        return tenant

    async def admit(
        self, tenant: Tenant, user_id: str, *, method: Method, begun: Begun
    ) -> tuple[IssuedCredential, Identity]:
        """Opens a session for somebody who has proved by `method` who they are. Raises SignInFailed when they are frozen, ApiOnly."""
        await self._refuse_unwelcome(tenant, user_id, method, begun)
        issued = await open_session(tenant, user_id, begun, method=method, times=self._times, now=self._clock())
        return issued, await self.identify(issued.token)

    async def admit_from_outside(
        self, tenant: Tenant, user_id: str, *, has_second_factor: bool, begun: Begun
    ) -> tuple[IssuedCredential, Identity] | PendingSignIn:
        """The same for somebody whom a provider outside has proved: a second factor that it did not ask for is asked for here, as after
        a password. Raises SignInFailed, ApiOnly."""
        step = None if has_second_factor else await find_next_step(tenant, user_id)
        if step is None:
            return await self.admit(tenant, user_id, method="oidc", begun=begun)
        await self._refuse_unwelcome(tenant, user_id, "oidc", begun)
        return await begin_pending(tenant, user_id, step, ANY, now=self._clock())

    async def _refuse_unwelcome(self, tenant: Tenant, user_id: str, method: Method, begun: Begun) -> None:
        user = await find_login_of(tenant, user_id)
        if user is None or not user.is_active:
            await record_refusal(tenant, user.id if user else None, begun, "frozen", method=method, now=self._clock())
            raise _sign_in_failed()
        await refuse_api_only(tenant, user, begun, method=method, now=self._clock())

    async def change_password(self, identity: Identity, current: str, new: str) -> None:
        """Of the caller's own user. The session that asks goes on, every other one ends. Raises SignInFailed when `current` is wrong,
        TooManyAttempts, InvalidRecord for a `new` one that will not do."""
        user = await find_login_of(identity.tenant, identity.actor.user_id)
        about = (user.username, user.name, user.email) if user else ()
        await self._passwords.check(new, (*about, *await context_words(identity.tenant)))
        await self.prove_password(identity, current)
        await set_password(
            identity.tenant,
            identity.actor.user_id,
            await self._passwords.hash(new),
            now=self._clock(),
            keep=identity.actor.credential_id,
            by=identity.actor,
        )

    async def prove_password(self, identity: Identity, password: str) -> None:
        """That it is the caller's own. Raises SignInFailed, TooManyAttempts."""
        tenant = identity.tenant
        keys = own_keys("password", identity.actor.user_id)
        await tenant.database.write(lambda transaction: reserve(tenant, transaction, keys, now=self._clock()))
        user = await find_login(tenant, identity.actor.email)
        if user is None or not await self._passwords.is_right(password, user.password_hash):
            raise SignInFailed("The current password is wrong.", hint="An administrator can set a new one.")
        await tenant.database.write(lambda transaction: succeeded(tenant, transaction, keys))

    async def sign_out(self, token: str, identity: Identity) -> None:
        self.forget(token)
        if identity.actor.credential_id:
            actor, session = identity.actor, identity.actor.credential_id
            event = AuditEvent(event="signed_out", actor=actor, subject=Subject(kind="session", id=session))
            await revoke(identity.tenant, actor.user_id, session, now=self._clock(), event=event)

    async def _refuse_nowhere(self, password: str, begun: Begun) -> NoReturn:
        """Where there is no tenant there is no database to count in: each process counts for itself."""
        key = (begun.address,)
        self._throttle.check(key, time.monotonic())
        self._throttle.failed(key, time.monotonic())
        await self._passwords.is_right(password, None)
        raise _sign_in_failed()

    def _identity(self, tenant: Tenant, found: Authenticated) -> Identity:
        return Identity(
            tenant=tenant,
            actor=found.actor,
            kind=found.kind,
            csrf_token=found.csrf_token,
            expires_at=found.expires_at,
            networks=found.networks,
            authenticated_at=found.authenticated_at,
            is_renewal_due=found.kind == "session"
            and self._times.is_rotation_due(found.rotated_at, found.authenticated_at, self._clock()),
        )

    def _unknown(self, token: str) -> NotAuthenticated:
        self.forget(token)
        return NotAuthenticated(
            "The credential is unknown, expired or revoked.", hint="Sign in again, or create a new API key."
        )

    def _remember(self, token: str, identity: Identity) -> None:
        self._remembered[token] = (time.monotonic() + REMEMBERED_S, identity)
        if len(self._remembered) > REMEMBERED_TOKENS:
            self._remembered.popitem(last=False)


def _sign_in_failed() -> SignInFailed:
    return SignInFailed("The user name or the password is wrong.", hint="An administrator can set a new password.")


async def _as_granted(tenant: Tenant, found: Authenticated) -> Actor:
    """With what the actor's grants mean in the revision that was in force when they were read."""
    compiled = await tenant.compiled()
    if compiled.revision != found.revision:
        compiled = await tenant.refresh()
    return with_grants(found.actor, found.actor.grants, compiled.model)
