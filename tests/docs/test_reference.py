"""The reference is what the code says, and has every setting, field type, function, error code and command."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

import pytest

from metamodel import build_model, read_source
from metamodel.fields.registry import FIELD_TYPES
from metamodel.kinds import YAML_KINDS
from metamodel.schema import schema_for
from rule_engine import FUNCTIONS
from rule_engine.rules.analysis import Code
from tests.docs.documents import ROOT, headings
from tests.docs.reference import render_pages
from tests.docs.reference.cli import commands
from tests.docs.reference.code_scan import formula_codes, problem_codes, source_codes, value_codes
from tests.docs.reference.codes import FORMULAS, PROBLEMS, SOURCES, VALUES
from tests.docs.reference.errors import WITHOUT_STATUS, statuses
from tests.docs.reference.fields import EXAMPLES
from tests.docs.reference.grammar import productions
from tests.docs.reference.rule_words import ABOUT, FINDINGS, PARTS
from tests.docs.reference.settings import variable
from trellis.api.problems import STATUSES
from trellis.settings import Settings

REFERENCE = ROOT / "docs" / "reference"
OBJECTS = "label: {0}\nplural_label: {0}s\nname_field: name\nfields:\n  name: {{type: text, label: Name}}\n"


@pytest.mark.parametrize(
    "name",
    [
        *("components.md", "fields.md", "functions.md", "functions.zh-Hans.md", "rules.md", "rules.zh-Hans.md"),
        *("settings.md", "errors.md", "cli.md"),
    ],
)
def test_page_is_what_the_code_says(name: str) -> None:
    """Run `python -m tests.docs.reference` when this fails."""
    assert (REFERENCE / name).read_text("utf-8") == render_pages()[name]


def test_every_kind_of_component_has_its_heading() -> None:
    assert {schema_for(kind)["title"] for kind in YAML_KINDS} <= set(headings(REFERENCE / "components.md"))


def test_every_field_type_has_its_heading() -> None:
    assert set(FIELD_TYPES) <= set(headings(REFERENCE / "fields.md"))


def test_every_function_has_its_heading() -> None:
    callable_ones = {name for name, function in FUNCTIONS.items() if not function.is_internal}
    assert callable_ones <= set(headings(REFERENCE / "functions.md"))
    assert callable_ones <= set(headings(REFERENCE / "functions.zh-Hans.md"))


def test_every_form_of_a_rule_has_its_heading_and_its_words() -> None:
    told = {name for names in PARTS.values() for name in names}
    assert told == set(ABOUT)
    assert {one.name for one in productions()} <= told
    assert set(FINDINGS) == set(get_args(Code))


def test_every_setting_has_its_heading() -> None:
    assert {variable(field.name) for field in fields(Settings)} <= set(headings(REFERENCE / "settings.md"))


def test_every_command_has_its_heading() -> None:
    named = {f"trellis {' '.join(path)}" for path, _ in commands()}
    assert named == {heading for heading in headings(REFERENCE / "cli.md") if heading.startswith("trellis ")}


def test_every_problem_has_its_heading() -> None:
    assert problem_codes() == set(PROBLEMS)
    assert problem_codes() <= set(headings(REFERENCE / "errors.md"))
    assert set(STATUSES) <= set(PROBLEMS)


def test_every_problem_that_http_gives_has_a_status() -> None:
    assert set(statuses()) == set(PROBLEMS) - set(WITHOUT_STATUS)


def test_every_code_of_a_finding_is_explained() -> None:
    assert value_codes() == set(VALUES)
    assert source_codes() == set(SOURCES)
    assert formula_codes() == set(FORMULAS)


def test_examples_of_field_types_build() -> None:
    examples = "".join(f"  {example}\n" for example in EXAMPLES.values())
    files = {
        "objects/course.yaml": OBJECTS.format("Course"),
        "objects/booking.yaml": OBJECTS.format("Booking") + examples,
    }
    model = build_model(read_source(files))
    assert {field.type_name for field in model.object("booking").fields.values()} >= set(FIELD_TYPES)
