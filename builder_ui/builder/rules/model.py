"""What the pages of rules show."""

from __future__ import annotations

from dataclasses import dataclass

from builder_ui.builder.model import State
from builder_ui.lists.model import Choice, Tab
from builder_ui.objects import ObjectLink


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One statement of a rule file; a file that cannot be read is one row, with `is_broken`."""

    name: str
    href: str
    kind: str
    icon: str
    sentence: str
    object: ObjectLink | None
    package: str
    state: State
    is_active: bool = True
    is_broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleList:
    """`tabs`: all rules, and those of each object that has some; `left_out`: how many are not shown."""

    title: str
    rows: tuple[RuleRow, ...]
    tabs: tuple[Tab, ...]
    new_href: str
    left_out: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """`indent`: a class that sets it in; `number`: the line of the text, 0 where it has none of its own."""

    icon: str
    text: str
    indent: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCard:
    """A statement in words."""

    name: str
    kind: str
    icon: str
    object: str
    number: int
    is_active: bool
    lines: tuple[RuleLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFinding:
    text: str
    hint: str
    place: str
    number: int
    is_warning: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePanel:
    """Beside the text. `tags`: what is to be said of the whole, each with the tone that it has."""

    cards: tuple[RuleCard, ...] = ()
    findings: tuple[RuleFinding, ...] = ()
    left_out: str = ""
    tag: str = ""
    tag_tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePage:
    """One rule file. Without `can_write` it can only be read and simulated. `objects` and `since`: what its rules can be simulated on,
    `simulation`: what came of that."""

    title: str
    path: str
    text: str
    state: State
    panel: RulePanel
    service: str
    action: str
    can_write: bool
    note: str = ""
    errors: tuple[str, ...] = ()
    can_remove: bool = False
    rows: int = 20
    objects: tuple[Choice, ...] = ()
    since: tuple[Choice, ...] = ()
    simulation: SimulationPanel | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleChoice:
    value: str
    label: str
    help: str
    text: str
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRulePage:
    """`objects`: of which one is chosen; examples are about that one."""

    objects: tuple[Choice, ...]
    object: str
    name: str
    examples: tuple[ExampleChoice, ...]
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationCount:
    what: str
    number: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedChange:
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedRecord:
    name: str
    href: str
    changes: tuple[SimulatedChange, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationPanel:
    """What would come of the rules. `untracked`: fields whose history is not kept."""

    title: str = ""
    note: str = ""
    errors: tuple[str, ...] = ()
    counts: tuple[SimulationCount, ...] = ()
    records: tuple[SimulatedRecord, ...] = ()
    untracked: str = ""
