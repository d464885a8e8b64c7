"""Formulas that somebody asks about, bound to a tenant and to what decides access: what the API, the web and the CLI call. Checking
takes as long as the formula is long, so it runs beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from metamodel.model import Model
from rule_engine import CheckedFormula, Scope, SourceError, format_formula
from rule_engine.editor import Hover, SignatureHelp
from trellis.formulas.assist import Offers, Reader, call_at, hover_at, offers_at
from trellis.formulas.check import Verdict, check_question, judge
from trellis.formulas.errors import InvalidFormula
from trellis.formulas.explaining import Explained, explain_on, formula_of_field
from trellis.formulas.question import Question
from trellis.formulas.sample import Samples
from trellis.formulas.words import ModelTexts, Texts, language_of, path_labels
from trellis.query.paths import get_object
from trellis.query.readable import ReadableScope, readable_scope
from trellis.query.service import Clock, utc_now
from trellis.query.suggestions import Suggestions
from trellis.security.access import Access, require
from trellis.security.actor import Actor
from trellis.storage.database import Transaction
from trellis.tenancy.compiled import CompiledModel
from trellis.tenancy.tenant import Tenant


class Formulas:
    """`draft`: a model to ask about instead of the one in force, for somebody who builds it and so knows all of its names. What the actor
    may not read is as if it were not there otherwise, and always where values are read. Every method raises NotFound (the object),
    AccessDenied, NotAuthenticated."""

    def __init__(self, tenant: Tenant, access: Access, clock: Clock = utc_now, draft: Model | None = None) -> None:
        self._tenant = tenant
        self._access = access
        self._clock = clock
        self._draft = draft

    async def check(self, actor: Actor, question: Question) -> Verdict:
        model = await self._model()
        scope = self._names(model, actor, question.object)
        return await asyncio.to_thread(judge, model, scope, question)

    async def complete(self, actor: Actor, question: Question, position: int, texts: Texts | None = None) -> Offers:
        """`position`: in characters; `texts`: what the reader calls things, the model's own labels when not given."""
        model = await self._model()
        scope = self._names(model, actor, question.object)
        reader = _reader(model, actor, question, texts)
        return await asyncio.to_thread(offers_at, scope, question, position, reader)

    async def hover(self, actor: Actor, question: Question, position: int, texts: Texts | None = None) -> Hover | None:
        """As complete; None where there is nothing to say."""
        model = await self._model()
        scope = self._names(model, actor, question.object)
        reader = _reader(model, actor, question, texts)
        return await asyncio.to_thread(hover_at, scope, question, position, reader)

    async def call_at(self, actor: Actor, question: Question, position: int) -> SignatureHelp | None:
        """The function whose argument stands at the position."""
        scope = self._names(await self._model(), actor, question.object)
        return await asyncio.to_thread(call_at, scope, question, position)

    async def explain(self, actor: Actor, question: Question, on: str | Mapping[str, Any]) -> Explained:
        """`on`: the id of a record, or JSON values by field name or path. A formula that fails is explained as well. Raises
        InvalidFormula, InvalidRequest, NotFound (the record)."""
        model = await self._model()
        scope = self._scope(model, actor, question.object)
        try:
            checked = await asyncio.to_thread(check_question, scope, question)
        except SourceError as error:
            raise InvalidFormula(error) from error
        return await self._explain(actor, question.object, on, lambda _: checked)

    async def explain_field(
        self, actor: Actor, object_name: str, field_name: str, on: str | Mapping[str, Any]
    ) -> Explained:
        """As explain, for the formula of a formula field; the actor must be allowed to read all that it names."""
        return await self._explain(
            actor,
            object_name,
            on,
            lambda model: formula_of_field(model, self._access.of(model), actor, object_name, field_name),
        )

    async def _explain(
        self, actor: Actor, object_name: str, on: str | Mapping[str, Any], find: Callable[[Model], CheckedFormula]
    ) -> Explained:
        now = self._clock()

        async def work(tx: Transaction, live: CompiledModel) -> Explained:
            compiled = self._compiled(live)
            checked = find(compiled.model)
            samples = Samples(tx=tx, live=live, compiled=compiled, access=self._access, actor=actor, now=now)
            if isinstance(on, str):
                sample = await samples.stored(checked, object_name, on)
            else:
                sample = await samples.given(checked, object_name, on)
            return await explain_on(sample, checked)

        return await self._tenant.read(work)

    def _compiled(self, live: CompiledModel) -> CompiledModel:
        """The draft as if it were in force; what is prepared for it is not kept."""
        if self._draft is None:
            return live
        return CompiledModel(
            tenant=live.tenant,
            revision=live.revision,
            model=self._draft,
            dialect=live.dialect,
            schema=live.schema,
            keys=live.keys,
        )

    async def _model(self) -> Model:
        return self._draft or (await self._tenant.refresh()).model

    def _names(self, model: Model, actor: Actor, object_name: str) -> Scope:
        if self._draft is None:
            return self._scope(model, actor, object_name)
        get_object(model, object_name)
        return model.scope(object_name)

    def _scope(self, model: Model, actor: Actor, object_name: str) -> ReadableScope:
        access = self._access.of(model)
        get_object(model, object_name, Suggestions(model, access, actor))
        require(access, actor, "read", object_name)
        return readable_scope(model, access, actor, object_name)


def _reader(model: Model, actor: Actor, question: Question, texts: Texts | None) -> Reader:
    language = language_of(texts.language if texts else actor.language)
    own = texts or ModelTexts(model, language)
    return Reader(language=language, labels=path_labels(model, question.object, own))


async def format_source(source: str) -> str:
    """The canonical text of a formula. Raises InvalidFormula."""
    try:
        return await asyncio.to_thread(lambda: format_formula(source))
    except SourceError as error:
        raise InvalidFormula(error) from error
