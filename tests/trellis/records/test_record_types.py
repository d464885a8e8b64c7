"""Record types in the write pipeline: what a new record begins with, which values it may have, and who may give it which type."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.trellis.records.crm import Crm
from trellis.automation.hooks import Change
from trellis.errors import AccessDenied, InvalidRecord
from trellis.records.service import RecordChange
from trellis.security.access import GrantedAccess
from trellis.security.actor import Actor
from trellis.security.grants import Grants

DEAL = """\
label: Deal
plural_label: Deals
name_field: name
sharing: read_write
history: true
fields:
  name: {type: text, label: Name, length: 80}
  stage: {type: picklist, label: Stage, values: [{name: Open, default: true}, Talks, Won, Lost]}
  source: {type: picklist, label: Source, values: [Web, Fair], default_formula: '"Web"'}
  mood: {type: picklist, label: Mood, restricted: false, values: [Good, Bad]}
  tags: {type: multi_picklist, label: Tags, values: [{name: red, default: true}, {name: green, default: true}, blue]}
record_types:
  new_business: {label: New business}
  renewal:
    label: Renewal
    picklists:
      stage: {values: [Talks, Won], default: Talks}
      source: {values: [Fair], default: Fair}
      mood: {values: [Good]}
      tags: {values: [green, blue]}
  tender: {label: Tender, picklists: {stage: {values: [Lost, Won]}, source: {values: [Fair]}}}
  old: {label: Old, is_active: false}
