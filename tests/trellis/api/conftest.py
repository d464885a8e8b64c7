"""One site for each module of tests and each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.trellis.api.sites import Site, open_site


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("site")) as opened:
        yield opened
