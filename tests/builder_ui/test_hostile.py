"""What no page of ours would send: each gets a page that says what is wrong, never a fault of ours, and changes nothing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.builder_ui.browser import Browser
from tests.trellis.api.sites import Site

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def raw(browser: Browser, path: str, **options: Any) -> httpx.Response:
    """A POST with a body of one's own making."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(browser.site.app, raise_app_exceptions=False, client=("10.1.2.3", 4444))
        async with httpx.AsyncClient(transport=transport, base_url="http://test", cookies=browser.cookies) as client:
            return await client.post(path, headers={"Accept": "text/html", **options.pop("headers", {})}, **options)

    return browser.site.run(send())


@pytest.mark.parametrize("path", ["/app/deal/new", "/login"])
@pytest.mark.parametrize(
    ("options", "status", "text"),
    [
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400, "boundary"),
        ({"files": {"f.name": ("a.txt", b"x")}}, 400, "files"),
        ({"data": {f"f{index}": "1" for index in range(2_001)}}, 400, "fields"),
        ({"content": b"f.name=" + b"x" * 5_000_001, "headers": FORM}, 413, "5,000,000 bytes"),
    ],
    ids=["no boundary", "a file", "too many fields", "too large"],
)
def test_a_form_that_cannot_be_read_is_refused_with_the_reason(
    browser: Browser, path: str, options: dict[str, Any], status: int, text: str
) -> None:
    answer = raw(browser, path, **options)
    assert answer.status_code == status, answer.text
    assert text in answer.text
    assert "our fault" not in answer.text


def test_the_longest_text_may_be_chinese(browser: Browser, site: Site) -> None:
    """Percent-encoded it has nine bytes a character, more than a megabyte."""
    form = browser.get("/app/deal/new").form("/app/deal/new")
    values = {"f.name": "Long", "f.notes": "长" * 131_072}
    saved = browser.send(form, values)
    assert saved.status == 200, saved.text[:300]
    assert saved.path.startswith("/app/deal/0")


@pytest.mark.parametrize("begin", ["²", "9" * 5_000, "-1", "x"])
def test_a_tampered_beginning_of_a_page_counts_from_the_first(browser: Browser, begin: str) -> None:
    assert browser.get(f"/app/deal?begin={begin}").status == 200


@pytest.mark.parametrize("version", ["", "²", "x", "-1", "9" * 5_000, "9" * 30])
def test_a_form_with_a_tampered_version_overwrites_nothing(browser: Browser, site: Site, version: str) -> None:
    record_id = site.create("deal", name="Kept")
    for action, values in (("edit", {"f.name": "Overwritten"}), ("path", {"value": "Offer"})):
        form = next(form for form in browser.get(f"/app/deal/{record_id}/edit").forms if "edit" in form.action)
        token = dict(form.values)["csrf_token"]
        page = browser.post(
            f"/app/deal/{record_id}/{action}", {"csrf_token": token, "version": version, **values}, follow=False
        )
        assert page.status == 422
    record = site.get(f"/api/v1/records/deal/{record_id}").json()
    assert (record["name"], record["version"]) == ("Kept", 1)


@pytest.mark.parametrize("path", ["/app/search?q=%00", "/app/deal?filter=name%3D%22%00%22"])
def test_a_nul_in_a_search_is_refused_on_both_databases(browser: Browser, path: str) -> None:
    page = browser.get(path)
    assert page.status == 400
    assert "NUL" in page.text


def test_a_tampered_colour_of_an_object_is_the_usual_one(browser: Browser) -> None:
    form = browser.get("/builder/objects/new").form("/builder/objects/new")
    page = browser.send(form, {"f.label": "Tinted", "hue": "²"})
    assert page.status == 200
    assert page.path.startswith("/builder/objects/tinted")
