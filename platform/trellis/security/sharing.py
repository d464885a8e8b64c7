"""Whose records somebody sees: the model's defaults, hierarchy and rules, and a user's grants -> a RowFilter. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from metamodel.access_definitions import Principal, RestrictionRule, SharingRule
from metamodel.definitions import Object
from metamodel.fields.reference import MasterDetailField
from metamodel.model import Model
from trellis.security.grants import Grants
from trellis.security.permissions import Permissions
from trellis.security.row_filter import Master, OwnerGroup, RowFilter, Shares

RowAction = Literal["read", "update", "delete"]
"""What is done with a record that is there. "delete" stands for all that only its owner may do, and those above: deleting it,
handing it over, sharing it."""

EVERYONE = "everyone"
NO_RECORD = RowFilter()
CauseKind = Literal[
    "modify_all", "view_all", "default", "owner", "role", "queue", "rule", "share", "master", "restriction"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One of the ways by which a record may be seen or changed; for a restriction, one that takes it away. `name` and `label`: of the
    rule, or of what the default is; `filter`: the records that it holds for, None for all."""

    kind: CauseKind
    name: str = ""
    label: str = ""
    filter: RowFilter | None = None


class Sharing:
    """For one user's grants over one model."""

    def __init__(self, model: Model, grants: Grants, permissions: Permissions) -> None:
        self._model = model
        self._grants = grants
        self._permissions = permissions
        self.principals = principals_of(model, grants, permissions)
        self._below = roles_below(model, grants.roles)

    def filter(self, action: RowAction, object_name: str) -> RowFilter | None:
        """None for every record. Of an object that they may not read, no record: not as a master, and not to point to either."""
        target = self._model.object(object_name)
        if not target.is_system and "read" not in self._permissions.on(object_name).rights:
            return NO_RECORD
        restrictions = self._restrictions(target)
        if self._sees_all(action, target):
            return RowFilter(is_everyone=True, restrictions=restrictions) if restrictions else None
        if target.sharing == "controlled_by_parent":
            return self._by_masters(action, target, restrictions)
        return self._by_arms(action, target, restrictions)

    def causes(self, action: RowAction, object_name: str) -> tuple[Cause, ...]:
        """What `filter` is made of, each by itself: a record is let through when one of them holds, but for masters, of which all must,
        and no restriction does."""
        target = self._model.object(object_name)
        rights, default = self._permissions.on(target.name).rights, target.sharing
        found: list[Cause] = []
        if "modify_all" in rights:
            found.append(Cause(kind="modify_all"))
        elif action == "read" and "view_all" in rights:
            found.append(Cause(kind="view_all"))
        if self._sees_all(action, target) and not found:
            found.append(Cause(kind="default", name=default))
        if default != "controlled_by_parent":
            found += self._causes_by_arms(action, target)
        elif not found:
            masters = self._by_masters(action, target, ()).masters
            found = [Cause(kind="master", name=one.lookup, filter=RowFilter(masters=(one,))) for one in masters]
        return (*found, *self._restricting(target))

    def _causes_by_arms(self, action: RowAction, target: Object) -> list[Cause]:
        whole = self._by_arms(action, target, ())
        rules = [] if action == "delete" else self._rules(target, writable=action == "update")
        found = [Cause(kind="owner", filter=RowFilter(owned=True))] if whole.owned else []
        if whole.owned and self._below:
            above = (OwnerGroup(kind="role", names=self._below),)
            found.append(Cause(kind="role", filter=RowFilter(owner_groups=above)))
        if whole.owned and self._grants.queues:
            found.append(Cause(kind="queue", filter=RowFilter(queues=self._grants.queues)))
        for rule in rules:
            opened = opened_by(self._model, rule)
            found.append(Cause(kind="rule", name=rule.name, label=rule.label, filter=opened))
        if whole.shares is not None:
            found.append(Cause(kind="share", filter=RowFilter(shares=whole.shares)))
        return found

    def _restricting(self, target: Object) -> list[Cause]:
        applying = self._restrictions(target)
        sharing = self._model.sharing.get(target.name)
        return [
            Cause(
                kind="restriction",
                name=one.name,
                label=one.label,
                filter=left_by(one),
            )
            for one in (sharing.restrictions.values() if sharing else ())
            if one.when in applying
        ]

    def _sees_all(self, action: RowAction, target: Object) -> bool:
        rights, default = self._permissions.on(target.name).rights, target.sharing
        if "modify_all" in rights or target.is_system:
            return True
        match action:
            case "read":
                return "view_all" in rights or default in ("read", "read_write")
            case "update":
                return default == "read_write"
            case "delete":
                return default == "read_write" and not target.has_owner

    def _by_masters(self, action: RowAction, target: Object, restrictions: tuple[str, ...]) -> RowFilter:
        """Whoever may change the master may also delete what belongs to it."""
        on_master: RowAction = "read" if action == "read" else "update"
        masters = tuple(
            Master(lookup=name, object=field.object, filter=self.filter(on_master, field.object))
            for name, field in target.fields.items()
            if isinstance(field, MasterDetailField)
        )
        return RowFilter(masters=masters, restrictions=restrictions)

    def _by_arms(self, action: RowAction, target: Object, restrictions: tuple[str, ...]) -> RowFilter:
        is_full = action == "delete"
        rules = () if is_full else self._rules(target, writable=action == "update")
        shares = Shares(object=target.name, principals=self.principals, writable=action == "update")
        owned_by = [principal for rule in rules for principal in rule.owned_by]
        queues = (self._grants.queues | _queues(owned_by)) & self._model.queues.keys()
        above = OwnerGroup(kind="role", names=self._below)
        return RowFilter(
            owned=target.has_owner,
            owner_groups=_together([above, *_owner_groups(self._model, owned_by)]) if target.has_owner else (),
            queues=frozenset(queues) if target.has_owner else frozenset(),
            criteria=tuple(rule.when for rule in rules if rule.when is not None),
            shares=None if is_full else shares,
            restrictions=restrictions,
        )

    def _rules(self, target: Object, *, writable: bool) -> list[SharingRule]:
        sharing = self._model.sharing.get(target.name)
        return [
            rule
            for rule in (sharing.rules.values() if sharing else ())
            if self.is_among(rule.share_with) and (rule.access == "read_write" or not writable)
        ]

    def _restrictions(self, target: Object) -> tuple[str, ...]:
        sharing = self._model.sharing.get(target.name)
        if sharing is None or "view_all_data" in self._permissions.system:
            return ()
        applying = (one for one in sharing.restrictions.values() if not one.applies_to or self.is_among(one.applies_to))
        return tuple(one.when for one in applying)

    def is_among(self, principals: Iterable[Principal]) -> bool:
        return any(key_of(principal) in self.principals for principal in principals)


