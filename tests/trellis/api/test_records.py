"""Records over HTTP: their life, their versions, batches, upserts, and requests that are repeated."""

from __future__ import annotations

from tests.trellis.api.sites import Site

LEADS = "/api/v1/records/lead"
ACCOUNTS = "/api/v1/records/account"


def test_a_record_lives_through_its_addresses(site: Site) -> None:
    created = site.post(LEADS, {"last_name": "Lin", "amount": 12.5, "place": {"latitude": 1.5, "longitude": 2}})
    assert created.status_code == 201
    saved = created.json()
    address = f"{LEADS}/{saved['id']}"
    assert created.headers["location"] == address
    assert created.headers["etag"] == f'"{saved["version"]}"'

    read = site.get(address)
    assert read.status_code == 200
    assert read.headers["etag"] == created.headers["etag"]
    record = read.json()
    assert (record["last_name"], record["amount"], record["status"], record["loud_name"]) == ("Lin", 12.5, "New", "LIN")
    assert record["place"] == {"latitude": 1.5, "longitude": 2}
    assert site.get(f"{address}?fields=last_name,owner.name").json() == {"last_name": "Lin", "owner.name": "Admin"}

    changed = site.request("PATCH", address, json={"status": "Working"})
    assert changed.status_code == 200
    assert changed.json() == {"id": saved["id"], "version": saved["version"] + 1}
    assert site.get(address).json()["status"] == "Working"

    assert site.request("DELETE", address).status_code == 204
    assert site.get(address).status_code == 404
    restored = site.post(f"{address}/restore")
    assert restored.status_code == 200
    assert site.get(address).json()["last_name"] == "Lin"


def test_numbers_keep_every_digit(site: Site) -> None:
    body = b'{"last_name": "Lin", "size": 1234567890123456.78}'
    created = site.request("POST", LEADS, content=body, headers={"Content-Type": "application/json"})
    assert b'"size":1234567890123456.78' in site.get(f"{LEADS}/{created.json()['id']}").content


def test_the_whole_record_comes_back_when_preferred(site: Site) -> None:
    prefer = {"Prefer": "return=representation"}
    created = site.post(LEADS, {"last_name": "Lin"}, headers=prefer)
    assert created.status_code == 201
    assert created.json()["loud_name"] == "LIN"
    assert created.headers["preference-applied"] == "return=representation"
    changed = site.request("PATCH", created.headers["location"], json={"last_name": "Lu"}, headers=prefer)
    assert changed.json()["loud_name"] == "LU"
    assert changed.headers["etag"] == f'"{changed.json()["version"]}"'


def test_a_change_is_made_on_the_version_that_was_seen(site: Site) -> None:
    created = site.post(LEADS, {"last_name": "Lin"})
    address, tag = created.headers["location"], created.headers["etag"]
    assert site.request("PATCH", address, json={"last_name": "Lu"}, headers={"If-Match": tag}).status_code == 200
    for method, options in (("PATCH", {"json": {"last_name": "Li"}}), ("DELETE", {})):
        late = site.request(method, address, headers={"If-Match": tag}, **options)
        assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert site.get(address).json()["last_name"] == "Lu"
    assert site.request("DELETE", address, headers={"If-Match": "*"}).status_code == 204


def test_an_answer_that_the_caller_has_is_not_sent_again(site: Site) -> None:
    created = site.post(ACCOUNTS, {"name": "Acme"})
    address, tag = created.headers["location"], created.headers["etag"]
    known = site.get(address, headers={"If-None-Match": tag})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)
    site.request("PATCH", address, json={"name": "Acme Inc."})
    assert site.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_an_answer_with_computed_fields_is_always_sent(site: Site) -> None:
    """A formula's or another record's value may change without this record's version."""
    created = site.post(LEADS, {"last_name": "Lin"})
    address, tag = created.headers["location"], created.headers["etag"]
    assert site.get(address, headers={"If-None-Match": tag}).status_code == 200
    assert site.get(f"{address}?fields=owner.name", headers={"If-None-Match": tag}).status_code == 200
    assert site.get(f"{address}?fields=last_name", headers={"If-None-Match": tag}).status_code == 304


