"""A tenant with secrets, its API and its web, for each module of tests and each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from builder_ui.app import mount
from tests.access.secrets_site import FILES, Secrets, furnish
from tests.trellis.api.sites import open_site


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def secrets(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secrets]:
    url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(url, tmp_path_factory.mktemp("secrets"), FILES) as site:
        mount(site.app, site.runtime)
        yield furnish(site)
