"""Source files -> components: what is taken, and how refusals read."""

from __future__ import annotations

import time
from typing import Any

import pytest

from metamodel import MetadataError, read_component, read_source
from metamodel.kinds import KINDS, locate, path_of
from tests.metamodel.sources import OBJECT_A, cases

NESTED = "{a: " * 100 + "1" + "}" * 100


def problems_of(files: dict[str, str | bytes]) -> tuple[Any, ...]:
    with pytest.raises(MetadataError) as caught:
        read_source(files)
    return caught.value.problems


@pytest.mark.parametrize("case", cases("bad_components.toml"), ids=lambda case: case["name"])
def test_a_bad_component_is_refused_with_its_place_and_a_hint(case: dict[str, Any]) -> None:
    path = case.get("path", "objects/a.yaml")
    problems = problems_of({path: case["source"]})
    found = [problem for problem in problems if (problem.code, problem.line) == (case["code"], case["line"])]
    assert found, [problem.render() for problem in problems]
    assert any(case.get("says", "") in problem.render() for problem in found), [problem.render() for problem in found]
    assert all(problem.file == path for problem in problems)


def test_all_problems_of_all_files_are_reported_at_once() -> None:
    problems = problems_of(
        {"objects/a.yaml": OBJECT_A + "x: 1\ny: 2\n", "objects/b.yaml": "label: [", "views/a/b/c.yaml": ""}
    )
    assert [(problem.file, problem.code) for problem in problems] == [
        ("objects/a.yaml", "unknown_key"),
        ("objects/a.yaml", "unknown_key"),
        ("objects/b.yaml", "yaml"),
        ("views/a/b/c.yaml", "bad_path"),
    ]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"label: \xff\n", "not_utf8"),
        ("label: \ud800\n", "bad_character"),
        ("label: " + "x" * 1_000_000, "too_large"),
        (NESTED, "too_deep"),
        ("[" * 500_000, "too_deep"),
        ("- " * 400_000, "too_deep"),
        ("a: [" + "x, " * 300_000 + "]", "unknown_key"),
        ("\n".join(f"labl{number}: 1" for number in range(60_000)), "unknown_key"),
    ],
    ids=[
        "not UTF-8",
        "half a pair",
        "over 1 MB",
        "nested",
        "a megabyte of brackets",
        "of dashes",
        "a long list",
        "unknown keys",
    ],
)
def test_hostile_text_is_refused_quickly(source: str | bytes, code: str) -> None:
    started = time.process_time()
    assert code in {problem.code for problem in problems_of({"objects/a.yaml": source})}
    assert time.process_time() - started < 5


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor() -> None:
    lines = [
        "a: &a [x, x, x, x]",
        *(f"{this}: &{this} [*{last}, *{last}, *{last}]" for last, this in zip("abcdefgh", "bcdefghi", strict=True)),
    ]
    assert [problem.code for problem in problems_of({"objects/a.yaml": "\n".join(lines)})] == ["anchor"]


def test_rule_files_are_kept_as_text_and_must_be_text() -> None:
    component = read_component("rules/a.rule", "anything\n", "sales")
    assert (component.kind, component.name, component.owner, component.body) == ("rule", "a", "sales", None)
    assert {problem.code for problem in problems_of({"rules/a.rule": b"\xff"})} == {"not_utf8"}


def test_source_comes_back_byte_for_byte() -> None:
    source = "# a remark\r\n" + OBJECT_A.replace("\n", "\r\n")
    assert read_component("objects/a.yaml", source.encode()).source.encode() == source.encode()


def test_read_me_files_data_and_tests_are_no_components() -> None:
    assert (
        read_source({"README.md": "", "data/x.yaml": ": [", "tests/a.toml": "", ".gitignore": "", "LICENSE": ""}) == ()
    )


def test_the_hash_tells_kind_path_and_source() -> None:
    first = read_component("objects/a.yaml", OBJECT_A)
    assert first.hash == read_component("objects/a.yaml", OBJECT_A, "sales").hash
    assert first.hash != read_component("objects/b.yaml", OBJECT_A).hash
    assert first.hash != read_component("objects/a.yaml", OBJECT_A + "hue: 1\n").hash


def test_yaml_words_and_dates_stay_text_and_decimals_exact() -> None:
    source = "label: no\nplural_label: 2026-01-01\nname_field: n\ndescription: 007\nfields:\n  n: {type: text, label: 'on', default: 1e3}\n"
    body = read_component("objects/a.yaml", source).body
    assert body is not None
    assert (body["label"], body["plural_label"], body["description"]) == ("no", "2026-01-01", "007")
    assert body["fields"]["n"]["default"] == "1e3"


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("package.yaml", "package", "package"),
        ("queues.yaml", "queues", "queues"),
        ("calendars.yaml", "calendars", "calendars"),
        ("webhooks.yaml", "webhooks", "webhooks"),
        ("roles.yaml", "roles", "roles"),
        ("teams.yaml", "teams", "teams"),
        ("permission_groups.yaml", "permission_groups", "permission_groups"),
        ("permissions/sales_rep.yaml", "permission_set", "sales_rep"),
        ("sharing/lead.yaml", "sharing", "lead"),
        ("objects/lead.yaml", "object", "lead"),
        ("layouts/lead/default.yaml", "layout", "lead.default"),
        ("objects/acme__project.yaml", "object", "acme__project"),
        ("translations/zh-Hans.yaml", "translation", "zh-Hans"),
        ("rules/a.rule", "rule", "a"),
    ],
)
def test_a_path_tells_kind_and_name_and_back(path: str, kind: str, name: str) -> None:
    location = locate(path)
    assert location is not None
    assert (location.kind, location.name) == (kind, name)
    assert kind in KINDS
    assert path_of(kind, name) == path
