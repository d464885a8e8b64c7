from __future__ import annotations

import pytest

from tests.trellis.records.crm import Crm
from trellis.errors import InvalidRecord, InvalidRequest


def test_an_external_id_names_the_record_to_change_or_to_make(crm: Crm) -> None:
    made = crm.run(crm.records.upsert(crm.actor, "account", "code", "a", {"name": "A"}))
    changed = crm.run(crm.records.upsert(crm.actor, "account", "code", "a", {"name": "B", "code": "a"}))

    assert (made.is_new, changed.is_new) == (True, False)
    assert made.id == changed.id
    assert crm.rows("account", "name", "code") == [{"name": "B", "code": "a"}]


@pytest.mark.parametrize(
    ("field", "value", "values"),
    [
        ("name", "a", {}),
        ("nowhere", "a", {}),
        ("code", "", {"name": "A"}),
        ("code", "x" * 21, {"name": "A"}),
        ("code", "a", {"name": "A", "code": "b"}),
    ],
)
def test_what_is_no_external_id_is_refused(crm: Crm, field: str, value: str, values: dict[str, str]) -> None:
    assert isinstance(crm.refused(crm.records.upsert(crm.actor, "account", field, value, values)), InvalidRequest)


def test_a_new_record_must_be_right(crm: Crm) -> None:
    error = crm.refused(crm.records.upsert(crm.actor, "account", "code", "a", {}))

    assert isinstance(error, InvalidRecord)
    assert [(fault.field, fault.code) for fault in error.fields] == [("name", "required")]
