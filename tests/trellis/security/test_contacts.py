"""How users are reached by phone and in a chat."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.trellis.automation.rules import Office, with_rules
from trellis.errors import InvalidRecord, NotFound
from trellis.ids import new_id
from trellis.security.access import AdministratorAccess
from trellis.security.audit.read import Wanted, list_audit
from trellis.security.contacts import Contact, get_contact, set_contact

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_a_user_has_a_number_and_a_chat_id_once_somebody_says_so(database_url: str) -> None:
    async def work(office: Office) -> None:
        home, access, actor, anna = office.tenant, AdministratorAccess(), office.actor, office.users["anna"]
        assert await get_contact(home, access, actor, anna) == Contact()
        await set_contact(home, access, actor, anna, Contact(phone="+49 (30) 123-456", chat_id="U7"), now=NOW)
        assert await get_contact(home, access, actor, anna) == Contact(phone="+4930123456", chat_id="U7")
        assert [row["phone"] for row in await office.rows("user", "username", "phone") if row["phone"]] == [
            "+4930123456"
        ]
        await set_contact(home, access, actor, anna, Contact(phone="", chat_id=""), now=NOW)
        assert await get_contact(home, access, actor, anna) == Contact()
        rows = await list_audit(home, access, actor, Wanted(events=("user_changed",)), limit=9)
        assert [row.details for row in reversed(rows)] == [
            '{"chat_id":[null,"U7"],"phone":[null,"+4930123456"]}',
            '{"chat_id":["U7",null],"phone":["+4930123456",null]}',
        ]
        with pytest.raises(InvalidRecord) as refused:
            await set_contact(home, access, actor, anna, Contact(phone="call me", chat_id="a b"), now=NOW)
        assert [error.code for error in refused.value.fields] == ["invalid_phone", "invalid_chat_id"]
        with pytest.raises(NotFound):
            await set_contact(home, access, actor, new_id(), Contact(), now=NOW)

    with_rules(database_url, 'rule "R" on lead when created then set country = "DE" end', work)
