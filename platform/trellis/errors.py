"""The root of the runtime's errors: a stable code, data, a place and a hint. HTTP and the CLI render them; they know neither."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """What is wrong with one field of one record. `index`: its place in the batch; `field`: None for the record as a whole."""

    field: str | None
    code: str
    message: str
    index: int = 0


class TrellisError(Exception):
    """`code` is stable and documented in docs/reference/errors.md; `hint` says how to mend it."""

    code = "internal_error"

    def __init__(self, message: str, *, hint: str | None = None, fields: tuple[FieldError, ...] = ()) -> None:
        self.message = message
        self.hint = hint
        self.fields = fields
        super().__init__(message)


class InvalidRequest(TrellisError):
    code = "invalid_request"


class InvalidFilter(InvalidRequest):
    code = "invalid_filter"


class InvalidRecord(TrellisError):
    """One or more records were refused; `fields` says which fields and why. Nothing was written."""

    code = "invalid_record"


class NotFound(TrellisError):
    code = "not_found"


class AccessDenied(TrellisError):
    code = "access_denied"


class NotAuthenticated(TrellisError):
    code = "not_authenticated"


class Conflict(TrellisError):
    """The record is not the version the caller saw, or a unique value is taken."""

    code = "conflict"


class InvalidSettings(TrellisError):
    """A setting has a value that cannot be used; the message names it."""

    code = "invalid_settings"


class InvalidMetadata(TrellisError):
    """Components that do not hold together; `problems` as metamodel.MetadataProblem. Nothing was changed."""

    code = "invalid_metadata"

    def __init__(self, message: str, problems: tuple[object, ...] = (), *, hint: str | None = None) -> None:
        self.problems = problems
        super().__init__(message, hint=hint)


class PlanRefused(TrellisError):
    """A plan with checked rows that offend, or with destruction nobody agreed to. `plan` as trellis.schema.plan.Plan."""

    code = "plan_refused"

    def __init__(self, message: str, *, plan: object = None, hint: str | None = None) -> None:
        self.plan = plan
        super().__init__(message, hint=hint)


class StaleModel(TrellisError):
    """The tenant's revision moved on while a statement ran; whoever holds the loop runs it again with the new model."""

    code = "stale_model"

    def __init__(self, revision: int) -> None:
        self.revision = revision
        super().__init__(f"the tenant is at revision {revision} now")
