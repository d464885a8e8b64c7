"""The drawer of a rule or a restriction: as the address asks for it, or as it was sent back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from builder_ui.builder.sharing.model import Part, RuleDrawer
from builder_ui.builder.sharing.rule_form import RuleForm, service_of
from builder_ui.builder.workspace import Body, Workspace
from builder_ui.forms.model import Widget
from builder_ui.formulas.samples import sample_widget
from builder_ui.labels import Labels
from builder_ui.visit import Visit
from metamodel import path_of
from metamodel.definitions import Object

KIND = "sharing"
PARTS: tuple[Part, ...] = ("rules", "restrictions")


async def asked_drawer(visit: Visit, workspace: Workspace, thing: Object) -> RuleDrawer | None:
    """`?add=rules` for a new one, `?rules=NAME` for one that is there; None when the address names neither."""
    begun = next((part for part in PARTS if part == visit.asked("add")), None)
    if begun is not None and thing.sharing != "controlled_by_parent":
        return await drawer_of(visit, workspace, thing, begun, "", {}, {})
    for part in PARTS:
        body = rules_file(workspace, thing).get(part, {}).get(visit.asked(part))
        if body is not None:
            return await drawer_of(visit, workspace, thing, part, visit.asked(part), body, {})
    return None


async def drawer_of(
    visit: Visit,
    workspace: Workspace,
    thing: Object,
    part: Part,
    name: str,
    body: Body,
    errors: Mapping[str, Sequence[str]],
) -> RuleDrawer:
    """As in RuleForm."""
    labels, sample = Labels(workspace.model, visit.words), await _sample(visit, workspace, thing)
    return RuleForm(labels, thing, part, name, body, errors, sample, visit.posted("f.name")).drawer()


def rules_file(workspace: Workspace, thing: Object) -> Body:
    """The tenant's own file of the object's sharing; {} when there is none."""
    return workspace.body(path_of(KIND, thing.name)) or {}


async def _sample(visit: Visit, workspace: Workspace, thing: Object) -> Widget | None:
    """A record to try the condition on, where there are some."""
    if thing.name not in workspace.live.objects or not visit.may("read", thing.name):
        return None
    return await sample_widget(visit, thing, service_of(thing))
