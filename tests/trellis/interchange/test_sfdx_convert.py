"""A Salesforce source becomes components; whatever has no counterpart is in the report with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from metamodel import build_model, read_source
from tests.trellis.interchange.sfdx_project import NS, field, write_project
from trellis.interchange.sfdx.convert import Conversion, convert
from trellis.interchange.sfdx.errors import InvalidSfdxSource
from trellis.interchange.sfdx.names import field_name, object_name
from trellis.interchange.sfdx.source import read_source as read_sfdx
from trellis.interchange.sfdx.xml import parse_xml

PACKAGE = 'name: sales\nnamespace: ""\nversion: 1.0.0\nlabel: Sales\n'
HOME = """
label: Home
plural_label: Homes
name_field: name
fields:
  name: {type: text, label: Name}
  price: {type: text, label: Old price}
"""
ONE_FIELD = (
    "<layoutSections><layoutColumns><layoutItems><field>LastName</field></layoutItems></layoutColumns></layoutSections>"
)
CORPORA = Path(__file__).resolve().parents[4] / "shared" / "corpora"
PROJECTS = [path for name in ("dreamhouse", "ebikes", "eda", "pmm") if (path := CORPORA / name).is_dir()]


def converted(folder: Path) -> Conversion:
    return convert(read_sfdx([folder]), build_model([]), [])


@pytest.fixture
def conversion(tmp_path: Path) -> Conversion:
    return converted(write_project(tmp_path))


def status(conversion: Conversion, kind: str, name: str) -> str:
    return conversion.report.outcomes[kind, name].status


def body(conversion: Conversion, path: str) -> dict:  # type: ignore[type-arg]
    return yaml.safe_load(conversion.files[path])


def test_objects_fields_layouts_views_and_apps_become_components(conversion: Conversion) -> None:
    assert set(conversion.files) == {
        "objects/home.yaml", "objects/agent.yaml", "layouts/home/default.yaml", "views/home/open.yaml", "apps/homes.yaml",
        "permissions/all.yaml",
    }  # fmt: skip
    home = body(conversion, "objects/home.yaml")
    assert home["icon"] == "heart"
    assert home["fields"]["price"] == {
        "type": "currency",
        "label": "Price",
        "precision": 10,
        "scale": 2,
        "currency": "USD",
    }
    assert home["fields"]["agent"] == {"type": "lookup", "label": "Agent", "object": "agent", "on_delete": "clear"}
    assert [value["name"] for value in home["fields"]["status"]["values"]] == ["Open", "Sold"]
    assert body(conversion, "views/home/open.yaml")["filter"] == 'status = "Open"'
    assert body(conversion, "apps/homes.yaml")["objects"] == ["home"]


def test_what_was_converted_is_a_model_that_holds_together(conversion: Conversion) -> None:
    model = build_model(read_source(conversion.files))
    assert model.object("home").name_field == "name"


def test_formulas_keep_their_text_but_for_names(conversion: Conversion) -> None:
    fields = body(conversion, "objects/home.yaml")["fields"]
    assert fields["fee"]["formula"] == "price * 0.03 /* three percent */"
    assert fields["fee"]["syntax"] == "salesforce"
    assert fields["agent_name"]["formula"] == "UPPER( agent.name )"
    assert body(conversion, "objects/home.yaml")["validations"]["has_price"]["formula"] == "price < 0"


def test_a_field_that_the_platform_keeps_for_itself_gets_another_name(conversion: Conversion) -> None:
    assert "owner_value" in body(conversion, "objects/home.yaml")["fields"]


def test_an_encrypted_text_stays_one(conversion: Conversion) -> None:
    secret = body(conversion, "objects/home.yaml")["fields"]["secret"]
    assert (secret["encrypted"], secret["mask"], secret["length"]) == (True, "all", 40)


def test_what_has_no_counterpart_is_reported_with_a_reason(conversion: Conversion) -> None:
    odd = conversion.report.outcomes["field", "Home__c.Odd__c"]
    assert odd.status == "not_mapped"
    assert "NOSUCHFUNCTION" in odd.reason
    assert "Gone__c" in conversion.report.outcomes["layout", "Home__c-Home Layout"].reason
    assert status(conversion, "layout", "Home__c-Home Layout") == "approximated"
    assert status(conversion, "app", "Homes") == "approximated"
    assert status(conversion, "object", "Home__c") == "mapped"


def test_the_report_counts_every_component_once(conversion: Conversion) -> None:
    document = conversion.report.to_json()
    assert sum(document["counts"].values()) == len(document["components"])
    names = [(component["kind"], component["name"]) for component in document["components"]]
    assert len(set(names)) == len(names)
    assert all(component["reason"] for component in document["components"] if component["status"] != "mapped")


def test_every_file_of_metadata_is_accounted_for(tmp_path: Path) -> None:
    source = read_sfdx([write_project(tmp_path)])
    names = {outcome.name for outcome in convert(source, build_model([]), []).report.outcomes.values()}
    for item in source.items:
        assert (f"{item.object}.{item.name}" if item.object and item.kind != "object" else item.name) in names


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"objects/Home__c/fields/Bad__c.field-meta.xml": "<CustomField><open></CustomField>"},
            "Bad__c.field-meta.xml, line 1",
        ),
        ({"objects/Home__c/fields/Bad__c.field-meta.xml": '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'}, "document type"),
        ({"data/plan.json": '[{"files": 7}]'}, "data/plan.json is a data plan"),
        ({"data/plan.json": '[{"files": [["a.json"]]}]'}, "data/plan.json is a data plan"),
        ({"objects/Home__c/fields/Bad__c.field-meta.xml": ""}, "no element found"),
        ({"data/homes.json": "{"}, "not JSON"),
        ({"data/agents.json": None}, "agents.json"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, changed: dict[str, str | None], words: str) -> None:
    with pytest.raises(InvalidSfdxSource, match=words):
        converted(write_project(tmp_path, changed))


def test_a_document_type_is_refused_in_every_encoding() -> None:
    source = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'
    with pytest.raises(InvalidSfdxSource, match="document type"):
        parse_xml(source.encode("utf-16"), "a.xml")


def test_a_folder_without_metadata_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSfdxSource, match="no metadata"):
        read_sfdx([tmp_path])
    with pytest.raises(InvalidSfdxSource, match="not a folder"):
        read_sfdx([tmp_path / "missing"])


def test_an_object_of_a_package_gets_an_extension(tmp_path: Path) -> None:
    deployed = read_source({"package.yaml": PACKAGE, "objects/home.yaml": HOME}, "sales")
    conversion = convert(read_sfdx([write_project(tmp_path)]), build_model(deployed), deployed)
    assert "objects/home.yaml" not in conversion.files
    assert "status" in body(conversion, "extensions/home.yaml")["fields"]


def test_numbers_that_cannot_be_read_leave_the_field_out(tmp_path: Path) -> None:
    bad = {"objects/Home__c/fields/Bad__c.field-meta.xml": field("Bad__c", "Number", "<precision>lots</precision>")}
    assert status(converted(write_project(tmp_path, bad)), "field", "Home__c.Bad__c") == "not_mapped"


def test_standard_objects_come_with_the_fields_that_are_used(tmp_path: Path) -> None:
    layout = f"<Layout {NS}>{ONE_FIELD}</Layout>"
    conversion = converted(write_project(tmp_path, {"layouts/Contact-Contact Layout.layout-meta.xml": layout}))
    fields = body(conversion, "objects/contact.yaml")["fields"]
    assert fields["last_name"]["required"] is True
    assert "account" not in fields, "Account is neither in the source nor in the tenant"
    assert body(conversion, "layouts/contact/default.yaml")["sections"][0]["fields"] == ["last_name"]


def test_an_object_that_the_tenant_has_is_extended_and_not_replaced(tmp_path: Path) -> None:
    deployed = read_source({"objects/home.yaml": HOME})
    conversion = convert(read_sfdx([write_project(tmp_path)]), build_model(deployed), deployed)
    fields = body(conversion, "objects/home.yaml")["fields"]
    assert "status" in fields
    assert fields["price"] == {"type": "text", "label": "Old price"}
    assert status(conversion, "field", "Home__c.Price__c") == "approximated"


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("Property__c", "property"), ("PictureURL__c", "picture_url"), ("MSRP__c", "msrp"), ("ns__Trip__c", "ns_trip"),
        ("NumberOfEmployees", "number_of_employees"), ("Version__c", "version_value"), ("A__c", "a"), ("_9x__c", "f_9x"),
    ],
)  # fmt: skip
def test_names_become_snake_case(name: str, ours: str) -> None:
    assert field_name(name) == ours
    assert len(object_name(name * 20)) <= 40


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_projects_of_others_convert_into_models_that_hold_together(project: Path) -> None:
    conversion = converted(project)
    build_model(read_source(conversion.files))
    assert conversion.report.counts["mapped"] > 30


def _with_relationship(folder: Path, name: str) -> Conversion:
    """The project, in which a second lookup from homes to agents has a relationship of that name."""
    project = write_project(folder)
    lookup = f"<referenceTo>Agent__c</referenceTo><relationshipName>{name}</relationshipName>"
    path = next(project.rglob("Agent__c.field-meta.xml")).parent / "Seller__c.field-meta.xml"
    path.write_text(field("Seller__c", "Lookup", lookup), "utf-8")
    return converted(project)


def test_a_relationship_name_is_the_name_of_the_child_list(tmp_path: Path) -> None:
    fields = body(_with_relationship(tmp_path, "Homes_For_Sale"), "objects/home.yaml")["fields"]
    assert fields["seller"]["children_name"] == "homes_for_sale"
    assert "children_name" not in fields["agent"]


def test_a_relationship_name_that_is_taken_is_left_out_and_the_field_stays(tmp_path: Path) -> None:
    conversion = _with_relationship(tmp_path, "Name")
    assert "children_name" not in body(conversion, "objects/home.yaml")["fields"]["seller"]
    assert status(conversion, "field", "Home__c.Seller__c") == "approximated"
