"""One site with the web for each module of tests and each database, and somebody signed in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from builder_ui.app import mount
from tests.builder_ui.browser import Browser
from tests.builder_ui.sources import FILES
from tests.trellis.api.sites import Site, open_site


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("web"), FILES) as opened:
        mount(opened.app, opened.runtime)
        yield opened


@pytest.fixture
def browser(site: Site) -> Browser:
    """An administrator's browser."""
    browser = Browser(site)
    assert browser.sign_in().path == "/app"
    return browser
