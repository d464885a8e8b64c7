"""`trellis user api-key` and what goes with it: making, listing, replacing and revoking the API keys of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, print_json, print_table

if TYPE_CHECKING:
    from trellis.runtime import Runtime
    from trellis.security.api_keys import ApiKey, Rotated
    from trellis.security.credentials import IssuedCredential

TENANT_OPTION = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
LOGIN_ARGUMENT = typer.Argument(help="The user name or e-mail address of whom the key acts for.")
KEY_ARGUMENT = typer.Argument(help="The key's id, as `trellis user api-keys` shows it.")


def register_keys(group: typer.Typer) -> None:
    group.command("api-key")(create)
    group.command("api-keys")(show)
    group.command("rotate-key")(rotate)
    group.command("revoke-key")(revoke)


def create(
    login: str = LOGIN_ARGUMENT,
    tenant: str = TENANT_OPTION,
    name: str = typer.Option("command line", "--name", help="What the key is for."),
    days: int | None = typer.Option(None, "--days", min=1, help="How long it is valid; 90 days when not given."),
    scope: list[str] | None = typer.Option(
        None,
        "--scope",
        help="What it may do: records:read, records:write, objects.NAME:read, objects.NAME:write, metadata, admin, scim. "
        "Give it more than once for more; not at all for everything that the user may.",
    ),
    network: list[str] | None = typer.Option(
        None,
        "--network",
        help="An address or a network that it may be used from, such as 10.1.0.0/16; may be repeated.",
    ),
    as_json: bool = JSON_OPTION,
) -> None:
    """Create an API key and print its token, which is shown this once."""
    from datetime import UTC, datetime

    from trellis.cli.acting import operator
    from trellis.cli.running import run_with_runtime
    from trellis.security.api_keys import KeyTerms, create_key
    from trellis.security.users import get_user

    terms = KeyTerms(name=name, scopes=tuple(scope) if scope else None, days=days, networks=tuple(network or ()))

    async def work(runtime: Runtime) -> IssuedCredential:
        home = await runtime.tenant(tenant)
        user = await get_user(home, login)
        return await create_key(
            home,
            user.id,
            terms,
            tuple((await home.compiled()).model.objects),
            by=operator(),
            now=datetime.now(UTC),
            longest_days=runtime.settings.key_days,
        )

    issued = run_with_runtime(work)
    if as_json:
        print_json({"id": issued.id, "token": issued.token, "expires_at": issued.expires_at})
    else:
        typer.echo(issued.token)


def show(login: str = LOGIN_ARGUMENT, tenant: str = TENANT_OPTION, as_json: bool = JSON_OPTION) -> None:
    """List the API keys of a user that are not revoked, the newest first."""
    from trellis.cli.running import run_with_runtime
    from trellis.security.api_keys import list_keys
    from trellis.security.scopes import render_scopes
    from trellis.security.users import get_user

    async def work(runtime: Runtime) -> tuple[ApiKey, ...]:
        home = await runtime.tenant(tenant)
        return await list_keys(home, (await get_user(home, login)).id)

    keys = run_with_runtime(work)
    if as_json:
        print_json([_shown(key) for key in keys])
        return
    headings = ("id", "name", "begins", "scopes", "networks", "expires (UTC)", "last used (UTC)", "replaced (UTC)")
    print_table(
        headings,
        [
            (
                key.id,
                key.name,
                key.prefix,
                render_scopes(key.scopes) or "everything",
                " ".join(key.networks),
                key.expires_at,
                key.last_used_at,
                key.replaced_at,
            )
            for key in keys
        ],
    )


def rotate(
    login: str = LOGIN_ARGUMENT,
    key: str = KEY_ARGUMENT,
    tenant: str = TENANT_OPTION,
    grace_hours: int = typer.Option(
        24, "--grace-hours", min=0, max=168, help="How long the old token goes on working."
    ),
    as_json: bool = JSON_OPTION,
) -> None:
    """Put a new API key in the place of one, on the same terms, and print its token, which is shown this once."""
    from datetime import UTC, datetime, timedelta

    from trellis.cli.acting import operator
    from trellis.cli.running import run_with_runtime
    from trellis.security.api_keys import rotate_key
    from trellis.security.users import get_user

    async def work(runtime: Runtime) -> Rotated:
        home = await runtime.tenant(tenant)
        user = await get_user(home, login)
        return await rotate_key(
            home,
            user.id,
            key,
            by=operator(),
            now=datetime.now(UTC),
            longest_days=runtime.settings.key_days,
            grace=timedelta(hours=grace_hours),
        )

    rotated = run_with_runtime(work)
    if as_json:
        issued = rotated.issued
        answer = {"id": issued.id, "token": issued.token, "expires_at": issued.expires_at}
        print_json({**answer, "old_expires_at": rotated.old_expires_at})
    else:
        typer.echo(rotated.issued.token)


def revoke(login: str = LOGIN_ARGUMENT, key: str = KEY_ARGUMENT, tenant: str = TENANT_OPTION) -> None:
    """Revoke an API key, at once."""
    from datetime import UTC, datetime

    from trellis.cli.acting import operator
    from trellis.cli.running import run_with_runtime
    from trellis.security.api_keys import revoke_key
    from trellis.security.users import get_user

    async def work(runtime: Runtime) -> None:
        home = await runtime.tenant(tenant)
        await revoke_key(home, (await get_user(home, login)).id, key, by=operator(), now=datetime.now(UTC))

    run_with_runtime(work)
    typer.echo("Revoked.")


def _shown(key: ApiKey) -> dict[str, object]:
    scopes = None if key.scopes is None else sorted(key.scopes)
    names = ("id", "name", "prefix", "networks", "created_at", "expires_at", "last_used_at", "replaced_at")
    return {**{name: getattr(key, name) for name in names}, "scopes": scopes}
