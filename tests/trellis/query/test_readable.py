"""What an actor may not read is as if it were not there: not found, not offered, not hinted at, not explained."""

from __future__ import annotations

from collections.abc import Hashable

import pytest

from metamodel import Model, build_model, read_source
from rule_engine.editor import complete
from tests.trellis.api.sources import FILES
from trellis.errors import AccessDenied
from trellis.formulas.check import judge
from trellis.formulas.explaining import formula_of_field
from trellis.formulas.question import build_question
from trellis.query.readable import ReadableScope, readable_scope
from trellis.security.access import Access, Action, Decision
from trellis.security.actor import Actor
from trellis.security.row_filter import RowFilter

ACTOR = Actor(user_id="u", name="Mei", email="mei@example.com", is_admin=False, channel="api")
HIDDEN = {("lead", "amount"), ("lead", "last_name"), ("account", "code")}


class HidingAccess:
    """Reads all but some fields, and no records of the objects in `closed`."""

    def __init__(self, *closed: str) -> None:
        self._closed = closed

    def decide(
        self, actor: Actor, action: Action, object_name: str | None = None, field_name: str | None = None
    ) -> Decision:
        is_open = object_name not in self._closed and (object_name, field_name) not in HIDDEN
        return Decision(is_open, "by the test")

    def of(self, model: Model) -> Access:
        return self

    def row_filter(self, actor: Actor, action: Action, object_name: str) -> RowFilter | None:
        return None

    def record_types(self, actor: Actor, object_name: str) -> frozenset[str] | None:
        return None

    def shape(self, actor: Actor) -> Hashable:
        return "hiding"


@pytest.fixture(scope="module")
def model() -> Model:
    return build_model(read_source(FILES))


def scope_of(model: Model, object_name: str, *closed: str) -> ReadableScope:
    return readable_scope(model, HidingAccess(*closed), ACTOR, object_name)


@pytest.mark.parametrize("formula", ["amount", "account.code", "AMOUNT + size"])
def test_a_hidden_field_is_no_field(model: Model, formula: str) -> None:
    verdict = judge(model, scope_of(model, "lead"), build_question("lead", formula))
    assert [one.code for one in verdict.errors] == ["unknown_field"]


def test_a_hint_names_no_hidden_field(model: Model) -> None:
    verdict = judge(model, scope_of(model, "lead"), build_question("lead", "amuont"))
    assert "amount" not in str(verdict.errors[0].hint)


def test_a_hidden_field_is_not_offered(model: Model) -> None:
    names = {one.name for one in complete("", 0, scope_of(model, "lead"))}
    assert "size" in names
    assert names.isdisjoint({"amount", "last_name"})
    assert "code" not in {one.name for one in complete("account.", 8, scope_of(model, "lead"))}


def test_a_closed_object_is_not_reached(model: Model) -> None:
    for formula in ("account.name", "COUNT(leads)"):
        name, closed = ("lead", "account") if formula.startswith("account") else ("account", "lead")
        verdict = judge(model, scope_of(model, name, closed), build_question(name, formula))
        assert not verdict.is_valid
        assert judge(model, scope_of(model, name), build_question(name, formula)).is_valid


def test_a_hidden_field_of_a_child_is_no_field(model: Model) -> None:
    verdict = judge(model, scope_of(model, "account"), build_question("account", "SUM(leads, amount)"))
    assert [one.code for one in verdict.errors] == ["unknown_field"]
    assert judge(model, scope_of(model, "account"), build_question("account", "SUM(leads, size)")).is_valid


def test_a_formula_over_a_hidden_field_is_not_explained(model: Model) -> None:
    with pytest.raises(AccessDenied):
        formula_of_field(model, HidingAccess(), ACTOR, "lead", "loud_name")
