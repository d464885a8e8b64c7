"""Who may do what, as data that both sides of the comparison take: source files for the platform, plain values for the oracle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Principal = tuple[str, str]
"""(kind, name), the name "" for everyone."""

ROLES = ("chief", "lead", "rep", "clerk")
TEAMS = ("audit", "field")
QUEUES = ("desk", "door")
SETS = ("writer", "reader", "owner_of_all", "seer", "money", "visitor")
GROUPS = ("bundle",)

PRINCIPALS: tuple[Principal, ...] = (
    ("everyone", ""),
    *(("role", name) for name in ROLES),
    *(("role_and_below", name) for name in ROLES),
    *(("team", name) for name in TEAMS),
    *(("queue", name) for name in QUEUES),
    *(("permission_set", name) for name in SETS),
)

SHARED_OBJECTS = ("account", "visit")
OBJECTS = ("account", "line", "visit")
TYPED = "visit"
TYPES = ("call", "trip")
"""The record types of visits; the first one is the default."""
WRITING = {"create", "edit", "modify_all"}
REGIONS = ("West", "East", "North")


@dataclass(frozen=True, slots=True)
class Condition:
    """`text`: the formula; `field`, `operator`, `value`: the same for the oracle. `value` "$owner": whoever asks owns the record."""

    field: str
    operator: str
    value: object

    @property
    def text(self) -> str:
        if self.operator == "mine":
            return "owner = $User.id"
        if self.operator == "blank":
            return f"ISBLANK({self.field})"
        shown = f'"{self.value}"' if isinstance(self.value, str) else str(self.value)
        return f"{self.field} {self.operator} {shown}"


@dataclass(frozen=True, slots=True)
class Rule:
    when: Condition | None
    owned_by: tuple[Principal, ...]
    share_with: tuple[Principal, ...]
    writes: bool


@dataclass(frozen=True, slots=True)
class Restriction:
    when: Condition
    applies_to: tuple[Principal, ...]


@dataclass(frozen=True, slots=True)
class PermissionSet:
    """`objects`: rights by object; `hidden`: (object, field) that the set does not let one read; all else may be edited. `types`: the
    record types that visits may be given, None for all."""

    objects: Mapping[str, tuple[str, ...]]
    hidden: frozenset[tuple[str, str]] = frozenset()
    system: tuple[str, ...] = ()
    types: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Rights:
    """`reports_to`: role -> the one above; `bundle`: the sets of the one group."""

    defaults: Mapping[str, str]
    reports_to: Mapping[str, str]
    sets: Mapping[str, PermissionSet]
    bundle: tuple[str, ...]
    rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    restrictions: Mapping[str, tuple[Restriction, ...]] = field(default_factory=dict)


def files_of(rights: Rights) -> dict[str, str | None]:
    """All of a tenant's source files; None for those that are not to be there."""
    files: dict[str, str | None] = {
        "objects/account.yaml": _ACCOUNT.replace("SHARING", rights.defaults["account"]),
        "objects/line.yaml": _LINE,
        "objects/visit.yaml": _VISIT.replace("SHARING", rights.defaults["visit"]),
        "roles.yaml": "".join(_role(name, rights.reports_to.get(name)) for name in ROLES),
        "teams.yaml": "".join(f"{name}: {{label: {name}}}\n" for name in TEAMS),
        "queues.yaml": "".join(f"{name}: {{label: {name}}}\n" for name in QUEUES),
        "permission_groups.yaml": f"bundle: {{label: Bundle, sets: [{', '.join(rights.bundle)}]}}\n",
    }
    for name, granted in rights.sets.items():
        files[f"permissions/{name}.yaml"] = _set(name, granted)
    for name in SHARED_OBJECTS:
        files[f"sharing/{name}.yaml"] = _sharing(rights.rules.get(name, ()), rights.restrictions.get(name, ()))
    return files


def _role(name: str, above: str | None) -> str:
    return f"{name}: {{label: {name}{f', reports_to: {above}' if above else ''}}}\n"


def _set(name: str, granted: PermissionSet) -> str:
    lines = [f"label: {name}", f"system: [{', '.join(granted.system)}]" if granted.system else ""]
    if granted.objects:
        lines.append("objects:")
    for object_name, rights in granted.objects.items():
        fields = ["'*': edit", *(f"{field}: none" for owner, field in sorted(granted.hidden) if owner == object_name)]
        types = ""
        if object_name == TYPED and granted.types is not None and WRITING & set(rights):
            types = f", record_types: [{', '.join(granted.types)}]"
        lines.append(f"  {object_name}: {{rights: [{', '.join(rights)}], fields: {{{', '.join(fields)}}}{types}}}")
    return "\n".join(line for line in lines if line) + "\n"


def _sharing(rules: tuple[Rule, ...], restrictions: tuple[Restriction, ...]) -> str | None:
    if not rules and not restrictions:
        return None
    lines = ["rules:"] if rules else []
    for number, rule in enumerate(rules):
        what = f"when: '{rule.when.text}'" if rule.when else f"owned_by: {_principals(rule.owned_by)}"
        access = "read_write" if rule.writes else "read"
        shared = f"share_with: {_principals(rule.share_with)}"
        lines.append(f"  rule_{number}: {{label: Rule {number}, {what}, {shared}, access: {access}}}")
    lines += ["restrictions:"] if restrictions else []
    for number, one in enumerate(restrictions):
        who = f", applies_to: {_principals(one.applies_to)}" if one.applies_to else ""
        lines.append(f"  limit_{number}: {{label: Limit {number}, when: '{one.when.text}'{who}}}")
    return "\n".join(lines) + "\n"


def _principals(principals: tuple[Principal, ...]) -> str:
    return f"[{', '.join(f'{{{kind}: {name}}}' if name else kind for kind, name in principals)}]"


_ACCOUNT = """\
label: Account
plural_label: Accounts
name_field: name
sharing: SHARING
history: true
fields:
  name: {type: text, label: Name, length: 80, required: true}
  region: {type: text, label: Region, length: 20}
  level: {type: number, label: Level, precision: 4, scale: 0}
  secret: {type: number, label: Secret, precision: 6, scale: 0}
  parent: {type: lookup, label: Parent, object: account, on_delete: restrict}
  doubled: {type: formula, label: Doubled, returns: number, scale: 0, blanks: blank, formula: secret * 2}
  parent_region: {type: formula, label: Region of parent, returns: text, formula: parent.region}
  line_count: {type: formula, label: Lines, returns: number, scale: 0, blanks: blank, formula: COUNT(lines)}
  visit_levels: {type: formula, label: Levels, returns: number, scale: 0, blanks: blank, formula: 'SUM(visits, level)'}
"""

_LINE = """\
label: Line
plural_label: Lines
name_field: name
owned: false
sharing: controlled_by_parent
fields:
  name: {type: text, label: Name, length: 80, required: true}
  account: {type: master_detail, label: Account, object: account}
  account_level: {type: formula, label: Level of account, returns: number, scale: 0, blanks: blank, formula: account.level}
"""

_VISIT = """\
label: Visit
plural_label: Visits
name_field: name
sharing: SHARING
fields:
  name: {type: text, label: Name, length: 80, required: true}
  region: {type: text, label: Region, length: 20}
  level: {type: number, label: Level, precision: 4, scale: 0}
  account: {type: lookup, label: Account, object: account, on_delete: restrict}
  account_secret: {type: formula, label: Secret of account, returns: number, scale: 0, blanks: blank, formula: account.secret}
record_types: {call: {label: Call}, trip: {label: Trip}}
default_record_type: call
"""
