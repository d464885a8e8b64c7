"""`trellis package`: building, testing, installing and uninstalling packages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, UsedWrongly, print_json, print_table
from trellis.cli.rule_test import run_package_tests

if TYPE_CHECKING:
    from trellis.packaging.content import PackageContent
    from trellis.runtime import Runtime
    from trellis.schema.deploy import Deployment
    from trellis.schema.plan import Plan

SOURCE = typer.Argument(help="The package's folder, its archive, or the name of one that comes with Trellis.")
TENANT = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
LOGIN = typer.Option(None, "--as", help="The user who acts; the first administrator when not given.")
YES = typer.Option(False, "--yes", help="Agree to everything that the plan destroys.")
DRY_RUN = typer.Option(False, "--dry-run", help="Show the plan and change nothing.")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Build, test, install and uninstall packages.", no_args_is_help=True)
    group.command("build")(build)
    group.command("install")(install)
    group.command("uninstall")(uninstall)
    group.command("list")(show)
    group.command("sample")(sample)
    group.command("test")(run_package_tests)
    app.add_typer(group, name="package")


def build(
    folder: Path = typer.Argument(help="The package's folder."),
    output: Path | None = typer.Option(
        None, "--output", "-o", help="The archive; NAME-VERSION.trellis when not given."
    ),
    as_json: bool = JSON_OPTION,
) -> None:
    """Check a package and write it as one archive; the same input gives the same bytes."""
    import hashlib

    from trellis.packaging.archive import archive_name, build_archive
    from trellis.packaging.check import check_content

    content = load_content(str(folder))
    check_content(content)
    data = build_archive(content)
    path = output or Path(archive_name(content))
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsedWrongly(f"{path} cannot be written: {error.strerror}") from error
    digest = hashlib.sha256(data).hexdigest()
    if as_json:
        print_json({"path": str(path), "bytes": len(data), "sha256": digest})
    else:
        typer.echo(f"Built {path}: {len(content.files)} files, {len(data):,} bytes, SHA-256 {digest}")


def install(
    source: str = SOURCE,
    tenant: str = TENANT,
    login: str | None = LOGIN,
    yes: bool = YES,
    dry_run: bool = DRY_RUN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Install a package, or another version of one, by a plan."""
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.packaging import install as installing

    content = load_content(source)

    async def work(runtime: Runtime) -> Plan | Deployment:
        home = await runtime.tenant(tenant)
        actor = await acting(home, login)
        if dry_run:
            return await installing.plan_install(home, actor, content)
        return await installing.install(home, actor, content, accept_destruction=yes)

    _print(run_with_runtime(work), f"Installed {content.package.name} {content.package.version}", as_json=as_json)


def uninstall(
    name: str = typer.Argument(help="The package's name."),
    tenant: str = TENANT,
    login: str | None = LOGIN,
    yes: bool = YES,
    dry_run: bool = DRY_RUN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Take a package's components away; their data waits in the bin for 30 days."""
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.packaging import install as installing

    async def work(runtime: Runtime) -> Plan | Deployment:
        home = await runtime.tenant(tenant)
        actor = await acting(home, login)
        if dry_run:
            return await installing.plan_uninstall(home, actor, name)
        return await installing.uninstall(home, actor, name, accept_destruction=yes)

    _print(run_with_runtime(work), f"Uninstalled {name}", as_json=as_json)


def show(tenant: str = TENANT, as_json: bool = JSON_OPTION) -> None:
    """List the packages that a tenant has."""
    from trellis.cli.running import run_with_runtime
    from trellis.packaging.install import installed

    async def work(runtime: Runtime) -> list[dict[str, str]]:
        packages = await installed(await runtime.tenant(tenant))
        return [{"name": p.name, "version": p.version, "label": p.label} for _, p in sorted(packages.items())]

    found = run_with_runtime(work)
    if as_json:
        print_json(found)
    else:
        print_table(("name", "version", "label"), [tuple(package.values()) for package in found])


def sample(source: str = SOURCE, tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
    """Create a package's sample data, owned by the tenant's active users. No rule runs for it."""
    from datetime import UTC, datetime

    from trellis.automation.silent import SilentAutomation
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.packaging.sample import load_sample
    from trellis.records.service import Records
    from trellis.security.users import list_users

    content = load_content(source)

    async def work(runtime: Runtime) -> dict[str, int]:
        home = await runtime.tenant(tenant)
        actor = await acting(home, login)
        writer = Records(home, SilentAutomation(), runtime.access)
        users = [user.id for user in await list_users(home) if user.is_active]
        return dict(await load_sample(writer, actor, content, today=datetime.now(UTC).date(), users=users))

    made = run_with_runtime(work)
    if as_json:
        print_json(made)
    else:
        typer.echo("Created " + (", ".join(f"{number} {name}" for name, number in made.items()) or "nothing") + ".")


def load_content(source: str) -> PackageContent:
    """By a folder, an archive, or the name of a package that comes with Trellis. Raises InvalidPackage."""
    from trellis.packaging.archive import MAX_ARCHIVE_BYTES, read_archive
    from trellis.packaging.bundled import bundled_folder
    from trellis.packaging.content import content_of
    from trellis.packaging.folder import load_folder

    path = Path(source)
    if path.is_file():
        if path.stat().st_size > MAX_ARCHIVE_BYTES:
            raise UsedWrongly(f"{path} has more than {MAX_ARCHIVE_BYTES:,} bytes.")
        return read_archive(path.read_bytes())
    return content_of(load_folder(path if path.is_dir() else bundled_folder(source)))


def _print(outcome: Plan | Deployment, done: str, *, as_json: bool) -> None:
    from trellis.schema.deploy import Deployment

    plan = outcome.plan if isinstance(outcome, Deployment) else outcome
    if as_json:
        document = {"plan": plan.to_json()}
        print_json({**document, "revision": outcome.revision} if isinstance(outcome, Deployment) else document)
        return
    typer.echo(plan.to_text())
    typer.echo(f"{done}: revision {outcome.revision}." if isinstance(outcome, Deployment) else "Nothing was changed.")
