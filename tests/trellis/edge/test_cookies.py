"""Cookies on the wire, by HTTP and by HTTPS."""

from __future__ import annotations

import pytest

from trellis.edge import cookies
from trellis.edge.cookies import Headers


def test_by_https_only_cookies_of_this_very_host_are_ours() -> None:
    came: Headers = [
        (b"accept", b"*/*"),
        (b"cookie", b"trellis_session=planted; __Host-trellis_session=own; other=1; __Host-other=2"),
    ]
    assert cookies.received(came) == [
        (b"accept", b"*/*"),
        (b"cookie", b"trellis_session=own; other=1; __Host-other=2"),
    ]


@pytest.mark.parametrize(
    ("given", "by_http", "by_https"),
    [
        (
            b"trellis_session=a.b; Max-Age=60; HttpOnly; SameSite=strict",
            b"trellis_session=a.b; Max-Age=60; HttpOnly; SameSite=strict; Path=/",
            b"__Host-trellis_session=a.b; Max-Age=60; HttpOnly; SameSite=strict; Path=/; Secure",
        ),
        (
            b"trellis_theme=dark; Domain=example.com; Path=/app",
            b"trellis_theme=dark; Path=/; SameSite=Lax; HttpOnly",
            b"__Host-trellis_theme=dark; Path=/; SameSite=Lax; HttpOnly; Secure",
        ),
        (
            b"another=1; path=/; secure",
            b"another=1; Path=/; secure; SameSite=Lax; HttpOnly",
            b"another=1; Path=/; Secure; SameSite=Lax; HttpOnly",
        ),
    ],
    ids=["as it was meant", "nothing said", "not ours"],
)
def test_every_cookie_is_guarded(given: bytes, by_http: bytes, by_https: bytes) -> None:
    for is_https, expected in ((False, by_http), (True, by_https)):
        assert cookies.sent([(b"set-cookie", given)], is_https=is_https) == [(b"set-cookie", expected)]


def test_what_was_sent_comes_back_under_its_plain_name() -> None:
    ((_, sent),) = cookies.sent([(b"set-cookie", b"trellis_session=a.b")], is_https=True)
    assert cookies.received([(b"cookie", sent.partition(b";")[0])]) == [(b"cookie", b"trellis_session=a.b")]
