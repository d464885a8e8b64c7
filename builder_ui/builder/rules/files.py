"""Rule files in the builder: those in force with the draft over them, and the statements that each holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from builder_ui.builder.model import State
from builder_ui.builder.workspace import Workspace
from rule_engine.rules import parse_with_problems
from rule_engine.rules.syntax.statements import Approval, RuleSource

_PATH = re.compile(r"rules/(?P<name>[A-Za-z0-9][A-Za-z0-9_.\-]{0,99})\.rule\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How a statement begins; `kind`: rule, assignment, validation, approval or test."""

    kind: str
    name: str
    object: str
    line: int

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.object, self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltFile:
    """`owner`: the package that it is from, "" for the tenant's own. One that the draft removes has its deployed source."""

    owner: str
    path: str
    source: str
    state: State

    @property
    def name(self) -> str:
        return name_of(self.path) or self.path

    @property
    def href(self) -> str:
        return f"/builder/rules/{self.name}" + (f"?owner={self.owner}" if self.owner else "")


def name_of(path: str) -> str | None:
    """The name of the rule file at a path; None when it is no rule file."""
    found = _PATH.match(path)
    return found["name"] if found else None


def path_of_rules(name: str) -> str | None:
    """None for what no file can be called."""
    path = f"rules/{name}.rule"
    return path if _PATH.match(path) else None


def rule_files(workspace: Workspace) -> Iterator[BuiltFile]:
    """The tenant's own first, then those of packages; each in the order of paths."""
    own = {path: source for path, source in workspace.own.items() if name_of(path)}
    for path in sorted({*own, *(path for path in workspace.draft if name_of(path))}):
        found = find_file(workspace, path)
        if found is not None:
            yield found
    for file in workspace.stored:
        if file.owner and name_of(file.path):
            yield BuiltFile(owner=file.owner, path=file.path, source=file.source, state="live")


def find_file(workspace: Workspace, path: str, owner: str = "") -> BuiltFile | None:
    if owner:
        sources = [file.source for file in workspace.stored if (file.owner, file.path) == (owner, path)]
        return BuiltFile(owner=owner, path=path, source=sources[0], state="live") if sources else None
    live, drafted = workspace.own.get(path), workspace.source(path)
    if drafted is not None:
        state: State = "live" if path not in workspace.draft else "new" if live is None else "changed"
        return BuiltFile(owner="", path=path, source=drafted, state=state)
    return None if live is None else BuiltFile(owner="", path=path, source=live, state="gone")


@lru_cache(maxsize=256)
def heads_of(source: str) -> tuple[Head, ...] | None:
    """The statements of a file in their order; None when it cannot be read."""
    tree, problems = parse_with_problems(source)
    return None if problems else tuple(_heads(tree))


def _heads(tree: RuleSource) -> Iterator[Head]:
    for statement in tree.statements:
        yield Head(
            kind=type(statement).__name__.lower(),
            name=statement.name.name if isinstance(statement, Approval) else statement.title.value,
            object=statement.object.name,
            line=tree.source.count("\n", 0, statement.start) + 1,
        )
