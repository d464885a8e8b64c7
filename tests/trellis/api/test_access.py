"""Access over HTTP: permission sets and who has them, shares of a record, why somebody may or may not; and what a member's key gets."""

from __future__ import annotations

from datetime import UTC, datetime
from secrets import token_hex

import pytest

from tests.trellis.api.sites import Site
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.actor import Actor
from trellis.security.credentials import create_api_key
from trellis.security.users import NewUser, User, create_user

FILES = {
    "objects/box.yaml": """\
label: Box
plural_label: Boxes
name_field: name
sharing: private
fields:
  name: {type: text, label: Name, length: 80, required: true}
  price: {type: number, label: Price, precision: 9, scale: 0}
""",
    "permissions/packer.yaml": """\
label: Packer
objects:
  box: {rights: [create, edit], fields: {"*": edit, price: none}}
""",
}


class Member:
    def __init__(self, site: Site, user: User, token: str) -> None:
        self.site = site
        self.user = user
        self.token = token


@pytest.fixture(scope="module")
def boxes(site: Site) -> Site:
    admin = site.admin
    actor = Actor(user_id=admin.id, name=admin.name, email=admin.email, is_admin=True, channel="cli")
    site.run(deploy(site.tenant, actor, SourceChange(files=FILES), summary="Boxes"))
    return site


def hire(site: Site) -> Member:
    name = f"m{token_hex(4)}"
    now = datetime.now(UTC)
    user = site.run(create_user(site.tenant, NewUser(username=name, email=f"{name}@example.org", name=name), now=now))
    key = site.run(create_api_key(site.tenant, user.id, "test", now=now))
    there = [one["username"] for one in site.get("/api/v1/permission_sets/packer/members").json()]
    members = [{"user": one} for one in (*there, name)]
    answer = site.request("PUT", "/api/v1/permission_sets/packer/members", json=members)
    assert answer.status_code == 200, answer.text
    return Member(site, user, key.token)


def test_permission_sets_are_listed_with_who_has_them(boxes: Site) -> None:
    member = hire(boxes)

    found = {one["name"]: one for one in boxes.get("/api/v1/permission_sets").json()["permission_sets"]}
    assert found["packer"]["label"] == "Packer"
    assert member.user.username in [one["username"] for one in found["packer"]["members"]]
    assert boxes.admin.username in [one["username"] for one in found["administrator"]["members"]]
    refused = boxes.request("PUT", "/api/v1/permission_sets/administrator/members", json=[])
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")
    assert boxes.get("/api/v1/permission_sets/pecker/members").status_code == 404
    assert boxes.get("/api/v1/permission_sets", token=member.token).status_code == 403


def test_a_members_key_gets_what_was_granted_and_loses_it_at_once(boxes: Site) -> None:
    member = hire(boxes)
    boxes.create("box", name="not theirs", price=7)
    own = boxes.post("/api/v1/records/box", {"name": "own"}, token=member.token)
    assert own.status_code == 201

    listed = boxes.get("/api/v1/records/box?count=true", token=member.token).json()
    assert ([one["name"] for one in listed["records"]], listed["total"]) == (["own"], 1)
    assert "price" not in listed["records"][0]
    for query in ("fields=price", "filter=price%20%3E%201", "sort=price"):
        assert boxes.get(f"/api/v1/records/box?{query}", token=member.token).status_code == 403
    described = boxes.get("/api/v1/objects/box", token=member.token).json()
    assert "price" not in [one["name"] for one in described["fields"]]
    assert "price" not in boxes.get("/api/v1/openapi.json", token=member.token).text

    left = [one for one in boxes.get("/api/v1/permission_sets/packer/members").json() if one["user"] != member.user.id]
    assert boxes.request("PUT", "/api/v1/permission_sets/packer/members", json=left).status_code == 200
    assert boxes.get("/api/v1/records/box", token=member.token).status_code == 403
    assert boxes.get("/api/v1/records/box/" + own.json()["id"], token=member.token).status_code == 403


def test_a_record_is_shared_seen_explained_and_taken_back(boxes: Site) -> None:
    member = hire(boxes)
    box = boxes.create("box", name="shared")
    address = f"/api/v1/records/box/{box}"
    why = f"/api/v1/access/why?object=box&id={box}"
    assert boxes.get(address, token=member.token).status_code == 404
    assert boxes.get(why, token=member.token).json()["allowed"] is False

    body = {"principal": f"user:{member.user.username}", "expires_at": "2099-01-31T18:00:00Z"}
    shared = boxes.post(f"{address}/shares", body)
    assert shared.status_code == 201, shared.text
    assert boxes.get(address, token=member.token).status_code == 200
    answer = boxes.get(f"{why}&user={member.user.username}").json()
    assert answer["allowed"] is True
    assert [one["kind"] for one in answer["grounds"]] == ["set", "share"]
    assert answer["grounds"][1]["until"].startswith("2099-01-31T18:00")
    chinese = boxes.get(f"{why}&user={member.user.username}&language=zh-Hans").json()
    assert chinese["verdict"] == f"{member.user.username} 可以查看："

    assert boxes.post(f"{address}/shares", {"principal": "everyone"}, token=member.token).status_code == 403
    assert [one["label"] for one in boxes.get(f"{address}/shares", token=member.token).json()["shares"]] == [
        member.user.name
    ]
    assert boxes.request("DELETE", f"{address}/shares/{shared.json()['id']}").status_code == 204
    assert boxes.get(address, token=member.token).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"principal": "user:nobody-at-all"}, 422),
        ({"principal": "moon:x"}, 422),
        ({"principal": 7}, 400),
        ({"principal": "everyone", "access": "all"}, 400),
        ({"principal": "everyone", "expires_at": "tomorrow"}, 400),
        ({"principal": "everyone", "expires_at": "2000-01-01T00:00:00Z"}, 422),
        ({"everyone": True}, 400),
        ({}, 400),
    ],
)
def test_a_share_that_cannot_be_is_refused_with_a_reason(boxes: Site, body: dict[str, object], status: int) -> None:
    box = boxes.create("box", name="A")

    answer = boxes.post(f"/api/v1/records/box/{box}/shares", body)
    assert (answer.status_code, bool(answer.json()["detail"])) == (status, True)


@pytest.mark.parametrize(
    "query",
    ["", "object=box", "object=box&id=1&action=fly", "object=box&id=1&language=xx", "object=box&id=1&field=weight"],
)
def test_a_question_that_makes_no_sense_is_refused(boxes: Site, query: str) -> None:
    assert boxes.get(f"/api/v1/access/why?{query}").status_code == 400


def test_others_are_asked_about_by_who_manages_access_only(boxes: Site) -> None:
    member, other = hire(boxes), hire(boxes)
    box = boxes.create("box", name="A")

    address = f"/api/v1/access/why?object=box&id={box}&user={other.user.username}"
    assert boxes.get(address, token=member.token).status_code == 403
    assert boxes.get(address).status_code == 200
