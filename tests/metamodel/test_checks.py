"""Components that are right each by itself: what is refused when they are put together."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest

from metamodel import Component, MetadataError, build_model, read_source
from metamodel.build import MAX_PROBLEMS
from tests.metamodel.sources import OBJECT_A, cases, object_source


def problems_of(components: tuple[Component, ...]) -> tuple[Any, ...]:
    with pytest.raises(MetadataError) as caught:
        build_model(components)
    return caught.value.problems


def owned(files: Mapping[str, Mapping[str, str]]) -> tuple[Component, ...]:
    """Components by owner and path."""
    return tuple(component for owner, sources in files.items() for component in read_source(sources, owner))


def package(name: str, *lines: str) -> str:
    return "\n".join((f"name: {name}", "version: 1.2.0", f"label: {name}", *lines)) + "\n"


@pytest.mark.parametrize("case", cases("bad_models.toml"), ids=lambda case: case["name"])
def test_a_model_that_does_not_hold_together_is_refused(case: dict[str, Any]) -> None:
    files = {"objects/a.yaml": OBJECT_A + case.get("a", "") + "\n", **case.get("files", {})}
    problems = problems_of(read_source(files))
    found = [problem for problem in problems if (problem.code, problem.line) == (case["code"], case["line"])]
    assert found, [problem.render() for problem in problems]
    assert any(case.get("says", "") in problem.render() for problem in found), [problem.render() for problem in found]


def test_every_problem_is_reported_once_and_in_the_order_of_files_and_lines() -> None:
    files = {
        "objects/a.yaml": object_source(
            "x: {type: lookup, label: X, object: zzz}", "y: {type: picklist, label: Y, picklist: zzz}"
        ),
        "apps/a.yaml": "label: A\nobjects: [zzz]\n",
        "views/a/all.yaml": "label: V\ncolumns: [zzz]\n",
    }
    found = [(problem.file, problem.line, problem.code) for problem in problems_of(read_source(files))]
    assert found == [
        ("apps/a.yaml", 2, "unknown_object"),
        ("objects/a.yaml", 6, "unknown_object"),
        ("objects/a.yaml", 7, "unknown_picklist"),
        ("views/a/all.yaml", 2, "unknown_field"),
    ]


def test_two_owners_of_one_object_clash() -> None:
    components = owned(
        {
            "one": {"package.yaml": package("one"), "objects/a.yaml": OBJECT_A},
            "two": {"package.yaml": package("two"), "objects/a.yaml": OBJECT_A},
        }
    )
    (problem,) = problems_of(components)
    assert problem.code == "duplicate_name"
    assert "objects/a.yaml of one" in problem.message


def test_two_extensions_may_not_add_the_same_field() -> None:
    extension = {"extensions/a.yaml": "fields: {x: {type: text, label: X}}\n"}
    needs_core = "dependencies: {core: '>=1'}"
    components = owned(
        {
            "core": {"package.yaml": package("core"), "objects/a.yaml": OBJECT_A},
            "one": {"package.yaml": package("one", needs_core), **extension},
            "two": {"package.yaml": package("two", needs_core), **extension},
        }
    )
    assert [problem.code for problem in problems_of(components)] == ["duplicate_name"]


def test_a_namespaced_package_must_name_its_objects_and_added_fields_so() -> None:
    components = owned(
        {
            "": {"objects/b.yaml": OBJECT_A},
            "acme": {
                "package.yaml": package("acme", "namespace: acme"),
                "objects/a.yaml": OBJECT_A,
                "objects/acme__good.yaml": OBJECT_A,
                "objects/other__c.yaml": OBJECT_A,
            },
        }
    )
    problems = problems_of(components)
    assert {(problem.file, problem.code) for problem in problems} == {
        ("objects/a.yaml", "wrong_namespace"),
        ("objects/other__c.yaml", "wrong_namespace"),
    }
    assert any("acme__a" in problem.message for problem in problems)


@pytest.mark.parametrize(("versions", "is_met"), [(">=1.2,<2", True), ("1.2", True), (">1.2", False), ("<1.2", False)])
def test_a_dependency_must_be_met_by_the_installed_version(versions: str, is_met: bool) -> None:
    components = owned(
        {
            "core": {"package.yaml": package("core")},
            "one": {"package.yaml": package("one", f"dependencies: {{core: '{versions}'}}")},
        }
    )
    if is_met:
        assert set(build_model(components).packages) == {"core", "one"}
    else:
        assert [problem.code for problem in problems_of(components)] == ["missing_dependency"]


def test_a_package_may_not_build_on_what_it_does_not_depend_on() -> None:
    components = owned(
        {
            "core": {"package.yaml": package("core"), "objects/a.yaml": OBJECT_A},
            "one": {
                "package.yaml": package("one"),
                "objects/b.yaml": object_source("a: {type: lookup, label: A, object: a}"),
            },
        }
    )
    (problem,) = problems_of(components)
    assert (problem.code, problem.line) == ("missing_dependency", 6)
    assert "core" in problem.hint


def test_formulas_may_not_read_too_many_others_in_a_row() -> None:
    chain = [f"f{i}: {{type: formula, label: F, returns: number, formula: f{i - 1} + 1}}" for i in range(1, 12)]
    components = read_source({"objects/a.yaml": object_source("f0: {type: number, label: F}", *chain)})
    assert [(problem.code, problem.path) for problem in problems_of(components)] == [("too_deep", "fields.f11.formula")]


def test_thousands_of_problems_are_cut_short() -> None:
    sections = "".join(
        f"  - {{label: S, fields: [{', '.join(f'x{part}_{index}' for index in range(400))}]}}\n" for part in range(40)
    )
    files = {"objects/a.yaml": OBJECT_A, "layouts/a/default.yaml": f"label: L\nsections:\n{sections}"}
    started = time.process_time()
    error = MetadataError(problems_of(read_source(files)))
    assert len(error.problems) == MAX_PROBLEMS
    assert str(error).endswith("and 450 more")
    assert time.process_time() - started < 5
