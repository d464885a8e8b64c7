"""Permission sets, groups of them, roles that report to others, and sharing: what their files mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metamodel import MetadataError, build_model, read_component, read_source, to_yaml
from metamodel.access_definitions import (
    ADMINISTRATOR,
    OBJECT_RIGHTS,
    SYSTEM_PERMISSIONS,
    ObjectRight,
    Principal,
    implied_rights,
)
from metamodel.model import Model
from metamodel.schema import schema_for
from rule_engine import Kind
from tests.metamodel.sources import OBJECT_A, model_of, object_source

REP = """\
label: Rep
description: Works deals.
objects:
  a:
    rights: [read, create, edit]
    fields: {'*': read, city: edit, secret: none}
  user: {rights: [read], fields: {'*': read, phone: none}}
system: [export]
apps: [sales]
api_only: true
"""
SHARING = """\
rules:
  north:
    label: Deals of the north
    when: city = "Oslo" && CREATED_AT > NOW() - 30
    share_with: [{role_and_below: rep}, {team: t}, everyone]
    access: read_write
  of_reps:
    label: Deals of reps
    owned_by: [{role: rep}, {queue: q}]
    share_with: [{permission_set: rep}]
restrictions:
  own_city:
    label: Own city
    when: city = $User.language
    applies_to: [{role: rep}]
  not_secret: {label: Not secret, when: ISBLANK(secret)}
