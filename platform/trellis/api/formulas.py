"""HTTP for formulas: checked, formatted, completed and explained, for editors and for whoever writes them by program."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.members import flag, known_members, optional_text, text, whole_number
from trellis.errors import InvalidRequest
from trellis.formulas.functions import list_functions
from trellis.formulas.json_form import explained_json, function_json, hover_json, offers_json, verdict_json
from trellis.formulas.question import MAX_CHARACTERS, Question, build_question, check_length
from trellis.formulas.service import Formulas, format_source

QUESTION = ("object", "formula", "syntax", "returns", "blank_as_zero")


async def check_formula(call: Call) -> Response:
    """200 whatever is wrong with the formula: the findings are the answer."""
    body = await _body(call, QUESTION)
    verdict = await _formulas(call).check(call.actor, _question(body))
    return json_response(verdict_json(verdict, (await call.tenant.compiled()).model))


async def complete_formula(call: Call) -> Response:
    body = await _body(call, (*QUESTION, "position"))
    return json_response(offers_json(await _formulas(call).complete(call.actor, _question(body), _position(body))))


async def hover_formula(call: Call) -> Response:
    body = await _body(call, (*QUESTION, "position"))
    found = await _formulas(call).hover(call.actor, _question(body), _position(body))
    return json_response({"hover": hover_json(found)})


async def explain_formula(call: Call) -> Response:
    """A formula, or a formula field, on a stored record or on given values."""
    body = await _body(call, (*QUESTION, "field", "record", "values"))
    on = _sample(body)
    formulas, field = _formulas(call), optional_text(body, "field")
    if (field is None) is ("formula" not in body):
        raise InvalidRequest("Send either a formula, or the field whose formula is meant.")
    if field is None:
        explained = await formulas.explain(call.actor, _question(body), on)
    else:
        explained = await formulas.explain_field(call.actor, text(body, "object"), field, on)
    return json_response(explained_json(explained))


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


def _position(body: dict[str, Any]) -> int:
    """The end of the formula when it is not given."""
    end = len(text(body, "formula"))
    position = whole_number(body, "position", default=end, least=0, most=MAX_CHARACTERS)
    return end if position is None else position


def _sample(body: dict[str, Any]) -> str | dict[str, Any]:
    """The id of a record, or values."""
    record, values = optional_text(body, "record"), body.get("values")
    if values is not None and not isinstance(values, dict):
        raise InvalidRequest("values must be an object of field names and values.")
    if record is not None and values is None:
        return record
    if record is None and values is not None:
        return values
    raise InvalidRequest("Send either record, the id of a record, or values.", hint='Such as {"amount": 5}.')


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
