"""The users of a tenant: creating, finding, listing, and setting passwords. A user is a row of trellis_user."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from metamodel.columns import ColumnKind
from trellis.errors import FieldError, InvalidRecord, NotFound
from trellis.ids import new_id
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject, Who, write_audit
from trellis.security.grants import NO_GRANTS, Grants, read_grants
from trellis.storage.codecs import encoder
from trellis.storage.database import DialectName, Row, Statement, Transaction
from trellis.storage.errors import UniqueViolation
from trellis.storage.platform_tables import platform_tables
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

LANGUAGES = ("en", "zh-Hans")

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,79}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """What a user is created from. `password_hash` None: nobody can sign in as this user until a password is set."""

    username: str
    email: str
    name: str
    is_admin: bool = False
    language: str = "en"
    time_zone: str = "UTC"
    password_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    id: str
    username: str
    name: str
    email: str
    language: str
    time_zone: str
    is_active: bool
    is_admin: bool
    grants: Grants = NO_GRANTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What signing in needs to know of a user."""

    id: str
    password_hash: str | None
    is_active: bool
    username: str
    name: str
    email: str
    is_admin: bool = False
    grants: Grants = NO_GRANTS


class LoginTaken(InvalidRecord):
    """Somebody else signs in by the user name or the e-mail address."""


async def create_user(tenant: Tenant, new: NewUser, *, now: datetime, by: Actor | Who | None = None) -> User:
    """`by`: who does it, for the audit. Raises InvalidRecord with every field that is wrong, or whose value another user has."""

    async def create(transaction: Transaction) -> User:
        user = await add_user(tenant, transaction, new, now=now)
        await write_audit(transaction, tenant.database.schema, created_event(user, by), now=now)
        return user

    try:
        return await tenant.database.write(create)
    except UniqueViolation as error:
        raise taken(new.email.casefold(), error, new.username.casefold()) from None


async def add_user(tenant: Tenant, transaction: Transaction, new: NewUser, *, now: datetime) -> User:
    """Without the audit, which is the last thing in a transaction. Raises InvalidRecord, UniqueViolation."""
    user = User(
        id=new_id(),
        username=new.username.casefold(),
        name=new.name.strip(),
        email=new.email.casefold(),
        language=new.language,
        time_zone=new.time_zone,
        is_active=True,
        is_admin=new.is_admin,
    )
    check_user(user)
    await refuse_login_of_another(tenant, transaction, user)
    dialect = tenant.database.dialect
    boolean, moment = encoder(ColumnKind.BOOLEAN, dialect), encoder(ColumnKind.DATETIME, dialect)
    values = {
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "email": user.email,
        "password_hash": new.password_hash,
        "language": user.language,
        "time_zone": user.time_zone,
        "is_active": boolean(True),
        "is_admin": boolean(user.is_admin),
        "now": moment(now),
    }
    await transaction.execute(_statements(tenant.database.schema, dialect).insert, values)
    return user


async def refuse_login_of_another(tenant: Tenant, transaction: Transaction, user: User) -> None:
    """People sign in by either, so nobody's user name is somebody else's address: neither could be sure who comes in. Raises
    LoginTaken."""
    statement = _statements(tenant.database.schema, tenant.database.dialect).login
    for field, login in (("username", user.username), ("email", user.email)):
        found = [_read_login(row) for row in await transaction.fetch(statement, {"login": _folded(login)})]
        # Another's value of the same kind is refused by the database.
        if any(one.id != user.id and getattr(one, field).casefold() != login for one in found):
            message = f"Another user signs in as {login}."
            raise LoginTaken(message, fields=(FieldError(field=field, code="not_unique", message=message),))


def created_event(user: User, by: Actor | Who | None) -> AuditEvent:
    details = {"username": user.username, "email": user.email, "is_admin": user.is_admin}
    return AuditEvent(event="user_created", actor=by, subject=subject_of(user), details=details)


async def find_login(tenant: Tenant, login: str) -> Login | None:
    """The user with that user name or e-mail address, in any letter case."""
    database = tenant.database
    statement = _statements(database.schema, database.dialect).login

    async def find(transaction: Transaction) -> Row | None:
        return await transaction.fetch_one(statement, {"login": _folded(login)})

    row = await database.read(find, is_brief=True)
    return None if row is None else _read_login(row)


async def find_login_of(tenant: Tenant, user_id: str) -> Login | None:
    """The user with that id."""
    database = tenant.database
    statement = _statements(database.schema, database.dialect).login_of

    async def find(transaction: Transaction) -> Row | None:
        return await transaction.fetch_one(statement, {"id": user_id})

    row = await database.read(find, is_brief=True)
    return None if row is None else _read_login(row)


