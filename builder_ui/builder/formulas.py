"""Formulas asked about in the builder: against the draft, so that a field added a minute ago has a name. Those that decide who may see a
record have an address of their own."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from builder_ui.builder.objects import find_object
from builder_ui.builder.workspace import load_workspace
from builder_ui.formulas.asked import Answer, Place
from builder_ui.formulas.routes import ASKED, SHOWN
from builder_ui.visit import Handler, Visit

ADDRESS = "/builder/objects/{name}/formula"
SHARING_ADDRESS = "/builder/objects/{name}/sharing/formula"


def about_draft(answer: Answer, *, is_access: bool = False) -> Handler:
    async def handle(visit: Visit) -> Response:
        workspace = await load_workspace(visit)
        thing = find_object(workspace, visit.part("name"))
        place = Place(
            visit=visit,
            object=thing,
            model=workspace.model,
            formulas=visit.runtime.formulas(visit.tenant, workspace.model),
            is_live=thing.name in workspace.live.objects,
            is_access=is_access,
        )
        return await answer(place)

    return handle


def _answered(answers: Sequence[tuple[str, Answer]]) -> tuple[tuple[str, Handler], ...]:
    return (
        *((f"{ADDRESS}/{name}", about_draft(answer)) for name, answer in answers),
        *((f"{SHARING_ADDRESS}/{name}", about_draft(answer, is_access=True)) for name, answer in answers),
    )


PAGES = _answered(SHOWN)
ACTIONS = _answered(ASKED)
