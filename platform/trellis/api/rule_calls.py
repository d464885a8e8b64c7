"""HTTP for rules that are called."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.members import known_members, optional_text
from trellis.automation.calling import CallableRule, Calls, callable_rules
from trellis.errors import InvalidRequest
from trellis.query.paths import get_object
from trellis.query.suggestions import Suggestions


async def call_rule(call: Call) -> Response:
    """For one record or many, all or none."""
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), ("object", "ids", "values"))
    ids, values = body.get("ids"), body.get("values", {})
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise InvalidRequest("ids must be a list of the records' ids.", hint='Such as {"ids": ["0190…"]}.')
    if not isinstance(values, dict):
        raise InvalidRequest("values must be an object: a value for each parameter.")
    runtime, name = call.runtime, call.path["name"]
    calls = Calls(call.tenant, runtime.automation, runtime.access)
    called = await calls.call(call.actor, name, ids, values, object_name=optional_text(body, "object"))
    records = [{"id": one.id, "version": one.version, "is_done": one.is_done} for one in called]
    return json_response({"rule": name, "records": records})


async def list_callable(call: Call) -> Response:
    """What can be called for records of an object that one may change."""
    call.request.accept_no_parameters()
    model = (await call.tenant.refresh()).model
    access = call.runtime.access.of(model)
    name = get_object(model, call.path["object"], Suggestions(model, access, call.actor)).name
    allowed = access.decide(call.actor, "update", name).allowed
    rules = callable_rules(model, name) if allowed else ()
    return json_response({"rules": [_rule_json(rule) for rule in rules]})


def _rule_json(rule: CallableRule) -> dict[str, Any]:
    parameters = [
        {"name": name, "type": type_.kind.value, **({"object": type_.target} if type_.target else {})}
        for name, type_ in rule.parameters
    ]
    return {"name": rule.name, "object": rule.object, "description": rule.description, "parameters": parameters}
