"""`trellis doctor`: what this version of Trellis would not accept of what is deployed. Served it is all the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from trellis.cli.console import JSON_OPTION, REFUSED, print_json

if TYPE_CHECKING:
    from metamodel import MetadataProblem
    from trellis.runtime import Runtime
    from trellis.tenancy.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """`error`: why the tenant could not be looked at; `revision` is None then. `advice`: what works, and had better be changed."""

    tenant: str
    revision: int | None = None
    problems: Sequence[MetadataProblem] = ()
    error: str | None = None
    advice: Sequence[str] = ()

    @property
    def is_well(self) -> bool:
        return not self.problems and self.error is None and not self.advice

    def to_json(self) -> dict[str, Any]:
        problems = [problem.to_json() for problem in self.problems]
        return {"tenant": self.tenant, "revision": self.revision, "problems": problems, "error": self.error} | {
            "advice": list(self.advice)
        }


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(
    tenant: str = typer.Option("", "--tenant", "-t", help="One tenant's name; all of them when not given."),
    as_json: bool = JSON_OPTION,
) -> None:
    """Look at what is deployed with the eyes of this version: run it after an upgrade. Exits with 1 when there is something to mend.

    What an earlier version accepted is served as before; formulas and rules that this version cannot read any more fail when they are
    used. The next deploy must mend them."""
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> list[Diagnosis]:
        if tenant:
            return [await _examined(await runtime.tenant(tenant))]
        return [await _examine(runtime, entry.name) for entry in await runtime.directory.list()]

    found = run_with_runtime(work)
    if as_json:
        print_json([one.to_json() for one in found])
    else:
        for one in found:
            _print(one)
    if not all(one.is_well for one in found):
        raise typer.Exit(REFUSED)


async def _examine(runtime: Runtime, name: str) -> Diagnosis:
    """A tenant that cannot be opened does not keep the others from being looked at."""
    from trellis.errors import TrellisError

    try:
        return await _examined(await runtime.tenant(name))
    except TrellisError as error:
        return Diagnosis(tenant=name, error=error.message)


async def _examined(tenant: Tenant) -> Diagnosis:
    from trellis.schema.deployed_problems import find_deployed_problems

    problems = await find_deployed_problems(tenant)
    revision = (await tenant.compiled()).revision
    return Diagnosis(tenant=tenant.name, revision=revision, problems=problems, advice=await _advice(tenant))


async def _advice(tenant: Tenant) -> list[str]:
    return [*await _about_secrets(tenant), *await _about_the_audit(tenant)]


async def _about_the_audit(tenant: Tenant) -> list[str]:
    from trellis.security.audit.verify import find_missing_guards

    missing = await find_missing_guards(tenant)
    if not missing:
        return []
    names = ", ".join(missing)
    return [f"The database does not guard the audit: the triggers {names} are gone. `trellis audit verify` tells more."]


async def _about_secrets(tenant: Tenant) -> list[str]:
    """Nothing is said of a missing master key to whoever has nothing to seal."""
    from trellis.security.encryption.plain_secrets import find_plain_secrets

    plain = await find_plain_secrets(tenant.database)
    if not plain:
        return []
    names = ", ".join(name for name in plain if not name.startswith(":")) or "the key of mail"
    return [f"Secrets are kept unsealed, since the server has no master key: {names}. Set TRELLIS_MASTER_KEY_FILE."]


def _print(one: Diagnosis) -> None:
    if one.error is not None:
        typer.echo(f"{one.tenant}: cannot be looked at: {one.error}")
    elif one.is_well:
        typer.echo(f"{one.tenant}: revision {one.revision} is well.")
    elif one.problems:
        count = f"{len(one.problems)} {'problem' if len(one.problems) == 1 else 'problems'}"
        typer.echo(f"{one.tenant}: {count} in revision {one.revision}, which is served as it is:")
        for problem in one.problems:
            typer.echo(f"  {problem.render()}")
    for advice in one.advice:
        typer.echo(f"{one.tenant}: {advice}")