default_record_type: new_business
"""
FILES = {
    "objects/deal.yaml": DEAL,
    "permissions/all.yaml": "label: All\nobjects: {deal: {rights: [create, modify_all]}}\n",
    "permissions/some.yaml": "label: Some\nobjects: {deal: {rights: [create, modify_all], record_types: [tender, renewal]}}\n",
    "permissions/reader.yaml": "label: Reader\nobjects: {deal: {rights: [read]}}\n",
    "permissions/named.yaml": (
        "label: Named\nobjects: {deal: {rights: [create, edit], fields: {name: edit}, record_types: [renewal, tender]}}\n"
    ),
    "permissions/none.yaml": "label: None\nobjects: {deal: {rights: [create, edit], record_types: [old]}}\n",
}


def member(crm: Crm, *sets: str) -> Actor:
    """The user of the tenant as if no administrator, with these permission sets."""
    crm.access = GrantedAccess()
    return replace(crm.actor, is_admin=False, grants=Grants(permission_sets=sets))


def created(crm: Crm, actor: Actor | None = None, **values: Any) -> dict[str, Any]:
    saved = crm.run(crm.records.create(actor or crm.actor, "deal", [values]))
    return stored(crm, saved[0].id)


def stored(crm: Crm, record_id: str) -> dict[str, Any]:
    return crm.row("deal", record_id, "id", "record_type", "stage", "source", "mood", "tags")


def test_a_new_record_has_the_default_type_and_what_its_fields_begin_with(crm: Crm) -> None:
    found = created(crm, name="A")
    assert (found["record_type"], found["stage"], found["source"]) == ("new_business", "Open", "Web")
    assert tuple(found["tags"]) == ("red", "green")


def test_a_type_says_what_new_records_begin_with(crm: Crm) -> None:
    found = created(crm, record_type="renewal")
    assert (found["stage"], found["source"]) == ("Talks", "Fair")
    assert tuple(found["tags"]) == ("green",)


def test_a_default_that_the_type_does_not_offer_is_none(crm: Crm) -> None:
    found = created(crm, record_type="tender")
    assert (found["stage"], found["source"]) == (None, None)


def test_what_is_given_wins_over_the_default_of_the_type(crm: Crm) -> None:
    assert created(crm, record_type="renewal", stage="Won")["stage"] == "Won"


def test_no_type_is_the_default_type(crm: Crm) -> None:
    assert created(crm, record_type=None)["record_type"] == "new_business"


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"record_type": "renewal", "stage": "Lost"}, ("stage", "not_offered")),
        ({"record_type": "renewal", "tags": ["red", "blue"]}, ("tags", "not_offered")),
        ({"record_type": "renewl"}, ("record_type", "unknown_value")),
        ({"record_type": "old"}, ("record_type", "inactive_value")),
    ],
)
def test_what_a_new_record_may_not_have_is_refused(crm: Crm, values: dict[str, Any], fault: tuple[str, str]) -> None:
    assert crm.faults("deal", values) == {(0, *fault)}


def test_the_refusal_names_what_is_offered(crm: Crm) -> None:
    error = crm.refused(crm.records.create(crm.actor, "deal", [{"record_type": "renewal", "stage": "Lost"}]))
    assert isinstance(error, InvalidRecord)
    assert error.fields[0].message == "The record type Renewal does not offer Lost. Offered: Talks, Won."


def test_a_picklist_that_takes_any_text_takes_it_in_every_type(crm: Crm) -> None:
    assert created(crm, record_type="renewal", mood="Fine")["mood"] == "Fine"


def test_values_that_stay_are_no_fault(crm: Crm) -> None:
    """As when the type came to offer less after the record was written."""
    deal = created(crm, stage="Lost")["id"]
    statement = "UPDATE deal SET record_type = 'renewal'"
    crm.run(crm.tenant.database.run(lambda connection: connection.exec_driver_sql(statement)))

    crm.update("deal", deal, {"name": "B", "stage": "Lost"})
    error = crm.refused(crm.records.update(crm.actor, "deal", [RecordChange(id=deal, values={"stage": "Open"})]))

    assert [fault.code for fault in error.fields] == ["not_offered"]
    assert stored(crm, deal)["stage"] == "Lost"


def test_a_change_of_the_type_looks_at_every_narrowed_value(crm: Crm) -> None:
    deal = created(crm, stage="Lost", source="Web", tags=["blue"])["id"]

    change = RecordChange(id=deal, values={"record_type": "renewal"})
    error = crm.refused(crm.records.update(crm.actor, "deal", [change]))
    assert {(fault.field, fault.code) for fault in error.fields} == {
        ("stage", "not_offered"),
        ("source", "not_offered"),
    }

    crm.update("deal", deal, {"record_type": "renewal", "stage": "Won", "source": "Fair"})
    assert stored(crm, deal)["record_type"] == "renewal"


def test_a_record_is_never_without_a_type(crm: Crm) -> None:
    deal = created(crm)["id"]
    change = RecordChange(id=deal, values={"record_type": None})
    error = crm.refused(crm.records.update(crm.actor, "deal", [change]))
    assert [(fault.field, fault.code) for fault in error.fields] == [("record_type", "required")]


def test_records_of_a_type_that_is_not_active_may_be_edited(crm: Crm) -> None:
    deal = created(crm)["id"]
    statement = "UPDATE deal SET record_type = 'old'"
    crm.run(crm.tenant.database.run(lambda connection: connection.exec_driver_sql(statement)))
    crm.update("deal", deal, {"name": "B"})
    assert stored(crm, deal)["record_type"] == "old"


def test_rules_set_types_and_are_held_to_what_they_offer(crm: Crm) -> None:
    def renew(change: Change) -> None:
        change.values["record_type"] = "renewal"

    crm.automation.before = renew
    assert created(crm, stage="Won", source="Fair", tags=["blue"])["record_type"] == "renewal"
    assert crm.faults("deal", {"source": "Fair", "tags": ["blue"]}) == {(0, "stage", "not_offered")}


def test_who_may_give_some_types_begins_with_the_first_of_them(crm: Crm) -> None:
    some = member(crm, "some")
    assert created(crm, some)["record_type"] == "renewal"
    assert created(crm, some, record_type="tender")["record_type"] == "tender"
    error = crm.refused(crm.records.create(some, "deal", [{"record_type": "new_business"}]))
    assert isinstance(error, AccessDenied)
    assert error.fields[0].field == "record_type"


def test_nobody_changes_a_record_to_a_type_that_is_not_theirs(crm: Crm) -> None:
    deal = created(crm, stage="Won", source="Fair", tags=["blue"])["id"]
    some = member(crm, "some")

    def change(values: dict[str, Any]) -> Any:
        return crm.records.update(some, "deal", [RecordChange(id=deal, values=values)])

    crm.run(change({"name": "B", "record_type": "new_business"}))
    crm.run(change({"record_type": "renewal"}))
    assert isinstance(crm.refused(change({"record_type": "new_business"})), AccessDenied)


def test_sets_add_up_and_those_that_only_read_add_nothing(crm: Crm) -> None:
    assert created(crm, member(crm, "some", "all"))["record_type"] == "new_business"
    assert created(crm, member(crm, "some", "reader"))["record_type"] == "renewal"


def test_the_type_needs_no_grant_as_a_field(crm: Crm) -> None:
    assert created(crm, member(crm, "named"), record_type="tender")["record_type"] == "tender"


def test_who_may_give_no_active_type_creates_nothing(crm: Crm) -> None:
    nobody = member(crm, "none")
    error = crm.refused(crm.records.create(nobody, "deal", [{"name": "A"}]))
    assert isinstance(error, AccessDenied)
    assert "no record type of deal is open" in str(error)
