"""The page on which a record is shared and has its team, and on which one asks who may see it."""

from __future__ import annotations

import pytest

from builder_ui.records import sharing
from tests.builder_ui.browser import Browser
from tests.builder_ui.conftest import Site
from tests.trellis.factory import add_user


@pytest.fixture(scope="module", autouse=True)
def _people(site: Site) -> None:
    for name in ("nina", "otto"):
        site.run(add_user(site.tenant, name))


def test_a_record_is_shared_taken_back_and_explained(site: Site, browser: Browser) -> None:
    record = site.create("account", name="Nordwerk")
    address = f"/app/account/{record}/sharing"

    page = browser.get(address)
    assert "It is shared with nobody by hand." in page.text
    form = page.form(f"{address}#shares")
    shared = browser.send(form, {"principal": "user:nina", "access": "read_write", "until": "2099-01-31"})
    assert "Shared with Nina" in shared.text
    page = browser.get(address)
    assert "May change it, until 31 Jan 2099" in page.text
    explained = browser.get(f"{address}?user=nina")
    assert "nina may not read it" in explained.text
    assert "no permission set of theirs grants read" in explained.text

    wrong = browser.send(form, {"principal": "team:none", "access": "read", "until": ""})
    assert (wrong.status, "There is no team" in wrong.text) == (422, True)
    taken = browser.send(page.form(address), {"remove": _share_ids(site, record)[0]})
    assert ("Not shared any more" in taken.text, _share_ids(site, record)) == (True, [])


def test_people_come_to_a_records_team_change_there_and_leave(site: Site, browser: Browser) -> None:
    record = site.create("account", name="Südwerk")
    address = f"/app/account/{record}/sharing"
    page = browser.get(address)
    assert "Nobody works on it with its owner yet." in page.text
    given = {"principal": "user:otto", "team_role": "Technical advice", "access": "read"}
    added = browser.send(page.form(f"{address}#team"), given)
    assert "Otto is on the team" in added.text
    assert "Technical advice" in added.text

    [share] = site.get(f"/api/v1/records/account/{record}/shares").json()["shares"]
    assert (share["cause"], share["team_role"], share["access"]) == ("team", "Technical advice", "read")
    edit = browser.get(f"{address}?change={share['id']}").form(f"{address}#team")
    assert dict(edit.values)["team_role"] == "Technical advice"
    changed = browser.send(edit, {"team_role": "Pricing", "access": "read_write", "until": "2099-05-01"})
    assert "Pricing" in changed.text
    [share] = site.get(f"/api/v1/records/account/{record}/shares").json()["shares"]
    assert (share["team_role"], share["access"], share["expires_at"][:7]) == ("Pricing", "read_write", "2099-05")
    again = browser.get(f"{address}?change={share['id']}").form(f"{address}#team")
    browser.send(again, {"team_role": "Prices"})
    [kept] = site.get(f"/api/v1/records/account/{record}/shares").json()["shares"]
    assert (kept["team_role"], kept["expires_at"]) == ("Prices", share["expires_at"])
    gone = browser.send(browser.get(address).form(address), {"remove": kept["id"]})
    assert "Nobody works on it with its owner yet." in gone.text


def test_what_is_wrong_is_said_in_its_form_and_nothing_typed_is_lost(site: Site, browser: Browser) -> None:
    record = site.create("account", name="Westwerk")
    address = f"/app/account/{record}/sharing"
    team, shares = (browser.get(address).form(f"{address}#{part}") for part in ("team", "shares"))
    nobody = browser.send(team, {"team_role": ""})
    assert (nobody.status, "Choose a person." in nobody.text, "Say in a few words" in nobody.text) == (422, True, True)
    past = browser.send(team, {"principal": "user:otto", "team_role": "Legal", "until": "2001-01-01"})
    assert (past.status, "That day is over." in past.text) == (422, True)
    kept = dict(past.form(f"{address}#team").values)
    assert (kept["principal"], kept["team_role"], kept["until"]) == ("user:otto", "Legal", "2001-01-01")
    assert browser.send(shares, {"principal": "everyone", "until": "someday"}).status == 422
    nothing = browser.send(shares, {"principal": ""})
    assert (nothing.status, "Choose a person or a group." in nothing.text) == (422, True)
    assert _share_ids(site, record) == []


def test_where_there_are_more_people_than_are_listed_a_user_name_is_typed(
    site: Site, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "MOST_PEOPLE", 2)
    record = site.create("account", name="Ostwerk")
    address = f"/app/account/{record}/sharing"
    form = browser.get(address).form(f"{address}#team")
    assert [name for name, _ in form.values if name in ("principal", "username")] == ["username"]
    nobody = browser.send(form, {"username": "nobody", "team_role": "Legal"})
    assert (nobody.status, "There is no user 'nobody'." in nobody.text) == (422, True)
    assert "Otto is on the team" in browser.send(form, {"username": "otto", "team_role": "Legal"}).text


def _share_ids(site: Site, record: str) -> list[str]:
    return [one["id"] for one in site.get(f"/api/v1/records/account/{record}/shares").json()["shares"]]
