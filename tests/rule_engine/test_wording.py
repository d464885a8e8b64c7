"""A wording is its English text, and keeps what it was made of."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import asdict, dataclass

import orjson
import pytest

from rule_engine.wording import Wording, say, say_count, say_list

NESTED = say(
    "%(what)s; existing records get %(value)s", what=say("Add %(type)s field", type=say("number")), value="5 %"
)
COUNTED = say_count("%(num)d row of %(object)s", "%(num)d rows of %(object)s", 3, object="lead")


@dataclass(frozen=True, slots=True)
class Said:
    message: str


def test_it_reads_as_english_everywhere() -> None:
    assert NESTED == "Add number field; existing records get 5 %"
    assert COUNTED == "3 rows of lead"
    assert say_count("%(num)d row", "%(num)d rows", 1) == "1 row"
    assert {str(NESTED): 1} == {NESTED: 1}
    assert orjson.loads(orjson.dumps({"message": NESTED})) == json.loads(json.dumps({"message": NESTED}))


def test_without_values_a_percent_sign_stands_for_itself() -> None:
    assert say("100 % of it") == "100 % of it"


def test_a_list_is_one_wording() -> None:
    assert say_list(["label"]) == "label"
    assert say_list(["label", say("length"), "scale"]) == "label, length, scale"


@pytest.mark.parametrize("wording", [NESTED, COUNTED, say_list(["a", NESTED])])
def test_it_survives_json_copies_and_pickles(wording: Wording) -> None:
    again = (
        Wording.from_json(json.loads(json.dumps(wording.to_json()))),
        copy.deepcopy(wording),
        pickle.loads(pickle.dumps(wording)),
        asdict(Said(wording))["message"],
    )
    for one in again:
        assert (one, one.template, one.many) == (wording, wording.template, wording.many)
        assert one.to_json() == wording.to_json()
