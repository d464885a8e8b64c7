"""Webhooks over HTTP: what they sent, sending it again, secrets that are never shown, addresses that get no mail."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from tests.trellis.api.sites import Site
from trellis.ids import new_id
from trellis.schema.deploy import SourceChange, deploy
from trellis.security.actor import Actor
from trellis.storage.prepare import prepare

FILES = {
    "webhooks.yaml": """
erp: {label: ERP, url: "https://erp.example/${path}", secret: erp_key}
inside: {label: Inside, url: "http://127.0.0.1:9/hook"}
""",
    "rules/post.rule": """
rule "Post" on account when created then
    post webhook inside (name = name)
end
""",
}


@pytest.fixture(autouse=True, scope="module")
def _webhooks(site: Site) -> None:
    actor = Actor(user_id=site.admin.id, name="Admin", email=site.admin.email, is_admin=True, channel="cli")
    site.run(deploy(site.tenant, actor, SourceChange(files=FILES), summary="Webhooks"))


def test_webhooks_say_which_secrets_they_lack_and_secrets_are_never_shown(site: Site) -> None:
    erp = {"provider": "http", "channel": None, "is_signed": True, "label": "ERP", "name": "erp", "host": "erp.example"}
    assert site.get("/api/v1/webhooks").json()["webhooks"][0] == {**erp, "missing_secrets": ["erp_key", "path"]}
    assert site.request("PUT", "/api/v1/secrets/erp_key", json={"value": "s3cret"}).status_code == 204
    assert site.request("PUT", "/api/v1/secrets/path", json={"value": "in"}).status_code == 204
    assert site.get("/api/v1/webhooks").json()["webhooks"][0] == {**erp, "missing_secrets": []}
    shown = site.get("/api/v1/secrets")
    assert [one["name"] for one in shown.json()["secrets"]] == ["erp_key", "path"]
    assert "s3cret" not in shown.text
    assert site.request("DELETE", "/api/v1/secrets/path").status_code == 204
    assert site.request("DELETE", "/api/v1/secrets/path").status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [("Key", "x"), ("a__b", "x"), (":mail", "x"), ("key", ""), ("key", "a\nX-Evil: 1"), ("key", "x" * 4001)],
)
def test_a_secret_that_may_not_be_is_refused(name: str, value: str, site: Site) -> None:
    answer = site.request("PUT", f"/api/v1/secrets/{name}", json={"value": value})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "invalid_secret"


def test_a_post_is_listed_and_sent_again(site: Site) -> None:
    site.create("account", name="Acme")
    [post] = site.get("/api/v1/webhooks/posts?webhook=inside").json()["posts"]
    assert (post["webhook"], post["rule"], post["object"], post["kind"]) == ("inside", "Post", "account", "webhook")
    assert site.get("/api/v1/webhooks/posts?webhook=erp").json() == {"posts": []}
    table = site.tenant.tables.outbox
    done = {"status": "done", "attempts": 3, "done_at": table.c.created_at}
    statement = prepare(sa.update(table).values(done), site.tenant.database.dialect)
    site.run(site.tenant.database.write(lambda transaction: transaction.execute(statement)))
    assert site.post(f"/api/v1/webhooks/posts/{post['id']}/replay").json() == {"replayed": 1}
    [again] = site.get("/api/v1/webhooks/posts").json()["posts"]
    assert (again["status"], again["attempts"], again["key"]) == ("pending", 0, post["key"])
    assert site.post(f"/api/v1/webhooks/posts/{post['id']}/replay").status_code == 404, "it waits anyway"


def test_a_trial_does_not_reach_inside(site: Site) -> None:
    answer = site.post("/api/v1/webhooks/inside/try", {})
    assert answer.status_code == 200
    assert "not a public address" in answer.json()["error"]
    assert site.post("/api/v1/webhooks/nobody/try", {}).status_code == 404


def test_addresses_are_suppressed_and_allowed(site: Site) -> None:
    assert site.request("PUT", "/api/v1/suppressions/Eve@Example.org").status_code == 204
    [one] = site.get("/api/v1/suppressions").json()["suppressions"]
    assert (one["address"], one["reason"]) == ("eve@example.org", "added")
    assert datetime.fromisoformat(one["created_at"]).tzinfo == UTC
    assert site.request("DELETE", "/api/v1/suppressions/eve@example.org").status_code == 204
    assert site.request("DELETE", "/api/v1/suppressions/eve@example.org").status_code == 404
    assert site.request("PUT", "/api/v1/suppressions/eve").status_code == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", "webhooks"), ("GET", "webhooks/posts"), ("POST", "webhooks/inside/try"), ("GET", "secrets")),
        *(
            ("PUT", "secrets/key"),
            ("DELETE", "secrets/key"),
            ("GET", "suppressions"),
            ("PUT", "suppressions/a@b.example"),
        ),
    ],
)
def test_only_administrators_may(method: str, path: str, site: Site) -> None:
    _, token = site.user(f"u{new_id()[-8:]}")
    body = {"json": {"value": "x"} if "secrets" in path else {}} if method in ("PUT", "POST") else {}
    assert site.request(method, f"/api/v1/{path}", token=token, **body).status_code == 403