def _read_login(row: Row) -> Login:
    user_id, password_hash, is_active, username, name, email, is_admin, grants = row
    return Login(
        id=str(user_id),
        password_hash=password_hash,
        is_active=bool(is_active),
        username=username,
        name=name,
        email=email,
        is_admin=bool(is_admin),
        grants=read_grants(grants),
    )


async def get_user(tenant: Tenant, login: str) -> User:
    """The user with that user name or e-mail address. Raises NotFound."""
    database = tenant.database
    statement = _statements(database.schema, database.dialect).one

    async def find(transaction: Transaction) -> Row | None:
        return await transaction.fetch_one(statement, {"login": _folded(login)})

    row = await database.read(find, is_brief=True)
    if row is not None:
        return read_user(row)
    raise NotFound(f"There is no user {login} in the tenant {tenant.name}.", hint="`trellis user list` shows them.")


async def list_users(tenant: Tenant) -> tuple[User, ...]:
    """All users, by user name."""
    database = tenant.database
    statement = _statements(database.schema, database.dialect).all

    async def find(transaction: Transaction) -> tuple[User, ...]:
        return tuple(read_user(row) for row in await transaction.fetch(statement))

    return await database.read(find)


async def set_password(
    tenant: Tenant,
    user_id: str,
    password_hash: str,
    *,
    now: datetime,
    keep: str | None = None,
    by: Actor | Who | None = None,
) -> None:
    """Sets the password and ends the user's sessions, but for the session `keep`. `by`: who does it, for the audit. Raises NotFound."""
    event = AuditEvent(event="password_set", actor=by, subject=Subject(kind="user", id=user_id))

    async def change(transaction: Transaction) -> None:
        await set_password_in(tenant, transaction, user_id, password_hash, now=now)
        await end_sessions_of(tenant, transaction, user_id, now=now, keep=keep)
        await write_audit(transaction, tenant.database.schema, event, now=now)

    await tenant.database.write(change)


async def set_password_in(
    tenant: Tenant, transaction: Transaction, user_id: str, password_hash: str, *, now: datetime
) -> None:
    """Raises NotFound."""
    dialect = tenant.database.dialect
    values = {"id": user_id, "password_hash": password_hash, "now": encoder(ColumnKind.DATETIME, dialect)(now)}
    if await transaction.execute(_statements(tenant.database.schema, dialect).set_password, values) == 0:
        raise NotFound(f"There is no user {user_id} in the tenant {tenant.name}.")


async def end_sessions_of(
    tenant: Tenant, transaction: Transaction, user_id: str, *, now: datetime, keep: str | None = None
) -> None:
    """All but the session `keep`; and the sign-ins that wait for their second step."""
    dialect = tenant.database.dialect
    statements = _statements(tenant.database.schema, dialect)
    values = {"user_id": user_id, "keep": keep, "now": encoder(ColumnKind.DATETIME, dialect)(now)}
    await transaction.execute(statements.end_sessions, values)
    await transaction.execute(statements.end_pending, {"user_id": user_id})


async def set_language(tenant: Tenant, user_id: str, language: str, *, now: datetime) -> None:
    """The language of the screens and of the messages that the user gets. Raises InvalidRecord for one that there is not, NotFound."""
    wrong = _language_fault(language)
    if wrong is not None:
        raise InvalidRecord(wrong.message, fields=(wrong,))
    dialect = tenant.database.dialect
    values = {"id": user_id, "language": language, "now": encoder(ColumnKind.DATETIME, dialect)(now)}
    if await _execute(tenant, _statements(tenant.database.schema, dialect).set_language, values) == 0:
        raise NotFound(f"There is no user {user_id} in the tenant {tenant.name}.")


def subject_of(user: User) -> Subject:
    return Subject(kind="user", id=user.id, name=user.name)


def _folded(login: str) -> str:
    """Without NUL, which PostgreSQL refuses even as a parameter."""
    return login.casefold().replace("\0", "")


def check_user(user: User, wrong: Sequence[FieldError] = ()) -> None:
    """Raises InvalidRecord with everything that is wrong, `wrong` first."""
    wrong = list(wrong)
    if not _USERNAME.fullmatch(user.username):
        wrong.append(
            _wrong("username", f"{user.username!r} is not a user name: letters, digits and . _ @ + - only, at most 80.")
        )
    if not _EMAIL.fullmatch(user.email):
        wrong.append(_wrong("email", f"{user.email!r} is not an e-mail address."))
    if not 1 <= len(user.name) <= 200:
        wrong.append(_wrong("name", "The name must have 1 to 200 characters."))
    unknown_language = _language_fault(user.language)
    if unknown_language is not None:
        wrong.append(unknown_language)
    if not is_time_zone(user.time_zone):
        wrong.append(_wrong("time_zone", f"{user.time_zone!r} is not an IANA time zone, such as Europe/Berlin."))
    if wrong:
        raise InvalidRecord("; ".join(error.message for error in wrong), fields=tuple(wrong))


