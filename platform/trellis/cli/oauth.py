"""`trellis oauth`: the programs that may ask for tokens, and the keys that say who signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, UsedWrongly, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trellis.runtime import Runtime
    from trellis.security.oauth.clients import Registered
    from trellis.security.oauth.keys import KeyInfo
    from trellis.security.oauth.model import Client

ID = typer.Argument(help="The client's id, as `trellis oauth list` shows it.")
TENANT = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
LOGIN = typer.Option(None, "--as", help="The user who acts; the first administrator when not given.")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Programs that act for users by OAuth.", no_args_is_help=True)
    group.command("list")(show)
    group.command("create")(create)
    group.command("secret")(renew)
    group.command("delete")(delete)
    group.command("rotate-keys")(rotate)
    app.add_typer(group, name="oauth")


def show(tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """List the clients."""
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.security.oauth.clients import list_clients

    async def work(runtime: Runtime) -> Sequence[Client]:
        home = await runtime.tenant(tenant)
        return await list_clients(home, runtime.access, await acting(home, login))

    found = run_with_runtime(work)
    if as_json:
        print_json([_told(one) for one in found])
    else:
        print_table(
            ("id", "name", "kind", "scopes"),
            [(one.id, one.name, one.kind, " ".join(sorted(one.scopes))) for one in found],
        )


def create(
    name: str = typer.Argument(help="What people read when they are asked to let it act for them."),
    tenant: str = TENANT,
    kind: str = typer.Option(
        "confidential", "--kind", help="confidential (keeps a secret), public (in a browser, on a device), or service."
    ),
    scope: list[str] = typer.Option(..., "--scope", help="What it may ask for; once for each."),
    redirect: list[str] = typer.Option([], "--redirect", help="Where answers may go; once for each."),
    user: str | None = typer.Option(None, "--user", help="The user that a service acts as."),
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Register a client. Its secret is shown now, and never again."""
    from datetime import UTC, datetime

    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.security.oauth.clients import ClientInput, create_client
    from trellis.security.oauth.model import KINDS

    if kind not in KINDS:
        raise UsedWrongly(f"There is no kind {kind}; there is {', '.join(KINDS)}.")
    given = ClientInput(
        name=name,
        kind=kind,
        redirect_uris=tuple(redirect),
        scopes=frozenset(scope),
        service_user=user,
    )

    async def work(runtime: Runtime) -> Registered:
        home = await runtime.tenant(tenant)
        return await create_client(home, runtime.access, await acting(home, login), given, now=datetime.now(UTC))

    _print_made(run_with_runtime(work), as_json=as_json)


def renew(client: str = ID, tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """Give a client another secret: the one before is worth nothing from then on."""
    from datetime import UTC, datetime

    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.security.oauth.clients import renew_secret

    async def work(runtime: Runtime) -> Registered:
        home = await runtime.tenant(tenant)
        return await renew_secret(home, runtime.access, await acting(home, login), client, now=datetime.now(UTC))

    _print_made(run_with_runtime(work), as_json=as_json)


def delete(client: str = ID, tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """Delete a client, and end every token that it has."""
    from datetime import UTC, datetime

    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.security.oauth.clients import delete_client

    async def work(runtime: Runtime) -> None:
        home = await runtime.tenant(tenant)
        await delete_client(home, runtime.access, await acting(home, login), client, now=datetime.now(UTC))

    run_with_runtime(work)
    if as_json:
        print_json({"deleted": client})
    else:
        typer.echo(f"The client {client} is deleted from {tenant}.")


def rotate(tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """Sign by another key from now on. The one before is published until nothing that it signed holds any more."""
    from datetime import UTC, datetime

    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.security.oauth.keys import rotate_keys

    async def work(runtime: Runtime) -> KeyInfo:
        home = await runtime.tenant(tenant)
        return await rotate_keys(home, runtime.access, await acting(home, login), now=datetime.now(UTC))

    made = run_with_runtime(work)
    if as_json:
        print_json({"key": made.id})
    else:
        typer.echo(f"The key {made.id} signs for {tenant} from now on.")


def _print_made(made: Registered, *, as_json: bool) -> None:
    if as_json:
        print_json({**_told(made.client), "secret": made.secret})
        return
    typer.echo(f"Client id      {made.client.id}")
    if made.secret:
        typer.echo(f"Client secret  {made.secret}")
        typer.echo("The secret is shown only now.")


def _told(client: Client) -> dict[str, object]:
    return {
        "id": client.id,
        "name": client.name,
        "kind": client.kind,
        "redirect_uris": list(client.redirect_uris),
        "scopes": sorted(client.scopes),
        "service_user": client.service_user,
    }
