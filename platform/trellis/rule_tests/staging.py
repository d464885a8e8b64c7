"""The records that tests are given: their values computed, what they must have besides made up, written without a rule running."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from metamodel.fields.reference import LookupField
from rule_engine import compile_python
from rule_engine.rules.checked import Values
from trellis.automation.hooks import Automation
from trellis.automation.silent import SilentAutomation
from trellis.query.context import evaluation_context
from trellis.query.needs import needs_of
from trellis.query.record_view import RecordView
from trellis.records.service import RecordChange, Records
from trellis.rule_tests.cast import MANAGER
from trellis.rule_tests.made_up import as_offered, changed_value, missing_fields, value_for
from trellis.rule_tests.workshop import Stage
from trellis.security.access import AdministratorAccess
from trellis.storage.database import Transaction
from trellis.tenancy.compiled import CompiledModel

DEEPEST = 5


class Staging:
    """Writes of one test, at the moment `now`, which goes on when time is let pass. `automation` runs the rules."""

    def __init__(self, stage: Stage, automation: Automation, now: datetime) -> None:
        self.stage = stage
        self.now = now
        self.automation = automation
        access = AdministratorAccess()
        self.with_rules = Records(stage.tenant, automation, access, clock=lambda: self.now)
        self._silent = Records(stage.tenant, SilentAutomation(), access, clock=lambda: self.now)

    async def values_of(self, object_name: str, given: Values) -> dict[str, Any]:
        """Of `given`, each of which may name those before it, and of what the object requires besides. Raises FormulaError."""
        compiled = await self.stage.tenant.compiled()
        values: dict[str, Any] = {}

        async def compute(transaction: Transaction, compiled: CompiledModel) -> None:
            needs = needs_of(compiled.model, object_name, [formula for _, formula in given])
            context = await evaluation_context(transaction, compiled, self.stage.actor, self.now, needs)
            for name, formula in given:
                view = RecordView(compiled, object_name, values, context)
                values[name] = compile_python(formula)(view, context)

        await self.stage.tenant.read(compute)
        return await self._completed(compiled, object_name, values, DEEPEST)

    async def create_silently(self, object_name: str, values: Mapping[str, Any]) -> str:
        [saved] = await self._silent.create(self.stage.actor, object_name, [values], source="trusted")
        return saved.id

    async def delete_silently(self, object_name: str, record_id: str) -> None:
        await self._silent.delete(self.stage.actor, object_name, [record_id])

    async def create(self, object_name: str, values: Mapping[str, Any]) -> str:
        [saved] = await self.with_rules.create(self.stage.actor, object_name, [values], source="trusted")
        return saved.id

    async def update(self, object_name: str, record_id: str, values: Mapping[str, Any]) -> None:
        change = RecordChange(id=record_id, values=values)
        await self.with_rules.update(self.stage.actor, object_name, [change], source="trusted")

    async def other_value(self, object_name: str, field_name: str, than: Any, values: Mapping[str, Any]) -> Any:
        """Another value of the field of a record with `values`: blank if it may be, else made up."""
        compiled = await self.stage.tenant.compiled()
        owner = compiled.model.object(object_name)
        field = as_offered(owner, owner.fields[field_name], values)
        if isinstance(field, LookupField) and (than is None or field.required or field.is_system):
            return await self._made(compiled, field, DEEPEST)
        return changed_value(field, self.now, than)

    async def _completed(
        self, compiled: CompiledModel, object_name: str, values: Mapping[str, Any], depth: int
    ) -> dict[str, Any]:
        made: dict[str, Any] = {}
        owner = compiled.model.object(object_name)
        for missing in missing_fields(owner, values):
            field = as_offered(owner, missing, values)
            is_lookup = isinstance(field, LookupField)
            made[field.name] = await self._made(compiled, field, depth) if is_lookup else value_for(field, self.now)
        return {**made, **values}

    async def _made(self, compiled: CompiledModel, field: Any, depth: int) -> str | None:
        """A record for a lookup to point to."""
        if field.object == "user":
            return self.stage.users[MANAGER]
        if depth == 0:
            return None
        values = await self._completed(compiled, field.object, {}, depth - 1)
        return await self.create_silently(field.object, values)
