"""Formulas that somebody asks about, bound to a tenant and to what decides access: what the API, the web and the CLI call. Checking
takes as long as the formula is long, so it runs beside the event loop."""

from __future__ import annotations

import asyncio

from metamodel.model import Model
from rule_engine import SourceError, format_formula, parse_formula
from trellis.formulas.check import Verdict, judge
from trellis.formulas.errors import InvalidFormula
from trellis.formulas.question import Question
from trellis.formulas.readable import ReadableScope, readable_scope
from trellis.query.paths import get_object
from trellis.query.service import Clock, utc_now
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.tenancy.tenant import Tenant


class Formulas:
    """`draft`: a model to ask about instead of the one in force. What the actor may not read is as if it were not there. Every method
    raises NotFound (the object), AccessDenied, NotAuthenticated."""

    def __init__(self, tenant: Tenant, access: Access, clock: Clock = utc_now, draft: Model | None = None) -> None:
        self._tenant = tenant
        self._access = access
        self._clock = clock
        self._draft = draft

    async def check(self, actor: Actor, question: Question) -> Verdict:
        model = await self._model()
        scope = self._scope(model, actor, question.object)
        return await asyncio.to_thread(judge, model, scope, question)

    async def _model(self) -> Model:
        return self._draft or (await self._tenant.refresh()).model

    def _scope(self, model: Model, actor: Actor, object_name: str) -> ReadableScope:
        get_object(model, object_name)
        require(self._access, actor, "read", object_name)
        return readable_scope(model, self._access, actor, object_name)


async def format_source(source: str) -> str:
    """The canonical text of a formula. Raises InvalidFormula."""
    try:
        return await asyncio.to_thread(lambda: format_formula(parse_formula(source)))
    except SourceError as error:
        raise InvalidFormula(error) from error
