"""Profiles, permission sets, roles, groups, queues and sharing rules of a Salesforce source: nothing is granted but what was there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from metamodel import build_model, read_source
from tests.trellis.interchange.sfdx_project import field, write_project, xml
from trellis.interchange.sfdx.convert import Conversion, convert
from trellis.interchange.sfdx.source import read_source as read_sfdx

OBJECT = (
    "<label>Home</label><pluralLabel>Homes</pluralLabel><nameField><label>Name</label><type>Text</type></nameField>"
)
CRITERION = "<criteriaItems><field>{}</field><operation>{}</operation><value>{}</value></criteriaItems>"


def rights(api: str, *names: str) -> str:
    return f"<objectPermissions>{''.join(f'<{name}>true</{name}>' for name in names)}<object>{api}</object></objectPermissions>"


def on_field(name: str, *, editable: bool = False) -> str:
    return (
        f"<fieldPermissions><editable>{str(editable).lower()}</editable><field>{name}</field><readable>true</readable>"
        "</fieldPermissions>"
    )


def rule(kind: str, name: str, body: str, to: str = "<role>Boss</role>", level: str = "Read") -> str:
    return (
        f"<{kind}><fullName>{name}</fullName><accessLevel>{level}</accessLevel><label>{name}</label>{body}"
        f"<sharedTo>{to}</sharedTo></{kind}>"
    )


def converted(folder: Path, changed: dict[str, str | None], existing: dict[str, str] | None = None) -> Conversion:
    deployed = read_source(existing or {})
    return convert(read_sfdx([write_project(folder, changed)]), build_model(deployed), deployed)


def permissions(folder: Path, body: str) -> tuple[dict[str, Any], str]:
    """The set that `body` becomes, and what is said of it."""
    conversion = converted(
        folder, {"permissionsets/Rep.permissionset-meta.xml": xml("PermissionSet", f"<label>Rep</label>{body}")}
    )
    text = conversion.files.get("permissions/rep.yaml")
    return yaml.safe_load(text) if text else {}, conversion.report.outcomes["permission set", "Rep"].reason


def test_a_permission_set_grants_what_it_names_and_no_more(tmp_path: Path) -> None:
    rep, said = permissions(
        tmp_path,
        rights("Home__c", "allowRead", "allowEdit", "allowCreate")
        + rights("Agent__c", "allowRead")
        + on_field("Home__c.Price__c", editable=True)
        + on_field("Home__c.Fee__c", editable=True)
        + on_field("Home__c.Status__c")
        + "<userPermissions><enabled>true</enabled><name>ViewAllData</name></userPermissions>"
        + "<userPermissions><enabled>false</enabled><name>ModifyAllData</name></userPermissions>"
        + "<applicationVisibilities><application>Homes</application><visible>true</visible></applicationVisibilities>",
    )
    assert rep == {
        "label": "Rep",
        "objects": {
            "home": {
                "rights": ["read", "create", "edit"],
                "fields": {"name": "edit", "owner": "edit", "price": "edit", "fee": "read", "status": "read"},
            },
            "agent": {"rights": ["read"], "fields": {"name": "read"}},
        },
        "system": ["view_all_data"],
        "apps": ["homes"],
    }
    assert said == ""


def test_required_fields_come_with_the_right_to_change_records(tmp_path: Path) -> None:
    needed = {
        "objects/Home__c/fields/Code__c.field-meta.xml": field(
            "Code__c", "Text", "<length>9</length><required>true</required>"
        )
    }
    sets = {
        f"permissionsets/{name}.permissionset-meta.xml": xml(
            "PermissionSet", f"<label>X</label>{rights('Home__c', right)}"
        )
        for name, right in (("Reads", "allowRead"), ("Edits", "allowEdit"))
    }
    files = converted(tmp_path, {**needed, **sets}).files
    assert yaml.safe_load(files["permissions/reads.yaml"])["objects"]["home"]["fields"] == {"name": "read"}
    assert yaml.safe_load(files["permissions/edits.yaml"])["objects"]["home"]["fields"]["code"] == "edit"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            rights("Gone__c", "allowRead") + rights("Home__c", "allowRead"),
            "rights on objects that are not mapped: Gone__c",
        ),
        (rights("Home__c", "allowRead") + on_field("Home__c.Gone__c"), "fields that are not mapped: Home__c.Gone__c"),
        (
            rights("Home__c", "allowRead") + on_field("Agent__c.Name"),
            "fields of objects that it gives no right on: agent__c",
        ),
        (
            rights("Home__c", "allowRead")
            + "<userPermissions><enabled>true</enabled><name>Fly</name></userPermissions>",
            "user permissions without a counterpart: Fly",
        ),
        (rights("Home__c", "allowRead") + "<classAccesses><apexClass>A</apexClass></classAccesses>", "classAccesses"),
        (rights("Gone__c", "allowRead"), "nothing that it grants is mapped"),
    ],
)
def test_what_a_set_loses_is_said(tmp_path: Path, body: str, words: str) -> None:
    assert words in permissions(tmp_path, body)[1]


def test_a_field_that_the_model_refuses_takes_its_permission_along_and_no_more(tmp_path: Path) -> None:
    rep, said = permissions(
        tmp_path, rights("Home__c", "allowRead") + on_field("Home__c.Odd__c") + on_field("Home__c.Price__c")
    )
    assert rep["objects"]["home"]["fields"] == {"name": "read", "price": "read"}
    assert "odd" in said


def test_profiles_become_permission_sets_and_the_administrators_is_built_in(tmp_path: Path) -> None:
    profile = xml("Profile", f"<custom>true</custom>{rights('Home__c', 'allowRead')}")
    conversion = converted(
        tmp_path,
        {
            "profiles/Admin.profile-meta.xml": profile,
            "profiles/Sales%3A Reps.profile-meta.xml": profile,
            "profiles/All.profile-meta.xml": profile,
        },
    )
    assert yaml.safe_load(conversion.files["permissions/sales_reps.yaml"])["label"] == "Sales: Reps"
    assert {"permissions/all.yaml", "permissions/all_profile.yaml"} <= set(conversion.files)
    assert "built in" in conversion.report.outcomes["profile", "Admin"].reason


def test_groups_of_permission_sets_hold_those_that_are_mapped(tmp_path: Path) -> None:
    def group(*names: str, more: str = "") -> str:
        sets = "".join(f"<permissionSets>{name}</permissionSets>" for name in names)
        return xml("PermissionSetGroup", f"<label>G</label>{sets}{more}")

    conversion = converted(
        tmp_path,
        {
            "permissionsetgroups/Team.permissionsetgroup-meta.xml": group("All", "Gone"),
            "permissionsetgroups/None.permissionsetgroup-meta.xml": group("Gone"),
            "permissionsetgroups/Less.permissionsetgroup-meta.xml": group(
                "All", more="<mutingPermissionSets>M</mutingPermissionSets>"
            ),
        },
    )
    assert yaml.safe_load(conversion.files["permission_groups.yaml"]) == {"team": {"label": "G", "sets": ["all"]}}
    status = {
        name: one.status for (kind, name), one in conversion.report.outcomes.items() if kind == "permission set group"
    }
    assert status == {"Team": "approximated", "None": "not_mapped", "Less": "not_mapped"}


def test_roles_groups_and_queues_arrive_beside_those_that_are_there(tmp_path: Path) -> None:
    conversion = converted(
        tmp_path,
        {
            "roles/Boss.role-meta.xml": xml("Role", "<name>The boss</name>"),
            "roles/Rep.role-meta.xml": xml("Role", "<name>Rep</name><parentRole>Boss</parentRole>"),
            "roles/Lost.role-meta.xml": xml("Role", "<name>Lost</name><parentRole>Gone</parentRole>"),
            "groups/North.group-meta.xml": xml("Group", "<name>The north</name>"),
            "queues/Desk.queue-meta.xml": xml(
                "Queue", "<name>Desk</name><queueSobject><sobjectType>Home__c</sobjectType></queueSobject>"
            ),
        },
        {"roles.yaml": "own: {label: Own}\n"},
    )
    assert yaml.safe_load(conversion.files["roles.yaml"]) == {
        "own": {"label": "Own"},
        "boss": {"label": "The boss"},
        "lost": {"label": "Lost"},
        "rep": {"label": "Rep", "reports_to": "boss"},
    }
    assert yaml.safe_load(conversion.files["teams.yaml"]) == {"north": {"label": "The north"}}
    assert yaml.safe_load(conversion.files["queues.yaml"]) == {"desk": {"label": "Desk", "objects": ["home"]}}
    assert "Gone" in conversion.report.outcomes["role", "Lost"].reason


def sharing(folder: Path, *rules: str) -> Conversion:
    return converted(
        folder,
        {
            "roles/Boss.role-meta.xml": xml("Role", "<name>Boss</name>"),
            "groups/North.group-meta.xml": xml("Group", "<name>North</name>"),
            "sharingRules/Home__c.sharingRules-meta.xml": xml("SharingRules", "".join(rules)),
        },
    )


def test_sharing_rules_share_by_criteria_and_by_owners(tmp_path: Path) -> None:
    sold, cheap = CRITERION.format("Status__c", "equals", "Sold,Open"), CRITERION.format("Price__c", "lessThan", "9")
    conversion = sharing(
        tmp_path,
        rule("sharingCriteriaRules", "Sold", sold, to="<allInternalUsers></allInternalUsers>"),
        rule("sharingCriteriaRules", "Either", f"<booleanFilter>1 OR 2</booleanFilter>{sold}{cheap}", level="Edit"),
        rule(
            "sharingOwnerRules",
            "North",
            "<sharedFrom><group>North</group></sharedFrom>",
            to="<roleAndSubordinates>Boss</roleAndSubordinates>",
        ),
    )
    assert yaml.safe_load(conversion.files["sharing/home.yaml"])["rules"] == {
        "sold": {"label": "Sold", "when": 'status in ("Sold", "Open")', "share_with": ["everyone"], "access": "read"},
        "either": {
            "label": "Either",
            "when": '(status in ("Sold", "Open")) || (price < 9)',
            "share_with": [{"role": "boss"}],
            "access": "read_write",
        },
        "north": {
            "label": "North",
            "owned_by": [{"team": "north"}],
            "share_with": [{"role_and_below": "boss"}],
            "access": "read",
        },
    }
    build_model(read_source(conversion.files))


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (rule("sharingTerritoryRules", "R", ""), "sharingTerritoryRules"),
        (rule("sharingOwnerRules", "R", "<sharedFrom><role>Boss</role></sharedFrom>", level="All"), "access level All"),
        (rule("sharingOwnerRules", "R", "<sharedFrom><role>Boss</role></sharedFrom>", to="<allPartnerUsers/>"), "allPartnerUsers"),
        (rule("sharingOwnerRules", "R", "<sharedFrom><role>Gone</role></sharedFrom>"), "no role 'gone'"),
        (rule("sharingCriteriaRules", "R", CRITERION.format("Gone__c", "equals", "x")), "Gone__c, which is not mapped"),
        (rule("sharingCriteriaRules", "R", CRITERION.format("Fee__c", "lessThan", "9")), "fee is not stored"),
        (rule("sharingCriteriaRules", "R", f"<booleanFilter>1 XOR 2</booleanFilter>{CRITERION.format('Name', 'equals', 'x')}"), "1 XOR 2"),
        (rule("sharingCriteriaRules", "R", ""), "no criteria"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_said_shares_nothing(tmp_path: Path, one: str, words: str) -> None:
    conversion = sharing(tmp_path, one)
    outcome = conversion.report.outcomes["sharing rule", "Home__c.R"]
    assert outcome.status == "not_mapped"
    assert words in outcome.reason
    assert "sharing/home.yaml" not in conversion.files


@pytest.mark.parametrize(
    ("model", "ours", "status"),
    [
        ("Private", "private", "mapped"),
        ("Read", "read", "mapped"),
        ("ReadWrite", "read_write", "mapped"),
        ("ReadWriteTransfer", "read_write", "approximated"),
        ("ControlledByParent", None, "approximated"),
        ("Strange", "private", "approximated"),
    ],
)
def test_objects_are_as_open_as_they_were(tmp_path: Path, model: str, ours: str | None, status: str) -> None:
    made = xml("CustomObject", f"{OBJECT}<sharingModel>{model}</sharingModel>")
    conversion = converted(tmp_path, {"objects/Home__c/Home__c.object-meta.xml": made})
    assert yaml.safe_load(conversion.files["objects/home.yaml"]).get("sharing") == ours
    assert conversion.report.outcomes["object", "Home__c"].status == status
