"""Who may see and do what, decided the plain way: one record and one person at a time, in loops. It knows nothing of the platform."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.access.rights import TYPED, TYPES, WRITING, Condition, Principal, Rights

OWNED = ("account", "visit")
LINKS = {"account": {"parent": "account"}, "line": {"account": "account"}, "visit": {"account": "account"}}
STORED = {
    "account": ("name", "region", "level", "secret", "parent"),
    "line": ("name", "account"),
    "visit": ("name", "region", "level", "account", "record_type"),
}
READS = {
    ("account", "doubled"): [("account", "secret")],
    ("account", "parent_region"): [("account", "parent"), ("account", "region")],
    ("account", "line_count"): [("line", "account")],
    ("account", "visit_levels"): [("visit", "account"), ("visit", "level")],
    ("line", "account_level"): [("line", "account"), ("account", "level")],
    ("visit", "account_secret"): [("visit", "account"), ("account", "secret")],
}
IMPLIED = {
    "read": {"read"},
    "create": {"create", "read"},
    "edit": {"edit", "read"},
    "delete": {"delete", "read"},
    "view_all": {"view_all", "read"},
    "modify_all": {"modify_all", "view_all", "edit", "delete", "read"},
}


@dataclass(slots=True)
class Record:
    object: str
    values: dict[str, Any]
    owner: str | None
    queue: str | None = None
    binned: int | None = None
    """The step in which it went into the bin."""


@dataclass(slots=True)
class Share:
    record: str
    principal: Principal
    """("user", NAME) too."""
    writes: bool
    until: datetime | None


@dataclass(slots=True)
class Oracle:
    """`members`: (kind, name) -> the users."""

    rights: Rights
    now: datetime
    records: dict[str, Record] = field(default_factory=dict)
    members: dict[Principal, set[str]] = field(default_factory=dict)
    shares: dict[str, Share] = field(default_factory=dict)

    # What permission sets grant

    def sets(self, user: str) -> set[str]:
        held = {name for name in self.rights.sets if user in self.members.get(("permission_set", name), ())}
        if user in self.members.get(("permission_group", "bundle"), ()):
            held |= set(self.rights.bundle)
        return held

    def system(self, user: str) -> set[str]:
        found = {one for name in self.sets(user) for one in self.rights.sets[name].system}
        return found | {"view_all_data"} if "modify_all_data" in found else found

    def may(self, user: str, right: str, object_name: str) -> bool:
        held = [self.rights.sets[name] for name in self.sets(user) if object_name in self.rights.sets[name].objects]
        found = {implied for one in held for given in one.objects[object_name] for implied in IMPLIED[given]}
        if held and "view_all_data" in self.system(user):
            found |= IMPLIED["view_all"]
        if held and "modify_all_data" in self.system(user):
            found |= IMPLIED["modify_all"]
        return right in found

    def edits(self, user: str, object_name: str, name: str) -> bool:
        held = [self.rights.sets[one] for one in self.sets(user) if object_name in self.rights.sets[one].objects]
        return any((object_name, name) not in one.hidden for one in held)

    def reads(self, user: str, object_name: str, name: str) -> bool:
        if not self.may(user, "read", object_name):
            return False
        if name not in ("name", "id", "owner", "record_type") and not self.edits(user, object_name, name):
            return False
        return all(self.reads(user, *one) for one in READS.get((object_name, name), ()))

    def types(self, user: str) -> tuple[str, ...]:
        """The record types that they may give visits."""
        held = [self.rights.sets[name] for name in self.sets(user)]
        writing = [one for one in held if WRITING & set(one.objects.get(TYPED, ()))]
        if not writing or any(one.types is None for one in writing):
            return TYPES
        return tuple(name for name in TYPES if any(name in (one.types or ()) for one in writing))

    # Groups of people

    def is_above(self, high: str, low: str) -> bool:
        """Of roles."""
        above = self.rights.reports_to.get(low)
        return above is not None and (above == high or self.is_above(high, above))

    def has_role(self, user: str, name: str) -> bool:
        return user in self.members.get(("role", name), ())

    def is_in(self, user: str, principal: Principal) -> bool:
        kind, name = principal
        match kind:
            case "everyone":
                return True
            case "user":
                return user == name
            case "role_and_below":
                roles = [role for kind, role in self.members if kind == "role" and self.has_role(user, role)]
                return any(role == name or self.is_above(name, role) for role in roles)
            case "permission_set":
                return name in self.sets(user)
        return user in self.members.get(principal, ())

    def is_manager(self, user: str, owner: str) -> bool:
        roles = [name for kind, name in self.members if kind == "role"]
        return any(
            self.has_role(user, high) and self.has_role(owner, low) and self.is_above(high, low)
            for high in roles
            for low in roles
        )

    # Records

    def meets(self, user: str, when: Condition, record: Record) -> bool:
        value = record.values.get(when.field)
        match when.operator:
            case "mine":
                return record.owner == user
            case "blank":
                return value is None
            case "=":
                return (value or "") == when.value
            case "<>":
                return (value or "") != when.value
            case ">":
                return value is not None and value > when.value
            case "<":
                return value is not None and value < when.value
        raise AssertionError(when.operator)

    def reaches(self, user: str, level: str, record_id: str) -> bool:
        """`level`: read, write, own. Of a record that is live or not; what permission sets say of its object left aside."""
        record = self.records[record_id]
        for one in self.rights.restrictions.get(record.object, ()):
            applies = not one.applies_to or any(self.is_in(user, principal) for principal in one.applies_to)
            if applies and "view_all_data" not in self.system(user) and not self.meets(user, one.when, record):
                return False
        if self.may(user, "modify_all", record.object):
            return True
        if level == "read" and self.may(user, "view_all", record.object):
            return True
        if record.object == "line":
            master = record.values["account"]
            return self.sees(user, master) and self.reaches(user, "read" if level == "read" else "write", master)
        default = self.rights.defaults[record.object]
        if level == "read" and default in ("read", "read_write"):
            return True
        if level == "write" and default == "read_write":
            return True
        if record.owner is not None and (record.owner == user or self.is_manager(user, record.owner)):
            return True
        if record.queue is not None and self.is_in(user, ("queue", record.queue)):
            return True
        return level != "own" and self._is_opened(user, level, record_id)

    def _is_opened(self, user: str, level: str, record_id: str) -> bool:
        record = self.records[record_id]
        for rule in self.rights.rules.get(record.object, ()):
            if level == "write" and not rule.writes:
                continue
            if any(self.is_in(user, one) for one in rule.share_with) and self._falls_under(rule, user, record):
                return True
        return any(
            share.record == record_id
            and (share.writes or level == "read")
            and (share.until is None or share.until > self.now)
            and self.is_in(user, share.principal)
            for share in self.shares.values()
        )

    def _falls_under(self, rule: Any, user: str, record: Record) -> bool:
        if rule.when is not None:
            return self.meets(user, rule.when, record)
        for one in rule.owned_by:
            if one[0] == "queue" and record.queue == one[1]:
                return True
            if one[0] != "queue" and record.owner is not None and self.is_in(record.owner, one):
                return True
        return False

    def sees(self, user: str, record_id: str) -> bool:
        """The record is live, and they may read it."""
        record = self.records[record_id]
        return (
            record.binned is None
            and self.may(user, "read", record.object)
            and (record.object != "line" or self.records[record.values["account"]].binned is None)
            and self.reaches(user, "read", record_id)
        )

    def seen(self, user: str, object_name: str) -> set[str]:
        return {one for one, record in self.records.items() if record.object == object_name and self.sees(user, one)}

    # Values, as somebody sees them

    def value(self, user: str, record_id: str, name: str) -> Any:
        record = self.records[record_id]
        match record.object, name:
            case _, "id":
                return record_id
            case _, "owner":
                return record.owner
            case "account", "doubled":
                return None if record.values.get("secret") is None else record.values["secret"] * 2
            case "account", "parent_region":
                return self.across(user, record_id, "parent", "region")
            case "account", "line_count":
                return len(self._below(user, "line", record_id))
            case "account", "visit_levels":
                return sum(self.records[one].values.get("level") or 0 for one in self._below(user, "visit", record_id))
            case "line", "account_level":
                return self.across(user, record_id, "account", "level")
            case "visit", "account_secret":
                return self.across(user, record_id, "account", "secret")
        return record.values.get(name)

    def across(self, user: str, record_id: str, link: str, name: str) -> Any:
        other = self.records[record_id].values.get(link)
        return None if other is None or not self.sees(user, other) else self.value(user, other, name)

    def _below(self, user: str, object_name: str, account: str) -> set[str]:
        return {one for one in self.seen(user, object_name) if self.records[one].values.get("account") == account}

    # What comes of changes

    def outcome(self, user: str, right: str, level: str, record_id: str, fields: tuple[str, ...] = ()) -> str | None:
        """None: it is done; else why not."""
        record = self.records[record_id]
        if not self.may(user, right, record.object):
            return "AccessDenied"
        if not all(self.edits(user, record.object, name) for name in fields):
            return "AccessDenied"
        if not self.sees(user, record_id):
            return "NotFound"
        return None if self.reaches(user, level, record_id) else "AccessDenied"

    def pointing(self, record_id: str) -> list[str]:
        """Live records that point to it."""
        return [
            one
            for one, record in self.records.items()
            if record.binned is None and any(record.values.get(link) == record_id for link in LINKS[record.object])
        ]
