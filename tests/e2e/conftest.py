"""A running server on each database, and a browser signed in to it. What the console says or the page throws fails the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, ViewportSize, expect, sync_playwright

from tests.e2e.installation import Server, ServerProcess, build_site, running_server
from tests.master_key import MASTER_KEY
from tests.servers import database_on
from trellis.settings import Settings

WIDE = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
OpenPage = Callable[..., Page]
# Nobody waits that long: they only end what hangs, on a machine however busy.
PATIENCE_MS, LOADING_MS = 30_000, 120_000
expect.set_options(timeout=PATIENCE_MS)
# Toasts stay until somebody looked: how long that takes depends on the machine.
TOASTS_STAY = """
    const after = window.setTimeout;
    window.setTimeout = (work, ms, ...more) => ms >= 5000 ? 0 : after(work, ms, ...more);
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e" in item.path.as_posix():
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def sqlite_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(master_key=MASTER_KEY, data_dir=tmp_path_factory.mktemp("e2e"))


@pytest.fixture(scope="session")
def postgresql_settings(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with database_on(postgresql_server) as url:
        yield Settings(master_key=MASTER_KEY, data_dir=tmp_path_factory.mktemp("e2e"), database_url=url)


@pytest.fixture(scope="session")
def sqlite_process(sqlite_settings: Settings) -> Iterator[ServerProcess]:
    with running_server(sqlite_settings) as process:
        yield process


@pytest.fixture(scope="session")
def postgresql_process(postgresql_settings: Settings) -> Iterator[ServerProcess]:
    with running_server(postgresql_settings) as process:
        yield process


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A site for each module of tests: none finds what another one left."""
    process: ServerProcess = request.getfixturevalue(f"{request.param}_process")
    server = Server(process.address, build_site(request.getfixturevalue(f"{request.param}_settings")))
    with server.api:
        yield server


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
    browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS, timeout=LOADING_MS)
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
        bypass_csp: bool = False,
    ) -> Page:
        options: dict[str, Any] = (
            {"viewport": PHONE, "has_touch": True, "is_mobile": True} if phone else {"viewport": WIDE}
        )
        context = chromium.new_context(
            java_script_enabled=javascript, base_url=server.address, bypass_csp=bypass_csp, **options
        )
        context.set_default_timeout(PATIENCE_MS)
        context.set_default_navigation_timeout(LOADING_MS)
        context.add_init_script(TOASTS_STAY)
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
    """An answer with status 4xx is logged by the browser itself; pages that refuse a form are meant to have one. That something was
    loaded early and is not used yet depends on the machine."""
    harmless = ("Failed to load resource", "was preloaded using link preload but not used")
    return message.type in ("error", "warning") and not any(text in message.text for text in harmless)
