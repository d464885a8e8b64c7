"""The body of a POST -> its form, or the precise reason why not."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive

from trellis.api.body import MAX_BODY_BYTES
from trellis.api.errors import BodyTooLarge
from trellis.errors import InvalidRequest


async def read_form(request: Request, *, max_fields: int) -> FormData:
    """No files are taken. Raises InvalidRequest, BodyTooLarge."""
    bounded = Request(request.scope, _bounded(request.receive))
    try:
        return await bounded.form(max_files=0, max_fields=max_fields, max_part_size=MAX_BODY_BYTES)
    except HTTPException as error:
        raise InvalidRequest(f"The form cannot be read: {error.detail}") from None


def whole_number(text: str) -> int | None:
    """None for what is not a whole number of at most 9 digits: a page writes no other into its own forms and addresses."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def _bounded(receive: Receive) -> Receive:
    seen = 0

    async def receive_some() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY_BYTES:
            raise BodyTooLarge(f"The form is larger than {MAX_BODY_BYTES:,} bytes.")
        return message

    return receive_some
