"""`trellis provider`: the providers of OpenID Connect outside that people sign in by. Their secrets are taken, and never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from trellis.cli.console import JSON_OPTION, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trellis.runtime import Runtime
    from trellis.security.outside.model import Provider

NAME = typer.Argument(help="The provider's name, as it stands in the redirect address.")
TENANT = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
LOGIN = typer.Option(None, "--as", help="The user who acts; the first administrator when not given.")
SCOPE = typer.Option([], "--scope", help="What is asked for; once for each. Without any: openid, profile and email.")
GROUP = typer.Option(
    [], "--group", help="Who is in a group there is in one here: 'CRM Sales = role.rep'; once for each."
)
CLAIM = typer.Option(None, "--groups-claim", help="What the provider calls the groups of a person, such as groups.")
USERS = typer.Option(None, "--create-users/--no-create-users", help="Who is known there and nobody here gets a user.")
EMAIL = typer.Option(
    None, "--link-by-email/--no-link-by-email", help="A verified address there is that of a user here."
)
FACTOR = typer.Option(
    [], "--second-factor-value", help="A value of amr or acr by which a second factor was shown there; once for each."
)
STDIN = typer.Option(False, "--stdin", help="Read the client secret from standard input.")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Providers outside that people sign in by.", no_args_is_help=True)
    group.command("list")(show)
    group.command("create")(create)
    group.command("change")(change)
    group.command("delete")(delete)
    app.add_typer(group, name="provider")


def show(tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """List the providers."""
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.security.outside.providers import list_providers

    async def work(runtime: Runtime) -> Sequence[Provider]:
        home = await runtime.tenant(tenant)
        return await list_providers(home, runtime.access, await acting(home, login))

    found = run_with_runtime(work)
    if as_json:
        print_json(found)
    else:
        rows = [(one.name, one.label, one.issuer, "yes" if one.is_active else "no") for one in found]
        print_table(("name", "label", "issuer", "offered"), rows)


def create(
    name: str = NAME,
    tenant: str = TENANT,
    label: str = typer.Option(..., "--label", help="What stands on the button."),
    issuer: str = typer.Option(..., "--issuer", help="The provider's address, letter by letter as it says it."),
    client_id: str = typer.Option(..., "--client-id", help="What the provider calls this server."),
    scope: list[str] = SCOPE,
    creates_users: bool | None = USERS,
    links_by_email: bool | None = EMAIL,
    groups_claim: str | None = CLAIM,
    group: list[str] = GROUP,
    second_factor: list[str] = FACTOR,
    stdin: bool = STDIN,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Set a provider up. Its client secret is asked for, unless it comes by standard input."""
    from trellis.cli.asking import read_secret
    from trellis.security.outside.model import Provider

    start = Provider(name=name, label=label, issuer=issuer, client_id=client_id)
    given = _given(scope, creates_users, links_by_email, groups_claim, group, second_factor)
    _put(start, given, read_secret("Client secret", is_piped=stdin), tenant, login, is_new=True, as_json=as_json)


def change(
    name: str = NAME,
    tenant: str = TENANT,
    label: str | None = typer.Option(None, "--label", help="What stands on the button."),
    issuer: str | None = typer.Option(None, "--issuer", help="Another one forgets whom the provider knew."),
    client_id: str | None = typer.Option(None, "--client-id", help="What the provider calls this server."),
    scope: list[str] = SCOPE,
    creates_users: bool | None = USERS,
    links_by_email: bool | None = EMAIL,
    groups_claim: str | None = CLAIM,
    group: list[str] = GROUP,
    second_factor: list[str] = FACTOR,
    is_active: bool | None = typer.Option(None, "--offer/--no-offer", help="Whether the sign-in page has its button."),
    secret: bool = typer.Option(False, "--secret", help="Give it another client secret: it is asked for."),
    stdin: bool = STDIN,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Change what is given; the rest stays as it is. Lists, such as groups, are given whole."""
    from trellis.cli.asking import read_secret

    given = _given(scope, creates_users, links_by_email, groups_claim, group, second_factor)
    texts = {"label": label, "issuer": issuer, "client_id": client_id, "is_active": is_active}
    given |= {name: value for name, value in texts.items() if value is not None}
    new_secret = read_secret("Client secret", is_piped=stdin) if secret or stdin else None
    _put(name, given, new_secret, tenant, login, is_new=False, as_json=as_json)


def delete(name: str = NAME, tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """Delete a provider. Whoever signed in by it stays a user."""
    from datetime import UTC, datetime

    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.security.outside.providers import delete_provider

    async def work(runtime: Runtime) -> None:
        home = await runtime.tenant(tenant)
        await delete_provider(home, runtime.access, await acting(home, login), name, now=datetime.now(UTC))

    run_with_runtime(work)
    if as_json:
        print_json({"deleted": name})
    else:
        typer.echo(f"The provider {name} is deleted from {tenant}.")


def _given(
    scopes: Sequence[str],
    creates_users: bool | None,
    links_by_email: bool | None,
    groups_claim: str | None,
    groups: Sequence[str],
    second_factor: Sequence[str],
) -> dict[str, Any]:
    """Without what was not given."""
    from trellis.security.outside.model import read_mapping

    values = {
        "scopes": tuple(scopes) or None,
        "creates_users": creates_users,
        "links_by_email": links_by_email,
        "groups_claim": groups_claim,
        "groups": tuple(read_mapping(one) for one in groups) or None,
        "second_factor_values": tuple(second_factor) or None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _put(
    start: Provider | str,
    given: dict[str, Any],
    secret: str | None,
    tenant: str,
    login: str | None,
    *,
    is_new: bool,
    as_json: bool,
) -> None:
    """`start`: a new one, or the name of one there is."""
    from dataclasses import replace
    from datetime import UTC, datetime

    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.security.outside.providers import get_provider, put_provider, redirect_address

    async def work(runtime: Runtime) -> tuple[Provider, str]:
        home = await runtime.tenant(tenant)
        actor = await acting(home, login)
        before = await get_provider(home, runtime.access, actor, start) if isinstance(start, str) else start
        made = await put_provider(
            home, runtime.access, actor, replace(before, **given), secret, is_new=is_new, now=datetime.now(UTC)
        )
        return made, redirect_address(runtime.settings.base_url, home.name, made.name)

    made, address = run_with_runtime(work)
    if as_json:
        print_json(made)
    else:
        typer.echo(f"The provider {made.name} is {'set up' if is_new else 'changed'} in {tenant}.")
        typer.echo(f"Redirect address  {address}")
