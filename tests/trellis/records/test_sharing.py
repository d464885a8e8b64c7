"""Whose records somebody sees, may change and may hand over: owners, the hierarchy of roles, queues, rules, shares, masters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from metamodel.definitions import Sort
from tests.trellis.factory import add_user
from tests.trellis.records.crm import Crm
from trellis.automation.group_members import replace_group_members
from trellis.automation.queue_members import replace_members as seat_members
from trellis.automation.seat_checks import NewMember
from trellis.errors import AccessDenied, InvalidRecord, InvalidRequest, NotFound, TrellisError
from trellis.query import reach
from trellis.query.query import Query
from trellis.query.reach import count_reach
from trellis.records.service import RecordChange
from trellis.records.shares import NewShare, list_shares, share_record, unshare_record
from trellis.security.access import GrantedAccess
from trellis.security.actor import Actor
from trellis.security.permissions import with_grants
from trellis.security.row_filter import RowFilter
from trellis.security.sharing import left_by, opened_by
from trellis.security.users import get_user
from trellis.storage.errors import TookTooLong

FILES = {
    "objects/account.yaml": """\
label: Account
plural_label: Accounts
name_field: name
sharing: private
fields:
  name: {type: text, label: Name, length: 80, required: true}
  region: {type: text, label: Region, length: 20, indexed: true}
  code: {type: text, label: Code, length: 20, unique: true, external_id: true}
  revenue: {type: number, label: Revenue, precision: 9, scale: 0}
  doubled: {type: formula, label: Doubled, returns: number, formula: revenue * 2}
  parent: {type: lookup, label: Parent, object: account}
  parent_name: {type: formula, label: Parent's name, returns: text, formula: parent.name}
  line_count: {type: formula, label: Lines, returns: number, scale: 0, formula: COUNT(lines)}
""",
    "objects/line.yaml": """\
label: Line
plural_label: Lines
name_field: name
owned: false
sharing: controlled_by_parent
fields:
  name: {type: text, label: Name, length: 80, required: true}
  account: {type: master_detail, label: Account, object: account}
""",
    "objects/secret.yaml": """\
label: Secret
plural_label: Secrets
name_field: name
fields:
  name: {type: text, label: Name, length: 80, required: true}
""",
    "roles.yaml": """\
chief: {label: Chief}
lead_north: {label: Lead of the north, reports_to: chief}
rep_north: {label: Rep in the north, reports_to: lead_north}
rep_south: {label: Rep in the south, reports_to: chief}
""",
    "teams.yaml": "audit: {label: Audit}\nboard: {label: Board}\n",
    "queues.yaml": "desk: {label: Desk}\n",
    "permissions/sales.yaml": """\
label: Sales
objects:
  account: {rights: [create, edit, delete], fields: {"*": edit, revenue: none}}
  line: {rights: [create, edit, delete]}
""",
    "permissions/money.yaml": """\
label: Money
objects:
  account: {rights: [read], fields: {revenue: read}}
""",
    "permissions/all_accounts.yaml": """\
label: All accounts
objects:
  account: {rights: [view_all]}
""",
    "permissions/boss.yaml": """\
label: Boss
objects:
  account: {rights: [modify_all]}
""",
    "sharing/account.yaml": """\
rules:
  west: {label: West, when: 'region = "West"', share_with: [{team: audit}], access: read_write}
  north: {label: North, owned_by: [{role_and_below: lead_north}], share_with: [{role: rep_south}]}
  of_admins: {label: Of administrators, owned_by: [{permission_set: administrator}], share_with: [{team: board}]}
restrictions:
  no_east: {label: No east, when: 'ISBLANK(region) || region <> "East"', applies_to: [{role: rep_south}]}
""",
}

PEOPLE = {
    "chief": {"role": ["chief"]},
    "nina": {"role": ["lead_north"]},
    "ned": {"role": ["rep_north"]},
    "nora": {"role": ["rep_north"]},
    "sam": {"role": ["rep_south"]},
    "ava": {"team": ["audit"]},
    "ada": {"team": ["board"]},
    "queenie": {"queue": ["desk"]},
    "viv": {"permission_set": ["all_accounts"]},
    "bob": {"permission_set": ["boss"]},
    "mona": {"permission_set": ["money"]},
}


class People:
    """Users of the tenant by name, all with the permission set Sales, as statements see them."""

    def __init__(self, crm: Crm) -> None:
        self.crm = crm
        self.ids = {name: crm.run(add_user(crm.tenant, name)) for name in PEOPLE}
        groups: dict[tuple[str, str], list[str]] = {("permission_set", "sales"): list(PEOPLE)}
        for name, memberships in PEOPLE.items():
            for kind, names in memberships.items():
                for group in names:
                    groups.setdefault((kind, group), []).append(name)
        for (kind, group), members in groups.items():
            self.join(kind, group, members)

    def join(self, kind: Any, name: str, members: list[str]) -> None:
        crm = self.crm
        if kind == "queue":
            seats = [NewMember(user=member) for member in members]
            crm.run(seat_members(crm.tenant, crm.access, crm.actor, name, seats))
        else:
            crm.run(replace_group_members(crm.tenant, crm.access, crm.actor, kind, name, members))

    def __getitem__(self, name: str) -> Actor:
        crm = self.crm
        user = crm.run(get_user(crm.tenant, name))
        actor = Actor(user_id=user.id, name=user.name, email=user.email, is_admin=False, channel="api")
        return with_grants(actor, user.grants, crm.run(crm.tenant.compiled()).model)


@pytest.fixture(scope="module")
def people(module_crm: Crm) -> People:
    module_crm.access = GrantedAccess()
    return People(module_crm)


@pytest.fixture
def crm(crm: Crm, people: People) -> Crm:
    crm.access = GrantedAccess()
    crm.run(crm.tenant.database.run(lambda connection: connection.execute(sa.delete(crm.tenant.tables.share))))
    return crm


def names(crm: Crm, actor: Actor, object_name: str = "account", **options: Any) -> list[str]:
    """What somebody's list shows; the count, the values and each record by itself say the same."""
    query = Query(object=object_name, fields=("id", "name"), sort=(Sort(field="name"),), count=True, **options)
    rows = crm.run(crm.queries.row_page(actor, query))
    assert crm.run(crm.queries.page(actor, query)).total == rows.total == len(rows.rows)
    assert crm.run(crm.queries.count(actor, query))[0] == len(rows.rows)
    every = crm.run(crm.queries.rows(crm.actor, Query(object=object_name, fields=("id",))))
    shown = {row["id"] for row in rows.rows}
    for row in every if not options else ():
        assert is_there(crm, actor, object_name, row["id"]) is (row["id"] in shown)
    return [row["name"] for row in rows.rows]


def is_there(crm: Crm, actor: Actor, object_name: str, record_id: str) -> bool:
    try:
        crm.run(crm.queries.record(actor, object_name, record_id))
    except NotFound:
        return False
    return True


def change(crm: Crm, actor: Actor, record_id: str, **values: Any) -> type[TrellisError] | None:
    """What changing the record ends with: None when it is changed."""
    try:
        crm.run(crm.records.update(actor, "account", [RecordChange(id=record_id, values=values)]))
    except TrellisError as error:
        return type(error)
    return None


def create(crm: Crm, actor: Actor, **values: Any) -> str:
    return str(crm.run(crm.records.create(actor, "account", [values]))[0].id)


def test_records_are_seen_by_their_owner_and_by_who_is_above(crm: Crm, people: People) -> None:
    create(crm, people["ned"], name="of ned")
    create(crm, people["nina"], name="of nina")

    assert names(crm, people["ned"]) == ["of ned"]
    assert names(crm, people["nora"]) == []
    assert names(crm, people["nina"]) == ["of ned", "of nina"]
    assert names(crm, people["chief"]) == ["of ned", "of nina"]
    assert names(crm, people["ava"]) == []


def test_who_is_above_may_change_hand_over_and_delete(crm: Crm, people: People) -> None:
    account = create(crm, people["ned"], name="A")

    assert change(crm, people["nora"], account, name="B") is NotFound
    assert change(crm, people["nina"], account, name="B") is None
    assert change(crm, people["nina"], account, owner=people.ids["nora"]) is None
    assert names(crm, people["ned"]) == []
    crm.run(crm.records.delete(people["chief"], "account", [account]))
    assert names(crm, people["nora"]) == []


def test_a_rule_opens_what_others_own_to_read_only(crm: Crm, people: People) -> None:
    account = create(crm, people["ned"], name="A")

    assert names(crm, people["sam"]) == ["A"]
    assert change(crm, people["sam"], account, name="B") is AccessDenied
    assert isinstance(crm.refused(crm.records.delete(people["sam"], "account", [account])), AccessDenied)


def test_a_rule_opens_what_meets_a_formula_but_does_not_give_it_away(crm: Crm, people: People) -> None:
    account = create(crm, people["ned"], name="A", region="West")
    create(crm, people["ned"], name="B", region="North")

    assert names(crm, people["ava"]) == ["A"]
    assert change(crm, people["ava"], account, name="C") is None
    assert change(crm, people["ava"], account, owner=people.ids["ava"]) is AccessDenied
    assert isinstance(crm.refused(crm.records.delete(people["ava"], "account", [account])), AccessDenied)


def test_a_restriction_takes_away_what_anything_else_gives(crm: Crm, people: People) -> None:
    create(crm, people["sam"], name="own", region="East")
    create(crm, people["ned"], name="opened", region="East")
    create(crm, people["sam"], name="other")

    assert names(crm, people["sam"]) == ["other"]
    assert names(crm, people["chief"]) == ["opened", "other", "own"]


def test_what_waits_in_a_queue_is_seen_by_those_who_sit_there(crm: Crm, people: People) -> None:
    account = create(crm, people["ned"], name="A")
    table = sa.table("account", sa.column("owner"), sa.column("owner_queue"), schema=crm.tenant.database.schema)
    waits = sa.update(table).values(owner=None, owner_queue="desk")
    crm.run(crm.tenant.database.run(lambda connection: connection.execute(waits)))

    assert names(crm, people["queenie"]) == ["A"]
    assert names(crm, people["ned"]) == []
    assert change(crm, people["queenie"], account, owner=people.ids["queenie"]) is None


def test_a_share_lets_somebody_in_until_it_ends_or_is_taken_back(crm: Crm, people: People) -> None:
    account = create(crm, people["ned"], name="A")
    tenant, access, ned = crm.tenant, crm.access, people["ned"]
    place = (tenant, access, ned, "account", account)

    until = NewShare(principal="user:ava", expires_at=crm.now + timedelta(days=1))
    crm.run(share_record(*place, until, now=crm.now))
    assert names(crm, people["ava"]) == ["A"]
    assert change(crm, people["ava"], account, name="B") is AccessDenied
    crm.now += timedelta(days=2)
    assert names(crm, people["ava"]) == []

    shared = crm.run(share_record(*place, NewShare(principal="user:ava", access="read_write"), now=crm.now))
    assert change(crm, people["ava"], account, name="B") is None
    assert [one.label for one in crm.run(list_shares(*place, now=crm.now))] == ["Ava"]
    crm.run(unshare_record(*place, shared.id, now=crm.now))
    assert names(crm, people["ava"]) == []


@pytest.mark.parametrize(
    ("principal", "who"),
    [
        ("role:rep_south", {"sam"}),
        ("role_and_below:lead_north", {"nina", "nora"}),
        ("team:audit", {"ava"}),
        ("queue:desk", {"queenie"}),
        ("everyone", {"nina", "nora", "sam", "ava", "queenie", "mona"}),
    ],
)
def test_a_record_is_shared_with_a_group(crm: Crm, people: People, principal: str, who: set[str]) -> None:
    account = create(crm, people["chief"], name="A")
    place = (crm.tenant, crm.access, people["chief"], "account", account)
    crm.run(share_record(*place, NewShare(principal=principal), now=crm.now))

    candidates = ("nina", "nora", "sam", "ava", "queenie", "mona")
    assert {name for name in candidates if names(crm, people[name])} == who


def test_only_who_may_do_everything_with_a_record_shares_it(crm: Crm, people: People) -> None:
    account = create(crm, people["ned"], name="A")
    share = NewShare(principal="user:ava", access="read_write")

    for name, expected in (("nora", NotFound), ("sam", AccessDenied), ("bob", None), ("nina", None)):
        work = share_record(crm.tenant, crm.access, people[name], "account", account, share, now=crm.now)
        if expected is None:
            crm.run(work)
        else:
            assert isinstance(crm.refused(work), expected), name


@pytest.mark.parametrize(
    "share",
    [
        NewShare(principal="user:nobody"),
        NewShare(principal="team:none"),
        NewShare(principal="planet:mars"),
        NewShare(principal="user:ava", access="everything"),  # type: ignore[arg-type]  # as JSON might say it
        NewShare(principal="user:ava", team_role=""),
        NewShare(principal="user:ava\0"),
    ],
)
def test_a_share_that_makes_no_sense_is_refused(crm: Crm, people: People, share: NewShare) -> None:
    account = create(crm, people["ned"], name="A")
    work = share_record(crm.tenant, crm.access, people["ned"], "account", account, share, now=crm.now)

    assert isinstance(crm.refused(work), InvalidRecord)


def test_details_follow_their_master(crm: Crm, people: People) -> None:
    account = create(crm, people["ned"], name="A")
    line = crm.run(crm.records.create(people["ned"], "line", [{"name": "L", "account": account}]))[0].id

    assert names(crm, people["nina"], "line") == ["L"]
    assert names(crm, people["nora"], "line") == []
    assert names(crm, people["sam"], "line") == ["L"]
    changes = [RecordChange(id=line, values={"name": "M"})]
    assert isinstance(crm.refused(crm.records.update(people["sam"], "line", changes)), AccessDenied)
    error = crm.refused(crm.records.create(people["sam"], "line", [{"name": "N", "account": account}]))
    assert [fault.code for fault in error.fields] == ["no_such_record"]
    crm.run(crm.records.delete(people["nina"], "line", [line]))


def test_who_views_all_sees_all_and_who_modifies_all_changes_all(crm: Crm, people: People) -> None:
    account = create(crm, people["ned"], name="A")

    assert names(crm, people["viv"]) == ["A"]
    assert change(crm, people["viv"], account, name="B") is AccessDenied
    assert change(crm, people["bob"], account, name="B") is None
    crm.run(crm.records.delete(people["bob"], "account", [account]))


def test_an_object_that_nothing_grants_is_closed(crm: Crm, people: People) -> None:
    for work in (
        crm.queries.rows(people["ned"], Query(object="secret")),
        crm.records.create(people["ned"], "secret", [{"name": "A"}]),
    ):
        assert isinstance(crm.refused(work), AccessDenied)


@pytest.mark.parametrize(
    "options",
    [
        {"fields": ("revenue",)},
        {"fields": ("doubled",)},
        {"fields": ("parent.revenue",)},
        {"filter": "revenue > 1"},
        {"filter": "doubled > 1"},
        {"filter": "parent.doubled > 1"},
        {"sort": (Sort(field="revenue"),)},
        {"equals": (("revenue", 1),)},
    ],
)
def test_a_hidden_field_is_refused_wherever_it_is_named(crm: Crm, people: People, options: dict[str, Any]) -> None:
    query = Query(**{"object": "account", **options})

    for work in (crm.queries.page, crm.queries.rows, crm.queries.count):
        assert isinstance(crm.refused(work(people["ned"], query)), AccessDenied)
    crm.run(crm.queries.page(people["mona"], query))


def test_hidden_fields_and_formulas_over_them_are_in_no_answer(crm: Crm, people: People) -> None:
    account = create(crm, crm.actor, name="A", revenue=7, owner=people.ids["ned"])

    row = crm.run(crm.queries.row(people["ned"], "account", account))
    assert "name" in row
    assert not {"revenue", "doubled"} & row.keys()
    assert isinstance(
        crm.refused(crm.records.create(people["ned"], "account", [{"name": "B", "revenue": 1}])), AccessDenied
    )
    assert change(crm, people["ned"], account, revenue=1) is AccessDenied


def test_parents_and_child_rows_that_one_may_not_see_show_nothing(crm: Crm, people: People) -> None:
    hidden = create(crm, people["chief"], name="hidden")
    own = create(crm, crm.actor, name="own", parent=hidden, owner=people.ids["ned"])

    row = crm.run(crm.queries.row(people["ned"], "account", own, ("parent.name", "parent_name")))
    assert row == {"parent.name": None, "parent_name": None}
    assert names(crm, people["ned"], filter='parent.name = "hidden"') == []
    assert names(crm, people["chief"], filter='parent.name = "hidden"') == ["own"]


def test_a_lookup_cannot_be_pointed_at_what_one_may_not_see(crm: Crm, people: People) -> None:
    hidden = create(crm, people["chief"], name="hidden")
    own = create(crm, people["ned"], name="own")

    assert change(crm, people["ned"], own, parent=hidden) is InvalidRecord
    error = crm.refused(crm.records.create(people["ned"], "account", [{"name": "B", "parent": hidden}]))
    missing = crm.refused(crm.records.create(people["ned"], "account", [{"name": "B", "parent": people.ids["ned"]}]))
    assert [fault.code for fault in error.fields] == [fault.code for fault in missing.fields] == ["no_such_record"]


def test_grants_that_changed_hold_at_once(crm: Crm, people: People) -> None:
    create(crm, people["sam"], name="A")
    assert names(crm, people["nina"]) == []
    try:
        people.join("role", "lead_north", ["nina"])
        people.join("role", "chief", ["chief", "nina"])
        assert names(crm, people["nina"]) == ["A"]
    finally:
        people.join("role", "chief", ["chief"])
    assert names(crm, people["nina"]) == []


def test_actors_found_before_their_grants_changed_have_another_version(crm: Crm, people: People) -> None:
    user = crm.tenant.tables.user

    def version() -> Any:
        chosen = sa.select(user.c.access_version).where(user.c.username == "mona")
        return crm.run(crm.tenant.database.run(lambda connection: connection.execute(chosen).scalar()))

    before = version()
    people.join("permission_set", "money", [])
    assert version() == before + 1
    people.join("permission_set", "money", ["mona"])
    people.join("permission_set", "money", ["mona"])
    assert version() == before + 2


def test_an_upsert_does_not_find_what_one_may_not_see(crm: Crm, people: People) -> None:
    create(crm, people["chief"], name="A", code="x")

    error = crm.refused(crm.records.upsert(people["ned"], "account", "code", "x", {"name": "B"}))
    assert [fault.code for fault in error.fields] == ["not_unique"]


def test_a_credential_that_is_confined_does_less(crm: Crm, people: People) -> None:
    create(crm, people["ned"], name="A")
    confined = replace(people["ned"], scopes=frozenset({"records:read"}))

    assert names(crm, confined) == ["A"]
    assert isinstance(crm.refused(crm.records.create(confined, "account", [{"name": "B"}])), AccessDenied)


def test_what_administrators_own_is_opened_by_a_rule_that_names_their_permission_set(crm: Crm, people: People) -> None:
    account = create(crm, crm.actor, name="Of the administrator")
    create(crm, people["ned"], name="Of ned")

    assert names(crm, people["ada"]) == ["Of the administrator"]
    assert change(crm, people["ada"], account, name="B") is AccessDenied
    assert names(crm, people["ava"]) == []


def test_what_rules_open_and_restrictions_leave_is_counted_for_who_may_manage_access(
    crm: Crm, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(crm, people["ned"], name="A", region="West")
    create(crm, people["nina"], name="B", region="East")
    create(crm, crm.actor, name="C")
    model = crm.run(crm.tenant.compiled()).model
    rules, restrictions = model.sharing["account"].rules, model.sharing["account"].restrictions
    filters = [
        *(opened_by(model, one) for one in (rules["west"], rules["north"], rules["of_admins"])),
        left_by(restrictions["no_east"]),
        RowFilter(criteria=("not_deployed = 1",)),
        RowFilter(is_everyone=True),
    ]

    def counted(actor: Actor, object_name: str = "account") -> tuple[int | None, ...]:
        return crm.run(count_reach(crm.tenant, crm.access, actor, object_name, filters, now=crm.now))

    assert counted(crm.actor) == (1, 2, 1, 2, None, 3)
    assert set(counted(crm.actor, "nothing")) == {None}
    with pytest.raises(AccessDenied):
        counted(people["nina"])

    async def waits(*_: Any) -> None:
        raise TookTooLong

    monkeypatch.setattr(reach, "_count", waits)
    assert set(counted(crm.actor)) == {None}


def test_a_record_that_follows_its_master_is_not_shared_by_itself(crm: Crm, people: People) -> None:
    account = create(crm, crm.actor, name="A")
    line = crm.create_one("line", name="One", account=account)
    share = NewShare(principal="user:ava")
    refused = crm.refused(share_record(crm.tenant, crm.access, crm.actor, "line", line, share, now=crm.now))
    assert isinstance(refused, InvalidRequest)
