"""The lists of roles, teams, permission sets and groups of them: what they say of themselves, and their rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from builder_ui.builder.defining.form import DEFINED, Defined, address_of, new_label
from builder_ui.builder.defining.model import DefinitionDrawer, DefinitionList
from builder_ui.builder.defining.rows import Rows
from builder_ui.builder.grant_edit import own_in_draft
from builder_ui.builder.workspace import Workspace
from builder_ui.translation import Words
from builder_ui.visit import Visit
from metamodel import path_of
from trellis.automation.group_members import list_groups
from trellis.automation.groups import GroupKind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looks:
    title: str
    about: str
    empty_title: str
    empty_text: str
    icon: str


async def build_list(
    visit: Visit,
    workspace: Workspace,
    kind: GroupKind,
    drawer: DefinitionDrawer | None = None,
    errors: tuple[str, ...] = (),
) -> DefinitionList:
    words, looks = visit.words, _looks(visit.words, kind)
    groups = await list_groups(visit.tenant, visit.runtime.access, visit.actor, kind)
    rows = Rows(visit, workspace, kind, groups)
    page = DefinitionList(
        title=looks.title,
        about=looks.about,
        empty_title=looks.empty_title,
        empty_text=looks.empty_text,
        icon=looks.icon,
        rows=rows.all(),
        tree=rows.tree() if kind == "role" else (),
        problems=tuple(problem.render() for problem in workspace.problems),
        errors=errors,
        drawer=drawer,
    )
    if kind == "permission_set":
        href, label = f"{address_of(kind)}/new", words.say("New permission set")
        return replace(page, new_href=href, new_label=label, in_draft=await own_in_draft(visit))
    return replace(
        page,
        new_href=f"{address_of(kind)}?add=1",
        new_label=new_label(words, kind),
        fact_label=words.say("Permission sets") if kind == "permission_group" else "",
        access_href="/builder/plan/access" if path_of(f"{kind}s", f"{kind}s") in workspace.draft else "",
    )


def defined_kind(kind: GroupKind) -> Defined | None:
    return next((one for one in DEFINED if one == kind), None)


def _looks(words: Words, kind: GroupKind) -> _Looks:
    # icons: id-badge users-group shield-check stack-2
    match kind:
        case "permission_set":
            return _Looks(
                title=words.say("Permission sets"),
                about=words.say(
                    "What people may see and do. Somebody may have several, which add up. Who has one changes at once."
                ),
                empty_title=words.say("There are no permission sets yet"),
                empty_text=words.say(
                    "A permission set is a file in permissions/. Deploy one, and say here who has it."
                ),
                icon="shield-check",
            )
        case "permission_group":
            return _Looks(
                title=words.say("Permission groups"),
                about=words.say("Permission sets that are given together."),
                empty_title=words.say("There are no permission groups yet"),
                empty_text=words.say("A group holds the permission sets that somebody in one job needs."),
                icon="stack-2",
            )
        case "role":
            return _Looks(
                title=words.say("Roles"),
                about=words.say(
                    "What people do, and who reports to whom. Whoever is above sees what those below own. Rules assign to a role, "
                    "tell it, and ask it to approve."
                ),
                empty_title=words.say("There are no roles yet"),
                empty_text=words.say("Begin with the one that everybody reports to."),
                icon="id-badge",
            )
        case "team":
            return _Looks(
                title=words.say("Teams"),
                about=words.say(
                    "Who works together: rules assign to a team, tell it, and ask it to approve. Changes hold at once."
                ),
                empty_title=words.say("There are no teams yet"),
                empty_text=words.say("Records are shared with a team, and rules assign to it, whoever is in it."),
                icon="users-group",
            )
