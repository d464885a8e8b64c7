"""The groups that a directory outside sees: roles, teams, permission sets and groups of those, each under an id of its own. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from metamodel.access_definitions import ADMINISTRATOR
from metamodel.model import Model
from trellis.automation.group_members import Definition
from trellis.automation.groups import GroupKind

KINDS: tuple[GroupKind, ...] = ("role", "team", "permission_set", "permission_group")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenGroup:
    kind: GroupKind
    name: str
    label: str


def groups_of(model: Model) -> Iterator[SeenGroup]:
    """In the model's order. Who is an administrator is said with each user, and by no directory."""
    of_kind: tuple[Mapping[str, Definition], ...] = (
        *(model.roles, model.teams, model.permission_sets, model.permission_groups),
    )
    for kind, found in zip(KINDS, of_kind, strict=True):
        for name, group in found.items():
            if (kind, name) != ("permission_set", ADMINISTRATOR):
                yield SeenGroup(kind=kind, name=name, label=group.label)


def id_of(kind: str, name: str) -> str:
    return f"{kind}.{name}"


def find_seen(model: Model, group_id: str) -> SeenGroup | None:
    return next((group for group in groups_of(model) if id_of(group.kind, group.name) == group_id), None)
