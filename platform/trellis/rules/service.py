"""Rule files that somebody writes, bound to a tenant: what the API and the builder call. Reading one takes as long as it is long, so
it runs beside the event loop."""

from __future__ import annotations

import asyncio

from metamodel.model import Model
from rule_engine import SourceError
from rule_engine.rules import format_rules
from rule_engine.rules.parser import MAX_LENGTH
from trellis.errors import InvalidRequest
from trellis.formulas.assist import Offers
from trellis.formulas.words import ModelTexts, Texts
from trellis.rules.check import Verdict, judge
from trellis.rules.errors import InvalidRules
from trellis.rules.offers import offers_at
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.tenancy.tenant import Tenant


class RuleFiles:
    """`draft`: a model to ask about instead of the one in force. For those who may customize: every method raises AccessDenied,
    NotAuthenticated, and InvalidRequest for a text that is too long."""

    def __init__(self, tenant: Tenant, access: Access, draft: Model | None = None) -> None:
        self._tenant = tenant
        self._access = access
        self._draft = draft

    async def model(self) -> Model:
        """The one that is asked about."""
        return self._draft or (await self._tenant.refresh()).model

    async def check(self, actor: Actor, source: str) -> Verdict:
        self._admit(actor, source)
        return await asyncio.to_thread(judge, await self.model(), source)

    async def complete(self, actor: Actor, source: str, position: int, texts: Texts | None = None) -> Offers:
        """`position`: in characters; `texts`: what the reader calls things, the model's own labels when not given."""
        self._admit(actor, source)
        model = await self.model()
        own = texts or ModelTexts(model, actor.language)
        return await asyncio.to_thread(offers_at, model, source, position, own)

    async def format(self, actor: Actor, source: str) -> str:
        """The canonical text. Raises InvalidRules."""
        self._admit(actor, source)
        try:
            return await asyncio.to_thread(format_rules, source)
        except SourceError as error:
            raise InvalidRules(error) from error

    def _admit(self, actor: Actor, source: str) -> None:
        require(self._access, actor, "customize")
        if len(source) > MAX_LENGTH:
            raise InvalidRequest(f"The rules have {len(source):,} characters; at most {MAX_LENGTH:,} are taken.")
