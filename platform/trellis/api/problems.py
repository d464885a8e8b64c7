"""Errors -> RFC 9457 problem details: the one place that knows which error is which status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.responses import Response

from trellis.api.errors import MethodNotAllowed
from trellis.edge.errors import TooManyRequests
from trellis.errors import InvalidMetadata, TrellisError
from trellis.formulas.errors import InvalidFormula
from trellis.formulas.json_form import diagnostics_json
from trellis.rules.errors import InvalidRules
from trellis.security.throttle import TooManyAttempts

MEDIA_TYPE = "application/problem+json"

# Stable code -> (status, title). A code that is not here takes that of the class it derives from.
STATUSES: Mapping[str, tuple[int, str]] = {
    "invalid_request": (400, "The request cannot be understood"),
    "https_required": (400, "The request came by HTTP"),
    "wrong_host": (400, "The request is for another host"),
    "invalid_json": (400, "The body is not valid JSON"),
    "invalid_formula": (422, "The formula cannot be used"),
    "invalid_rules": (422, "The rules cannot be read"),
    "invalid_filter": (400, "The filter cannot be used"),
    "invalid_parameter": (400, "A query parameter has a value that cannot be used"),
    "unknown_parameter": (400, "A query parameter is not known"),
    "not_authenticated": (401, "Who you are is not known"),
    "sign_in_failed": (401, "The sign-in failed"),
    "sign_in_expired": (401, "The sign-in has expired"),
    "wrong_code": (401, "The code is wrong"),
    "api_only": (401, "The user works by API only"),
    "access_denied": (403, "You may not do that"),
    "cross_site_refused": (403, "Another site sent the request"),
    "origin_refused": (403, "The site is not allowed"),
    "csrf_refused": (403, "The CSRF token is missing or wrong"),
    "recent_sign_in_needed": (403, "You have to prove again who you are"),
    "not_found": (404, "There is no such thing"),
    "method_not_allowed": (405, "That method is not available here"),
    "body_too_slow": (408, "The body did not arrive in time"),
    "conflict": (409, "The record has changed, or a unique value is taken"),
    "constraint_violation": (409, "The record collides with another"),
    "plan_refused": (409, "The plan was refused"),
    "precondition_failed": (412, "The record is not the version you named"),
    "body_too_large": (413, "The body is too large"),
    "uri_too_long": (414, "The address is too long"),
    "unsupported_media_type": (415, "The body's media type is not supported"),
    "invalid_record": (422, "The record was refused"),
    "invalid_metadata": (422, "The metadata does not hold together"),
    "idempotency_key_reused": (422, "The idempotency key belongs to another request"),
    "too_many_attempts": (429, "Too many attempts"),
    "too_many_requests": (429, "Too many requests"),
    "cannot_unseal": (409, "A sealed value cannot be opened"),
    "internal_error": (500, "Something went wrong on our side"),
    "no_master_key": (503, "The server has no master key"),
    "took_too_long": (503, "The query took too long"),
    "database_unavailable": (503, "The database cannot be reached"),
    "database_busy": (503, "The database is busy"),
    "stale_model": (503, "The tenant's metadata is changing just now"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One answer that is not a success. `errors`: JSON objects, one for each finding; `headers`: what the answer carries besides."""

    status: int
    code: str
    title: str
    detail: str
    hint: str | None = None
    errors: tuple[Mapping[str, Any], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def describe_error(error: TrellisError) -> Problem:
    status, title = _status_of(error)
    return Problem(
        status=status,
        code=error.code,
        title=title,
        detail=error.message,
        hint=error.hint,
        errors=_findings(error),
        headers=_headers(error),
    )


def describe_http_error(error: HTTPException, path: str) -> Problem:
    """Starlette's own refusals, such as an address that no route has."""
    details = {
        404: ("not_found", f"There is nothing at {path}."),
        405: ("method_not_allowed", "That method is not available here."),
        413: ("body_too_large", "The body is too large."),
    }
    code, detail = details.get(error.status_code, ("invalid_request", error.detail))
    title = STATUSES[code][1]
    return Problem(status=error.status_code, code=code, title=title, detail=detail, headers=dict(error.headers or {}))


def unexpected_problem() -> Problem:
    """What a caller hears of a fault of ours: nothing but where to ask."""
    status, title = STATUSES["internal_error"]
    return Problem(
        status=status,
        code="internal_error",
        title=title,
        detail="The server met an error that it did not expect.",
        hint="Tell the operator the request_id: the log has the rest under it.",
    )


def render_problem(problem: Problem, request_id: str) -> Response:
    body: dict[str, Any] = {
        "type": f"urn:trellis:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "request_id": request_id,
    }
    if problem.hint:
        body["hint"] = problem.hint
    if problem.errors:
        body["errors"] = problem.errors
    return Response(orjson.dumps(body), problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


def _status_of(error: TrellisError) -> tuple[int, str]:
    for ancestor in type(error).__mro__:
        known = STATUSES.get(getattr(ancestor, "code", ""))
        if known:
            return known
    return STATUSES["internal_error"]


def _findings(error: TrellisError) -> tuple[Mapping[str, Any], ...]:
    if isinstance(error, InvalidMetadata):
        return tuple(
            _present(problem, ("code", "file", "line", "path", "message", "hint")) for problem in error.problems
        )
    if isinstance(error, InvalidFormula | InvalidRules):
        return tuple(diagnostics_json(error.diagnostics))
    return tuple(_present(finding, ("field", "code", "message", "index")) for finding in error.fields)


def _present(finding: object, names: tuple[str, ...]) -> Mapping[str, Any]:
    return {name: getattr(finding, name, None) for name in names}


def _headers(error: TrellisError) -> Mapping[str, str]:
    if isinstance(error, MethodNotAllowed):
        return {"Allow": ", ".join(error.allowed)}
    if isinstance(error, TooManyAttempts | TooManyRequests):
        return {"Retry-After": str(error.retry_after_s)}
    status, _ = _status_of(error)
    if status in (408, 413):
        return {"Connection": "close"}  # the rest of the body is not waited for
    if status == 401:
        return {"WWW-Authenticate": 'Bearer realm="trellis"'}
    if status == 503:
        return {"Retry-After": "1"}
    return {}
