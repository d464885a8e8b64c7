"""One's own notices over HTTP: how many are unread, and marking them as read, one or all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.api.sites import Site, open_site
from trellis.ids import new_id
from trellis.storage.codecs import datetime_text
from trellis.storage.prepare import prepare

NOTICES = "/api/v1/notifications"
SENT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database_url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_site(database_url, tmp_path_factory.mktemp("site")) as opened:
        yield opened


def _notify(site: Site, username: str, *titles: str) -> str:
    """A token of a new user who has these notices."""
    user, token = site.user(username)
    dialect = site.tenant.database.dialect
    moment: Any = SENT if dialect == "postgresql" else datetime_text(SENT)
    rows = [
        {
            "id": new_id(),
            "user_id": user.id,
            "title": title,
            "body": "",
            "created_at": moment,
            "idempotency_key": new_id(),
        }
        for title in titles
    ]
    table = site.tenant.tables.notification
    names = ("id", "user_id", "title", "body", "created_at", "idempotency_key")
    statement = prepare(sa.insert(table).values({name: sa.bindparam(name) for name in names}), dialect)
    site.run(site.tenant.database.write(lambda transaction: transaction.execute_many(statement, rows)))
    return token


def test_one_is_marked_as_read_once_and_for_all(site: Site) -> None:
    token = _notify(site, "mei", "First", "Second", "Third")
    before = site.get(NOTICES, token=token).json()
    chosen = next(one["id"] for one in before["notifications"] if one["title"] == "Second")
    assert before["unread"] == 3
    assert site.post(f"{NOTICES}/{chosen}/read", token=token).json() == {"unread": 2}
    read_at = {one["title"]: one["read_at"] for one in site.get(NOTICES, token=token).json()["notifications"]}
    assert (read_at["First"], read_at["Third"]) == (None, None)
    assert read_at["Second"] is not None
    assert site.post(f"{NOTICES}/{chosen.upper()}/read", token=token).json() == {"unread": 2}
    again = {one["title"]: one["read_at"] for one in site.get(NOTICES, token=token).json()["notifications"]}
    assert again == read_at


def test_all_are_marked_as_read_and_nobody_elses(site: Site) -> None:
    token, other = _notify(site, "bo", "One", "Two"), _notify(site, "lu", "Hers")
    assert site.post(f"{NOTICES}/read", token=token).json() == {"unread": 0}
    assert site.get(NOTICES, token=token).json()["unread"] == 0
    assert site.get(NOTICES, token=other).json()["unread"] == 1


@pytest.mark.parametrize("name", ["nothing", "01890000-0000-7000-8000-000000000000", "%00"])
def test_a_notice_that_is_not_ones_own_is_not_there(name: str, site: Site) -> None:
    answer = site.post(f"{NOTICES}/{name}/read")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_somebody_elses_notice_stays_unread(site: Site) -> None:
    token = _notify(site, "an", "Secret")
    notice = site.get(NOTICES, token=token).json()["notifications"][0]["id"]
    assert site.post(f"{NOTICES}/{notice}/read").status_code == 404
    assert site.get(NOTICES, token=token).json()["unread"] == 1
