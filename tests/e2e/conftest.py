"""A running server on each database, and a browser signed in to it. What the console says or the page throws fails the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, ViewportSize, expect, sync_playwright

from tests.e2e.installation import Server, build_site, running_server
from tests.servers import database_on
from trellis.settings import Settings

WIDE = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
OpenPage = Callable[..., Page]
# Nobody waits that long: they only end what hangs, on a machine however busy.
PATIENCE_MS, LOADING_MS = 30_000, 60_000
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e" in item.path.as_posix():
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with ExitStack() as stack:
        database_url = ""
        if request.param == "postgresql":
            database_url = stack.enter_context(database_on(str(request.getfixturevalue("postgresql_server"))))
        settings = Settings(data_dir=tmp_path_factory.mktemp("e2e"), database_url=database_url)
        yield stack.enter_context(running_server(build_site(settings)))


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """For one module at a time: while it runs, no other test could start an event loop."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    path = os.environ.get("TRELLIS_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None and not os.environ.get("TRELLIS_TEST_NO_SKIPS"):
        pytest.skip("NOT TESTED IN A BROWSER: no chromium")
    browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def open_page(server: Server, chromium: Browser) -> Iterator[OpenPage]:
    """Opens a page, signed in unless told otherwise; `phone`, `javascript`, `theme`, `language` as asked for."""
    contexts = []
    complaints: list[str] = []

    def open_one(
        *,
        phone: bool = False,
        javascript: bool = True,
        theme: str = "light",
        language: str = "en",
        signed_in: bool = True,
    ) -> Page:
        options: dict[str, Any] = (
            {"viewport": PHONE, "has_touch": True, "is_mobile": True} if phone else {"viewport": WIDE}
        )
        context = chromium.new_context(java_script_enabled=javascript, base_url=server.address, **options)
        context.set_default_timeout(PATIENCE_MS)
        context.set_default_navigation_timeout(LOADING_MS)
        contexts.append(context)
        cookies = {"theme": theme, "language": language} | ({"session": server.session} if signed_in else {})
        context.add_cookies(
            [{"name": f"trellis_{name}", "value": value, "url": server.address} for name, value in cookies.items()]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if _is_fault(message) else None)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def _is_fault(message: Any) -> bool:
    """An answer with status 4xx is logged by the browser itself; pages that refuse a form are meant to have one."""
    return message.type in ("error", "warning") and "Failed to load resource" not in message.text
