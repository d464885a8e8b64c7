"""`trellis webhook`: which there are, what they have sent, sending it again, and trying one out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, print_json, print_table

if TYPE_CHECKING:
    from trellis.automation.webhooks.posts import Post, Trial, WebhookState
    from trellis.runtime import Runtime

TENANT = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
LOGIN = typer.Option(None, "--as", help="The user who acts; the first administrator when not given.")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Webhooks, and what they have sent.", no_args_is_help=True)
    group.command("list")(show)
    group.command("posts")(posts)
    group.command("replay")(replay)
    group.command("try")(try_out)
    app.add_typer(group, name="webhook")


def show(tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """List the webhooks, and the secrets that they need and that are not set."""
    from trellis.automation.webhooks.posts import list_webhooks
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> tuple[WebhookState, ...]:
        home = await runtime.tenant(tenant)
        return await list_webhooks(home, runtime.access, await acting(home, login))

    found = run_with_runtime(work)
    if as_json:
        print_json(found)
    else:
        rows = [(one.name, one.provider, one.channel, one.host, ", ".join(one.missing_secrets)) for one in found]
        print_table(("name", "provider", "channel", "host", "secrets to set"), rows)


def posts(
    webhook: str | None = typer.Argument(None, help="Only what a rule sends by name through this webhook."),
    tenant: str = TENANT,
    limit: int = typer.Option(50, "--limit", min=1, max=1_000, help="How many to show at most, newest first."),
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """List what webhooks have sent and are to send: posts of rules, SMS and chat messages."""
    from trellis.automation.webhooks.posts import list_posts
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> tuple[Post, ...]:
        home = await runtime.tenant(tenant)
        return await list_posts(home, runtime.access, await acting(home, login), webhook=webhook, limit=limit)

    found = run_with_runtime(work)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one.id,
            one.webhook or one.kind,
            one.rule,
            one.status,
            one.attempts,
            f"{one.created_at:%Y-%m-%d %H:%M}",
            one.error,
        )
        for one in found
    ]
    print_table(("id", "webhook", "rule", "status", "tries", "created (UTC)", "last error"), rows)


def replay(
    post: str = typer.Argument(metavar="ID", help="The post, as `trellis webhook posts` names it."),
    tenant: str = TENANT,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Send a post once more, also one that was delivered, under the webhook-id that it had."""
    from datetime import UTC, datetime

    from trellis.automation.webhooks.posts import replay_post
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> None:
        home = await runtime.tenant(tenant)
        await replay_post(home, runtime.access, await acting(home, login), post, now=datetime.now(UTC))
        runtime.jobs.enqueue(tenant)

    run_with_runtime(work)
    if as_json:
        print_json({"replayed": 1})
    else:
        typer.echo("The post is in line again.")


def try_out(
    webhook: str = typer.Argument(help="The webhook's name."),
    tenant: str = TENANT,
    to: str = typer.Option("", "--to", help="A telephone number, for a gateway of SMS."),
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Send a trial message at once, and say what the receiver made of it. Ends with 1 when it was not taken."""
    from datetime import UTC, datetime

    from trellis.automation.webhooks.posts import try_webhook
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.outbound.opening import build_client

    async def work(runtime: Runtime) -> Trial:
        home = await runtime.tenant(tenant)
        actor, client = await acting(home, login), build_client(runtime.settings)
        return await try_webhook(home, runtime.access, actor, client, webhook, now=datetime.now(UTC), to=to)

    trial = run_with_runtime(work)
    if as_json:
        print_json(trial)
    else:
        typer.echo(f"{webhook} took the message." if trial.error is None else trial.error)
    if trial.error is not None:
        raise typer.Exit(1)
