"""Nobody is sent to another site: not by a link to the sign-in page, not by a form that says where to go back to."""

from __future__ import annotations

from urllib.parse import quote, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from builder_ui.visit import safe_path
from tests.builder_ui.browser import Browser
from tests.trellis.api.sites import Site

SITE = "https://crm.example.com"
ELSEWHERE = (
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "@evil.example",
    ".evil.example",
    "evil.example",
    "/\x00/evil.example",
)
_PIECES = st.sampled_from(
    ["/", "\\", "//", "evil.example", ":", "@", "\t", "\r\n", " ", "..", "?", "#", "%2f", "https", "app", "\x7f", "："]
)


def _as_browsers_read(address: str) -> str:
    """The host that a browser goes to (https://url.spec.whatwg.org): it drops tabs and line breaks, and takes \\ for /."""
    cleaned = address.strip("".join(map(chr, range(33)))).translate({9: None, 10: None, 13: None}).replace("\\", "/")
    while cleaned.startswith("///"):
        cleaned = cleaned[1:]
    return urlsplit(urljoin(SITE, cleaned)).netloc


@given(path=st.lists(_PIECES).map("".join) | st.text())
@example(path="/\\evil.example")
@example(path="/\t/evil.example")
def test_a_path_leads_nowhere_else_however_it_is_written(path: str) -> None:
    chosen = safe_path(path, "/app")
    assert chosen.startswith("/")
    assert _as_browsers_read(chosen) == "crm.example.com"


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_signing_in_leads_back_into_this_site(site: Site) -> None:
    given = {"tenant": site.tenant.name, "username": "admin", "password": "correct horse battery"}
    for address in ELSEWHERE[:4]:  # Each costs a password's hash; the others are tried above.
        page = Browser(site).post("/login", {**given, "next": address}, follow=False)
        assert (page.status, page.answer.headers["location"]) == (303, "/app"), address
    for address in ELSEWHERE:
        shown = Browser(site).get(f"/login?next={quote(address)}")
        assert dict(shown.form("/login").values)["next"] == ""


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_forms_lead_back_into_this_site(site: Site, browser: Browser) -> None:
    token = dict(browser.get("/account").form("/account/password").values)["csrf_token"]
    for address in ELSEWHERE:
        for name in ("back", "next", "return", "to"):
            page = browser.post("/preferences", {"csrf_token": token, "theme": "dark", name: address}, follow=False)
            assert page.answer.headers["location"] == "/app", address
