"""Whose page sent a request, and what is refused for that."""

from __future__ import annotations

import pytest

from trellis.edge.errors import CrossSiteRefused
from trellis.edge.sites import check_site, find_other_site

HOST, BASE_URL = "crm.example.com", "https://crm.example.com"
OTHER, OWN = b"https://evil.example", b"https://crm.example.com"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({b"origin": OWN}, None),
        ({b"origin": OTHER}, "https://evil.example"),
        ({b"origin": b"null"}, "null"),
        ({b"origin": b"https://crm.example.com.evil.example"}, "https://crm.example.com.evil.example"),
        ({b"origin": b"https://[crm"}, "https://[crm"),
        ({b"sec-fetch-site": b"same-origin", b"origin": OWN}, None),
        ({b"sec-fetch-site": b"none"}, None),
        ({b"sec-fetch-site": b"same-site", b"origin": b"https://shop.example.com"}, "https://shop.example.com"),
        ({b"sec-fetch-site": b"cross-site", b"origin": OTHER}, "https://evil.example"),
        ({b"sec-fetch-site": b"cross-site"}, "null"),
        ({b"sec-fetch-site": b"nonsense"}, "null"),
    ],
)
def test_browsers_say_where_a_request_was_begun(headers: dict[bytes, bytes], expected: str | None) -> None:
    assert find_other_site(headers, HOST, BASE_URL) == expected


def test_a_proxy_may_ask_by_another_name() -> None:
    assert find_other_site({b"origin": OWN}, "backend:8000", BASE_URL) is None


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW"])
def test_what_changes_something_and_was_begun_elsewhere_is_refused(method: str) -> None:
    with pytest.raises(CrossSiteRefused):
        check_site(method, "/api/v1/session", {}, "https://evil.example")
    check_site(method, "/api/v1/session", {}, None)
    check_site(method, "/api/v1/session", {b"authorization": b"Bearer x"}, "https://evil.example")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_links_from_elsewhere_are_followed(method: str) -> None:
    check_site(method, "/api/v1/session", {}, "https://evil.example")


@pytest.mark.parametrize(
    ("path", "is_open"), [("/oauth/acme/token", True), ("/oauth/acme/revoke", True), ("/oauth/acme/authorize", False)]
)
def test_where_no_cookie_counts_programs_of_other_sites_may_ask(path: str, is_open: bool) -> None:
    if is_open:
        check_site("POST", path, {}, "https://app.example")
    else:
        with pytest.raises(CrossSiteRefused):
            check_site("POST", path, {}, "https://app.example")
