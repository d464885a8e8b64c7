"""HTTP for what people consented to."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from trellis.api.call import Call, json_response
from trellis.api.members import known_members, optional_text, text
from trellis.errors import InvalidRequest
from trellis.privacy.consents import NewConsent, consents_json, list_consents, record_consent


async def list_of_record(call: Call) -> Response:
    call.request.accept_no_parameters()
    place = call.path["object"], call.path["id"]
    found = await list_consents(call.tenant, call.runtime.access, call.actor, *place, now=datetime.now(UTC))
    return json_response(consents_json(found))


async def record(call: Call) -> Response:
    call.request.accept_no_parameters()
    body = known_members(await call.request.read_object(), ("purpose", "given", "source", "said_at"))
    given = body.get("given")
    if not isinstance(given, bool):
        raise InvalidRequest("given must be true or false.")
    consent = NewConsent(
        purpose=text(body, "purpose"),
        is_given=given,
        source=text(body, "source"),
        said_at=_moment(optional_text(body, "said_at")),
    )
    place = call.path["object"], call.path["id"]
    holds = await record_consent(call.tenant, call.runtime.access, call.actor, *place, consent, now=datetime.now(UTC))
    return json_response(consents_json(holds), 201)


def _moment(given: str | None) -> datetime | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise InvalidRequest(f"said_at is {given[:40]!r}; write it as 2027-01-31T18:00:00Z.") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
