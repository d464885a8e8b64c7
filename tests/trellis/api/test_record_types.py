"""Record types over HTTP: what a member is offered, what they may write, and how it is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from secrets import token_hex

import pytest

from tests.trellis.api.sites import Site
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.actor import Actor
from trellis.security.credentials import create_api_key
from trellis.security.users import NewUser, create_user

FILES = {
    "objects/parcel.yaml": """\
label: Parcel
plural_label: Parcels
name_field: name
sharing: read_write
fields:
  name: {type: text, label: Name, length: 80}
  size: {type: picklist, label: Size, values: [S, M, L]}
  secret: {type: picklist, label: Secret, values: [X, Y]}
record_types:
  letter:
    label: Letter
    description: Flat.
    picklists: {size: {values: [S, M], default: S}, secret: {values: [X]}}
  crate: {label: Crate}
  barrel: {label: Barrel, is_active: false}
default_record_type: letter
""",
    "permissions/packer.yaml": """\
label: Packer
objects:
  parcel: {rights: [create, edit], fields: {"*": edit, secret: none}, record_types: [crate, barrel]}
""",
    "translations/zh-Hans.yaml": "objects: {parcel: {record_types: {letter: {label: 信件}}}}\n",
}


@pytest.fixture(scope="module")
def parcels(site: Site) -> Site:
    admin = site.admin
    actor = Actor(user_id=admin.id, name=admin.name, email=admin.email, is_admin=True, channel="cli")
    site.run(deploy(site.tenant, actor, SourceChange(files=FILES), summary="Parcels"))
    return site


@pytest.fixture(scope="module")
def packer(parcels: Site) -> str:
    """The token of a member."""
    name, now = f"m{token_hex(4)}", datetime.now(UTC)
    new = NewUser(username=name, email=f"{name}@example.org", name=name)
    user = parcels.run(create_user(parcels.tenant, new, now=now))
    members = [{"user": name}]
    assert parcels.request("PUT", "/api/v1/permission_sets/packer/members", json=members).status_code == 200
    return parcels.run(create_api_key(parcels.tenant, user.id, "test", now=now)).token


def test_an_object_says_its_record_types(parcels: Site) -> None:
    described = parcels.get("/api/v1/objects/parcel").json()

    assert described["default_record_type"] == "letter"
    letter, _, barrel = described["record_types"]
    assert letter == {
        "name": "letter",
        "label": "Letter",
        "description": "Flat.",
        "active": True,
        "available": True,
        "layout": None,
        "picklists": {
            "size": {"values": ["S", "M"], "default": "S"},
            "secret": {"values": ["X"], "default": None},
        },
    }
    assert (barrel["name"], barrel["active"], barrel["available"]) == ("barrel", False, False)
    assert "record_types" not in parcels.get("/api/v1/objects/user").json()


def test_a_member_is_told_which_types_are_theirs(parcels: Site, packer: str) -> None:
    described = parcels.get("/api/v1/objects/parcel", token=packer).json()

    assert described["default_record_type"] == "crate"
    assert [one["name"] for one in described["record_types"] if one["available"]] == ["crate"]
    assert list(described["record_types"][0]["picklists"]) == ["size"]
    field = next(one for one in described["fields"] if one["name"] == "record_type")
    assert (field["writable"], field["schema"]["enum"]) == (True, ["crate"])
    document = parcels.get("/api/v1/openapi.json", token=packer).json()
    written = document["components"]["schemas"]["parcel_create"]["properties"]["record_type"]
    assert (written["enum"], written["default"]) == (["crate"], "crate")
    assert "enum" not in document["components"]["schemas"]["parcel"]["properties"]["record_type"]


def test_a_member_creates_what_is_theirs(parcels: Site, packer: str) -> None:
    made = parcels.post("/api/v1/records/parcel", {"name": "A"}, token=packer)
    assert made.status_code == 201
    read = parcels.get(f"/api/v1/records/parcel/{made.json()['id']}", token=packer).json()
    assert read["record_type"] == "crate"

    refused = parcels.post("/api/v1/records/parcel", {"name": "B", "record_type": "letter"}, token=packer)
    assert (refused.status_code, refused.json()["code"]) == (403, "access_denied")
    assert refused.json()["errors"][0]["field"] == "record_type"


def test_a_value_that_the_type_does_not_offer_is_refused(parcels: Site) -> None:
    refused = parcels.post("/api/v1/records/parcel", {"record_type": "letter", "size": "L"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "not_offered")


def test_lists_are_filtered_and_grouped_by_type(parcels: Site) -> None:
    parcels.create("parcel", name="flat", record_type="letter")
    parcels.create("parcel", name="heavy", record_type="crate")
    listed = parcels.get('/api/v1/records/parcel?filter=record_type%20%3D%20"letter"&fields=name,record_type').json()
    assert {one["record_type"] for one in listed["records"]} == {"letter"}
