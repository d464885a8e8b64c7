"""`trellis user sign-ins`, `unlock` and `reset-second-factor`: who came in or tried to, and help for who cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, print_json, print_table

if TYPE_CHECKING:
    from trellis.runtime import Runtime
    from trellis.security.sign_in.history import PastSignIn

TENANT_OPTION = typer.Option(..., "--tenant", "-t", help="The tenant's name.")


def sign_ins(
    login: str | None = typer.Argument(None, help="The user name or e-mail address; everybody's when not given."),
    tenant: str = TENANT_OPTION,
    limit: int = typer.Option(50, "--limit", min=1, max=1000, help="How many at most."),
    as_json: bool = JSON_OPTION,
) -> None:
    """List the sign-ins, those that failed included, the newest first."""
    from trellis.cli.running import run_with_runtime
    from trellis.security.sign_in.history import list_sign_ins
    from trellis.security.users import get_user

    async def work(runtime: Runtime) -> tuple[PastSignIn, ...]:
        home = await runtime.tenant(tenant)
        user_id = (await get_user(home, login)).id if login else None
        return await list_sign_ins(home, user_id, limit=limit)

    found = run_with_runtime(work)
    if as_json:
        print_json(found)
    else:
        rows = [(f"{one.at:%Y-%m-%d %H:%M:%S}", one.name, one.outcome, one.method, one.begun.address) for one in found]
        print_table(("at (UTC)", "user", "outcome", "method", "address"), rows)


def reset_second_factor(
    login: str = typer.Argument(help="The user name or e-mail address."), tenant: str = TENANT_OPTION
) -> None:
    """Take away the second factor of a user who has lost the app and the recovery codes."""
    from datetime import UTC, datetime

    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.security.second_factor import service
    from trellis.security.users import get_user

    async def work(runtime: Runtime) -> tuple[str, bool]:
        home = await runtime.tenant(tenant)
        actor, user = await acting(home, None), await get_user(home, login)
        was_on = await service.reset_second_factor(home, runtime.access, actor, user.id, now=datetime.now(UTC))
        return user.username, was_on

    username, was_on = run_with_runtime(work)
    typer.echo(f"{username} {'signs in with the password alone now.' if was_on else 'has no second factor.'}")


def unlock(login: str = typer.Argument(help="The user name or e-mail address."), tenant: str = TENANT_OPTION) -> None:
    """Forget the failed sign-ins of a user, who need wait no longer."""
    from datetime import UTC, datetime

    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.security.sign_in import oversight
    from trellis.security.users import get_user

    async def work(runtime: Runtime) -> str:
        home = await runtime.tenant(tenant)
        actor, user = await acting(home, None), await get_user(home, login)
        await oversight.unlock(home, runtime.access, actor, user.id, now=datetime.now(UTC))
        return user.username

    typer.echo(f"{run_with_runtime(work)} may sign in at once.")
