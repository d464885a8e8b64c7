"""Writing down, from a record's page, what its person consented to."""

from __future__ import annotations

from starlette.responses import Response

from builder_ui.objects import find_readable
from builder_ui.records.page import show_record
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from trellis.errors import InvalidRecord
from trellis.privacy.consents import NewConsent, record_consent


async def write_consent(visit: Visit) -> Response:
    thing, record_id = find_readable(visit, visit.part("object")), visit.part("id")
    consent = NewConsent(
        purpose=visit.posted("purpose"), is_given=visit.posted("do") == "give", source=visit.posted("source")
    )
    access = visit.runtime.access
    try:
        await record_consent(visit.tenant, access, visit.actor, thing.name, record_id, consent, now=visit.now)
    except InvalidRecord as error:
        return await show_record(visit, thing, (error.message,), status=422)
    return leave_toast(to(f"/app/{thing.name}/{record_id}#consents"), visit.words.say("Consent written down"))
