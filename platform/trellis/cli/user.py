"""`trellis user`: creating and listing the users of a tenant, their passwords, and their API keys."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from trellis.cli.api_key import register_keys
from trellis.cli.console import JSON_OPTION, UsedWrongly, print_json, print_table
from trellis.cli.passkey import register_passkeys
from trellis.cli.sign_ins import reset_second_factor, sign_ins, unlock

if TYPE_CHECKING:
    from trellis.runtime import Runtime

TENANT_OPTION = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
PASSWORD_OPTION = typer.Option(
    None, "--password", help="The password; others on this machine may see it. Asked for when not given."
)
STDIN_OPTION = typer.Option(False, "--password-stdin", help="Read the password from standard input.")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Users of a tenant, their passwords and their API keys.", no_args_is_help=True)
    group.command("create")(create)
    group.command("list")(show)
    group.command("contact")(contact)
    group.command("set-password")(set_password)
    register_keys(group)
    register_passkeys(group)
    group.command("sign-ins")(sign_ins)
    group.command("unlock")(unlock)
    group.command("reset-second-factor")(reset_second_factor)
    app.add_typer(group, name="user")


def create(
    username: str = typer.Argument(help="The name to sign in with."),
    tenant: str = TENANT_OPTION,
    email: str = typer.Option(..., "--email", help="The e-mail address; one can sign in with it too."),
    name: str = typer.Option("", "--name", help="The person's name; the user name when not given."),
    admin: bool = typer.Option(False, "--admin", help="Whether the user is an administrator, who may do everything."),
    language: str = typer.Option("en", "--language", help="en or zh-Hans."),
    time_zone: str = typer.Option("UTC", "--time-zone", help="An IANA name, such as Europe/Berlin."),
    password: str | None = PASSWORD_OPTION,
    password_stdin: bool = STDIN_OPTION,
    as_json: bool = JSON_OPTION,
) -> None:
    """Create a user."""
    from datetime import UTC, datetime

    from trellis.cli.acting import operator
    from trellis.cli.running import run_with_runtime
    from trellis.security.context_words import context_words
    from trellis.security.passwords import Passwords
    from trellis.security.users import NewUser, User, create_user

    secret = _password(password, from_stdin=password_stdin)

    async def work(runtime: Runtime) -> User:
        home = await runtime.tenant(tenant)
        about = (username, name, email, *await context_words(home))
        new = NewUser(
            username=username,
            email=email,
            name=name or username,
            is_admin=admin,
            language=language,
            time_zone=time_zone,
            password_hash=await Passwords().hash(secret, about),
        )
        return await create_user(home, new, now=datetime.now(UTC), by=operator())

    user = run_with_runtime(work)
    if as_json:
        print_json(user)
    else:
        typer.echo(f"Created the {'administrator' if user.is_admin else 'user'} {user.username} in {tenant}.")


def show(tenant: str = TENANT_OPTION, as_json: bool = JSON_OPTION) -> None:
    """List the users."""
    from trellis.cli.running import run_with_runtime
    from trellis.security.users import User, list_users

    async def work(runtime: Runtime) -> tuple[User, ...]:
        return await list_users(await runtime.tenant(tenant))

    users = run_with_runtime(work)
    if as_json:
        print_json(users)
    else:
        headings = ("username", "name", "email", "administrator", "active", "language", "time zone")
        rows = [(u.username, u.name, u.email, u.is_admin, u.is_active, u.language, u.time_zone) for u in users]
        print_table(headings, rows)


def set_password(
    login: str = typer.Argument(help="The user name or e-mail address."),
    tenant: str = TENANT_OPTION,
    password: str | None = PASSWORD_OPTION,
    password_stdin: bool = STDIN_OPTION,
) -> None:
    """Set a user's password; ends the sessions the user has."""
    from datetime import UTC, datetime

    from trellis.cli.acting import operator
    from trellis.cli.running import run_with_runtime
    from trellis.security import users
    from trellis.security.context_words import context_words
    from trellis.security.passwords import Passwords

    secret = _password(password, from_stdin=password_stdin)

    async def work(runtime: Runtime) -> str:
        home = await runtime.tenant(tenant)
        user = await users.get_user(home, login)
        about = (user.username, user.name, user.email, *await context_words(home))
        password_hash = await Passwords().hash(secret, about)
        await users.set_password(home, user.id, password_hash, now=datetime.now(UTC), by=operator())
        return user.username

    typer.echo(f"Set the password of {run_with_runtime(work)}; earlier sessions have ended.")


def _password(given: str | None, *, from_stdin: bool) -> str:
    if given is not None:
        return given
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise UsedWrongly("There is no terminal to ask for the password; use --password-stdin.")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def contact(
    login: str = typer.Argument(help="The user name or e-mail address."),
    tenant: str = TENANT_OPTION,
    phone: str | None = typer.Option(None, "--phone", help="The number that SMS go to; '' for none."),
    chat_id: str | None = typer.Option(
        None, "--chat-id", help="What the organization's chat knows the user by; '' for nothing."
    ),
    as_json: bool = JSON_OPTION,
) -> None:
    """Show or set how a user is reached by SMS and called in a chat. What is not given stays."""
    from datetime import UTC, datetime

    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.security.contacts import Contact, get_contact, set_contact
    from trellis.security.users import get_user

    async def work(runtime: Runtime) -> Contact:
        home = await runtime.tenant(tenant)
        actor, user = await acting(home, None), await get_user(home, login)
        kept = await get_contact(home, runtime.access, actor, user.id)
        if phone is None and chat_id is None:
            return kept
        wanted = Contact(
            phone=kept.phone if phone is None else phone, chat_id=kept.chat_id if chat_id is None else chat_id
        )
        return await set_contact(home, runtime.access, actor, user.id, wanted, now=datetime.now(UTC))

    found = run_with_runtime(work)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{login}: phone {found.phone or '-'}, chat id {found.chat_id or '-'}.")
