"""HTTP for rule files that are being written: checked, formatted, completed. They are deployed as all metadata is."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.members import known_members, text, whole_number
from trellis.formulas.json_form import offers_json
from trellis.rules.json_form import verdict_json
from trellis.rules.service import RuleFiles


async def check_rules(call: Call) -> Response:
    """200 whatever is wrong with the rules: the findings are the answer."""
    source = text(await _body(call, ("rules",)), "rules")
    files = _files(call)
    verdict, model = await files.check(call.actor, source), await files.model()
    return json_response(await asyncio.to_thread(verdict_json, verdict, model))


async def format_rules(call: Call) -> Response:
    source = text(await _body(call, ("rules",)), "rules")
    return json_response({"rules": await _files(call).format(call.actor, source)})


async def complete_rules(call: Call) -> Response:
    """At the end of the text when no position is given."""
    body = await _body(call, ("rules", "position"))
    source = text(body, "rules")
    position = whole_number(body, "position", default=len(source), least=0, most=len(source))
    found = await _files(call).complete(call.actor, source, len(source) if position is None else position)
    return json_response(offers_json(found))


async def _body(call: Call, known: tuple[str, ...]) -> dict[str, Any]:
    call.request.accept_no_parameters()
    return known_members(await call.request.read_object(), known)


def _files(call: Call) -> RuleFiles:
    return RuleFiles(call.tenant, call.runtime.access)
