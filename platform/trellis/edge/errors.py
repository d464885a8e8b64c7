"""What is refused before anything knows what a request is about."""

from __future__ import annotations

from trellis.errors import InvalidRequest, TrellisError


class WrongHost(InvalidRequest):
    """The request is for a host that this server is not."""

    code = "wrong_host"


class HttpsRequired(InvalidRequest):
    """A program came by HTTP where people come by HTTPS."""

    code = "https_required"


class BodyTooSlow(TrellisError):
    """The body did not arrive in time."""

    code = "body_too_slow"


class CrossSiteRefused(TrellisError):
    """A page of another site had a browser send this."""

    code = "cross_site_refused"


class OriginRefused(TrellisError):
    """A script of a site that the tenant has not allowed sent this."""

    code = "origin_refused"


class TooManyRequests(TrellisError):
    code = "too_many_requests"

    def __init__(self, message: str, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message, hint=f"Try again in {retry_after_s} seconds, and ask for more records at once.")
