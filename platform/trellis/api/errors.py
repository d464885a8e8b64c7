"""What only HTTP can get wrong: the transport's own refusals, beside the runtime's errors."""

from __future__ import annotations

from trellis.errors import InvalidRequest, TrellisError


class InvalidJson(InvalidRequest):
    code = "invalid_json"


class UnknownParameter(InvalidRequest):
    code = "unknown_parameter"


class InvalidParameter(InvalidRequest):
    code = "invalid_parameter"


class BodyTooLarge(TrellisError):
    code = "body_too_large"


class UriTooLong(TrellisError):
    code = "uri_too_long"


class UnsupportedMediaType(TrellisError):
    code = "unsupported_media_type"


class MethodNotAllowed(TrellisError):
    """`allowed`: the methods of that address, for the Allow header."""

    code = "method_not_allowed"

    def __init__(self, message: str, allowed: tuple[str, ...]) -> None:
        self.allowed = allowed
        super().__init__(message, hint=f"Allowed here: {', '.join(allowed)}.")


class CsrfRefused(TrellisError):
    code = "csrf_refused"


class PreconditionFailed(TrellisError):
    """The record is not the version that If-Match names."""

    code = "precondition_failed"


class IdempotencyKeyReused(TrellisError):
    """The same Idempotency-Key came with another request."""

    code = "idempotency_key_reused"
