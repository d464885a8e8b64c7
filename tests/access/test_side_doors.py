"""What is hidden is told by no answer about something else: a refusal to delete, an event, a simulation."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.access.secrets_site import CANARY, FILES, Secrets
from tests.builder_ui.browser import Browser
from tests.metamodel.sources import model_of
from trellis.formulas.question import build_question
from trellis.security.credentials import create_api_key


def test_a_refusal_to_delete_names_nothing_hidden(secrets: Secrets) -> None:
    account = secrets.site.create("account", name="Kept", owner=secrets.mia)
    secrets.site.create("canary_case", name="One", account=account)
    refused = secrets.site.request("DELETE", f"/api/v1/records/account/{account}", token=secrets.token)
    assert (refused.status_code, CANARY in refused.content.lower()) == (422, False), refused.text
    assert "Other records still refer to it." in refused.text
    told = secrets.site.request("DELETE", f"/api/v1/records/account/{account}")
    assert "1 canary case still refers to it" in told.text


def test_events_find_no_hidden_records(secrets: Secrets) -> None:
    secrets.site.create("account", name="Canary too", code="heard-1")
    answers = [secrets.post("/api/v1/events/heard", {"code": code}) for code in ("heard-1", "nothing")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert secrets.post("/api/v1/events/heard", {"code": "own"}).json()["rules"][0]["matched"] == 1


def test_what_builders_are_shown_of_records_is_what_they_may_read(secrets: Secrets) -> None:
    """Who may customize, and a key for deploys, simulate nothing, and of the records that a plan finds in the way they get ids."""
    site = secrets.site
    rules = 'rule "Copy" on account\nwhen updated\nthen\n    set region = canary_note\nend\n'
    narrower = FILES["objects/account.yaml"].replace("Canary note, length: 80", "Canary note, length: 3")
    maker_set = {"permissions/maker.yaml": "label: Maker\nsystem: [customize]\n"}
    assert site.post("/api/v1/metadata/deploy", {"files": maker_set}).status_code == 200
    _, maker = site.user("maker")
    assert site.request("PUT", "/api/v1/permission_sets/maker/members", json=[{"user": "maker"}]).status_code == 200
    now = datetime.now(UTC)
    key = site.run(create_api_key(site.tenant, site.admin.id, "ci", now=now, scopes=frozenset({"metadata"}))).token
    plan = {"files": {"objects/account.yaml": narrower}}
    for token in (maker, key):
        refused = site.post("/api/v1/rules/simulate", {"rules": rules}, token=token)
        assert (refused.status_code, b"canary of" in refused.content) == (403, False), refused.text
        planned = site.post("/api/v1/metadata/plan", plan, token=token)
        (finding,) = next(step["findings"] for step in planned.json()["steps"] if step["findings"])
        assert (secrets.own in planned.text, b"canary of" in planned.content) == (True, False), planned.text
        assert all(row.keys() == {"id"} for row in finding["sample"])
    assert b"canary of" in site.post("/api/v1/rules/simulate", {"rules": rules}).content
    assert b"canary of" in site.post("/api/v1/metadata/plan", plan).content


@pytest.mark.parametrize(("field", "value"), [("canary_code", "guessed"), ("tax_id", "DE123456")])
def test_records_are_not_found_by_values_that_are_hidden(secrets: Secrets, field: str, value: str) -> None:
    """One is hidden, of the other no more is shown than a mask: which of their records has a value is not for them to try."""
    site = secrets.site
    assert site.request("PATCH", f"/api/v1/records/account/{secrets.own}", json={field: value}).status_code == 200
    for guess in (value, "other"):
        answer = site.request("PUT", f"/api/v1/records/account/by/{field}/{guess}", token=secrets.token, json={})
        assert answer.status_code == 403, answer.text
    answer = site.request("PUT", "/api/v1/records/account/by/nme/x", token=secrets.token, json={})
    assert (answer.status_code, CANARY in answer.content) == (400, False), answer.text
    assert site.request("PUT", f"/api/v1/records/account/by/{field}/{value}", json={}).status_code == 200


def test_rules_are_given_no_hidden_records(secrets: Secrets) -> None:
    own = secrets.site.create("account", name="Linked", owner=secrets.mia)
    for record, status in ((secrets.hidden, 422), (secrets.in_bin, 422), (secrets.own, 200)):
        answer = secrets.post("/api/v1/rules/Link/call", {"ids": [own], "values": {"other": record}})
        assert answer.status_code == status, answer.text
        if status == 422:
            assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [("other", "no_such_record")]
    assert secrets.get(f"/api/v1/records/account/{own}").json()["parent"] == secrets.own


def test_a_request_for_approval_shows_no_values_that_are_hidden(secrets: Secrets) -> None:
    """Whoever is asked reads what the record is called and why they are asked, and sees of it what they see elsewhere."""
    site = secrets.site
    approval = """\
approval check "Check" on account
if canary_note <> "" && code <> ""
step only "Only" by user "mia"
end
"""
    assert site.post("/api/v1/metadata/deploy", {"files": {"rules/check.rule": approval}}).status_code == 200
    browser = Browser(site)
    browser.sign_in("mia")
    for owner, code, sees_code in ((site.admin.id, "code-of-hers-not", False), (secrets.mia, "code-of-hers", True)):
        record = site.create("account", name="Asked", code=code, canary_note="worth 4711", owner=owner)
        request = site.post(f"/api/v1/records/account/{record}/approvals", {"approval": "check"}).json()["id"]
        page = browser.get(f"/app/approvals/{request}")
        assert (page.status, "Asked" in page.text, "4711" in page.text) == (200, True, False)
        assert (code in page.text) is sees_code


@pytest.mark.parametrize(
    "formula",
    [
        "canary_note",
        "vault.name",
        "TEXT(COUNT(canary_cases))",
        'VLOOKUP($ObjectType.account.Fields.canary_note, $ObjectType.account.Fields.code, "own")',
    ],
)
def test_a_draft_that_lets_oneself_see_more_shows_no_more(secrets: Secrets, formula: str) -> None:
    """Formulas are tried in the builder against what is not deployed yet, permission sets among it."""
    site = secrets.site
    secrets.site.create("canary_case", name="Case", account=secrets.own)
    rights = ", ".join(f"{name}: {{rights: [view_all], fields: {{'*': read}}}}" for name in ("account", "line"))
    rights += ", canary_vault: {rights: [view_all]}, canary_case: {rights: [view_all]}"
    draft = model_of({**FILES, "permissions/sales.yaml": f"label: Sales\nobjects: {{{rights}}}\n"})
    mia = site.run(site.runtime.identities.identify(secrets.token)).actor
    formulas = site.runtime.formulas(site.tenant, draft)
    told = site.run(formulas.explain(mia, build_question("account", formula), secrets.own))
    assert told.explanation.value in (None, "0"), told
    admin = site.run(site.runtime.identities.identify(site.token)).actor
    as_admin = site.run(formulas.explain(admin, build_question("account", formula), secrets.own))
    assert as_admin.explanation.value not in (None, "0")
