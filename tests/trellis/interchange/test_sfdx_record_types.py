"""Record types of a Salesforce source: what they offer, which layout they have, and who may give them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from metamodel import build_model, read_source
from tests.trellis.interchange.sfdx_project import field, write_project, xml
from trellis.interchange.sfdx.convert import Conversion, convert
from trellis.interchange.sfdx.source import read_source as read_sfdx

CORPORA = Path(__file__).resolve().parents[4] / "shared" / "corpora"
RIGHTS = "<objectPermissions><allowRead>true</allowRead><allowCreate>true</allowCreate><object>Home__c</object></objectPermissions>"
TYPES = "objects/Home__c/recordTypes"


def record_type(name: str, *picklists: tuple[str, tuple[str, ...], str], active: str = "true") -> str:
    """`picklists`: each with its values and the default one, "" for none."""
    parts = "".join(
        f"<picklistValues><picklist>{api}</picklist>"
        + "".join(
            f"<values><fullName>{value}</fullName><default>{str(value == default).lower()}</default></values>"
            for value in values
        )
        + "</picklistValues>"
        for api, values, default in picklists
    )
    return xml("RecordType", f"<fullName>{name}</fullName><active>{active}</active><label>{name} x</label>{parts}")


def visible(*names: str, default: str = "") -> str:
    return "".join(
        f"<recordTypeVisibilities><default>{str(name == default).lower()}</default><recordType>Home__c.{name}</recordType>"
        "<visible>true</visible></recordTypeVisibilities>"
        for name in names
    )


FILES: dict[str, str | None] = {
    f"{TYPES}/Villa.recordType-meta.xml": record_type(
        "Villa", ("Status__c", ("Sold", "Gone %26 more"), "Sold"), ("Price__c", ("1",), ""), ("Nothing__c", ("1",), "")
    ),
    f"{TYPES}/BigFlat.recordType-meta.xml": record_type("BigFlat"),
    f"{TYPES}/Barn.recordType-meta.xml": record_type("Barn", active="false"),
    "layouts/Home__c-Flat Layout.layout-meta.xml": xml(
        "Layout",
        "<layoutSections><label>F</label><layoutColumns><layoutItems><field>Name</field></layoutItems></layoutColumns>"
        "</layoutSections>",
    ),
    "profiles/Agent.profile-meta.xml": xml(
        "Profile",
        RIGHTS
        + visible("BigFlat", "Villa", default="Villa")
        + "<layoutAssignments><layout>Home__c-Flat Layout</layout><recordType>Home__c.BigFlat</recordType></layoutAssignments>",
    ),
    "permissionsets/Clerk.permissionset-meta.xml": xml(
        "PermissionSet", f"<label>Clerk</label>{RIGHTS}" + visible("BigFlat")
    ),
    "permissionsets/Nobody.permissionset-meta.xml": xml("PermissionSet", f"<label>Nobody</label>{RIGHTS}"),
}


def converted(folder: Path, changed: dict[str, str | None], existing: dict[str, str] | None = None) -> Conversion:
    deployed = read_source(existing or {})
    return convert(read_sfdx([write_project(folder, changed)]), build_model(deployed), deployed)


@pytest.fixture
def conversion(tmp_path: Path) -> Conversion:
    return converted(tmp_path, FILES)


def body(conversion: Conversion, path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(conversion.files[path])
    return found


def test_record_types_become_those_of_the_object(conversion: Conversion) -> None:
    home = body(conversion, "objects/home.yaml")

    assert home["record_types"] == {
        "barn": {"label": "Barn x", "is_active": False},
        "big_flat": {"label": "BigFlat x", "layout": "default"},
        "villa": {"label": "Villa x", "picklists": {"status": {"values": ["Sold"], "default": "Sold"}}},
    }
    assert home["default_record_type"] == "villa"
    assert conversion.report.outcomes["record type", "Home__c.BigFlat"].status == "mapped"
    said = conversion.report.outcomes["record type", "Home__c.Villa"]
    assert said.status == "approximated"
    assert "values that status does not have: Gone & more" in said.reason
    assert "fields that are no picklists here: Price__c, Nothing__c" in said.reason


def test_what_was_made_holds_together(conversion: Conversion) -> None:
    target = build_model(read_source(conversion.files)).object("home")
    assert [one.name for one in target.open_record_types(None)] == ["big_flat", "villa"]


def test_a_field_of_that_name_gets_another(tmp_path: Path) -> None:
    own = field("Record_Type__c", "Text", "<length>40</length>")
    conversion = converted(tmp_path, {"objects/Home__c/fields/Record_Type__c.field-meta.xml": own})
    assert "record_type_value" in body(conversion, "objects/home.yaml")["fields"]


def test_nobody_may_give_more_types_than_there(conversion: Conversion) -> None:
    def types(name: str) -> list[str]:
        found: list[str] = body(conversion, f"permissions/{name}.yaml")["objects"]["home"]["record_types"]
        return found

    assert (types("agent"), types("clerk"), types("nobody")) == (["big_flat", "villa"], ["big_flat"], [])


def test_types_without_an_active_one_are_left_out(tmp_path: Path) -> None:
    conversion = converted(tmp_path, {f"{TYPES}/Barn.recordType-meta.xml": record_type("Barn", active="false")})

    assert "record_types" not in body(conversion, "objects/home.yaml")
    assert conversion.report.outcomes["record type", "Home__c.Barn"].status == "not_mapped"


def test_objects_that_are_there_keep_their_types(tmp_path: Path) -> None:
    home = "label: Home\nplural_label: Homes\nname_field: name\nfields:\n  name: {type: text, label: Name}\n"
    conversion = converted(tmp_path, FILES, {"objects/home.yaml": home})

    assert "record_types" not in body(conversion, "objects/home.yaml")
    assert "its record types stay" in conversion.report.outcomes["record type", "Home__c.Villa"].reason
    assert "record types that are not mapped" in conversion.report.outcomes["permission set", "Clerk"].reason


def test_formulas_that_name_record_types_keep_their_meaning(tmp_path: Path) -> None:
    rule = (
        "<fullName>Priced</fullName><active>true</active><errorMessage>No price.</errorMessage>"
        '<errorConditionFormula>RecordType.DeveloperName = "BigFlat" &amp;&amp; ISBLANK(Price__c)</errorConditionFormula>'
    )
    label = field("Kind__c", "Text", "<formula>$RecordType.Name &amp; Agent__r.Name</formula>")
    no_types = field("Odd_Kind__c", "Text", "<formula>Agent__r.RecordType.Name</formula>")
    more = {
        "objects/Home__c/validationRules/Priced.validationRule-meta.xml": xml("ValidationRule", rule),
        "objects/Home__c/fields/Kind__c.field-meta.xml": label,
        "objects/Home__c/fields/Odd_Kind__c.field-meta.xml": no_types,
    }
    conversion = converted(tmp_path, {**FILES, **more})

    home = body(conversion, "objects/home.yaml")
    names = 'CASE(record_type, "barn", "Barn", "big_flat", "BigFlat", "villa", "Villa", "")'
    assert home["validations"]["priced"]["formula"] == f'{names} = "BigFlat" && ISBLANK(price)'
    labels = 'CASE(record_type, "barn", "Barn x", "big_flat", "BigFlat x", "villa", "Villa x", "")'
    assert home["fields"]["kind"]["formula"] == f"{labels} & agent.name"
    assert "RecordType.Name" in conversion.report.outcomes["field", "Home__c.Odd_Kind__c"].reason
    build_model(read_source(conversion.files))


def test_a_picklist_that_is_refused_leaves_the_type(tmp_path: Path) -> None:
    """A field that the metamodel does not take is taken out, and what the type says of it."""
    values = "".join(f"<value><fullName>{one}</fullName><label>{one}</label></value>" for one in ("a;b", "c"))
    odd = f"<valueSet><restricted>true</restricted><valueSetDefinition>{values}</valueSetDefinition></valueSet>"
    conversion = converted(
        tmp_path,
        {
            "objects/Home__c/fields/Kind__c.field-meta.xml": field("Kind__c", "Picklist", odd),
            f"{TYPES}/Villa.recordType-meta.xml": record_type("Villa", ("Kind__c", ("c",), "")),
        },
    )

    home = body(conversion, "objects/home.yaml")
    assert "kind" not in home["fields"]
    assert home["record_types"] == {"villa": {"label": "Villa x"}}


@pytest.mark.parametrize(
    "project", [path for path in (CORPORA / "eda" / "force-app", CORPORA / "sf-decomposer") if path.is_dir()]
)
def test_record_types_of_projects_from_outside_hold_together(project: Path) -> None:
    conversion = convert(read_sfdx([project]), build_model([]), [])

    outcomes = [one for (kind, _), one in conversion.report.outcomes.items() if kind == "record type"]
    model = build_model(read_source(conversion.files))
    made = sum(len(target.record_types) for target in model.objects.values())
    assert outcomes
    assert made == sum(one.status != "not_mapped" for one in outcomes)
