"""The model: what it resolves, what it generates, what it holds of formulas, rules and texts."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator

from metamodel import UnknownName, build_model, read_component, read_source, schema_for
from metamodel.fields.reference import LookupField
from metamodel.kinds import YAML_KINDS
from metamodel.names import name_fault, nearest
from metamodel.versions import is_in_range, precedence
from rule_engine import EvaluationContext, Kind, compile_python
from tests.metamodel.sources import OBJECT_A, model_of, object_source

LEAD = (
    object_source(
        "status: {type: picklist, label: Status, values: [{name: New, default: true}, Lost]}",
        "industry: {type: picklist, label: Industry, picklist: industry}",
        "account: {type: lookup, label: Account, object: account, required: true}",
        "discount: {type: percent, label: Discount, default_formula: '0.1'}",
        "notes: {type: text_area, label: Notes}",
        "place: {type: geolocation, label: Place}",
        'title: {type: formula, label: Title, returns: text, formula: n & " of " & account.n}',
        "score: {type: formula, label: Score, returns: number, formula: discount * 100}",
        name="Lead",
    )
    + "validations:\n  named: {formula: ISBLANK(n), message: Needs a name, field: n}\n"
)
FILES = {
    "objects/lead.yaml": LEAD,
    "objects/account.yaml": OBJECT_A,
    "picklists/industry.yaml": "label: I\nvalues: [A, {name: B, default: true}]\n",
    "queues.yaml": "triage: {label: T, objects: [lead]}\n",
    "rules/lead.rule": (
        'validation "Lost" on lead\n    fail status "Why?" when status = "Lost"\nend\n\n'
        'assignment "Routing" on lead\nwhen created\nfirst match\n    otherwise -> queue triage\nend\n'
    ),
    "translations/zh-Hans.yaml": "objects: {lead: {label: 线索}}\n",
    "views/lead/open.yaml": "label: Open\ncolumns: [n]\nfilter: 'status = \"New\"'\n",
    "views/lead/all.yaml": "label: All\ncolumns: [n]\n",
}
MODEL = model_of(FILES)


def test_without_components_there_are_only_users() -> None:
    empty = build_model([])
    assert list(empty.objects) == ["user"]
    user = empty.object("user")
    assert user.table == "trellis_user"
    expected = {"id", "name", "email", "username", "language", "time_zone", "manager", "is_active", "is_admin"}
    assert expected <= set(user.fields)


def test_an_unknown_object_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'account'"):
        MODEL.object("acount")
    assert MODEL.find_object("acount") is None
    with pytest.raises(UnknownName, match="Did you mean 'status'"):
        MODEL.field("lead", "statsu")


def test_fields_are_in_order_with_the_system_fields_last() -> None:
    assert list(MODEL.object("lead").fields)[:2] == ["n", "status"]
    system = ["id", "owner", "owner_queue", "created_at", "created_by", "updated_at", "updated_by", "version"]
    assert list(MODEL.object("lead").fields)[-8:] == system
    writable = [field.name for field in MODEL.object("lead").fields.values() if field.is_system and field.is_writable]
    assert writable == ["owner"]


def test_defaults_come_from_picklist_values_and_required_lookups_restrict() -> None:
    fields = MODEL.object("lead").fields
    assert (fields["status"].default, fields["industry"].default) == ("New", "B")
    account = fields["account"]
    assert isinstance(account, LookupField)
    assert account.on_delete == "restrict"


def test_names_in_a_scope_are_found_in_any_letter_case_and_across_lookups() -> None:
    scope = MODEL.scope("lead")
    reference = scope.find(("Account", "OWNER", "Email"))
    assert reference is not None
    assert (reference.path, reference.type.kind) == (("account", "owner", "email"), Kind.TEXT)
    assert scope.find(("$user", "id")) is not None
    assert scope.find(("account", "nothing")) is None
    assert scope.find(("n", "x")) is None
    assert scope.find(("owner",) + ("manager",) * 20) is None
    assert "email" in scope.names(("account", "owner"))
    assert "$User" in scope.names(())
    assert scope.names(("n",)) == ()


def test_formulas_filters_defaults_and_validations_are_checked() -> None:
    assert [reference.path for reference in MODEL.formula("lead", "title").references] == [("n",), ("account", "n")]
    default = MODEL.default_formula("lead", "discount")
    assert default is not None
    assert default.type.kind is Kind.NUMBER
    assert MODEL.default_formula("lead", "n") is None
    views = {view.name: view for view in MODEL.views_for("lead")}
    open_leads = MODEL.view_filter(views["open"])
    assert open_leads is not None
    assert open_leads.type.kind is Kind.BOOLEAN
    assert MODEL.view_filter(views["all"]) is None
    assert [validation.name for validation in MODEL.validations_for("lead")] == ["named", "Lost"]
    assert MODEL.validations_for("lead")[0].message == "Needs a name"
    assert set(MODEL.validations) == {"lead"}
    with pytest.raises(UnknownName):
        MODEL.formula("lead", "n")


def test_a_formula_keeps_the_rules_its_syntax_names() -> None:
    source = object_source(
        "rate: {type: percent, label: R}",
        "ours: {type: formula, label: O, returns: percent, formula: rate + 1}",
        "theirs: {type: formula, label: T, returns: percent, formula: Rate + 0.01, syntax: salesforce}",
    )
    validation = "validations:\n  v: {formula: rate > 0.5, message: M, syntax: salesforce}\n"
    model = model_of({"objects/a.yaml": source + validation})
    context = EvaluationContext(now=datetime(2026, 1, 1, tzinfo=UTC))
    record = {"rate": Decimal(24)}
    found = [compile_python(model.formula("a", name))(record, context) for name in ("ours", "theirs")]
    assert found == [Decimal(25), Decimal(25)]
    condition = compile_python(model.validations_for("a")[0].condition)
    assert condition({"rate": Decimal(60)}, context) is True
    assert condition({"rate": None}, context) is False


def test_rules_are_held_by_object() -> None:
    assert set(MODEL.rules) == {"lead"}
    assert [assignment.name for assignment in MODEL.rules_for("lead").assignments] == ["Routing"]
    assert MODEL.rules_for("account").rules == ()


def test_a_deployed_revision_is_built_without_checks_and_means_the_same() -> None:
    trusted = build_model(read_source(FILES, checked=True), checked=True)
    assert trusted.objects == MODEL.objects
    assert trusted.rules == MODEL.rules
    assert trusted.validations == MODEL.validations
    assert trusted.formula("lead", "title") == MODEL.formula("lead", "title")


def test_children_are_found_but_not_by_owner() -> None:
    ((child, lookup),) = MODEL.children_of("account")
    assert (child.name, lookup.name) == ("lead", "account")
    assert MODEL.children_of("user") == ()


def test_a_generated_layout_shows_every_field_once() -> None:
    layout = MODEL.layout_for("lead")
    shown = [name for section in layout.sections for name in section.fields]
    assert len(shown) == len(set(shown))
    assert set(shown) == set(MODEL.object("lead").fields) - {"id", "version", "owner_queue"}
    assert layout.path == "status"
    assert len(layout.header) <= 6
    assert [related.object for related in MODEL.layout_for("account").related] == ["lead"]


def test_a_generated_view_shows_names_rather_than_ids() -> None:
    lead = {key: source for key, source in FILES.items() if not key.startswith("views/")}
    (view,) = model_of(lead).views_for("lead")
    assert view.columns == ("n", "status", "industry", "account.n", "discount", "title", "owner.name")


def test_own_views_come_with_all_first() -> None:
    assert [view.name for view in MODEL.views_for("lead")] == ["all", "open"]


def test_generated_screens_pass_the_checks_for_written_ones() -> None:
    for name in ("lead", "account"):
        for view in MODEL.views_for(name):
            assert all(MODEL.find_path(name, column) for column in view.columns)
        layout = MODEL.layout_for(name)
        for related in layout.related:
            assert all(MODEL.find_path(related.object, column) for column in related.columns)


def test_texts_fall_back() -> None:
    assert MODEL.text("zh-Hans", "objects.lead.label", "Lead") == "线索"
    assert MODEL.text("zh-Hans", "objects.account.label", "Account") == "Account"
    assert MODEL.text("en", "objects.lead.label", "Lead") == "Lead"


def test_the_tenants_own_texts_win_over_those_of_packages() -> None:
    package = {
        "package.yaml": "name: p\nversion: 1.0.0\nlabel: P\n",
        "objects/a.yaml": OBJECT_A,
        "translations/de.yaml": "objects: {a: {label: Theirs, plural_label: Kept}}\n",
    }
    own = {"translations/de.yaml": "objects: {a: {label: Ours}}\n"}
    model = build_model((*read_source(package, "p"), *read_source(own)))
    assert model.text("de-AT", "objects.a.label", "") == "Ours"
    assert model.text("de", "objects.a.plural_label", "") == "Kept"


def test_an_extension_adds_fields_before_the_system_fields() -> None:
    package = {"package.yaml": "name: p\nversion: 1.0.0\nlabel: P\n", "objects/a.yaml": OBJECT_A}
    own = {"extensions/a.yaml": "fields: {x: {type: date, label: X}}\n"}
    target = build_model((*read_source(package, "p"), *read_source(own))).object("a")
    assert list(target.fields)[:3] == ["n", "x", "id"]
    assert (target.owner, target.fields["n"].owner, target.fields["x"].owner) == ("p", "p", "")


@pytest.mark.parametrize("kind", YAML_KINDS)
def test_every_kind_has_a_schema_that_describes_itself(kind: str) -> None:
    schema = schema_for(kind)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"]
    assert schema["description"]


def test_the_published_schema_takes_and_refuses_fields_by_their_type() -> None:
    published = Draft202012Validator(schema_for("object"))
    body = read_component("objects/lead.yaml", LEAD).body
    assert published.is_valid(body)
    wrong = read_component(
        "objects/lead.yaml", LEAD.replace("type: text,", "type: checkbox, length: 3,", 1), checked=True
    ).body
    assert not published.is_valid(wrong)


@pytest.mark.parametrize("name", ["a", "a1", "a_b", "select", "a" * 40, "acme__project"])
def test_names_that_are_allowed(name: str) -> None:
    assert name_fault(name) is None


@pytest.mark.parametrize(
    "name", ["", "A", "1a", "_a", "a__", "__a", "a___b", "a-b", "a b", "a" * 41, "pg_a", "sqlite_x", "ä", "a\n"]
)
def test_names_that_are_not(name: str) -> None:
    assert name_fault(name) is not None


def test_the_nearest_name_is_found_in_any_letter_case() -> None:
    assert nearest("Acount", ["contact", "account"]) == "account"
    assert nearest("xyz", ["contact", "account"]) is None


def test_versions_are_ordered_as_semver_says() -> None:
    ordered = [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
    ]
    assert sorted((*ordered[3:], *ordered[:3]), key=precedence) == ordered
    assert is_in_range("1.9.3", ">=1.2, <2")
    assert not is_in_range("2.0.0", ">=1.2,<2")
    with pytest.raises(ValueError, match="not a version"):
        is_in_range("1.0.0", ">=one")
