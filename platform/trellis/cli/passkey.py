"""`trellis user passkeys` and `remove-passkey`: for who has lost a device."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, print_json, print_table

if TYPE_CHECKING:
    from trellis.runtime import Runtime
    from trellis.security.passkeys.store import Passkey

TENANT_OPTION = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
LOGIN_ARGUMENT = typer.Argument(help="The user name or e-mail address.")


def register_passkeys(group: typer.Typer) -> None:
    group.command("passkeys")(show)
    group.command("remove-passkey")(remove)


def show(login: str = LOGIN_ARGUMENT, tenant: str = TENANT_OPTION, as_json: bool = JSON_OPTION) -> None:
    """List the passkeys of a user, the newest first."""
    from trellis.cli.running import run_with_runtime
    from trellis.security.passkeys.store import list_passkeys
    from trellis.security.users import get_user

    async def work(runtime: Runtime) -> tuple[Passkey, ...]:
        home = await runtime.tenant(tenant)
        return await list_passkeys(home, (await get_user(home, login)).id)

    names = ("id", "name", "party", "is_backed_up", "created_at", "last_used_at")
    rows = [{name: getattr(one, name) for name in names} for one in run_with_runtime(work)]
    if as_json:
        print_json(rows)
    else:
        headings = ("id", "name", "site", "backed up", "added (UTC)", "last used (UTC)")
        print_table(headings, [tuple(row.values()) for row in rows])


def remove(
    login: str = LOGIN_ARGUMENT,
    passkey: str = typer.Argument(help="The passkey's id, as `trellis user passkeys` shows it."),
    tenant: str = TENANT_OPTION,
) -> None:
    """Remove a passkey, such as that of a device that is lost; it signs nobody in any more."""
    from datetime import UTC, datetime

    from trellis.cli.acting import operator
    from trellis.cli.running import run_with_runtime
    from trellis.security.passkeys.service import remove_passkey
    from trellis.security.users import get_user

    async def work(runtime: Runtime) -> None:
        home = await runtime.tenant(tenant)
        await remove_passkey(home, (await get_user(home, login)).id, passkey, by=operator(), now=datetime.now(UTC))

    run_with_runtime(work)
    typer.echo("Removed.")
