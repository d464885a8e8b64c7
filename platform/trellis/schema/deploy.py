"""Plan, then apply: source files -> a plan; the same files, agreed to -> tables and a new revision, in one transaction.

The only module of the folder that calls the stages: resolve, translate, measure, refuse, apply, save.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from metamodel.access_definitions import ADMINISTRATOR
from metamodel.model import Model
from metamodel.names import did_you_mean
from rule_engine.wording import Wording, say
from trellis.errors import Conflict, NotFound, PlanRefused
from trellis.schema.audited import deploy_events
from trellis.schema.binned import load_bin
from trellis.schema.drafting import Drafting, DraftStep
from trellis.schema.measure import measured
from trellis.schema.operations import AddForeignKey, Operation, in_order
from trellis.schema.plan import Plan
from trellis.schema.returning import Rollback as Rollback
from trellis.schema.returning import resolve_rollback
from trellis.schema.rule_warnings import find_rule_warnings
from trellis.schema.source_change import SourceChange as SourceChange
from trellis.schema.source_change import Target, resolve
from trellis.schema.translate import pairs_of, translate
from trellis.schema.write_revision import lock_revision, save_revision
from trellis.security.access import Access, AdministratorAccess, require
from trellis.security.actor import Actor
from trellis.security.audit import write_audit_on
from trellis.security.memberships import find_all_anew
from trellis.security.whole import find_hidden
from trellis.storage.database import Database
from trellis.storage.errors import ForeignKeyViolation
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant

ONLY_ADMINISTRATORS = AdministratorAccess()
Change = SourceChange | Rollback


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """`revision`: the one in force now; the same as before when nothing differed."""

    revision: int
    plan: Plan


async def plan_deploy(
    tenant: Tenant,
    actor: Actor,
    change: Change,
    *,
    access: Access = ONLY_ADMINISTRATORS,
    now: datetime | None = None,
) -> Plan:
    """What deploying `change` would do to the tenant as it is now. Changes nothing. Rows that are in the way are shown with their values
    to those who may read everything, to others by their ids. Raises AccessDenied, InvalidMetadata."""
    require(access, actor, "customize")
    base = await tenant.refresh()
    target = await resolve_target(tenant, base, change)
    moment = now or datetime.now(UTC)

    def work(connection: sa.Connection) -> Plan:
        drafts = _draft(connection, tenant.database, base, target, actor, moment)
        return _plan(connection, tenant.database, base, target, drafts)

    plan = await tenant.database.run(work)
    return plan if find_hidden(access, actor, base.model) is None else plan.without_values()


async def deploy(
    tenant: Tenant,
    actor: Actor,
    change: Change,
    *,
    accept_destruction: bool = False,
    summary: str = "",
    base_revision: int | None = None,
    access: Access = ONLY_ADMINISTRATORS,
    now: datetime | None = None,
) -> Deployment:
    """Deploys `change`, all or nothing. `base_revision`: the revision that the agreed plan was made for, None for whichever it is.
    `access`: who says whether the actor may; whoever forgets to say lets in administrators only.

    Raises AccessDenied; InvalidMetadata; PlanRefused when rows are in the way, or something goes to the bin and nobody accepted
    that; Conflict when the tenant is at another revision, or somebody else's deploy came first."""
    require(access, actor, "customize")
    base = await tenant.refresh()
    if base_revision is not None and base_revision != base.revision:
        raise _overtaken(base_revision, base.revision)
    target = await resolve_target(tenant, base, change)
    if not target.changes_files:
        return Deployment(revision=base.revision, plan=Plan(steps=(), revision_from=base.revision, changes_files=False))
    moment = now or datetime.now(UTC)

    def work(connection: sa.Connection) -> Plan:
        current = lock_revision(connection)
        if current != base.revision:
            raise _overtaken(base.revision, current)
        drafts = _draft(connection, tenant.database, base, target, actor, moment)
        plan = _plan(connection, tenant.database, base, target, drafts)
        _refuse(plan, accept_destruction=accept_destruction)
        _apply(connection, tenant, in_order(tuple(one for draft in drafts for one in draft.operations)))
        save_revision(
            connection,
            tenant.database.dialect,
            number=base.revision + 1,
            components=target.components,
            plan=plan,
            summary=summary,
            author_id=actor.user_id,
            created_at=moment,
        )
        if _grants_otherwise(base.model, target.model):
            connection.execute(find_all_anew(tenant.database.schema))
        events = deploy_events(
            actor,
            base.model,
            target,
            plan,
            revision=base.revision + 1,
            back_to=change.revision if isinstance(change, Rollback) else None,
            summary=summary,
        )
        write_audit_on(connection, tenant.database.dialect, *events, now=moment)
        return plan

    plan = await tenant.database.run(work)
    deployed = await tenant.refresh()
    return Deployment(revision=deployed.revision, plan=plan)


