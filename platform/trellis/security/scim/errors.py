"""A refusal as SCIM says it (RFC 7644, 3.12)."""

from __future__ import annotations

from trellis.errors import TrellisError


class ScimRefused(TrellisError):
    """`kind`: one of the protocol's own, such as invalidFilter, "" for none."""

    code = "scim_refused"

    def __init__(self, message: str, *, kind: str = "", status: int = 400) -> None:
        self.kind = kind
        self.status = status
        super().__init__(message)
