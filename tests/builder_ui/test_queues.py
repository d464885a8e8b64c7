"""The builder's queues: who sits there is seen, and changed by plain forms."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from builder_ui.app import mount
from tests.builder_ui.browser import Browser, Page
from tests.builder_ui.sources import FILES
from tests.trellis.api.sites import Site, open_site
from trellis.automation.queue_members import QueueMember, get_queue, replace_members
from trellis.automation.seat_checks import NewMember
from trellis.security.actor import Actor
from trellis.security.users import get_user

QUEUES = "triage: {label: Triage, objects: [deal]}\nlate: {label: Late, objects: [deal, account]}\n"
TRIAGE = "/builder/queues/triage"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With the users bo, chen and priya."""
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("web"), {**FILES, "queues.yaml": QUEUES}) as opened:
        mount(opened.app, opened.runtime)
        for username in ("bo", "chen", "priya"):
            opened.user(username)
        yield opened


@pytest.fixture(autouse=True)
def _bo_and_chen_sit_there(site: Site) -> None:
    members = [NewMember(user="bo"), NewMember(user="chen", weight=2, capacity=30, is_absent=True)]
    _seat(site, *members)


def _seat(site: Site, *members: NewMember) -> None:
    site.run(replace_members(site.tenant, site.runtime.access, _actor(site), "triage", members))


def _seated(site: Site) -> tuple[QueueMember, ...]:
    return site.run(get_queue(site.tenant, site.runtime.access, _actor(site), "triage")).members


def _names(site: Site) -> list[str]:
    return [member.username for member in _seated(site)]


def _id(site: Site, username: str) -> str:
    return next(member.user_id for member in _seated(site) if member.username == username)


def _actor(site: Site) -> Actor:
    admin = site.admin
    return Actor(user_id=admin.id, name=admin.name, email=admin.email, is_admin=True, channel="cli")


def _press(browser: Browser, button: str, **changes: str) -> Page:
    return browser.send(browser.get(TRIAGE).form(TRIAGE), {"do": button, **changes})


def test_all_queues_are_listed_with_who_sits_there(browser: Browser) -> None:
    page = browser.get("/builder/queues")
    assert page.status == 200
    assert "Triage" in page.text
    assert "Bo, Chen" in page.text
    assert "2 people" in page.text
    assert "1 away" in page.text
    assert "Nobody" in page.text
    assert page.links("/builder/queues/[a-z]+") == [TRIAGE, "/builder/queues/late"]
    assert "/builder/queues" in browser.get("/builder").links("/builder/queues")


def test_a_queue_shows_its_members_in_order(browser: Browser) -> None:
    form = browser.get(TRIAGE).form(TRIAGE)
    shown = [
        (name.partition(".")[0], value) for name, value in form.values if name not in ("csrf_token", "seen", "user")
    ]
    assert shown == [
        ("weight", "1"),
        ("capacity", ""),
        ("weight", "2"),
        ("capacity", "30"),
        ("absent", "1"),
        ("add", ""),
    ]


def test_numbers_and_absence_are_saved(browser: Browser, site: Site) -> None:
    bo = _id(site, "bo")
    saved = _press(browser, "save", **{f"weight.{bo}": " 5 ", f"capacity.{bo}": "12", f"absent.{bo}": "1"})
    assert saved.path == TRIAGE
    assert "Members saved" in saved.text
    first, second = _seated(site)
    assert (first.weight, first.capacity, first.is_absent) == (5, 12, True)
    assert (second.weight, second.capacity, second.is_absent) == (2, 30, True)
    _press(browser, "save", **{f"capacity.{bo}": ""})
    assert _seated(site)[0].capacity is None


