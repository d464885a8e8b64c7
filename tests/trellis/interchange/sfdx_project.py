"""A small Salesforce DX project, written to a folder for the tests that read one."""

from __future__ import annotations

import json
from pathlib import Path

NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'


def xml(root: str, body: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {NS}>{body}</{root}>\n'


def field(name: str, kind: str, more: str = "") -> str:
    label = name.removesuffix("__c").replace("_", " ")
    return xml("CustomField", f"<fullName>{name}</fullName><label>{label}</label><type>{kind}</type>{more}")


VALUES = "".join(
    f"<value><fullName>{v}</fullName><default>false</default><label>{v}</label></value>" for v in ("Open", "Sold")
)
PICKLIST = f"<valueSet><restricted>true</restricted><valueSetDefinition>{VALUES}</valueSetDefinition></valueSet>"
LOOKUP = "<referenceTo>Agent__c</referenceTo><deleteConstraint>SetNull</deleteConstraint><relationshipName>Homes</relationshipName>"


def files() -> dict[str, str]:
    home, agent = "objects/Home__c", "objects/Agent__c"
    named = "<nameField><label>Name</label><type>Text</type></nameField>"
    items = "".join(
        f"<layoutItems><field>{name}</field></layoutItems>" for name in ("Name", "Price__c", "Gone__c", "Agent__c")
    )
    return {
        f"{home}/Home__c.object-meta.xml": xml(
            "CustomObject", f"<label>Home</label><pluralLabel>Homes</pluralLabel>{named}"
        ),
        f"{agent}/Agent__c.object-meta.xml": xml(
            "CustomObject", f"<label>Agent</label><pluralLabel>Agents</pluralLabel>{named}"
        ),
        f"{home}/fields/Price__c.field-meta.xml": field(
            "Price__c", "Currency", "<precision>10</precision><scale>2</scale>"
        ),
        f"{home}/fields/Status__c.field-meta.xml": field("Status__c", "Picklist", PICKLIST),
        f"{home}/fields/Agent__c.field-meta.xml": field("Agent__c", "Lookup", LOOKUP),
        f"{home}/fields/Owner__c.field-meta.xml": field("Owner__c", "Text", "<length>40</length>"),
        f"{home}/fields/Place__c.field-meta.xml": field("Place__c", "Location", "<scale>5</scale>"),
        f"{home}/fields/Secret__c.field-meta.xml": field("Secret__c", "EncryptedText", "<length>40</length>"),
        f"{home}/fields/Fee__c.field-meta.xml": field(
            "Fee__c",
            "Currency",
            "<formula>Price__c * 0.03 /* three percent */</formula><precision>18</precision><scale>2</scale>",
        ),
        f"{home}/fields/Agent_Name__c.field-meta.xml": field(
            "Agent_Name__c", "Text", "<formula>UPPER( Agent__r.Name )</formula>"
        ),
        f"{home}/fields/Odd__c.field-meta.xml": field("Odd__c", "Text", "<formula>NOSUCHFUNCTION(Price__c)</formula>"),
        f"{home}/listViews/Open.listView-meta.xml": xml(
            "ListView",
            "<fullName>Open</fullName><columns>NAME</columns><columns>Price__c</columns><filterScope>Everything</filterScope>"
            "<filters><field>Status__c</field><operation>equals</operation><value>Open</value></filters><label>Open homes</label>",
        ),
        f"{home}/validationRules/Has_Price.validationRule-meta.xml": xml(
            "ValidationRule",
            "<fullName>Has_Price</fullName><active>true</active><errorConditionFormula>Price__c &lt; 0</errorConditionFormula>"
            "<errorDisplayField>Price__c</errorDisplayField><errorMessage>No price below zero.</errorMessage>",
        ),
        "layouts/Home__c-Home Layout.layout-meta.xml": xml(
            "Layout", f"<layoutSections><label>Facts</label><layoutColumns>{items}</layoutColumns></layoutSections>"
        ),
        "applications/Homes.app-meta.xml": xml(
            "CustomApplication", "<label>Homes</label><tabs>Home__c</tabs><tabs>Page</tabs>"
        ),
        "tabs/Home__c.tab-meta.xml": xml("CustomTab", "<customObject>true</customObject><motif>Custom1: Heart</motif>"),
        "permissionsets/All.permissionset-meta.xml": xml("PermissionSet", "<label>All</label>"),
        "data/plan.json": json.dumps(
            [{"sobject": "Agent__c", "files": ["agents.json"]}, {"sobject": "Home__c", "files": ["homes.json"]}]
        ),
        "data/agents.json": records("Agent__c", {"Name": "Ada"}, {"Name": "Bob"}),
        "data/homes.json": records(
            "Home__c",
            {
                "Name": "A",
                "Price__c": 100000,
                "Status__c": "Open",
                "Agent__c": "@Agent__c1",
                "Place__Latitude__s": 1.5,
                "Place__Longitude__s": 2,
            },
            {"Name": "B", "Price__c": 5, "Colour__c": "red", "Agent__c": "@nobody"},
            {"Name": "C", "Price__c": -5},
        ),
    }


def records(kind: str, *rows: dict[str, object]) -> str:
    made = [{"attributes": {"type": kind, "referenceId": f"{kind}{n}"}, **row} for n, row in enumerate(rows, 1)]
    return json.dumps({"records": made})


def write_project(folder: Path, changed: dict[str, str | None] | None = None) -> Path:
    """Writes the project; `changed` replaces, adds or (None) leaves out files."""
    for path, text in {**files(), **(changed or {})}.items():
        if text is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    return folder