def opened_by(model: Model, rule: SharingRule) -> RowFilter:
    """The records that a rule opens, whoever they are opened to."""
    if rule.when is not None:
        return RowFilter(criteria=(rule.when,))
    return RowFilter(owner_groups=_together(_owner_groups(model, rule.owned_by)), queues=_queues(rule.owned_by))


def left_by(rule: RestrictionRule) -> RowFilter:
    """The records that a restriction leaves."""
    return RowFilter(is_everyone=True, restrictions=(rule.when,))


def key_of(principal: Principal) -> str:
    """As it is written in the table of shares: role:rep, everyone."""
    return f"{principal.kind}:{principal.name}" if principal.name else principal.kind


def principals_of(model: Model, grants: Grants, permissions: Permissions) -> frozenset[str]:
    """Every group that the user is in, as key_of writes them."""
    roles = grants.roles & model.roles.keys()
    return frozenset(
        (
            EVERYONE,
            *(f"role:{name}" for name in roles),
            *(f"role_and_below:{name}" for name in roles | roles_above(model, roles)),
            *(f"team:{name}" for name in grants.teams & model.teams.keys()),
            *(f"queue:{name}" for name in grants.queues & model.queues.keys()),
            *(f"permission_set:{granted.name}" for granted in permissions.sets),
        )
    )


def roles_above(model: Model, roles: Iterable[str]) -> frozenset[str]:
    """The roles that these report to, at any height."""
    found: set[str] = set()
    for name in roles:
        role = model.roles.get(name)
        while role is not None and role.reports_to is not None and role.reports_to not in found:
            found.add(role.reports_to)
            role = model.roles.get(role.reports_to)
    return frozenset(found)


def roles_below(model: Model, roles: Iterable[str]) -> frozenset[str]:
    """The roles that report to these, at any depth; these themselves only when one of them reports to another."""
    reporting: dict[str, list[str]] = {}
    for role in model.roles.values():
        if role.reports_to is not None:
            reporting.setdefault(role.reports_to, []).append(role.name)
    found: set[str] = set()
    waiting = list(roles)
    while waiting:
        below = [name for name in reporting.get(waiting.pop(), ()) if name not in found]
        found.update(below)
        waiting += below
    return frozenset(found)


def _owner_groups(model: Model, principals: Iterable[Principal]) -> list[OwnerGroup]:
    groups = []
    for one in principals:
        match one.kind:
            case "role" | "team":
                groups.append(OwnerGroup(kind=one.kind, names=frozenset({one.name})))
            case "permission_set":
                holding = (group.name for group in model.permission_groups.values() if one.name in group.sets)
                groups.append(OwnerGroup(kind=one.kind, names=frozenset({one.name})))
                groups.append(OwnerGroup(kind="permission_group", names=frozenset(holding)))
            case "role_and_below":
                names = roles_below(model, [one.name]) | {one.name}
                groups.append(OwnerGroup(kind="role", names=names))
            case "everyone":
                groups.append(OwnerGroup(kind=EVERYONE, names=frozenset()))
            case "queue":
                pass
    return groups


def _queues(principals: Iterable[Principal]) -> frozenset[str]:
    return frozenset(one.name for one in principals if one.kind == "queue")


def _together(groups: Iterable[OwnerGroup]) -> tuple[OwnerGroup, ...]:
    """One for each kind, without those that nobody can be in."""
    names: dict[str, set[str]] = {}
    for group in groups:
        if group.names or group.kind == EVERYONE:
            names.setdefault(group.kind, set()).update(group.names)
    return tuple(OwnerGroup(kind=kind, names=frozenset(names[kind])) for kind in sorted(names))
