"""HTTP for why a record is as it is."""

from __future__ import annotations

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.errors import InvalidParameter
from trellis.api.parameters import parse_limit, parse_parameters
from trellis.explain.json_form import explained_json
from trellis.formulas.words import LANGUAGES

PARAMETERS = ("field", "language", "limit")


async def explain_record(call: Call) -> Response:
    """In the caller's language when none is asked for."""
    parameters = parse_parameters(call.request.query_string, PARAMETERS)
    language = parameters.get("language")
    if language is not None and language not in LANGUAGES:
        raise InvalidParameter(f"language is {language[:60]!r}; expected {' or '.join(LANGUAGES)}.")
    explained = await call.runtime.explanations(call.tenant).explain(
        call.actor,
        call.path["object"],
        call.path["id"],
        field=parameters.get("field") or None,
        language=language,
        limit=parse_limit(parameters.get("limit")),
    )
    return json_response(explained_json(explained))
