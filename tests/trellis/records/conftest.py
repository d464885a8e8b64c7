"""A tenant for each module of tests, on both databases; each test begins with empty tables."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.trellis.records.crm import FILES, Crm, Recorder, open_crm
from trellis.security.access import AdministratorAccess


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def module_crm(request: pytest.FixtureRequest) -> Iterator[Crm]:
    url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_crm(url, getattr(request.module, "FILES", FILES)) as crm:
        yield crm


@pytest.fixture
def crm(module_crm: Crm) -> Crm:
    module_crm.automation = Recorder()
    module_crm.access = AdministratorAccess()
    names = [name for name in module_crm.run(module_crm.tenant.compiled()).model.objects if name != "user"]

    def empty(connection: sa.Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"TRUNCATE {', '.join(names)}, trellis_counter")
            return
        for name in [*names, "trellis_counter"]:
            connection.exec_driver_sql(f'DELETE FROM "{name}"')

    module_crm.run(module_crm.tenant.database.run(empty))
    return module_crm
