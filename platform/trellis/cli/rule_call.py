"""`trellis rule call`: a rule that is called, run for records of a tenant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from trellis.cli.console import JSON_OPTION, UsedWrongly, print_json, print_table

if TYPE_CHECKING:
    from trellis.automation.calling import CalledRecord
    from trellis.runtime import Runtime

ITS_RULE = typer.Argument(help="The rule's name, in quotes.")
IDS = typer.Argument(help="The ids of the records, all of one object.")
OBJECT = typer.Option(None, "--object", "-o", help="The object; only needed when rules of several have the name.")
GIVEN = typer.Option([], "--set", "-s", help="NAME=VALUE: a parameter of the rule; one not given is blank.")
TENANT = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
LOGIN = typer.Option(None, "--as", help="The user who acts; the first administrator when not given.")


def call(
    rule: str = ITS_RULE,
    ids: list[str] = IDS,
    object_name: str | None = OBJECT,
    given: list[str] = GIVEN,
    tenant: str = TENANT,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Call a rule for records, all or none; says which of them its condition holds for."""
    from trellis.automation.calling import Calls
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    values = _values(given)

    async def work(runtime: Runtime) -> tuple[CalledRecord, ...]:
        home = await runtime.tenant(tenant)
        calls = Calls(home, runtime.automation, runtime.access)
        actor = await acting(home, login)
        return await calls.call(actor, rule, ids, values, object_name=object_name, source="form")

    called = run_with_runtime(work)
    if as_json:
        print_json(called)
    else:
        print_table(("id", "version", "done"), [(one.id, one.version, one.is_done) for one in called])


def _values(given: Sequence[str]) -> dict[str, str]:
    values = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise UsedWrongly(f'--set {text} cannot be read; such as --set reason="Too small".')
        values[name] = value
    return values
