"""`trellis secret`: what webhooks sign with and put into their addresses. Set and used, never shown again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, print_json, print_table

if TYPE_CHECKING:
    from trellis.runtime import Runtime
    from trellis.security.secrets import SecretInfo

NAME = typer.Argument(help="The secret's name, as webhooks.yaml has it.")
TENANT = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
LOGIN = typer.Option(None, "--as", help="The user who acts; the first administrator when not given.")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Secrets that webhooks use.", no_args_is_help=True)
    group.command("list")(show)
    group.command("set")(put)
    group.command("delete")(delete)
    app.add_typer(group, name="secret")


def show(tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """List the names of the secrets that are set."""
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.security.secrets import list_secrets

    async def work(runtime: Runtime) -> tuple[SecretInfo, ...]:
        home = await runtime.tenant(tenant)
        return await list_secrets(home, runtime.access, await acting(home, login))

    found = run_with_runtime(work)
    if as_json:
        print_json(found)
    else:
        print_table(("name", "set (UTC)"), [(one.name, f"{one.updated_at:%Y-%m-%d %H:%M}") for one in found])


def put(
    name: str = NAME,
    tenant: str = TENANT,
    stdin: bool = typer.Option(False, "--stdin", help="Read the secret from standard input."),
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Set a secret, or give it another value: the next message uses it. It is asked for, unless it comes by standard input."""
    from datetime import UTC, datetime

    from trellis.cli.acting import acting
    from trellis.cli.asking import read_secret
    from trellis.cli.running import run_with_runtime
    from trellis.security.secrets import set_secret

    value = read_secret(f"Secret {name}", is_piped=stdin)

    async def work(runtime: Runtime) -> None:
        home = await runtime.tenant(tenant)
        actor = await acting(home, login)
        await set_secret(home, runtime.access, actor, name, value, now=datetime.now(UTC))

    run_with_runtime(work)
    if as_json:
        print_json({"set": name})
    else:
        typer.echo(f"The secret {name} is set in {tenant}.")


def delete(name: str = NAME, tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """Delete a secret. Webhooks that use it fail until it is set again."""
    from datetime import UTC, datetime

    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.security.secrets import delete_secret

    async def work(runtime: Runtime) -> None:
        home = await runtime.tenant(tenant)
        await delete_secret(home, runtime.access, await acting(home, login), name, now=datetime.now(UTC))

    run_with_runtime(work)
    if as_json:
        print_json({"deleted": name})
    else:
        typer.echo(f"The secret {name} is deleted from {tenant}.")
