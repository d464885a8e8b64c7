"""Who would see more or less after a deploy, before anything is deployed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.trellis.records.crm import Crm, open_crm
from tests.trellis.records.test_sharing import FILES, People, create
from trellis.errors import AccessDenied, InvalidMetadata
from trellis.schema.access_preview import AccessPreview, preview_access
from trellis.schema.deploy import SourceChange
from trellis.security.access import GrantedAccess


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def crm(request: pytest.FixtureRequest) -> Iterator[Crm]:
    url = str(request.getfixturevalue("postgresql_url")) if request.param == "postgresql" else ""
    with open_crm(url, FILES) as found:
        found.access = GrantedAccess()
        people = People(found)
        create(found, people["ned"], name="north", region="West")
        create(found, people["sam"], name="south")
        yield found


def preview(crm: Crm, **files: str | None) -> AccessPreview:
    change = SourceChange(files={path.replace("__", "/") + ".yaml": text for path, text in files.items()})
    return crm.run(preview_access(crm.tenant, crm.access, crm.actor, change, now=crm.now))


def counts(found: AccessPreview) -> dict[str, tuple[int | None, int | None]]:
    """Of accounts, before and after, by user."""
    return {one.user: (one.records_before, one.records_after) for one in found.changes if one.object == "account"}


def test_what_changes_nothing_for_anybody_says_so(crm: Crm) -> None:
    assert preview(crm, teams=FILES["teams.yaml"].replace("label: Audit", "label: Auditor")).changes == ()


def test_a_new_sharing_rule_tells_how_many_records_whom(crm: Crm) -> None:
    rules = "rules:\n  all: {label: All, when: 'NOT(ISBLANK(name))', share_with: [{team: audit}]}\n"

    found = {
        one.user: (one.records_before, one.records_after)
        for one in preview(crm, sharing__account=rules).changes
        if one.object == "account"
    }

    assert found["ava"] == (1, 2)
    assert found["sam"] == (2, 1)
    assert "ned" not in found


def test_a_wider_permission_set_tells_which_fields_it_opens(crm: Crm) -> None:
    sales = "label: Sales\nobjects:\n  account: {rights: [read]}\n"

    found = next(
        one for one in preview(crm, permissions__sales=sales).changes if (one.user, one.object) == ("ned", "account")
    )

    assert found.fields_gained == ("doubled", "revenue")
    assert found.rights_lost == ("create", "delete", "edit")


def test_a_role_that_moves_tells_who_sees_what(crm: Crm) -> None:
    roles = FILES["roles.yaml"].replace(
        "Rep in the south, reports_to: chief", "Rep in the south, reports_to: lead_north"
    )

    found = {
        one.user: (one.records_before, one.records_after)
        for one in preview(crm, roles=roles).changes
        if one.object == "account"
    }

    assert found == {"nina": (1, 2)}


def test_a_rule_over_a_field_that_is_new_is_not_counted_yet(crm: Crm) -> None:
    account = FILES["objects/account.yaml"] + "  grade: {type: text, label: Grade, length: 5}\n"
    rules = "rules:\n  graded: {label: Graded, when: 'grade = \"A\"', share_with: [{team: audit}]}\n"

    found = preview(crm, objects__account=account, sharing__account=rules).changes

    assert next(one.records_after for one in found if (one.user, one.object) == ("ava", "account")) is None


def test_what_does_not_hold_together_and_who_may_not_ask_are_refused(crm: Crm) -> None:
    change = SourceChange(files={"roles.yaml": "a: {label: A, reports_to: nobody}\n"})
    assert isinstance(
        crm.refused(preview_access(crm.tenant, crm.access, crm.actor, change, now=crm.now)), InvalidMetadata
    )
    nobody = preview_access(crm.tenant, crm.access, crm.as_nobody(), change, now=crm.now)
    assert isinstance(crm.refused(nobody), AccessDenied)


def test_record_types_that_open_and_close_are_told(crm: Crm) -> None:
    account, sales = FILES["objects/account.yaml"], FILES["permissions/sales.yaml"]
    typed = account + "record_types: {plain: {label: Plain}, rare: {label: Rare}}\ndefault_record_type: plain\n"
    files = {**FILES, "objects/account.yaml": typed}
    confined = sales.replace("account: {rights: [", "account: {record_types: [rare], rights: [")
    assert confined != sales
    with open_crm("", files) as other:
        other.access = GrantedAccess()
        People(other)
        found = preview(other, permissions__sales=confined).changes

    lost = {(one.user, one.record_types_gained, one.record_types_lost) for one in found if one.object == "account"}
    assert ("ned", (), ("plain",)) in lost
