"""Child lists and globals: how they are named, what they mean, what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from metamodel import MetadataError, MetadataProblem, Model, build_model, diff, read_source, to_yaml
from metamodel.child_lists import plural_name
from metamodel.yaml_reader import read_yaml
from rule_engine import Kind
from tests.metamodel.sources import OBJECT_A, model_of, object_source

CHILD = object_source(
    "parent: {type: lookup, label: P, object: parent}",
    "amount: {type: number, label: A, scale: 2}",
    "doubled: {type: formula, label: D, returns: number, formula: amount * 2}",
)
ONE = object_source("total: {type: formula, label: T, returns: number, formula: 'SUM(boxes, amount)'}")


def files(formula: str, returns: str = "number", *more: str, **others: str) -> dict[str, str]:
    """`parent` with the formula field `x`, and `box`, whose lookup points to it."""
    field = f"x: {{type: formula, label: X, returns: {returns}, formula: '{formula}'}}"
    return {"objects/parent.yaml": object_source(field, *more), "objects/box.yaml": CHILD, **others}


def problem_of(sources: dict[str, str]) -> MetadataProblem:
    with pytest.raises(MetadataError) as caught:
        model_of(sources)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("name", "plural"),
    [("contact", "contacts"), ("opportunity", "opportunities"), ("box", "boxes"), ("day", "days"), ("branch", "branches"),
     ("bus", "buses"), ("acme__visit", "acme__visits"), ("line_item", "line_items")],
)  # fmt: skip
def test_a_list_is_called_as_the_plural_of_its_object(name: str, plural: str) -> None:
    assert plural_name(name) == plural


def test_a_formula_reads_the_fields_of_the_rows() -> None:
    checked = model_of(files("SUM(boxes, doubled, amount > 1)")).formula("parent", "x")
    (reads,) = checked.collections

    assert (reads.rows.path, reads.rows.type.kind, reads.rows.type.target) == (("boxes",), Kind.LIST, "box")
    assert {reference.path for reference in reads.references} == {("doubled",), ("amount",)}
    assert checked.references == ()


def test_a_lookup_names_its_list() -> None:
    named = CHILD.replace("object: parent", "object: parent, children_name: crates")
    assert model_of({**files("COUNT(crates)"), "objects/box.yaml": named}).child_list("parent", ["crates"])
    assert "crates" in problem_of({**files("COUNT(crate)"), "objects/box.yaml": named}).render()


def test_a_list_across_a_lookup_is_found() -> None:
    model = model_of(files("COUNT(boxes)", "number"))
    found = model.child_list("box", ("parent", "boxes"))
    assert found is not None
    assert found.lookup.name == "parent"
    assert model.child_list("box", ("amount", "boxes")) is None


def test_a_field_hides_a_list_of_its_name() -> None:
    model = model_of(files("boxes + 1", "number", "boxes: {type: number, label: B}"))
    assert [reference.path for reference in model.formula("parent", "x").references] == [("boxes",)]


SECOND = "  other: {type: lookup, label: O, object: parent}\n"


def test_two_lookups_of_one_object_make_a_name_that_says_nothing() -> None:
    model_of({**files("1"), "objects/box.yaml": CHILD + SECOND})
    problem = problem_of({**files("COUNT(boxes)"), "objects/box.yaml": CHILD + SECOND})
    assert "box.parent or box.other" in problem.message
    assert problem.hint == "Give one of these lookups a children_name."


def test_a_lookup_that_is_named_leaves_the_plain_name_to_the_other() -> None:
    second = SECOND.replace("object: parent", "object: parent, children_name: others")
    model = model_of({**files("COUNT(boxes) + COUNT(others)"), "objects/box.yaml": CHILD + second})
    found = model.child_list("parent", ["boxes"])
    assert found is not None
    assert found.lookup.name == "parent"


def test_removing_a_field_that_an_aggregate_reads_is_refused() -> None:
    without = CHILD.replace("  amount: {type: number, label: A, scale: 2}\n", "").replace("amount * 2", "2 + 2")
    problem = problem_of({**files("SUM(boxes, amount)"), "objects/box.yaml": without})
    assert (problem.file, problem.path) == ("objects/parent.yaml", "fields.x.formula")
    assert 'box has no field "amount"' in problem.message


def test_removing_the_lookup_or_the_child_is_refused() -> None:
    without = CHILD.replace("  parent: {type: lookup, label: P, object: parent}\n", "")
    assert problem_of({**files("COUNT(boxes)"), "objects/box.yaml": without}).code == "wrong_type"


@pytest.mark.parametrize(
    ("formula", "doubled"),
    [("SUM(boxes, doubled)", "parent.x"), ("COUNT(boxes, parent.x > 1)", "amount * 2")],
)
def test_a_circle_through_child_rows_is_refused(formula: str, doubled: str) -> None:
    sources = {**files(formula), "objects/box.yaml": CHILD.replace("amount * 2", doubled)}
    problem = problem_of(sources)
    assert problem.code == "formula_cycle"
    assert "parent.x" in problem.message


def test_an_aggregate_in_an_aggregate_is_a_field_of_the_child() -> None:
    line = object_source("box: {type: lookup, label: B, object: box}")
    nested = problem_of({**files("SUM(boxes, COUNT(lines))"), "objects/line.yaml": line})
    assert "formula field" in nested.render()
    model_of(
        {
            **files("SUM(boxes, count)"),
            "objects/line.yaml": line,
            "objects/box.yaml": CHILD + "  count: {type: formula, label: C, returns: number, formula: COUNT(lines)}\n",
        }
    )


GLOBALS = {
    "labels.yaml": "greeting: Hello\n",
    "organization.yaml": "name: Acme\n",
    "currencies.yaml": "corporate: EUR\nrates: {USD: 1.25}\n",
    "settings/policy.yaml": "label: P\nfields:\n  largest: {type: percent, label: L, default: 5}\n  name: {type: text, label: N}\n",
    "translations/zh-Hans.yaml": "labels: {greeting: 你好}\n",
}


@pytest.mark.parametrize(
    ("formula", "returns"),
    [
        ("$Label.greeting & $Org.name & $Organization.time_zone & $Profile.Name & $Org.currency", "text"),
        ("$Setup.policy.largest + 1", "number"),
        ('CURRENCYRATE("USD")', "number"),
        ("VLOOKUP($ObjectType.box.Fields.amount, $ObjectType.Box.fields.n, n)", "number"),
    ],
)
def test_globals_are_known(formula: str, returns: str) -> None:
    assert model_of(files(formula, returns, **GLOBALS)).formula("parent", "x")


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("$Label.greting", 'Did you mean "greeting"?'),
        ("$Setup.policy.lagest", 'Did you mean "largest"?'),
        ("$Setup.polizy.largest", 'Did you mean "policy"?'),
        ("$Org.nmae", 'Did you mean "name"?'),
        ("$Role.name", "Formulas do not know the roles that people have, so $Role.name has no value"),
        ("$Permission.export", "Formulas do not know what permission sets give"),
        ("$Api.session_id", "Formulas know neither the session nor an address of the API"),
        ("VLOOKUP($ObjectType.box.Fields.doubled, $ObjectType.box.Fields.n, n)", "doubled"),
    ],
)
def test_what_is_no_global_is_said(formula: str, says: str) -> None:
    assert says in problem_of(files(formula, "text", **GLOBALS)).render()


def test_values_of_the_tenant_win_over_those_of_the_package() -> None:
    package = {
        "package.yaml": "name: core\nversion: 1.0.0\nlabel: Core\n",
        "settings/policy.yaml": GLOBALS["settings/policy.yaml"] + "values: {name: theirs}\n",
    }
    own = {"settings/policy.yaml": "values: {name: ours}\n"}

    def values(*components: object) -> dict[str, object]:
        return dict(build_model(components).settings["policy"].values)  # type: ignore[arg-type]  # components

    assert values(*read_source(package, "core")) == {"largest": Decimal(5), "name": "theirs"}
    assert values(*read_source(package, "core"), *read_source(own)) == {"largest": Decimal(5), "name": "ours"}


def test_the_language_of_a_label_is_that_of_a_translation() -> None:
    model = model_of({**files("1"), **GLOBALS})
    assert model.text("zh-Hans", "labels.greeting", model.labels["greeting"].text) == "你好"


@pytest.mark.parametrize("path", ["labels.yaml", "currencies.yaml", "organization.yaml", "settings/policy.yaml"])
def test_changes_of_them_are_changes_of_components(path: str) -> None:
    before: Model = model_of(files("1"))
    after = model_of({**files("1"), path: GLOBALS[path]})
    (change,) = diff(before, after)
    (back,) = diff(after, before)
    assert {change.what, back.what} == {"added", "removed"}  # type: ignore[union-attr]  # ComponentChanged
    assert diff(after, model_of({**files("1"), path: GLOBALS[path]})) == ()


@pytest.mark.parametrize(
    ("kind", "path"),
    [("labels", "labels.yaml"), ("currencies", "currencies.yaml"), ("setting", "settings/policy.yaml")],
)
def test_canonical_text_says_the_same(kind: str, path: str) -> None:
    body = read_yaml(GLOBALS[path]).body
    assert read_yaml(to_yaml(body, kind)).body == body
    reordered = dict(reversed(list(body.items())))
    assert to_yaml(reordered, kind) == to_yaml(body, kind) or kind == "labels"


def test_a_name_of_somebody_elses_list_has_the_namespace() -> None:
    package = {
        "package.yaml": "name: p\nnamespace: acme\nversion: 1.0.0\nlabel: P\ndependencies: {core: '>=1'}\n",
        "objects/acme__b.yaml": object_source("a: {type: lookup, label: A, object: a, children_name: bees}"),
    }
    core = {"package.yaml": "name: core\nversion: 1.0.0\nlabel: C\n", "objects/a.yaml": OBJECT_A}
    with pytest.raises(MetadataError, match="must be named acme__bees"):
        build_model([*read_source(core, "core"), *read_source(package, "p")])
