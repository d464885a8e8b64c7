"""HTTP for formulas: checked, formatted, completed and explained, for editors and for whoever writes them by program."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.members import flag, known_members, optional_text, text
from trellis.formulas.functions import list_functions
from trellis.formulas.json_form import function_json, verdict_json
from trellis.formulas.question import Question, build_question, check_length
from trellis.formulas.service import Formulas, format_source

QUESTION = ("object", "formula", "syntax", "returns", "blank_as_zero")


async def check_formula(call: Call) -> Response:
    """200 whatever is wrong with the formula: the findings are the answer."""
    body = await _body(call, QUESTION)
    return json_response(verdict_json(await _formulas(call).check(call.actor, _question(body))))


async def format_formula(call: Call) -> Response:
    source = text(await _body(call, ("formula",)), "formula")
    check_length(source)
    return json_response({"formula": await format_source(source)})


async def get_functions(call: Call) -> Response:
    call.request.accept_no_parameters()
    return json_response({"functions": [function_json(one) for one in list_functions(call.actor.language)]})


async def _body(call: Call, known: tuple[str, ...]) -> dict[str, Any]:
    call.request.accept_no_parameters()
    return known_members(await call.request.read_object(), known)


def _question(body: dict[str, Any]) -> Question:
    return build_question(
        text(body, "object"),
        text(body, "formula"),
        mode=text(body, "syntax", default="trellis"),
        returns=optional_text(body, "returns"),
        blank_as_zero=flag(body, "blank_as_zero"),
    )


def _formulas(call: Call) -> Formulas:
    return call.runtime.formulas(call.tenant)
