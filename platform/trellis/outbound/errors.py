"""Why a request to the outside got no answer."""

from __future__ import annotations

from trellis.errors import TrellisError


class RequestRefused(TrellisError):
    """A request that is not made, and would not be if asked again: its address is malformed or forbidden."""

    code = "request_refused"


class RequestFailed(TrellisError):
    """A request that got no answer this time."""

    code = "request_failed"
