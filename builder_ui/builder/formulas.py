"""Formulas asked about in the builder: against the draft, so that a field added a minute ago has a name."""

from __future__ import annotations

from starlette.responses import Response

from builder_ui.builder.objects import find_object
from builder_ui.builder.workspace import load_workspace
from builder_ui.formulas.asked import Answer, Place
from builder_ui.formulas.routes import ASKED, SHOWN
from builder_ui.visit import Handler, Visit

ADDRESS = "/builder/objects/{name}/formula"


def about_draft(answer: Answer) -> Handler:
    async def handle(visit: Visit) -> Response:
        workspace = await load_workspace(visit)
        thing = find_object(workspace, visit.part("name"))
        place = Place(
            visit=visit,
            object=thing,
            model=workspace.model,
            formulas=visit.runtime.formulas(visit.tenant, workspace.model),
            is_live=thing.name in workspace.live.objects,
        )
        return await answer(place)

    return handle


PAGES: tuple[tuple[str, Handler], ...] = tuple((f"{ADDRESS}/{name}", about_draft(answer)) for name, answer in SHOWN)
ACTIONS: tuple[tuple[str, Handler], ...] = tuple((f"{ADDRESS}/{name}", about_draft(answer)) for name, answer in ASKED)