async def pull(tenant: Tenant, owner: str | None = None, *, revision: int | None = None) -> dict[str, str]:
    """The deployed source files of an owner by path, byte for byte; None is the tenant itself. `revision`: an earlier one, None for
    the one in force. Raises NotFound for a revision that there is not, and for an owner that has no files, but for the tenant itself."""
    compiled = await tenant.refresh()
    files = await tenant.files(compiled.revision if revision is None else revision)
    found = {file.path: file.source for file in files if file.owner == (owner or "")}
    if owner and not found:
        owners = sorted({file.owner for file in files if file.owner})
        hint = (
            did_you_mean(owner, owners)
            if owners
            else "No package is installed; leave the owner out for the tenant's own files."
        )
        raise NotFound(f"Nothing in {tenant.name} belongs to a package named {owner}.", hint=hint)
    return found


def _grants_otherwise(before: Model, after: Model) -> bool:
    """Whether a permission set means something else than before; the administrator's is everything before and after."""

    def said(model: Model) -> tuple[Any, ...]:
        sets = {name: granted for name, granted in model.permission_sets.items() if name != ADMINISTRATOR}
        return sets, dict(model.permission_groups)

    return said(before) != said(after)


def rollback_summary(revision: int) -> Wording:
    """What the history says of a rollback."""
    return say("Back to revision %(number)s", number=revision)


async def resolve_target(tenant: Tenant, base: CompiledModel, change: Change) -> Target:
    """What would be deployed. Raises InvalidMetadata, and NotFound for a revision that there is not."""
    stored = await tenant.files(base.revision)
    if isinstance(change, Rollback):
        return resolve_rollback(base.model, stored, await tenant.files(change.revision))
    return resolve(stored, change)


def _draft(
    connection: sa.Connection, database: Database, base: CompiledModel, target: Target, actor: Actor, now: datetime
) -> tuple[DraftStep, ...]:
    entries = load_bin(connection, database.dialect)
    drafting = Drafting(
        old=base.model,
        new=target.model,
        pairs=pairs_of(base.model, target.model),
        bin=entries,
        dialect=database.dialect,
        next_number=max((entry.number for entry in entries), default=0) + 1,
        revision=base.revision + 1,
        now=now,
        actor_id=actor.user_id,
    )
    return translate(drafting)


def _plan(
    connection: sa.Connection, database: Database, base: CompiledModel, target: Target, drafts: Sequence[DraftStep]
) -> Plan:
    steps = tuple(measured(connection, draft, database.dialect) for draft in drafts)
    warnings = find_rule_warnings(base.model, target.model)
    return Plan(steps=steps, revision_from=base.revision, changes_files=target.changes_files, warnings=warnings)


def _refuse(plan: Plan, *, accept_destruction: bool) -> None:
    if plan.is_blocked:
        blocked = [step.target for step in plan.steps if step.is_blocked]
        reasons = [
            reason
            for step in plan.steps
            for reason in (step.refusal, *(one.message for one in step.findings))
            if reason
        ]
        raise PlanRefused(
            say(
                "The plan cannot be applied: %(blocked)s. %(reasons)s",
                blocked=", ".join(blocked),
                reasons=_joined(reasons),
            ),
            plan=plan,
            hint=say("See the plan for the rows in the way, and mend them first."),
        )
    if plan.is_destructive and not accept_destruction:
        gone = [step.target for step in plan.steps if step.cost == "destructive"]
        raise PlanRefused(
            say("The plan removes %(what)s, and that was not agreed to.", what=", ".join(gone)),
            plan=plan,
            hint=say("Accept it explicitly (--yes on the command line); the data waits in the bin for 30 days."),
        )


def _joined(reasons: Sequence[Wording]) -> Wording:
    """Sentences without a full stop, one after the other."""
    first, *rest = reasons
    said = first
    for reason in rest:
        said = say("%(first)s; %(rest)s", first=said, rest=reason)
    return said


def _apply(connection: sa.Connection, tenant: Tenant, operations: Sequence[Operation]) -> None:
    from trellis.schema.ddl import connected  # with Alembic

    dialect = tenant.database.dialect
    ddl = connected(connection, dialect, tenant.keys)
    for operation in operations:
        ddl.apply(operation)
    if dialect == "sqlite":
        _check_foreign_keys(
            connection, {one.table for one in operations if isinstance(one, AddForeignKey) and not one.is_new}
        )


def _check_foreign_keys(connection: sa.Connection, tables: set[str]) -> None:
    """SQLite does not enforce foreign keys while columns are written anew."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    for table in sorted(tables):
        if connection.exec_driver_sql(f"PRAGMA foreign_key_check({quote(table)})").first() is not None:
            raise ForeignKeyViolation(f"records of {table} refer to records that are not there", table=table)


def _overtaken(expected: int, actual: int) -> Conflict:
    return Conflict(
        say(
            "The plan was made for revision %(expected)s, but the tenant is at revision %(actual)s now.",
            expected=expected,
            actual=actual,
        ),
        hint=say("Somebody deployed meanwhile: plan again, look, and deploy that."),
    )
