"""What people do over HTTP is audited, and read, exported and verified over HTTP. On both databases."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.trellis.api.sites import PASSWORD, Site
from trellis.automation.group_members import replace_group_members
from trellis.records.shares import NewShare, share_record, unshare_record
from trellis.security.actor import Actor

AUDIT = "/api/v1/audit"


def _rows(site: Site, **asked: str | int) -> list[dict[str, Any]]:
    answer = site.get(AUDIT, params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


def _newest(site: Site) -> int:
    rows = _rows(site, limit=1)
    return int(rows[0]["number"]) if rows else 0


def _actor(site: Site) -> Actor:
    admin = site.admin
    return Actor(user_id=admin.id, name=admin.name, email=admin.email, is_admin=True, channel="cli")


def _since(site: Site, number: int) -> list[dict[str, Any]]:
    """The rows after that one, the oldest first."""
    return [row for row in reversed(_rows(site, limit=50)) if row["number"] > number]


def _sign_in(site: Site, username: str, password: str) -> httpx.Response:
    body = {"username": username, "password": password, "tenant": site.tenant.name}
    return site.post("/api/v1/session", body, token=None)


def test_signing_in_and_out_is_audited_with_where_it_came_from(site: Site) -> None:
    user, _ = site.user("ada")
    before = _newest(site)
    _sign_in(site, "ada", "wrong horse battery")
    _sign_in(site, "nobody", PASSWORD)
    session = _sign_in(site, "ada", PASSWORD)
    cookie = "; ".join(f"{name}={value}" for name, value in session.cookies.items())
    headers = {"Cookie": cookie, "X-CSRF-Token": session.json()["csrf_token"]}
    assert site.request("DELETE", "/api/v1/session", token=None, headers=headers).status_code == 204
    rows = _since(site, before)
    assert [(row["event"], row["actor_id"], row["subject_id"]) for row in rows][:2] == [
        ("sign_in_failed", None, user.id),
        ("sign_in_failed", None, None),
    ]
    came, left = rows[2:]
    assert (came["event"], came["actor_name"], came["address"]) == ("signed_in", "Ada", "10.1.2.3")
    assert (left["event"], left["credential_id"]) == ("signed_out", came["credential_id"])
    assert PASSWORD not in json.dumps(rows)
    assert "nobody" not in json.dumps(rows)


def test_what_is_done_to_users_is_audited(site: Site) -> None:
    before = _newest(site)
    new = {"username": "bo", "email": "bo@example.com", "name": "Bo"}
    user_id = site.post("/api/v1/users", new).json()["id"]
    change = {"name": "Bo Li", "is_admin": True, "is_active": False}
    assert site.request("PATCH", f"/api/v1/users/{user_id}", json=change).status_code == 200
    assert site.request("PATCH", f"/api/v1/users/{user_id}", json=change).status_code == 200
    site.request("PATCH", f"/api/v1/users/{user_id}", json={"is_active": True})
    site.post(f"/api/v1/users/{user_id}/invitation", None)
    rows = _since(site, before)
    assert [(row["event"], row["details"]) for row in rows] == [
        ("user_created", {"username": "bo", "email": "bo@example.com", "is_admin": False}),
        ("user_changed", {"name": ["Bo", "Bo Li"]}),
        ("permissions_assigned", {"is_admin": [False, True]}),
        ("user_frozen", {}),
        ("user_unfrozen", {}),
        ("invited", {}),
    ]
    assert {(row["actor_id"], row["channel"], row["subject_id"]) for row in rows} == {(site.admin.id, "api", user_id)}
    assert [row["event"] for row in _rows(site, subject=user_id, event="invited,user_frozen")] == [
        "invited",
        "user_frozen",
    ]


def test_secrets_and_deploys_are_audited_without_what_is_secret(site: Site) -> None:
    before = _newest(site)
    site.request("PUT", "/api/v1/secrets/hook", json={"value": "very hidden"})
    site.request("DELETE", "/api/v1/secrets/hook")
    site.request("DELETE", "/api/v1/secrets/hook")
    deploy = site.post("/api/v1/metadata/deploy", {"files": _FILES, "summary": "More"})
    assert deploy.status_code == 200, deploy.text
    revision = deploy.json()["revision"]
    back = site.post("/api/v1/metadata/rollback", {"revision": revision - 1, "accept_destruction": True})
    assert back.status_code == 200, back.text
    rows = _since(site, before)
    assert [row["event"] for row in rows] == ["secret_set", "secret_deleted", "deployed", "rolled_back"]
    assert "very hidden" not in json.dumps(rows)
    deployed, rolled_back = rows[2:]
    assert (deployed["subject_id"], deployed["subject_name"]) == (str(revision), "More")
    assert deployed["details"]["files"] == sorted(_FILES)
    assert (rolled_back["details"]["back_to"], rolled_back["details"]["is_destructive"]) == (revision - 1, True)


def test_keys_are_audited_without_their_tokens(site: Site) -> None:
    before = _newest(site)
    made = site.post("/api/v1/api-keys", {"name": "till", "scopes": ["records:read"]}).json()
    rotated = site.post(f"/api/v1/api-keys/{made['id']}/rotate", None).json()
    site.request("DELETE", f"/api/v1/api-keys/{rotated['id']}")
    rows = _since(site, before)
    assert [(row["event"], row["subject_id"], row["subject_name"]) for row in rows] == [
        ("api_key_created", made["id"], "till"),
        ("api_key_rotated", made["id"], "till"),
        ("api_key_revoked", rotated["id"], "till"),
    ]
    assert (rows[0]["details"]["scopes"], rows[1]["details"]["by_key"]) == (["records:read"], rotated["id"])
    assert made["token"] not in json.dumps(rows)


def test_who_belongs_where_and_what_rights_mean_is_audited(site: Site) -> None:
    site.user("dora")
    files = {"permissions/reader.yaml": "label: Reader\nobjects:\n  lead: {rights: [read]}\n"}
    before = _newest(site)
    made = site.post("/api/v1/metadata/deploy", {"files": files})
    assert made.status_code == 200, made.text
    access, actor = site.runtime.access, _actor(site)
    for members in (["dora"], ["dora"], []):
        site.run(replace_group_members(site.tenant, access, actor, "permission_set", "reader", members))
    rows = _since(site, before)
    assert [(row["event"], row["details"]) for row in rows[1:]] == [
        ("access_changed", {"permission_sets": ["reader"]}),
        ("permissions_assigned", {"added": ["dora"], "removed": []}),
        ("permissions_assigned", {"added": [], "removed": ["dora"]}),
    ]
    site.post("/api/v1/metadata/deploy", {"files": dict.fromkeys(files)})


def test_shares_of_records_are_audited(site: Site) -> None:
    lead = site.create("lead", last_name="Ng")
    before = _newest(site)
    access, actor, now = site.runtime.access, _actor(site), datetime.now(UTC)
    share = NewShare(principal=f"user:{site.admin.username}", access="read_write")
    made = site.run(share_record(site.tenant, access, actor, "lead", lead, share, now=now))
    site.run(unshare_record(site.tenant, access, actor, "lead", lead, made.id, now=now))
    rows = _since(site, before)
    assert [(row["event"], row["subject_id"], row["details"]["with"]) for row in rows] == [
        ("record_shared", lead, "Admin"),
        ("record_unshared", lead, "Admin"),
    ]


def test_pages_follow_one_another_and_a_row_has_an_address(site: Site) -> None:
    for number in range(4):
        site.request("PUT", f"/api/v1/secrets/s{number}", json={"value": "x"})
    first = site.get(AUDIT, params={"event": "secret_set", "limit": 3}).json()
    rest = site.get(AUDIT, params={"event": "secret_set", "limit": 3, "before": first["next_before"]}).json()
    numbers = [row["number"] for row in (*first["rows"], *rest["rows"])]
    assert (len(first["rows"]), numbers) == (3, sorted(set(numbers), reverse=True))
    assert site.get(f"{AUDIT}/{numbers[0]}").json() == first["rows"][0]
    assert site.get(f"{AUDIT}/999999").status_code == 404


def test_the_audit_verifies_and_finds_a_wrong_anchor(site: Site) -> None:
    anchor = site.get(f"{AUDIT}/anchor").json()
    said = site.post(f"{AUDIT}/verify", {"anchors": [anchor]}).json()
    assert (said["is_intact"], said["anchors"], said["last"]) == (True, 1, anchor["number"])
    assert site.post(f"{AUDIT}/verify").json()["is_intact"] is True
    said = site.post(f"{AUDIT}/verify", {"anchors": [{**anchor, "hash": "0" * 64}]}).json()
    assert [finding["kind"] for finding in said["findings"]] == ["anchor"]


def test_an_export_is_audited_before_it_is_given(site: Site) -> None:
    lines = site.get(f"{AUDIT}/export", params={"event": "audit_exported"}).text.splitlines()
    last = json.loads(lines[-1])
    assert (last["actor_id"], last["details"]) == (site.admin.id, {"format": "jsonl"})
    answer = site.get(f"{AUDIT}/export", params={"format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.startswith("number,occurred_at,event,")


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (AUDIT, {"event": "singed_in"}),
        (AUDIT, {"subject_kind": "cat"}),
        (AUDIT, {"since": "yesterday"}),
        (AUDIT, {"before": "0"}),
        (AUDIT, {"limit": "0"}),
        (f"{AUDIT}/99999999999999999999", {}),
        (f"{AUDIT}/one", {}),
        (f"{AUDIT}/export", {"format": "xml"}),
    ],
)
def test_what_cannot_be_read_is_refused(site: Site, path: str, asked: dict[str, str]) -> None:
    assert site.get(path, params=asked).status_code == 400


@pytest.mark.parametrize("anchor", ["x", {}, {"tenant": "t", "number": 2**63, "hash": "", "made_at": "2026-01-01"}])
def test_anchors_that_are_none_are_refused(site: Site, anchor: object) -> None:
    assert site.post(f"{AUDIT}/verify", {"anchors": [anchor]}).status_code == 400


def test_somebody_without_the_right_sees_nothing(site: Site) -> None:
    _, token = site.user("cleo")
    for path in (AUDIT, f"{AUDIT}/1", f"{AUDIT}/export", f"{AUDIT}/anchor"):
        assert site.get(path, token=token).status_code == 403
    assert site.post(f"{AUDIT}/verify", {}, token=token).status_code == 403


_FILES = {
    "objects/extra.yaml": """\
label: Extra
plural_label: Extras
name_field: name
fields:
  name: {type: text, label: Name}
"""
}
