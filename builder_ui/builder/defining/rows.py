"""Those who have a role, a team or a permission set, and what the draft does to it -> the rows of a list, and the tree of roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from builder_ui.builder.defining.form import DEFINED, address_of
from builder_ui.builder.defining.model import DefinitionRow, RoleNode
from builder_ui.builder.model import State
from builder_ui.builder.workspace import Workspace
from builder_ui.faces import face_of
from builder_ui.labels import Labels
from builder_ui.principals import principal_label
from builder_ui.visit import Visit
from metamodel import path_of
from metamodel.access_definitions import ADMINISTRATOR, PermissionGroup
from trellis.automation.group_members import Definition, Group, GroupMember, definitions
from trellis.automation.groups import LABELS, GroupKind
from trellis.security.sharing import roles_below

FACES = 5
_NOBODY: tuple[GroupMember, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """`groups`: those in force, with their members; the draft's own come after them."""

    visit: Visit
    workspace: Workspace
    kind: GroupKind
    groups: Sequence[Group]

    def all(self) -> tuple[DefinitionRow, ...]:
        return tuple(self._row(name) for name in self._names())

    def tree(self) -> tuple[RoleNode, ...]:
        """A role that the draft removes stays at its place; one whose superior is not there is at the top."""
        names = self._names()
        above = {name: getattr(self._definition(name), "reports_to", None) for name in names}
        roots = [name for name in names if above[name] not in above]
        return tuple(self._node(name, above) for name in roots)

    def _node(self, name: str, above: Mapping[str, str | None]) -> RoleNode:
        row, words = self._row(name), self.visit.words
        can_add = row.state != "gone"
        return RoleNode(
            row=row,
            add_href=f"{address_of('role')}?add={name}" if can_add else "",
            add_label=words.say("Add a role below %(role)s", role=row.label),
            below=tuple(self._node(one, above) for one in above if above[one] == name),
        )

    def _names(self) -> tuple[str, ...]:
        live = [group.definition.name for group in self.groups]
        drafted = definitions(self.workspace.model, self.kind) if self.kind in DEFINED else {}
        return tuple(dict.fromkeys((*live, *drafted)))

    def _definition(self, name: str) -> Definition:
        found = definitions(self.workspace.model, self.kind).get(name)
        return found or definitions(self.workspace.live, self.kind)[name]

    def _row(self, name: str) -> DefinitionRow:
        words, definition = self.visit.words, self._definition(name)
        live, state = definitions(self.workspace.live, self.kind).get(name), self._state(name)
        labels = Labels(self.workspace.live if state == "gone" else self.workspace.model, words)
        members = self._members(name)
        label = self._label(labels, definition)
        address = f"{address_of(self.kind)}/{name}"
        is_own = self.kind in DEFINED and not definition.owner
        is_back = state in ("new", "gone")
        return DefinitionRow(
            name=name,
            label=label,
            href=address if live is not None else "",
            package=self._package(definition),
            state=state,
            faces=tuple(face_of(member.user_id, member.name) for member in members[:FACES]),
            count=len(members),
            names=", ".join(member.name for member in members),
            fact=self._fact(labels, definition),
            edit_href=f"{address_of(self.kind)}?edit={name}" if is_own and state != "gone" else "",
            edit_label=words.say("Edit %(name)s", name=label),
            remove_action=f"{address}/remove" if is_own else "",
            remove_label=words.say("Take back: %(name)s", name=label)
            if is_back
            else words.say("Remove %(name)s", name=label),
            undo=is_back,
        )

    def _package(self, definition: Definition) -> str:
        """The platform itself brings one permission set."""
        if self.kind == "permission_set" and definition.name == ADMINISTRATOR:
            return "Trellis"
        package = self.workspace.model.packages.get(definition.owner)
        return package.label if package else definition.owner

    def _state(self, name: str) -> State:
        live = definitions(self.workspace.live, self.kind).get(name)
        now = definitions(self.workspace.model, self.kind).get(name)
        if now is None:
            return "gone"
        if live is None:
            return "new"
        if self.kind not in DEFINED:
            return "changed" if path_of(self.kind, name) in self.workspace.draft else "live"
        return "live" if live == now else "changed"

    def _label(self, labels: Labels, definition: Definition) -> str:
        if self.kind == "permission_group":
            return labels.text(f"{LABELS[self.kind]}.{definition.name}.label", definition.label)
        return principal_label(labels, f"{self.kind}:{definition.name}")

    def _members(self, name: str) -> tuple[GroupMember, ...]:
        return next((group.members for group in self.groups if group.definition.name == name), _NOBODY)

    def _fact(self, labels: Labels, definition: Definition) -> str:
        if isinstance(definition, PermissionGroup):
            return labels.words.say(", ").join(
                principal_label(labels, f"permission_set:{name}") for name in definition.sets
            )
        if self.kind != "role":
            return ""
        below = roles_below(self.workspace.model, [definition.name])
        people = {member.user_id for name in below for member in self._members(name)}
        if not people:
            return ""
        return self.visit.words.count(
            "sees what %(num)s person below has", "sees what %(num)s people below have", len(people)
        )
