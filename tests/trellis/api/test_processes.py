"""Two processes serve one tenant: what one deploys the other knows at its next request; what both are told at once happens once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest

from tests.trellis.api.sites import Site
from tests.trellis.api.sources import LEAD
from trellis.api.app import create_app
from trellis.runtime import open_runtime


@dataclass(frozen=True)
class Other:
    """A second runtime over the first one's databases, as in another process."""

    site: Site
    client: httpx.AsyncClient

    def request(self, method: str, path: str, body: object = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.site.token}"}
        return self.site.run(self.client.request(method, path, json=body, headers=headers))


@contextmanager
def _other(site: Site) -> Iterator[Other]:
    opening = open_runtime(site.runtime.settings)
    runtime = site.run(opening.__aenter__())
    transport = httpx.ASGITransport(create_app(runtime, with_web=False))
    client = httpx.AsyncClient(transport=transport, base_url="http://test")
    try:
        yield Other(site, client)
    finally:
        site.run(client.aclose())
        site.run(opening.__aexit__(None, None, None))


@pytest.fixture(name="other")
def _second_process(site: Site) -> Iterator[Other]:
    with _other(site) as other:
        yield other


def _deploy(site: Site, files: dict[str, str | None]) -> None:
    body = {"files": files, "accept_destruction": True}
    answer = site.post("/api/v1/metadata/deploy", body)
    assert answer.status_code == 200, answer.text


ROOM = "label: Room\nplural_label: Rooms\nname_field: name\nfields:\n  name: {type: text, label: Name, length: 80}\n"


def test_an_object_that_one_process_adds_is_there_for_the_other(site: Site, other: Other) -> None:
    assert other.request("GET", "/api/v1/records/room").status_code == 404
    _deploy(site, {"objects/room.yaml": ROOM})
    assert other.request("GET", "/api/v1/records/room").json() == {"records": [], "next_cursor": None}
    assert other.request("POST", "/api/v1/records/room", {"name": "Blue"}).status_code == 201
    _deploy(site, {"objects/room.yaml": None})
    assert other.request("GET", "/api/v1/records/room").status_code == 404
    _deploy(site, {"objects/room.yaml": ROOM})
    assert other.request("POST", "/api/v1/records/room", {"name": "Red"}).status_code == 201
    assert other.request("POST", "/api/v1/query", {"object": "room"}).status_code == 200


def test_a_field_that_one_process_adds_is_there_for_the_other(site: Site, other: Other) -> None:
    assert other.request("GET", "/api/v1/records/lead?fields=nickname").status_code == 400
    nickname = "  nickname: {type: text, label: Nickname, length: 80}\nvalidations:"
    _deploy(site, {"objects/lead.yaml": LEAD.replace("validations:", nickname)})
    assert other.request("GET", "/api/v1/records/lead?fields=nickname").status_code == 200
    assert other.request("GET", "/api/v1/records/lead?filter=nickname%20%3D%20%22x%22").status_code == 200
    assert other.request("POST", "/api/v1/records/lead", {"last_name": "Lin", "nickname": "L"}).status_code == 201
    _deploy(site, {"objects/lead.yaml": LEAD})
    assert other.request("POST", "/api/v1/records/lead", {"last_name": "Lin", "nickname": "L"}).status_code == 422
    assert other.request("GET", "/api/v1/records/lead?fields=nickname").status_code == 400


def test_the_same_key_at_once_creates_once(site: Site, other: Other) -> None:
    headers = {"Authorization": f"Bearer {site.token}", "Idempotency-Key": "at-once"}

    async def both() -> list[httpx.Response]:
        here = httpx.AsyncClient(transport=httpx.ASGITransport(site.app), base_url="http://test")
        async with here:
            body = {"name": "At once"}
            clients = [here, other.client] * 4
            return await asyncio.gather(
                *(client.post("/api/v1/records/account", json=body, headers=headers) for client in clients)
            )

    answers = site.run(both())
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    counted = site.get("/api/v1/records/account", params={"filter": 'name = "At once"', "count": "true"})
    assert counted.json()["total"] == 1
