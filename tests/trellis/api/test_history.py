"""The history of deploys over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.trellis.api.sites import Site, open_site
from tests.trellis.api.sources import FILES

HISTORY = "/api/v1/metadata/history"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With two more deploys: a field that comes, and another label."""
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("site")) as opened:
        account = FILES["objects/account.yaml"]
        for number, change in enumerate(("label: Client", "label: Customer")):
            files = {"objects/account.yaml": account.replace("label: Account", change, 1)}
            answer = opened.post("/api/v1/metadata/deploy", {"files": files, "summary": f"Name {number}"})
            assert answer.status_code == 200, answer.text
        yield opened


def test_the_newest_come_first_in_pages(site: Site) -> None:
    first = site.get(f"{HISTORY}?limit=3").json()
    assert [(one["revision"], one["summary"]) for one in first["revisions"]] == [(3, "Name 1"), (2, "Name 0"), (1, "")]
    assert first["revisions"][0]["is_current"]
    assert first["revisions"][0]["author"] == {"id": site.admin.id, "name": "Admin"}
    assert [step["target"] for step in first["revisions"][0]["steps"]] == ["object account"]
    rest = site.get(f"{HISTORY}?before={first['next_before']}").json()
    assert ([one["revision"] for one in rest["revisions"]], rest["next_before"]) == ([0], None)


def test_one_revision_is_told_by_itself(site: Site) -> None:
    assert site.get(f"{HISTORY}/2").json() == site.get(f"{HISTORY}?limit=2").json()["revisions"][1]


@pytest.mark.parametrize("name", ["99", "x", "-1", "1.0", "99999999999999999999", "%00"])
def test_a_revision_that_there_is_not(name: str, site: Site) -> None:
    assert site.get(f"{HISTORY}/{name}").status_code == 404


@pytest.mark.parametrize("query", ["before=x", "before=-1", "limit=0", "after=1", "before=99999999999"])
def test_a_page_that_cannot_be_asked_for(query: str, site: Site) -> None:
    assert site.get(f"{HISTORY}?{query}").status_code == 400


def test_it_is_for_those_who_customize(site: Site) -> None:
    _, token = site.user("clerk")
    for path in (HISTORY, f"{HISTORY}/1"):
        assert site.get(path, token=token).status_code == 403


def test_going_back_is_a_deploy_of_its_own(site: Site) -> None:
    plan = site.post("/api/v1/metadata/plan", {"rollback_to": 1}).json()
    assert [step["target"] for step in plan["steps"]] == ["object account"]
    asked = {"revision": 1, "base_revision": plan["revision_from"]}
    done = site.post("/api/v1/metadata/rollback", asked)
    assert (done.status_code, done.json()["revision"]) == (200, plan["revision_from"] + 1)
    newest = site.get(f"{HISTORY}?limit=1").json()["revisions"][0]
    assert newest["summary"] == "Back to revision 1"
    assert site.post("/api/v1/metadata/rollback", asked).status_code == 409
    again = site.post("/api/v1/metadata/rollback", {"revision": 1}).json()
    assert again["revision"] == done.json()["revision"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"revision": "1"}, 400),
        ({"revision": True}, 400),
        ({"revision": -1}, 400),
        ({"revision": 99}, 404),
        ({"revision": 10**30}, 400),
        ({"revision": 1, "files": {}}, 400),
    ],
)
def test_a_rollback_that_cannot_be(body: dict[str, object], status: int, site: Site) -> None:
    assert site.post("/api/v1/metadata/rollback", body).status_code == status


def test_going_back_is_for_those_who_customize(site: Site) -> None:
    _, token = site.user("cashier")
    assert site.post("/api/v1/metadata/rollback", {"revision": 1}, token=token).status_code == 403