def test_a_batch_is_created_whole_or_not_at_all(site: Site) -> None:
    before = site.get(f"{ACCOUNTS}?count=true").json()["total"]
    created = site.post(ACCOUNTS, [{"name": f"Batch {number}"} for number in range(200)])
    assert created.status_code == 201
    assert len({record["id"] for record in created.json()["records"]}) == 200
    refused = site.post(ACCOUNTS, [{"name": "Right"}, {"name": None}, {"nam": "x"}])
    assert refused.status_code == 422
    errors = refused.json()["errors"]
    assert {(error["index"], error["field"], error["code"]) for error in errors} >= {(1, "name", "required")}
    assert {error["index"] for error in errors} == {1, 2}
    assert site.get(f"{ACCOUNTS}?count=true").json()["total"] == before + 200


def test_an_upsert_creates_and_then_changes(site: Site) -> None:
    address = f"{ACCOUNTS}/by/code/A%2F1"
    first = site.request("PUT", address, json={"name": "Acme"})
    assert first.status_code == 201, first.text
    second = site.request("PUT", address, json={"name": "Acme Inc."})
    assert (second.status_code, second.json()["id"]) == (200, first.json()["id"])
    record = site.get(f"{ACCOUNTS}/{first.json()['id']}").json()
    assert (record["name"], record["code"]) == ("Acme Inc.", "A/1")


def test_a_unique_value_is_taken_once(site: Site) -> None:
    site.create("account", name="Acme", code="U1")
    refused = site.post(ACCOUNTS, {"name": "Other", "code": "U1"})
    assert refused.status_code == 422
    assert [(error["field"], error["code"]) for error in refused.json()["errors"]] == [("code", "not_unique")]


def test_a_repeated_create_with_a_key_creates_once(site: Site) -> None:
    key = {"Idempotency-Key": "order-1"}
    first = site.post(ACCOUNTS, {"name": "Once"}, headers=key)
    second = site.post(ACCOUNTS, {"name": "Once"}, headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second.headers["etag"] == first.headers["etag"]
    assert site.get(ACCOUNTS, params={"filter": 'name = "Once"', "count": "true"}).json()["total"] == 1
    other = site.post(ACCOUNTS, {"name": "Twice"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    _, token = site.user("keyed", is_admin=True)
    theirs = site.post(ACCOUNTS, {"name": "Theirs"}, headers=key, token=token)
    assert theirs.json()["id"] != first.json()["id"]


def test_a_refused_create_does_not_use_up_its_key(site: Site) -> None:
    key = {"Idempotency-Key": "order-2"}
    assert site.post(ACCOUNTS, {"name": None}, headers=key).status_code == 422
    assert site.post(ACCOUNTS, {"name": "Now right"}, headers=key).status_code == 201


def test_a_list_is_filtered_sorted_and_paged(site: Site) -> None:
    for number in range(5):
        site.create("lead", last_name=f"Page {number}", amount=number)
    query = {
        "filter": 'BEGINS(last_name, "Page") && amount > 0',
        "sort": "-amount",
        "fields": "last_name",
        "limit": "3",
    }
    first = site.get(LEADS, params={**query, "count": "true"}).json()
    assert [record["last_name"] for record in first["records"]] == ["Page 4", "Page 3", "Page 2"]
    assert (first["total"], first["total_is_exact"]) == (4, True)
    second = site.get(LEADS, params={**query, "cursor": first["next_cursor"]}).json()
    assert [record["last_name"] for record in second["records"]] == ["Page 1"]
    assert second["next_cursor"] is None

    body = {"object": "lead", "filter": query["filter"], "sort": [{"field": "amount", "descending": True}], "limit": 3}
    same = site.post("/api/v1/query", {**body, "fields": ["last_name"], "count": True}).json()
    assert same["records"] == first["records"]
    other = site.get(LEADS, params={**query, "sort": "amount", "cursor": first["next_cursor"]})
    assert (other.status_code, other.json()["code"]) == (400, "invalid_request")
