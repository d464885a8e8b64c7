"""What people are told about approvals, each in their language."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.trellis.automation.approvals.desk import Deciding, with_approvals
from trellis.automation.notice import render_notice
from trellis.automation.payload import load_payload
from trellis.automation.people import Person

RULES = """
approval big "Big deals" on deal
step one "First look" by queue board
end
"""
MORE = {
    "translations/zh-Hans.yaml": "approvals:\n  big: {label: 大单, steps: {one: 初审}}\nobjects: {deal: {label: 商机}}\n"
}


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_names_are_in_the_language_of_the_reader(database_url: str) -> None:

    async def work(desk: Deciding) -> None:
        user = desk.tenant.tables.user
        await desk.execute(sa.update(user).where(user.c.username == "bo").values(language="zh-Hans"))
        await desk.seat("board", "bo", "dora")
        await desk.submit(await desk.deal(), comment="They sign <today>.")
        table = desk.tenant.tables.outbox
        found = await desk.fetch(sa.select(table.c.payload).where(table.c.kind == "in_app").order_by(table.c.id))
        compiled = await desk.tenant.compiled()
        said = []
        for (text,) in found:
            payload = load_payload(text)
            reader = person(payload["user"], "zh-Hans" if payload["user"] == desk.users["bo"] else "en")
            notice = render_notice(compiled, payload, reader, record=("deal", "x"), base_url="http://t")
            said.append((notice.title, notice.body))
        assert said == [
            ("请审批：大单，Pumps", "商机Pumps：大单，初审。\n\nAnna：“They sign <today>.”\n\nhttp://t/app/deal/x"),
            (
                "Please decide: Big deals, Pumps",
                'Deal Pumps: Big deals, First look.\n\nAnna: "They sign <today>."\n\nhttp://t/app/deal/x',
            ),
        ]

    with_approvals(database_url, RULES, work, MORE)


def person(user_id: str, language: str) -> Person:
    return Person(
        id=user_id,
        username="x",
        name="X",
        email="x@example.org",
        language=language,
        time_zone="UTC",
        is_active=True,
    )
