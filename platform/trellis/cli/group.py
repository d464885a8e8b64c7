"""`trellis role`, `team`, `permission-set` and `permission-group`: which there are, who has or belongs to them, and changing that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import typer

from trellis.cli.console import JSON_OPTION, UsedWrongly, print_json, print_table

if TYPE_CHECKING:
    from trellis.automation.group_members import Group
    from trellis.runtime import Runtime

GroupKind = Literal["role", "team", "permission_set", "permission_group"]
_FILES: dict[GroupKind, str] = {
    "role": "roles.yaml",
    "team": "teams.yaml",
    "permission_set": "permissions/NAME.yaml",
    "permission_group": "permission_groups.yaml",
}
TENANT = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
LOGIN = typer.Option(None, "--as", help="The user who acts; the first administrator when not given.")
USERS = typer.Argument(None, help="User names or ids, in the order in which they take turns.")


def register(app: typer.Typer) -> None:
    _register(app, "role", "Roles, and who has them.", "Give a role to these users, in this order, and to nobody else.")
    _register(app, "team", "Teams, and who is in them.", "Make a team of these users, in this order, and nobody else.")
    _register(
        app,
        "permission_set",
        "Permission sets, and who has them.",
        "Give a permission set to these users, and to nobody else.",
    )
    _register(
        app,
        "permission_group",
        "Groups of permission sets, and who has them.",
        "Give all sets of a group to these users, and to nobody else.",
    )


def _register(app: typer.Typer, kind: GroupKind, help_text: str, set_help: str) -> None:
    words = kind.replace("_", " ")
    group = typer.Typer(help=help_text, no_args_is_help=True)
    its_name = typer.Argument(help=f"The {words}'s name, as in {_FILES[kind]}.")

    @group.command("list", help=f"List the {words}s and their members.")
    def show(tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION) -> None:
        from trellis.automation.group_members import list_groups
        from trellis.cli.acting import acting
        from trellis.cli.running import run_with_runtime

        async def work(runtime: Runtime) -> tuple[Group, ...]:
            home = await runtime.tenant(tenant)
            return await list_groups(home, runtime.access, await acting(home, login), kind)

        groups = run_with_runtime(work)
        if as_json:
            said = [(one.definition.name, one.definition.label, one.members) for one in groups]
            print_json([{"name": name, "label": label, "members": members} for name, label, members in said])
            return
        rows = [
            (one.definition.name, one.definition.label, ", ".join(member.username for member in one.members))
            for one in groups
        ]
        print_table(("name", "label", "members"), rows)

    @group.command("members", help=f"Show the members of a {words}, in order.")
    def members(
        name: str = its_name, tenant: str = TENANT, login: str | None = LOGIN, as_json: bool = JSON_OPTION
    ) -> None:
        from trellis.automation.group_members import get_group
        from trellis.cli.acting import acting
        from trellis.cli.running import run_with_runtime

        async def work(runtime: Runtime) -> Group:
            home = await runtime.tenant(tenant)
            return await get_group(home, runtime.access, await acting(home, login), kind, name)

        _print(run_with_runtime(work), as_json=as_json)

    @group.command("set", help=set_help)
    def replace(
        name: str = its_name,
        users: list[str] | None = USERS,
        tenant: str = TENANT,
        empty: bool = typer.Option(False, "--empty", help="Nobody any more."),
        login: str | None = LOGIN,
        as_json: bool = JSON_OPTION,
    ) -> None:
        from trellis.automation.group_members import replace_group_members
        from trellis.cli.acting import acting
        from trellis.cli.running import run_with_runtime

        if bool(users) == empty:
            raise UsedWrongly("Name the users, or say --empty for nobody any more.")

        async def work(runtime: Runtime) -> Group:
            home = await runtime.tenant(tenant)
            actor = await acting(home, login)
            return await replace_group_members(home, runtime.access, actor, kind, name, users or ())

        _print(run_with_runtime(work), as_json=as_json)

    app.add_typer(group, name=kind.replace("_", "-"))


def _print(group: Group, *, as_json: bool) -> None:
    if as_json:
        print_json(group.members)
        return
    rows = [(place, one.username, one.name, one.is_active) for place, one in enumerate(group.members, 1)]
    print_table(("place", "username", "name", "active"), rows)
