"""Those whom sharing is about, in words: to be shown, and to be chosen from, one by one or several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from builder_ui.labels import Labels
from builder_ui.lists.model import Choice
from metamodel.access_definitions import ADMINISTRATOR, PrincipalKind

EVERYONE = "everyone"
# icons: user id-badge hierarchy-2 users-group inbox shield-check world
_ICONS = {
    "user": "user",
    "role": "id-badge",
    "role_and_below": "hierarchy-2",
    "team": "users-group",
    "queue": "inbox",
    "permission_set": "shield-check",
    EVERYONE: "world",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPrincipal:
    """`key`: as it is stored: role:rep, everyone."""

    key: str
    icon: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalGroup:
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalPicker:
    """Several are chosen. `name`: of the values that are sent; what is picked to be added is sent as `name`.add, and the button that
    adds it without a script is `do` with add:`name`."""

    name: str
    label: str
    chosen: tuple[ShownPrincipal, ...]
    groups: tuple[PrincipalGroup, ...]
    help: str = ""
    error: str = ""


def icon_of(key: str) -> str:
    return _ICONS.get(key.partition(":")[0], "id-badge")


def shown_principal(labels: Labels, key: str) -> ShownPrincipal:
    return ShownPrincipal(key=key, icon=icon_of(key), label=principal_label(labels, key))


def principal_label(labels: Labels, key: str) -> str:
    """Which kind it is stands in it where names alone would not say; somebody who is not there any more is called by the name."""
    kind, _, name = key.partition(":")
    words, model = labels.words, labels.model
    match kind:
        case "everyone":
            return words.say("Everybody")
        case "role" | "role_and_below":
            role = model.roles.get(name)
            label = labels.text(f"roles.{name}.label", role.label if role else name)
            return words.say("%(role)s and all below", role=label) if kind == "role_and_below" else label
        case "team":
            team = model.teams.get(name)
            return labels.text(f"teams.{name}.label", team.label if team else name)
        case "queue":
            queue = model.queues.get(name)
            return labels.queue(queue) if queue else name
        case "permission_set":
            if name == ADMINISTRATOR:
                return words.say("Administrator")
            found = model.permission_sets.get(name)
            return labels.text(f"permissions.{name}.label", found.label if found else name)
    return name or key


def principal_groups(
    labels: Labels, kinds: Sequence[PrincipalKind], without: Iterable[str] = ()
) -> tuple[PrincipalGroup, ...]:
    """In the order of `kinds`; a kind that there is none of is left out, and so are those of `without`."""
    taken, words, model = frozenset(without), labels.words, labels.model
    names: dict[PrincipalKind, tuple[str, Iterable[str]]] = {
        "role": (words.say("Roles"), model.roles),
        "role_and_below": (words.say("Roles with all below"), model.roles),
        "team": (words.say("Teams"), model.teams),
        "queue": (words.say("Queues"), model.queues),
        "permission_set": (words.say("Permission sets"), model.permission_sets),
        "everyone": (words.say("Everybody"), ("",)),
    }
    groups = []
    for kind in kinds:
        label, members = names[kind]
        keys = (f"{kind}:{name}" if name else kind for name in members)
        choices = [Choice(value=key, label=principal_label(labels, key)) for key in keys if key not in taken]
        if choices:
            groups.append(PrincipalGroup(label=label, choices=tuple(choices)))
    return tuple(groups)


def picker(
    labels: Labels,
    kinds: Sequence[PrincipalKind],
    *,
    name: str,
    label: str,
    chosen: Sequence[str],
    help_text: str = "",
    error: str = "",
) -> PrincipalPicker:
    return PrincipalPicker(
        name=name,
        label=label,
        chosen=tuple(shown_principal(labels, key) for key in chosen),
        groups=principal_groups(labels, kinds, chosen),
        help=help_text,
        error=error,
    )
