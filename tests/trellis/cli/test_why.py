"""`trellis why`: the sales package's routing explained, in English and in Chinese."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.trellis.cli.tenants import CommandedTenant, commanded_tenant
from tests.trellis.factory import administrator
from trellis.automation.engine import Engine
from trellis.packaging.bundled import bundled_folder
from trellis.packaging.content import content_of
from trellis.packaging.folder import load_folder
from trellis.packaging.install import install
from trellis.records.service import Records
from trellis.security.access import AdministratorAccess
from trellis.storage.prepare import prepare
from trellis.tenancy.tenant import Tenant

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
ADA = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "company": "Engines GmbH",
    "country": "AT",
    "annual_revenue": 2_500_000,
    "industry": "Energy",
}
GRACE = {"last_name": "Hopper", "company": "Navy", "country": "US", "do_not_contact": True}


@pytest.fixture
def tenant(database_url: str, tmp_path: Path) -> Iterator[CommandedTenant]:
    with commanded_tenant(database_url, tmp_path, "anna", files={}) as one:
        yield one


async def make_leads(tenant: Tenant) -> list[str]:
    actor, access = await administrator(tenant), AdministratorAccess()
    await install(tenant, actor, content_of(load_folder(bundled_folder("sales"))))
    user = tenant.tables.user
    anna = sa.select(user.c.id).where(user.c.username == "anna")
    absent: Any = False if tenant.database.dialect == "postgresql" else 0
    values = {
        "queue": "dach_enterprise",
        "position": 0,
        "weight": 1,
        "is_absent": absent,
        "user_id": anna.scalar_subquery(),
    }
    seat = prepare(sa.insert(tenant.tables.queue_member).values(values), tenant.database.dialect)
    await tenant.database.write(lambda transaction: transaction.execute(seat))
    records = Records(tenant, Engine(lambda _: None, access), access, clock=lambda: NOW)
    return [saved.id for saved in await records.create(actor, "lead", [ADA, GRACE])]


def test_the_routing_of_a_lead_is_explained_in_english_and_in_chinese(tenant: CommandedTenant) -> None:
    ada, grace = tenant.run(make_leads)
    english = tenant.trellis("why", f"lead/{ada}")
    assert english.returncode == 0, english.stderr
    lines = english.stdout.splitlines()
    assert lines[:9] == [
        f"lead {ada}  Ada Lovelace",
        "",
        "2026-03-04 05:06:07 UTC, Admin, revision 1",
        "  “Lead routing” gave it to Anna, whose turn it was in the queue DACH enterprise",
        "    country is one of DE, AT, CH and annual revenue is at least 1,000,000",
        '    rules/lead_routing.rule:5  country in ("DE", "AT", "CH") && annual_revenue >= 1000000'
        " -> queue dach_enterprise round robin",
        "    country = AT, annual revenue = €2,500,000",
        "  “Welcome a new lead” told Anna (e-mail, notice in the app)",
        "    do not contact is false",
    ]
    chinese = tenant.trellis("why", ada, "owner", "--language", "zh-Hans").stdout.splitlines()
    assert chinese[2] == "2026-03-04 05:06:07 UTC, Admin，版本 1"
    assert chinese[3:] == [
        "  “Lead routing”将其分配给 Anna（队列“德奥瑞大客户组”轮流分配，轮到此人）",
        "    国家为 DE、AT、CH 之一，且年收入不低于 1,000,000",
        lines[5],
        "    国家 = AT, 年收入 = €2,500,000",
    ]
    assert grace

    rest = tenant.trellis("why", grace, "--json")
    [happening] = json.loads(rest.stdout)["happenings"]
    [reason] = happening["reasons"]
    assert (reason["rule"], reason["line"], reason["because"]) == ("Lead routing", 7, "no row before this one fits")
    assert (
        reason["sentence"] == "“Lead routing” put it into the queue Triage, where it waits: nobody there could take it"
    )


def test_what_is_not_there_is_said(tenant: CommandedTenant) -> None:
    missing = tenant.trellis("why", "01900000-0000-7000-8000-000000000000")
    assert missing.returncode == 1
    assert "There is no record with the id" in missing.stderr
    assert tenant.trellis("why", "lead/1", "--language", "fr").returncode == 2
