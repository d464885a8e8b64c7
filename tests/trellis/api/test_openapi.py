"""The OpenAPI document: valid by the specification's own schema rules, and true to what the actor may do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from metamodel import build_model, read_source
from tests.trellis.api.sources import FILES
from trellis.api.openapi import build_document
from trellis.security.access import AdministratorAccess
from trellis.security.actor import Actor

METHODS = {"get", "put", "post", "delete", "patch"}


def _actor(*, is_admin: bool) -> Actor:
    return Actor(user_id="u", name="Mei", email="mei@example.com", is_admin=is_admin, channel="api")


def _document(*, is_admin: bool = True) -> dict[str, Any]:
    model = build_model(read_source(FILES))
    document = build_document(model, AdministratorAccess(), _actor(is_admin=is_admin), tenant="acme", revision=3)
    parsed: dict[str, Any] = orjson.loads(orjson.dumps(document))
    return parsed


@pytest.fixture(scope="module", name="document")
def _shared_document() -> dict[str, Any]:
    return _document()


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], list[Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS & set(item):
            yield path, method, item[method], [*item.get("parameters", []), *item[method].get("parameters", [])]


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)


def _resolve(document: dict[str, Any], reference: str) -> Any:
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def test_every_schema_is_a_valid_json_schema(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for _, _, operation, _ in _operations(document):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            Draft202012Validator.check_schema(media["schema"])


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = set(_references(document))
    assert references
    for reference in references:
        assert _resolve(document, reference)


def test_operations_are_named_once_and_answer_something(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation, _ in _operations(document)]
    assert len(names) == len(set(names))
    for path, method, operation, parameters in _operations(document):
        assert any(status.startswith("2") for status in operation["responses"]), (path, method)
        for response in operation["responses"].values():
            assert "description" in response or "$ref" in response
        resolved = [_resolve(document, one["$ref"]) if "$ref" in one else one for one in parameters]
        in_path = {one["name"] for one in resolved if one["in"] == "path"}
        assert in_path == set(re.findall(r"\{(\w+)\}", path)), (path, method)
        assert all(one["required"] for one in resolved if one["in"] == "path")


def test_the_document_has_what_the_specification_requires(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert {"title", "version"} <= set(document["info"])
    assert set(document) <= {
        "openapi",
        "info",
        "jsonSchemaDialect",
        "servers",
        "security",
        "tags",
        "paths",
        "components",
    }
    assert all(path.startswith("/") for path in document["paths"])
    declared = {tag["name"] for tag in document["tags"]}
    records = [operation for path, _, operation, _ in _operations(document) if path.startswith("/api/v1/records/")]
    assert all(set(operation["tags"]) <= declared for operation in records)


def test_records_are_described_as_they_are_sent_and_read(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    create = Draft202012Validator(schemas["lead_create"])
    assert create.is_valid(
        {"last_name": "Lin", "status": "New", "amount": 12.5, "place": {"latitude": 1, "longitude": 2}}
    )
    for wrong in (
        {},
        {"last_name": None},
        {"last_name": "Lin", "status": "Old"},
        {"last_name": "Lin", "loud_name": "x"},
    ):
        assert not create.is_valid(wrong), wrong
    assert schemas["lead"]["properties"]["loud_name"]["readOnly"] is True
    assert "enum" not in schemas["lead"]["properties"]["status"]
    assert "/api/v1/records/account/by/code/{value}" in document["paths"]


def test_the_users_of_the_platform_are_read_only(document: dict[str, Any]) -> None:
    assert "post" not in document["paths"]["/api/v1/records/user"]
    assert set(document["paths"]["/api/v1/records/user/{id}"]) == {"parameters", "get"}


def test_who_may_see_nothing_is_told_of_no_object() -> None:
    document = _document(is_admin=False)
    assert not [path for path in document["paths"] if path.startswith("/api/v1/records/")]
    assert "lead" not in orjson.dumps(document).decode()
