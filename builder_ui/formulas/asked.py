"""What an editor sends -> the formula that is asked about, and the model that it is about: the one in force, or the builder's draft."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response

from builder_ui.formulas.offsets import to_characters
from builder_ui.labels import Labels
from builder_ui.objects import find_readable
from builder_ui.posted import whole_number
from builder_ui.visit import Handler, Visit
from metamodel import Model
from metamodel.definitions import Object
from trellis.formulas.check import Verdict, fit
from trellis.formulas.question import Question, build_question
from trellis.formulas.service import Formulas


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where formulas are asked about. `is_live`: the object has records to try a formula on; `is_access`: the formula decides who may
    see a record."""

    visit: Visit
    object: Object
    model: Model
    formulas: Formulas
    is_live: bool
    is_access: bool = False

    @property
    def labels(self) -> Labels:
        return Labels(self.model, self.visit.words)

    def question(self) -> Question:
        """Raises InvalidRequest."""
        posted = self.visit.posted
        return build_question(
            self.object.name,
            posted("formula").replace("\r\n", "\n"),
            mode=posted("syntax") or "trellis",
            returns=posted("returns") or None,
            blank_as_zero=posted("blanks") == "zero",
        )

    async def verdict(self, question: Question) -> Verdict:
        found = await self.formulas.check(self.visit.actor, question)
        return fit(found) if self.is_access else found

    def position(self, source: str) -> int:
        """Where the caret is, in characters; the end when it was not said."""
        units = whole_number(self.visit.posted("position"))
        return len(source) if units is None else to_characters(source, units)


Answer = Callable[[Place], Awaitable[Response]]


def about_live(answer: Answer) -> Handler:
    """For /app/{object}/formula/…"""

    async def handle(visit: Visit) -> Response:
        thing = find_readable(visit, visit.part("object"))
        formulas = visit.runtime.formulas(visit.tenant)
        place = Place(visit=visit, object=thing, model=visit.model, formulas=formulas, is_live=True)
        return await answer(place)

    return handle