def _language_fault(language: str) -> FieldError | None:
    if language in LANGUAGES:
        return None
    return _wrong("language", f"There is no language {language!r}; there is {', '.join(LANGUAGES)}.")


def _wrong(field: str, message: str) -> FieldError:
    return FieldError(field=field, code=f"invalid_{field}", message=message)


def is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def taken(email: str, error: UniqueViolation, username: str = "") -> InvalidRecord:
    """What to say of a value that another user has."""
    field = "email" if "email" in error.columns or "email" in error.constraint else "username"
    value = email if field == "email" else username
    message = f"Another user has the {'e-mail address' if field == 'email' else 'user name'} {value}."
    return InvalidRecord(message, fields=(FieldError(field=field, code="not_unique", message=message),))


async def _execute(tenant: Tenant, statement: Statement, values: dict[str, Any]) -> int:
    async def run(transaction: Transaction) -> int:
        return await transaction.execute(statement, values)

    return await tenant.database.write(run)


def user_columns(user: sa.Table) -> list[sa.Column[Any]]:
    shown = ("id", "username", "name", "email", "language", "time_zone", "is_active", "is_admin", "grants")
    return [user.c[name] for name in shown]


def read_user(row: Row) -> User:
    """Of `user_columns`."""
    user_id, username, name, email, language, time_zone, is_active, is_admin, grants = row
    return User(
        id=str(user_id),
        username=username,
        name=name,
        email=email,
        language=language,
        time_zone=time_zone,
        is_active=bool(is_active),
        is_admin=bool(is_admin),
        grants=read_grants(grants),
    )


@dataclass(frozen=True, slots=True)
class _Statements:
    insert: Statement
    login: Statement
    login_of: Statement
    one: Statement
    all: Statement
    set_password: Statement
    set_language: Statement
    end_sessions: Statement
    end_pending: Statement


@lru_cache(maxsize=256)
def _statements(schema: str | None, dialect: DialectName) -> _Statements:
    tables = platform_tables(schema)
    user, credential = tables.user, tables.credential
    given = ("id", "username", "name", "email", "password_hash", "language", "time_zone", "is_active", "is_admin")
    values: dict[str, Any] = {name: sa.bindparam(name) for name in given}
    now: sa.BindParameter[Any] = sa.bindparam("now")
    insert = sa.insert(user).values({**values, "created_at": now, "updated_at": now, "version": 0})
    login: sa.BindParameter[Any] = sa.bindparam("login")
    is_login = sa.or_(user.c.username == login, sa.func.lower(user.c.email) == login)
    known = ("id", "password_hash", "is_active", "username", "name", "email", "is_admin", "grants")
    logins = sa.select(*(user.c[name] for name in known)).where(user.c.deleted_at.is_(None))
    by_login = logins.where(is_login)
    by_id = logins.where(user.c.id == sa.bindparam("id", type_=user.c.id.type))
    every = sa.select(*user_columns(user)).where(user.c.deleted_at.is_(None)).order_by(user.c.username)
    one = every.where(is_login)
    changed = sa.update(user).where(user.c.id == sa.bindparam("id")).values(updated_at=now, version=user.c.version + 1)
    set_password_of = changed.values(password_hash=sa.bindparam("password_hash"))
    set_language_of = changed.values(language=sa.bindparam("language"))
    keep = sa.bindparam("keep", type_=credential.c.id.type)
    end_sessions = (
        sa.update(credential)
        .where(
            credential.c.user_id == sa.bindparam("user_id"),
            credential.c.kind == "session",
            credential.c.revoked_at.is_(None),
            sa.or_(keep.is_(None), credential.c.id != keep),
        )
        .values(revoked_at=now)
    )
    waiting = tables.pending_sign_in
    end_pending = sa.delete(waiting).where(waiting.c.user_id == sa.bindparam("user_id", type_=waiting.c.user_id.type))
    return _Statements(
        insert=prepare(insert, dialect),
        login=prepare(by_login, dialect),
        login_of=prepare(by_id, dialect),
        one=prepare(one, dialect),
        all=prepare(every, dialect),
        set_password=prepare(set_password_of, dialect),
        set_language=prepare(set_language_of, dialect),
        end_sessions=prepare(end_sessions, dialect),
        end_pending=prepare(end_pending, dialect),
    )
