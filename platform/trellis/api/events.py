"""HTTP for events from outside."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.idempotency import do_now, do_once
from trellis.automation.execute import Execution
from trellis.automation.hooks import SaveContext
from trellis.automation.inbound import receive_event
from trellis.automation.set_off import SettingOff
from trellis.records.checks import check_credential


async def receive(call: Call) -> Response:
    """The body is the event. With Idempotency-Key a repeat sets off nothing."""
    call.request.accept_no_parameters()
    content = await call.request.read_optional_object()
    event, runtime = call.path["event"], call.runtime
    setting_off = SettingOff(runtime.automation, Execution(runtime.automation, runtime.access).steps)

    async def work(context: SaveContext) -> Any:
        await check_credential(context)
        heard = await receive_event(context, setting_off, runtime.access, event, content)
        return [asdict(one) for one in heard]

    key = call.request.header(b"idempotency-key")
    heard = await do_once(call, key, [event, content], work) if key is not None else await do_now(call, work)
    return json_response({"event": event, "rules": heard})
