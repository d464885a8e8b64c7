"""Errors as RFC 9457 problem details."""

from __future__ import annotations

import orjson
import pytest

from tests.trellis.api.sites import Site
from trellis.api import errors as api_errors
from trellis.api.errors import MethodNotAllowed
from trellis.api.problems import MEDIA_TYPE, STATUSES, describe_error, render_problem
from trellis.errors import FieldError, InvalidFilter, InvalidRecord, NotAuthenticated, StaleModel, TrellisError
from trellis.security.throttle import TooManyAttempts
from trellis.storage.errors import StorageError


class NewKindOfFilterError(InvalidFilter):
    code = "filter_of_a_new_kind"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidFilter("no"), 400, "invalid_filter"),
        (NewKindOfFilterError("no"), 400, "filter_of_a_new_kind"),
        (NotAuthenticated("no"), 401, "not_authenticated"),
        (InvalidRecord("no"), 422, "invalid_record"),
        (TooManyAttempts(7), 429, "too_many_attempts"),
        (StaleModel(3), 503, "stale_model"),
        (TrellisError("no"), 500, "internal_error"),
    ],
)
def test_an_error_has_a_status_and_keeps_its_code(error: TrellisError, status: int, code: str) -> None:
    problem = describe_error(error)
    assert (problem.status, problem.code) == (status, code)


def test_a_problem_says_what_is_wrong_where_and_how_to_mend_it() -> None:
    error = InvalidRecord(
        "One field is wrong.",
        hint="Mend it.",
        fields=(FieldError(field="email", code="invalid_email", message="No @.", index=3),),
    )
    response = render_problem(describe_error(error), "request-1")
    assert response.headers["content-type"] == MEDIA_TYPE
    assert orjson.loads(bytes(response.body)) == {
        "type": "urn:trellis:problem:invalid_record",
        "title": "The record was refused",
        "status": 422,
        "detail": "One field is wrong.",
        "code": "invalid_record",
        "hint": "Mend it.",
        "request_id": "request-1",
        "errors": [{"field": "email", "code": "invalid_email", "message": "No @.", "index": 3}],
    }


def test_answers_carry_the_headers_that_their_status_asks_for() -> None:
    assert describe_error(MethodNotAllowed("no", ("GET", "POST"))).headers == {"Allow": "GET, POST"}
    assert describe_error(TooManyAttempts(7)).headers == {"Retry-After": "7"}
    assert "Bearer" in describe_error(NotAuthenticated("no")).headers["WWW-Authenticate"]


def test_a_fault_of_ours_is_logged_and_its_words_are_told_to_nobody(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> None:
        raise StorageError("syntax error at or near secret")

    monkeypatch.setattr("trellis.api.api_keys.list_keys", fail)
    answer = site.get("/api/v1/api-keys")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert "secret" in caplog.text
    assert answer.json()["request_id"] in caplog.text


def test_every_error_of_the_api_has_a_status_of_its_own() -> None:
    codes = {one.code for one in vars(api_errors).values() if isinstance(one, type) and issubclass(one, TrellisError)}
    assert codes - {"internal_error"} <= set(STATUSES)
