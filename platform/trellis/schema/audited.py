"""What the audit says of a deploy: what it was, which files changed, which packages came and went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from metamodel.access_definitions import ADMINISTRATOR
from metamodel.model import Model
from trellis.schema.plan import Plan
from trellis.schema.source_change import Target
from trellis.security.actor import Actor
from trellis.security.audit import AuditEvent, Subject
from trellis.security.audit.event import EventName

MOST_NAMED = 100


def deploy_events(
    actor: Actor, before: Model, target: Target, plan: Plan, *, revision: int, back_to: int | None, summary: str
) -> Iterator[AuditEvent]:
    """`revision`: the new one; `back_to`: the one that a rollback returns to. Further events for what matters by itself."""
    details: dict[str, Any] = {
        "summary": str(summary),
        "files": [_name(owner, path) for owner, path in target.changed[:MOST_NAMED]],
        "file_count": len(target.changed),
        "steps": [str(step.summary) for step in plan.steps[:MOST_NAMED]],
        "step_count": len(plan.steps),
        "is_destructive": plan.is_destructive,
    }
    subject = Subject(kind="revision", id=str(revision), name=str(summary))
    if back_to is None:
        yield AuditEvent(event="deployed", actor=actor, subject=subject, details=details)
    else:
        yield AuditEvent(event="rolled_back", actor=actor, subject=subject, details={**details, "back_to": back_to})
    yield from _packages(actor, before, target.model, revision)
    yield from _access(actor, before, target.model, revision)


def _name(owner: str, path: str) -> str:
    return f"{owner}:{path}" if owner else path


def _packages(actor: Actor, before: Model, after: Model, revision: int) -> Iterator[AuditEvent]:
    for name in sorted({*before.packages, *after.packages}):
        old, new = before.packages.get(name), after.packages.get(name)
        versions = [str(old.version) if old else None, str(new.version) if new else None]
        if versions[0] == versions[1]:
            continue
        event: EventName = "package_uninstalled" if new is None else "package_installed"
        details = {"version": versions, "revision": revision}
        yield AuditEvent(event=event, actor=actor, subject=Subject(kind="package", id=name), details=details)


def _access(actor: Actor, before: Model, after: Model, revision: int) -> Iterator[AuditEvent]:
    """What grants or shares something, and says something else than before: names by kind. The administrators' rights never change."""
    kept = [name for name in before.objects if name in after.objects]
    kinds: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
        "permission_sets": (before.permission_sets, after.permission_sets),
        "permission_groups": (before.permission_groups, after.permission_groups),
        "roles": (before.roles, after.roles),
        "sharing": (before.sharing, after.sharing),
        "objects": (
            {name: before.objects[name].sharing for name in kept},
            {name: after.objects[name].sharing for name in kept},
        ),
    }
    details = {
        kind: changed
        for kind, (old, new) in kinds.items()
        if (changed := sorted(name for name in {*old, *new} - {ADMINISTRATOR} if old.get(name) != new.get(name)))
    }
    if details:
        subject = Subject(kind="revision", id=str(revision))
        yield AuditEvent(event="access_changed", actor=actor, subject=subject, details=details)
