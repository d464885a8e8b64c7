"""HTTP for simulations: what rules that are not deployed would do."""

from __future__ import annotations

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.members import known_members, optional_text, text, whole_number
from trellis.simulation.question import MOST_SHOWN, SHOWN, Question
from trellis.simulation.service import Simulations

KNOWN = ("rules", "object", "where", "show", "since")


async def simulate_rules(call: Call) -> Response:
    """Nothing is written or sent."""
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), KNOWN)
    question = Question(
        source=text(body, "rules"),
        object=optional_text(body, "object"),
        where=optional_text(body, "where"),
        shown=whole_number(body, "show", default=SHOWN, least=0, most=MOST_SHOWN) or 0,
        since=optional_text(body, "since"),
    )
    found = await Simulations(call.tenant, call.runtime.access).simulate(call.actor, question)
    return json_response(found.to_json())