def test_members_move_up_and_down_and_what_was_typed_stays(browser: Browser, site: Site) -> None:
    bo, chen = _id(site, "bo"), _id(site, "chen")
    moved = _press(browser, f"up:{chen}", **{f"weight.{bo}": "7"})
    assert moved.status == 200
    assert [(one.username, one.weight) for one in _seated(site)] == [("chen", 2), ("bo", 7)]
    _press(browser, f"down:{chen}")
    assert _names(site) == ["bo", "chen"]
    for button in (f"up:{bo}", f"down:{chen}", "up:nobody", "dance", ""):
        _press(browser, button)
        assert _names(site) == ["bo", "chen"]


def test_members_come_and_go(browser: Browser, site: Site) -> None:
    page = browser.get(TRIAGE)
    assert "Priya (priya)" in page.text
    assert "Bo (bo)" not in page.text
    priya = site.run(get_user(site.tenant, "priya")).id
    added = _press(browser, "add", add=priya)
    assert "Priya sits here now" in added.text
    assert _names(site) == ["bo", "chen", "priya"]
    gone = _press(browser, f"remove:{priya}")
    assert "Taken off the queue" in gone.text
    assert _names(site) == ["bo", "chen"]
    for username in ("bo", "chen"):
        empty = _press(browser, f"remove:{_id(site, username)}")
    assert "Nobody sits here yet" in empty.text


@pytest.mark.parametrize(
    ("part", "typed"),
    [("weight", "0"), ("weight", "1001"), ("weight", "two"), ("weight", ""), ("capacity", "-1"), ("capacity", "1.5")],
)
def test_a_wrong_number_is_said_where_it_was_typed(browser: Browser, site: Site, part: str, typed: str) -> None:
    chen = _id(site, "chen")
    page = _press(browser, "save", **{f"{part}.{chen}": typed})
    assert page.status == 422
    assert "A whole number from 1 to" in page.text
    assert f'id="{part}-{chen}-e"' in page.source
    assert (f"{part}.{chen}", typed) in page.form(TRIAGE).values
    assert [(one.weight, one.capacity) for one in _seated(site)] == [(1, None), (2, 30)]


def test_adding_nobody_in_particular_is_refused(browser: Browser) -> None:
    page = _press(browser, "add")
    assert page.status == 422
    assert "Choose whom to add." in page.text


def test_who_is_no_user_is_refused(browser: Browser, site: Site) -> None:
    page = _press(browser, "add", add="nobody")
    assert page.status == 422
    assert 'There is no user "nobody".' in page.text
    assert _names(site) == ["bo", "chen"]


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(browser: Browser, site: Site) -> None:
    form = browser.get(TRIAGE).form(TRIAGE)
    _seat(site, NewMember(user="priya"))
    late = browser.send(form, {"do": "save"})
    assert late.status == 409
    assert "Somebody else has changed this queue meanwhile." in late.text
    assert "Priya" in late.text
    assert _names(site) == ["priya"]
    assert browser.post(TRIAGE, {**dict(late.form(TRIAGE).values), "seen": ""}).status == 409


def test_a_form_without_its_csrf_token_is_refused(browser: Browser, site: Site) -> None:
    values = {name: value for name, value in browser.get(TRIAGE).form(TRIAGE).values if name != "csrf_token"}
    assert browser.post(TRIAGE, {**values, "do": "save"}).status == 403
    assert _names(site) == ["bo", "chen"]


def test_there_is_no_page_for_a_queue_that_is_not_there(browser: Browser) -> None:
    assert browser.get("/builder/queues/tirage").status == 404


def test_who_is_no_administrator_sees_no_queues(site: Site) -> None:
    guest = Browser(site)
    username = f"guest{site.tenant.name[-4:]}"
    site.user(username)
    guest.sign_in(username)
    assert guest.get("/builder/queues").status == 403
    assert guest.get(TRIAGE).status == 403


def test_in_chinese(site: Site) -> None:
    browser = Browser(site, language="zh-Hans")
    browser.sign_in()
    assert "2 人" in browser.get("/builder/queues").text
    chen = _id(site, "chen")
    page = _press(browser, "save", **{f"weight.{chen}": "0"})
    assert "请输入 1 到 1,000 的整数。" in page.text
