"""People, rights and records change at random; after each change everybody sees and may do what the oracle says, on every way in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.access.rights import (
    OBJECTS,
    PRINCIPALS,
    QUEUES,
    REGIONS,
    ROLES,
    SETS,
    SHARED_OBJECTS,
    TEAMS,
    TYPED,
    TYPES,
    Condition,
    PermissionSet,
    Restriction,
    Rights,
    Rule,
    files_of,
)
from tests.access.world import USERS, World
from tests.trellis.records.crm import open_crm

SOAK = int(os.environ.get("TRELLIS_TEST_SOAK", "0"))
"""How many runs; 0 for as many as fit between other tests."""

regions = st.sampled_from(REGIONS)
levels = st.integers(0, 9)
users = st.sampled_from(USERS)
principals = st.lists(st.sampled_from(PRINCIPALS), min_size=1, max_size=2, unique=True).map(tuple)
conditions = st.one_of(
    st.builds(Condition, st.just("region"), st.sampled_from(("=", "<>")), regions),
    st.builds(Condition, st.just("level"), st.sampled_from((">", "<")), levels),
    st.just(Condition("region", "blank", None)),
)
restricting = st.one_of(conditions, st.just(Condition("owner", "mine", None)))
rules = st.one_of(
    st.builds(Rule, conditions, st.just(()), principals, st.booleans()),
    st.builds(Rule, st.none(), principals, principals, st.booleans()),
)
restrictions = st.builds(Restriction, restricting, st.one_of(st.just(()), principals))
object_rights = st.lists(
    st.sampled_from(("read", "create", "edit", "delete", "edit", "delete", "view_all", "modify_all")),
    min_size=1,
    max_size=3,
    unique=True,
).map(tuple)
hidden = st.frozensets(
    st.sampled_from((("account", "secret"), ("account", "region"), ("account", "parent"), ("visit", "level"))),
    max_size=2,
)
extra_sets = st.builds(
    PermissionSet,
    st.dictionaries(st.sampled_from(OBJECTS), object_rights, max_size=3),
    hidden,
    st.lists(st.sampled_from(("view_all_data", "modify_all_data")), max_size=1).map(tuple),
    st.none() | st.lists(st.sampled_from(TYPES), max_size=2, unique=True).map(tuple),
)
WRITER = PermissionSet(dict.fromkeys(OBJECTS, ("create", "edit", "delete")), frozenset({("account", "secret")}))
READER = PermissionSet(dict.fromkeys(OBJECTS, ("read",)))


@st.composite
def rights(draw: st.DrawFn) -> Rights:
    above = {role: draw(st.sampled_from((None, *ROLES[:place]))) for place, role in enumerate(ROLES)}
    return Rights(
        defaults={name: draw(st.sampled_from(("private", "private", "read", "read_write"))) for name in SHARED_OBJECTS},
        reports_to={role: one for role, one in above.items() if one},
        sets={"writer": WRITER, "reader": READER, **{name: draw(extra_sets) for name in SETS[2:]}},
        bundle=tuple(draw(st.lists(st.sampled_from(SETS), min_size=1, max_size=2, unique=True))),
        rules={name: tuple(draw(st.lists(rules, max_size=3))) for name in SHARED_OBJECTS},
        restrictions={name: tuple(draw(st.lists(restrictions, max_size=1))) for name in SHARED_OBJECTS},
    )


FIRST = Rights(
    defaults={"account": "private", "visit": "private"},
    reports_to={"lead": "chief", "rep": "lead"},
    sets={"writer": WRITER, "reader": READER, **dict.fromkeys(SETS[2:], PermissionSet({}))},
    bundle=("reader",),
)


class Machine(RuleBasedStateMachine):
    world: World

    @initialize(
        given=rights(),
        seats=st.lists(st.sampled_from(("writer", "writer", "reader", "visitor")), min_size=5, max_size=5),
    )
    def begin(self, given: Rights, seats: list[str]) -> None:
        self.world.begin(given)
        for name in ("writer", "reader", "visitor"):
            self.world.join(
                ("permission_set", name), {user for user, seat in zip(USERS, seats, strict=True) if seat == name}
            )

    def some(self, data: Any, *, object_name: str | None = None, live: bool = True) -> str:
        return str(data.draw(st.sampled_from(self.found(object_name, live=live)), label="record"))

    def found(self, object_name: str | None = None, *, live: bool = True) -> list[str]:
        return [
            one
            for one, record in self.world.oracle.records.items()
            if object_name in (None, record.object) and (record.binned is None) is live
        ]

    @rule(given=rights())
    def deploy(self, given: Rights) -> None:
        self.world.deploy(given)

    @rule(
        principal=st.sampled_from(
            (
                *(("permission_set", name) for name in SETS),
                ("permission_group", "bundle"),
                *(("role", name) for name in ROLES),
                *(("role", name) for name in ROLES),
                *(("team", name) for name in TEAMS),
                *(("queue", name) for name in QUEUES),
            )
        ),
        people=st.sets(users, min_size=1, max_size=3),
    )
    def join(self, principal: tuple[str, str], people: set[str]) -> None:
        self.world.join(principal, people)

    @rule(owner=users, region=st.none() | regions, level=st.none() | levels, data=st.data())
    def open_account(self, owner: str, region: str | None, level: int | None, data: Any) -> None:
        parent = data.draw(st.sampled_from((None, *self.found("account"))))
        values = {
            "name": f"A{len(self.world.oracle.records)}",
            "region": region,
            "level": level,
            "secret": 7,
            "parent": parent,
        }
        self.world.create("account", values, owner)

    @rule(owner=users, region=st.none() | regions, level=st.none() | levels, data=st.data())
    def plan_visit(self, owner: str, region: str | None, level: int | None, data: Any) -> None:
        account = data.draw(st.sampled_from((None, *self.found("account"))))
        values = {"name": f"V{len(self.world.oracle.records)}", "region": region, "level": level, "account": account}
        self.world.create("visit", values, owner)

    @precondition(lambda self: self.found("account"))
    @rule(data=st.data())
    def add_line(self, data: Any) -> None:
        account = self.some(data, object_name="account")
        self.world.create("line", {"name": f"L{len(self.world.oracle.records)}", "account": account}, None)

    @precondition(lambda self: self.found("account"))
    @rule(user=users, object_name=st.sampled_from(OBJECTS), data=st.data())
    def create_as(self, user: str, object_name: str, data: Any) -> None:
        link = "parent" if object_name == "account" else "account"
        values = {"name": f"N{len(self.world.oracle.records)}", link: self.some(data, object_name="account")}
        if object_name == TYPED and data.draw(st.booleans()):
            values["record_type"] = data.draw(st.sampled_from(TYPES))
        self.world.create_as(user, object_name, values)

    @precondition(lambda self: self.found("account") or self.found("visit"))
    @rule(queue=st.sampled_from(QUEUES), data=st.data())
    def queue(self, queue: str, data: Any) -> None:
        self.world.queue(data.draw(st.sampled_from([*self.found("account"), *self.found("visit")])), queue)

    @precondition(lambda self: self.found())
    @rule(user=users, data=st.data())
    def rename(self, user: str, data: Any) -> None:
        self.world.update(user, self.some(data), {"name": f"R{self.world.crm.now.second}"})

    @precondition(lambda self: self.found("account"))
    @rule(user=users, region=regions, secret=levels, data=st.data())
    def change(self, user: str, region: str, secret: int, data: Any) -> None:
        values = data.draw(
            st.sampled_from(({"region": region}, {"secret": secret}, {"region": region, "secret": secret}))
        )
        self.world.update(user, self.some(data, object_name="account"), values)

    @precondition(lambda self: self.found("visit") and self.found("account"))
    @rule(user=users, data=st.data())
    def point(self, user: str, data: Any) -> None:
        self.world.update(
            user, self.some(data, object_name="visit"), {"account": self.some(data, object_name="account")}
        )

    @precondition(lambda self: self.found("visit"))
    @rule(user=users, record_type=st.sampled_from(TYPES), data=st.data())
    def retype(self, user: str, record_type: str, data: Any) -> None:
        self.world.update(user, self.some(data, object_name="visit"), {"record_type": record_type})

    @precondition(lambda self: self.found("account") or self.found("visit"))
    @rule(user=users, to=users, data=st.data())
    def hand_over(self, user: str, to: str, data: Any) -> None:
        self.world.hand_over(user, data.draw(st.sampled_from([*self.found("account"), *self.found("visit")])), to)

    @precondition(lambda self: self.found())
    @rule(user=users, data=st.data())
    def delete(self, user: str, data: Any) -> None:
        self.world.delete(user, self.some(data))

    @precondition(lambda self: self.found(live=False))
    @rule(user=users, data=st.data())
    def restore(self, user: str, data: Any) -> None:
        self.world.restore(user, self.some(data, live=False))

    @precondition(lambda self: self.found("account") or self.found("visit"))
    @rule(
        user=users,
        principal=st.one_of(
            users.map(lambda name: ("user", name)),
            st.sampled_from([one for one in PRINCIPALS if one[0] != "permission_set"]),
        ),
        writes=st.booleans(),
        hours=st.none() | st.integers(1, 5),
        data=st.data(),
    )
    def share(self, user: str, principal: tuple[str, str], writes: bool, hours: int | None, data: Any) -> None:
        record = data.draw(st.sampled_from([*self.found("account"), *self.found("visit")]))
        owner = self.world.oracle.records[record].owner
        for one in {user, owner or user}:
            self.world.share(one, record, principal, writes=writes, hours=hours)

    @precondition(lambda self: self.world.oracle.shares)
    @rule(user=users, data=st.data())
    def unshare(self, user: str, data: Any) -> None:
        self.world.unshare(user, data.draw(st.sampled_from(list(self.world.oracle.shares))))

    @rule(hours=st.integers(1, 4))
    def wait(self, hours: int) -> None:
        self.world.pass_time(hours)

    @rule(user=users, object_name=st.sampled_from(OBJECTS))
    def look(self, user: str, object_name: str) -> None:
        self.world.check(user, object_name)

    @invariant()
    def lists_agree(self) -> None:
        if hasattr(self.world, "oracle"):
            self.world.pass_time()
            self.world.check_all()

    def teardown(self) -> None:
        some = len(self.world.oracle.records) % len(USERS)
        for user in USERS if SOAK else USERS[some : some + 1]:
            for object_name in OBJECTS:
                self.world.check(user, object_name)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    files = {path: text for path, text in files_of(FIRST).items() if text is not None}
    with open_crm(url, files) as crm:
        yield World(crm)


def test_everybody_sees_and_does_what_the_oracle_says(world: World) -> None:
    machine = type("MachineOfWorld", (Machine,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=SOAK or 3,
            stateful_step_count=40 if SOAK else 18,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink) if SOAK else (Phase.generate,),
        ),
    )


def scene(world: World, **changed: Any) -> World:
    """Ann owns an account with a line; Ben has nothing yet."""
    world.begin(replace(FIRST, **changed))
    world.join(("permission_set", "writer"), {"ann"})
    account = world.create("account", {"name": "A", "region": "West"}, "ann")
    world.create("line", {"name": "L", "account": account}, None)
    return world


def test_details_are_hidden_from_who_may_not_read_their_master(world: World) -> None:
    sets = {**FIRST.sets, "visitor": PermissionSet({"line": ("create", "edit", "delete")})}
    scene(world, sets=sets, defaults={"account": "read_write", "visit": "private"})
    world.join(("permission_set", "visitor"), {"ben"})

    world.check_all()
    for record_id in list(world.oracle.records):
        world.update("ben", record_id, {"name": "B"})


def test_who_has_a_permission_set_by_a_group_of_them_owns_as_one_of_its_people(world: World) -> None:
    opened = Rule(None, (("permission_set", "money"),), (("everyone", ""),), False)
    scene(world, bundle=("money",), rules={"account": (opened,)})
    world.join(("permission_set", "reader"), {"ben"})
    world.join(("permission_group", "bundle"), {"ann"})

    world.check_all()
    assert world.oracle.seen("ben", "account")


def test_visits_get_the_record_types_of_whoever_plans_them(world: World) -> None:
    planner = PermissionSet({"visit": ("create", "edit")}, types=("trip",))
    sets = {**FIRST.sets, "visitor": planner, "money": PermissionSet({"visit": ("create",)}, types=())}
    scene(world, sets=sets, defaults={"account": "read_write", "visit": "read_write"})
    world.join(("permission_set", "visitor"), {"ben"})
    world.join(("permission_set", "money"), {"ben", "cat"})

    for user in ("ann", "ben", "cat"):
        for values in ({}, {"record_type": "call"}, {"record_type": "trip"}):
            world.create_as(user, "visit", {"name": "V", **values})
    for record_id in [one for one, record in world.oracle.records.items() if record.object == "visit"]:
        for user in ("ben", "cat", "ann"):
            world.update(user, record_id, {"record_type": "trip"})
            world.update(user, record_id, {"name": "W", "record_type": "call"})
    world.check_all()
