"""What of a person fields hold: said in the file of the object, checked, written back, and a change without cost."""

from __future__ import annotations

import pytest

from metamodel import read_component, to_yaml
from metamodel.changes import FieldChanged
from metamodel.diff import diff
from metamodel.fields.registry import FIELD_TYPES
from metamodel.personal_data import CATEGORY_WORDS, PERSONAL_DATA
from metamodel.schema import field_schema
from tests.metamodel.sources import model_of

PERSON = """\
label: Person
plural_label: People
name_field: name
erasure: delete
fields:
  name: {type: text, label: Name, personal_data: identity}
  email: {type: email, label: Email}
"""


def test_every_type_of_field_may_hold_something_of_a_person() -> None:
    assert set(CATEGORY_WORDS) == set(PERSONAL_DATA)
    for name in FIELD_TYPES:
        assert field_schema(name)["properties"]["personal_data"] == {"enum": list(PERSONAL_DATA)}


def test_it_is_read_and_written_back() -> None:
    person = model_of({"objects/person.yaml": PERSON}).object("person")
    assert person.erasure == "delete"
    assert person.fields["name"].personal_data == "identity"
    assert person.fields["email"].personal_data is None
    component = read_component("objects/person.yaml", PERSON)
    assert "personal_data: identity" in to_yaml(component.body or {}, "object")


def test_marking_a_field_changes_that_field_and_nothing_else() -> None:
    marked = PERSON.replace("label: Email", "label: Email, personal_data: contact")
    changes = diff(model_of({"objects/person.yaml": PERSON}), model_of({"objects/person.yaml": marked}))
    assert [(type(change), change.attributes) for change in changes if isinstance(change, FieldChanged)] == [
        (FieldChanged, ("personal_data",))
    ]
    assert len(changes) == 1


@pytest.mark.parametrize("word", ["private", "Contact", ""])
def test_other_words_are_refused(word: str) -> None:
    with pytest.raises(Exception, match="personal_data"):
        model_of({"objects/person.yaml": PERSON.replace("personal_data: identity", f'personal_data: "{word}"')})
