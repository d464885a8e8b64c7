"""Calendars, webhooks, roles and teams: what their files mean, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from metamodel import MetadataError
from metamodel.automation_definitions import WorkingHours
from tests.metamodel.sources import model_of

CALENDARS = """support_eu:
  label: Support Europe
  time_zone: Europe/Berlin
  hours:
    monday: ["13:30-17:00", "09:00-12:30"]
    saturday: ["00:00-24:00"]
  holidays: {2026-04-03: Good Friday, 12-25: Christmas Day, 02-29: Leap day}
"""


def test_a_calendar_has_hours_of_seven_days_in_order_and_holidays() -> None:
    calendar = model_of({"calendars.yaml": CALENDARS}).calendars["support_eu"]
    assert (calendar.label, calendar.time_zone) == ("Support Europe", "Europe/Berlin")
    assert calendar.hours[0] == (WorkingHours(start=540, end=750), WorkingHours(start=810, end=1020))
    assert calendar.hours[5] == (WorkingHours(start=0, end=1440),)
    assert calendar.hours[1] == ()
    assert len(calendar.hours) == 7
    assert calendar.holidays == {date(2026, 4, 3): "Good Friday"}
    assert calendar.yearly_holidays == {(12, 25): "Christmas Day", (2, 29): "Leap day"}


def test_a_webhook_has_an_address_and_names_its_secret() -> None:
    source = (
        "erp: {label: ERP, url: 'https://erp.example/${tenant}', method: PUT, headers: {X-From: us}, secret: erp_key, body: '{}'}\n"
        "sales: {label: Sales, url: 'https://hooks.example/x', provider: slack}\n"
    )
    webhooks = model_of({"webhooks.yaml": source}).webhooks
    erp, sales = webhooks["erp"], webhooks["sales"]
    assert (erp.url, erp.method, erp.secret, erp.body) == ("https://erp.example/${tenant}", "PUT", "erp_key", "{}")
    assert erp.headers == {"X-From": "us"}
    assert (sales.provider, sales.method, sales.headers, sales.secret) == ("slack", "POST", {}, None)


def test_roles_and_teams_have_labels_that_can_be_translated() -> None:
    files = {
        "roles.yaml": "cfo: {label: CFO}\n",
        "teams.yaml": "north: {label: North}\n",
        "translations/zh-Hans.yaml": "roles: {cfo: {label: 财务总监}}\nteams: {north: {label: 北区}}\n",
    }
    model = model_of(files)
    assert (model.roles["cfo"].label, model.teams["north"].label) == ("CFO", "North")
    assert model.text("zh-Hans", "roles.cfo.label", "") == "财务总监"


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ("Europe/Berlin", "Europe/Atlantis", 3, "bad_value"),
        ('"13:30-17:00"', '"17:00-13:30"', 5, "bad_value"),
        ('"13:30-17:00"', '"12:00-17:00"', 5, "bad_value"),
        ('"13:30-17:00"', '"9-5"', 5, "bad_value"),
        ('"00:00-24:00"', '"00:00-24:01"', 6, "bad_value"),
        ("saturday", "caturday", 6, "unknown_key"),
        ("2026-04-03", "2026-02-30", 7, "bad_value"),
        ("12-25", "Christmas", 7, "bad_value"),
        ("support_eu", "Support", 1, "bad_name"),
        ("support_eu", "acme__support", 1, "wrong_namespace"),
    ],
)
def test_faults_in_calendars(old: str, new: str, line: int, code: str) -> None:
    with pytest.raises(MetadataError) as caught:
        model_of({"calendars.yaml": CALENDARS.replace(old, new, 1)})
    problem = caught.value.problems[0]
    assert (problem.line, problem.code) == (line, code)


@pytest.mark.parametrize(
    ("rest", "code"),
    [
        ("url: ftp://x.example/", "bad_value"),
        ("url: nowhere", "bad_value"),
        ("url: 'https://user:word@x.example/'", "bad_value"),
        ("url: 'https://[x'", "bad_value"),
        ("url: 'https://x.example/', headers: {Host: y}", "bad_value"),
        ("url: 'https://x.example/', headers: {'A b': y}", "bad_value"),
        ('url: "https://x.example/", headers: {A: "y\\nB: z"}', "bad_value"),
        ("url: 'https://x.example/', method: GET", "unknown_value"),
        ("url: 'https://x.example/', secret: 'Not a name'", "bad_value"),
        ("provider: slack", "missing_key"),
    ],
)
def test_faults_in_webhooks(rest: str, code: str) -> None:
    with pytest.raises(MetadataError) as caught:
        model_of({"webhooks.yaml": f"w: {{label: W, {rest}}}\n"})
    assert [problem.code for problem in caught.value.problems] == [code]


LEAD = "label: Lead\nplural_label: Leads\nname_field: name\nfields:\n  name: {type: text, label: Name}\n"


def gateway(name: str, channel: str) -> str:
    return f"{name}: {{label: G, url: 'https://g.example/', channel: {channel}}}\n"


def test_one_webhook_carries_a_channel() -> None:
    assert model_of({"webhooks.yaml": gateway("a", "sms") + gateway("b", "chat")}).webhooks["a"].channel == "sms"
    with pytest.raises(MetadataError) as caught:
        model_of({"webhooks.yaml": gateway("a", "sms") + gateway("b", "sms")})
    [problem] = caught.value.problems
    assert (problem.line, problem.code, problem.message) == (2, "bad_value", "'a' carries 'sms' already")


@pytest.mark.parametrize(
    "action", ['notify owner via sms "x"', 'send sms to name "x"', 'notify owner via email, sms "x"']
)
def test_a_message_needs_a_webhook_that_carries_it(action: str) -> None:
    files = {"objects/lead.yaml": LEAD, "rules/r.rule": f'rule "R" on lead when created then\n    {action}\nend\n'}
    assert model_of({**files, "webhooks.yaml": gateway("a", "sms")})
    with pytest.raises(MetadataError) as caught:
        model_of({**files, "webhooks.yaml": gateway("a", "chat")})
    [problem] = caught.value.problems
    assert (problem.line, problem.code) == (2, "no_carrier")
    assert "channel: sms" in (problem.hint or "")
