"""Requests made up from a member's own OpenAPI document: none fails within, and no answer holds anything hidden."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import orjson
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from tests.access.secrets_site import CANARY, Secrets

SOAK = int(os.environ.get("TRELLIS_TEST_SOAK", "0"))
PER_OPERATION = SOAK or 1
APART = ("/api/v1/session", "/api/v1/password", "/api/v1/notifications/stream", "/oauth/", "/.well-known/", "/scim/")
"""What ends or opens sessions, streams that do not end, and what no API key opens."""


def test_made_up_requests_are_answered_and_tell_nothing_hidden(secrets: Secrets) -> None:
    document = secrets.get("/api/v1/openapi.json").content
    before = secrets.site.get(f"/api/v1/records/account/{secrets.hidden}").json()
    answered = 0
    for number, (method, path, options) in enumerate(
        made_up(document.replace(secrets.site.tenant.name.encode(), b"t"))
    ):
        address = pointed(secrets, path, number)
        answer = secrets.site.request(method, address, token=secrets.token, **options)
        assert answer.status_code < 500, (method, address, options, answer.text)
        answered += answer.is_success
        if CANARY.decode() not in str((address, options)).lower():
            assert CANARY not in answer.content.lower(), (method, address, options, answer.text)
    assert answered > PER_OPERATION * 3
    assert secrets.site.get(f"/api/v1/records/account/{secrets.hidden}").json() == before
    assert secrets.get(f"/api/v1/records/account/{secrets.hidden}").status_code == 404


def pointed(secrets: Secrets, path: str, number: int) -> str:
    """With ids and names that there are, in turn: made up ones are never found."""
    ids = (secrets.hidden, secrets.own, secrets.hidden_line, secrets.own_line, secrets.in_bin, secrets.mia)
    names = ("account", "line", "user")
    return path.replace("{id}", ids[number % len(ids)]).replace("{object}", names[number % len(names)])


@lru_cache(maxsize=2)
def made_up(document: bytes) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Method, path and options of requests; {id} and {object} stay in the path. The same for all databases."""
    found: list[tuple[str, str, Mapping[str, Any]]] = []
    for operation in _operations(orjson.loads(document)):

        @settings(
            max_examples=PER_OPERATION,
            phases=(Phase.generate,),
            derandomize=not SOAK,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def make(case: Any) -> None:
            case.path_parameters = {
                name: f"{{{name}}}" if name in ("id", "object") else value
                for name, value in case.path_parameters.items()
            }
            sent = case.as_transport_kwargs(base_url="http://test")
            options = {key: sent[key] for key in ("params", "json", "content", "data") if sent.get(key) is not None}
            path = sent["url"].removeprefix("http://test")
            found.append((case.method, path.replace("%7B", "{").replace("%7D", "}"), options))

        make()
    return found


def _operations(document: dict[str, Any]) -> Iterator[Any]:
    document["paths"] = {path: item for path, item in document["paths"].items() if not path.startswith(APART)}
    for operation in schemathesis.openapi.from_dict(document).get_all_operations():
        yield operation.ok()