"""
FILES = {
    "objects/a.yaml": object_source("city: {type: text, label: City}", "secret: {type: text, label: Secret}"),
    "apps/sales.yaml": "label: Sales\nobjects: [a]\n",
    "permissions/rep.yaml": REP,
    "permission_groups.yaml": "sales: {label: Sales, sets: [rep]}\n",
    "roles.yaml": "rep: {label: Rep, reports_to: boss}\nboss: {label: Boss}\n",
    "teams.yaml": "t: {label: T}\n",
    "queues.yaml": "q: {label: Q}\n",
    "sharing/a.yaml": SHARING,
}
EVERYONE = Principal(kind="everyone")


def test_a_permission_set_grants_what_it_says_and_what_that_implies() -> None:
    rep = model_of(FILES).permission_sets["rep"]
    assert rep.objects["a"].rights == {"read", "create", "edit"}
    assert rep.objects["a"].fields == {"*": "read", "city": "edit", "secret": "none"}
    assert rep.objects["user"].fields == {"*": "read", "phone": "none"}
    assert rep.system == {"export"}
    assert rep.apps == {"sales"}
    assert rep.api_only


@pytest.mark.parametrize(
    ("right", "implied"),
    [
        ("read", {"read"}),
        ("create", {"create", "read"}),
        ("edit", {"edit", "read"}),
        ("delete", {"delete", "read"}),
        ("view_all", {"view_all", "read"}),
        ("modify_all", {"modify_all", "view_all", "edit", "delete", "read"}),
    ],
)
def test_rights_imply_others(right: ObjectRight, implied: set[ObjectRight]) -> None:
    assert implied_rights([right]) == implied
    assert implied_rights(implied) == implied


def test_who_modifies_all_data_views_it() -> None:
    model = model_of({"permissions/x.yaml": "label: X\nsystem: [modify_all_data]\n"})
    assert model.permission_sets["x"].system == {"modify_all_data", "view_all_data"}


def test_the_administrator_is_in_every_model_and_has_everything() -> None:
    everything = model_of(FILES).permission_sets[ADMINISTRATOR]
    assert set(everything.objects) == {"a", "user"}
    assert everything.objects["a"].rights == set(OBJECT_RIGHTS)
    assert everything.system == set(SYSTEM_PERMISSIONS)
    assert everything.apps == {"sales"}
    assert set(build_model([]).permission_sets) == {ADMINISTRATOR}


def test_the_schema_names_the_rights_and_permissions_that_there_are() -> None:
    known = schema_for("permission_set")["$defs"]
    assert tuple(known["object_right"]["enum"]) == OBJECT_RIGHTS
    assert tuple(known["system_permission"]["enum"]) == SYSTEM_PERMISSIONS


def test_groups_name_sets_and_roles_report_to_roles() -> None:
    model = model_of(FILES)
    assert model.permission_groups["sales"].sets == ("rep",)
    assert (model.roles["rep"].reports_to, model.roles["boss"].reports_to) == ("boss", None)


def test_sharing_rules_go_by_a_condition_or_by_the_owner() -> None:
    model = model_of(FILES)
    north, of_reps = model.sharing["a"].rules.values()
    assert north.share_with == (
        Principal(kind="role_and_below", name="rep"),
        Principal(kind="team", name="t"),
        EVERYONE,
    )
    assert (north.owned_by, north.access) == ((), "read_write")
    condition = model.access_condition("a", north.when or "")
    assert [reference.path for reference in condition.references] == [("city",), ("created_at",)]
    assert of_reps.owned_by == (Principal(kind="role", name="rep"), Principal(kind="queue", name="q"))
    assert (of_reps.access, of_reps.when) == ("read", None)


def test_restrictions_know_who_asks() -> None:
    model = model_of(FILES)
    own_city, not_secret = model.sharing["a"].restrictions.values()
    assert model.access_condition("a", own_city.when).user_fields == ("language",)
    assert own_city.applies_to == (Principal(kind="role", name="rep"),)
    assert not_secret.applies_to == ()


@pytest.mark.parametrize(
    ("head", "field", "sharing"),
    [
        ("", "city: {type: text, label: C}", "private"),
        ("owned: false\n", "city: {type: text, label: C}", "read_write"),
        ("owned: false\n", "up: {type: master_detail, label: U, object: user}", "controlled_by_parent"),
        ("", "up: {type: master_detail, label: U, object: user}", "private"),
        ("sharing: read\n", "city: {type: text, label: C}", "read"),
    ],
)
def test_an_object_that_says_nothing_is_as_open_as_its_owners_make_it(head: str, field: str, sharing: str) -> None:
    source = object_source(field).replace("name_field", f"{head}name_field")
    model = build_model(read_source({"objects/a.yaml": source}), checked=True)
    assert model.object("a").sharing == sharing


def test_several_owners_share_one_object_and_name_rules_with_their_prefix() -> None:
    rule = "rules:\n  NAME: {label: R, when: n = 'x', share_with: [everyone]}\n"
    core = {"package.yaml": _package("core"), "objects/a.yaml": OBJECT_A, "sharing/a.yaml": rule.replace("NAME", "r")}
    other = {
        "package.yaml": _package("other", "namespace: oth", "dependencies: {core: '>=1'}"),
        "sharing/a.yaml": rule.replace("NAME", "oth__r"),
    }
    own = {"sharing/a.yaml": rule.replace("NAME", "own")}
    model = build_model((*read_source(core, "core"), *read_source(other, "other"), *read_source(own)))
    assert {name: rule.owner for name, rule in model.sharing["a"].rules.items()} == {
        "r": "core",
        "oth__r": "other",
        "own": "",
    }
    clash = {**other, "sharing/a.yaml": rule.replace("NAME", "r")}
    with pytest.raises(MetadataError) as caught:
        build_model((*read_source(core, "core"), *read_source(clash, "other")))
    assert {problem.code for problem in caught.value.problems} == {"duplicate_name"}


def test_a_package_may_not_grant_what_it_does_not_depend_on() -> None:
    core = {"package.yaml": _package("core"), "objects/a.yaml": OBJECT_A, "roles.yaml": "boss: {label: B}\n"}
    other = {
        "package.yaml": _package("other"),
        "permissions/x.yaml": "label: X\nobjects: {a: {rights: [read]}}\n",
        "roles.yaml": "rep: {label: R, reports_to: boss}\n",
        "sharing/a.yaml": "rules:\n  r: {label: R, when: n = 'x', share_with: [{role: boss}]}\n",
    }
    with pytest.raises(MetadataError) as caught:
        build_model((*read_source(core, "core"), *read_source(other, "other")))
    found = {(problem.file, problem.path) for problem in caught.value.problems if problem.code == "missing_dependency"}
    assert found == {
        ("permissions/x.yaml", ""),
        ("roles.yaml", "rep"),
        ("sharing/a.yaml", ""),
        ("sharing/a.yaml", "rules.r"),
    }


def test_labels_of_access_can_be_translated() -> None:
    texts = (
        "permissions: {rep: {label: 销售, description: 负责交易}}\npermission_groups: {sales: {label: 销售部}}\n"
        "sharing: {a: {rules: {north: {label: 北区}}, restrictions: {own_city: {label: 本市}}}}\n"
    )
    model = model_of({**FILES, "translations/zh-Hans.yaml": texts})
    assert model.text("zh-Hans", "permissions.rep.label", "") == "销售"
    assert model.text("zh-Hans", "sharing.a.rules.north.label", "") == "北区"


def test_a_deployed_condition_that_is_no_longer_accepted_shares_nothing() -> None:
    model = build_model(read_source(FILES), checked=True)
    condition = model.access_condition("a", "NO_LONGER_THERE(city)")
    assert (condition.references, condition.type.kind) == ((), Kind.BOOLEAN)


@pytest.mark.parametrize(
    ("path", "source"), [(path, FILES[path]) for path in ("permissions/rep.yaml", "sharing/a.yaml")]
)
def test_what_is_written_canonically_comes_back_byte_for_byte(path: str, source: str) -> None:
    component = read_component(path, source)
    assert component.body is not None
    canonical = to_yaml(component.body, component.kind)
    again = read_component(path, canonical)
    assert again.body == component.body
    assert to_yaml(again.body, component.kind) == canonical


_names = st.sampled_from(("a", "b_c", "d"))
_bodies: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"label": st.text("ab:#' ", min_size=1, max_size=6)},
    optional={
        "objects": st.dictionaries(
            _names,
            st.fixed_dictionaries(
                {"rights": st.lists(st.sampled_from(OBJECT_RIGHTS), min_size=1, unique=True)},
                optional={
                    "fields": st.dictionaries(
                        st.sampled_from(("*", "a", "b")), st.sampled_from(("none", "read", "edit")), min_size=1
                    )
                },
            ),
        ),
        "system": st.lists(st.sampled_from(SYSTEM_PERMISSIONS), unique=True),
        "api_only": st.booleans(),
    },
)


@settings(max_examples=40)
@given(_bodies)
def test_any_permission_set_is_read_as_it_was_written(body: dict[str, Any]) -> None:
    canonical = to_yaml(body, "permission_set")
    component = read_component("permissions/x.yaml", canonical)
    assert component.body == body
    assert to_yaml(component.body, "permission_set") == canonical


def _package(name: str, *lines: str) -> str:
    return "\n".join((f"name: {name}", "version: 1.2.0", f"label: {name}", *lines)) + "\n"


def _in_organization(sharing: str, *, owner: str = "") -> Model:
    """The object `a` of the package `pack`, private, with sharing/a.yaml of `owner`."""
    package = read_source({"objects/a.yaml": object_source() + "sharing: private\n"}, "pack")
    return build_model([*package, *read_source({"sharing/a.yaml": sharing}, owner)])


def test_the_organization_says_how_open_a_packages_object_is() -> None:
    assert _in_organization("rules: {}\n").objects["a"].sharing == "private"
    model = _in_organization("default: read\nrules:\n  all: {label: All, when: 'TRUE', share_with: [everyone]}\n")
    assert model.objects["a"].sharing == "read"
    assert set(model.sharing["a"].rules) == {"all"}


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (lambda: _in_organization("default: read\n", owner="other"), "only the organization itself"),
        (lambda: _in_organization("default: read\n", owner="pack"), "only the organization itself"),
        (lambda: _in_organization("default: controlled_by_parent\n"), "no master_detail field"),
        (lambda: _in_organization("default: open\n"), "private"),
        (lambda: model_of({"objects/a.yaml": OBJECT_A, "sharing/a.yaml": "default: read\n"}), "is your own object"),
    ],
)
def test_nobody_else_says_how_open_an_object_is(files: Callable[[], Model], says: str) -> None:
    with pytest.raises(MetadataError) as refused:
        files()
    assert any(problem.file == "sharing/a.yaml" and says in problem.render() for problem in refused.value.problems)
