"""What is said about each kind of note, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from metamodel import build_model, read_component
from metamodel.model import Model
from tests.trellis.automation.rules import SOURCE
from trellis.automation.ledger.note import Note
from trellis.explain.called import Called
from trellis.explain.clauses import find_clause
from trellis.explain.known import Known
from trellis.explain.sentences import Teller, keys_of_note

ANNA, BO, TASK = (f"01900000-0000-7000-8000-00000000000{number}" for number in (1, 2, 3))
KNOWN = Known(names={("user", ANNA): "Anna", ("user", BO): "Bo", ("task", TASK): "Call"})
RULES = """
approval big_deal "Big leads" on lead
if revenue > 1000
step manager "The manager"
    by owner.manager
    skip if revenue < 2000
on approve then
    set rating = "Hot"
end
rule "Wait" on lead
when created
if revenue > 5
then
    set rating = "Cold"
after 2 days if rating = "Cold" then
    set rating = "Hot"
end
"""


def model() -> Model:
    translation = "approvals:\n  big_deal: {label: 大单, steps: {manager: 经理}}\nconsents:\n  letters: {label: 来信}\n"
    consents = "consents: {letters: {label: Letters, objects: [lead]}}\n"
    files = {
        **SOURCE,
        "organization.yaml": consents,
        "rules/test.rule": RULES,
        "translations/zh-Hans.yaml": translation,
    }
    return build_model([read_component(path, text, "") for path, text in files.items()])


MODEL = model()


def say(note: Note, language: str) -> tuple[str, str]:
    teller = Teller(Called(MODEL, language), KNOWN, "UTC", "lead")
    reason = teller.reason(note, find_clause(MODEL, note.rule, note.line))
    return reason.sentence, reason.because


CASES: list[tuple[Note, str, str]] = [
    (Note("", 0, "pull", "east", (ANNA, None), (None, "east")), "Anna took it out of the queue East", "Anna 从队列“East”中领取"),
    (
        Note("R", 0, "reassign", "east", (BO, None), (ANNA, None)),
        "“R” took it from Anna, who is absent, and gave it to Bo",
        "Anna 不在岗，“R”将其改派给 Bo",
    ),
    (
        Note("R", 0, "reassign", "east", (None, "east"), (ANNA, None)),
        "“R” took it from Anna, who is absent, back into the queue East",
        "Anna 不在岗，“R”将其退回队列“East”",
    ),
    (Note("R", 0, "fail", "rating", "No."), "“R” refused a change: No.", "“R”拒绝了一次修改：No."),
    (Note("R", 0, "webhook", "erp"), "“R” posted it to the webhook erp", "“R”将其发送到 Webhook“erp”"),
    (Note("R", 0, "call", "Other"), "“R” called the rule “Other”", "“R”调用了规则“Other”"),
    (
        Note("R", 0, "send", "email", ("x@example.org",)),
        "“R” sent a message to x@example.org (e-mail)",
        "“R”向 x@example.org 发送了消息（电子邮件）",
    ),
    (
        Note("R", 0, "withhold", "letters", ("x@example.org",)),
        "“R” sent no message to x@example.org, who has not consented to “Letters”",
        "“R”未向 x@example.org 发送消息：其未同意“来信”",
    ),
    (Note("R", 0, "notify", "in_app", ()), "“R” had nobody to tell", "“R”没有可通知的人"),
    (Note("R", 0, "update", "task", TASK), "“R” changed the task “Call”", "“R”修改了task“Call”"),
    (Note("R", 0, "delete", "task", 3), "“R” deleted 3 records of task", "“R”删除了3 条task记录"),
    (Note("R", 0, "set", "rating", None, "Hot"), "“R” emptied rating; it was Hot", "“R”清空了“Rating”（原为 Hot）"),
    (Note("R", 0, "cancel"), "“R” no longer waits", "“R”不再等待"),
]  # fmt: skip


@pytest.mark.parametrize(("note", "english", "chinese"), CASES, ids=[case[0].done for case in CASES])
def test_each_kind_of_note_is_said(note: Note, english: str, chinese: str) -> None:
    assert say(note, "en")[0] == english
    assert say(note, "zh-Hans")[0].replace("Task", "task") == chinese


def line_of(text: str) -> int:
    return 1 + next(number for number, line in enumerate(RULES.splitlines()) if text in line)


def test_approvals_are_called_by_their_labels() -> None:
    start, step, action = line_of("approval big_deal"), line_of("step manager"), line_of('set rating = "Hot"')
    assert say(Note("approval big_deal", start, "submit", "big_deal"), "en") == (
        "It was submitted for the approval “Big leads”",
        "revenue is above 1,000",
    )
    assert say(Note("approval big_deal", step, "skip", "manager"), "en") == (
        "The step “The manager” was skipped (“Big leads”)",
        "revenue is below 2,000",
    )
    assert say(Note("approval big_deal", step, "remind", "manager", (ANNA,)), "en")[0] == (
        "Anna was reminded of the step “The manager” (“Big leads”)"
    )
    assert "经理" in say(Note("approval big_deal", step, "skip", "manager"), "zh-Hans")[0]
    assert say(Note("approval big_deal", action, "set", "rating", "Hot"), "zh-Hans")[0] == "“大单”将“Rating”设为 Hot"


def test_what_is_done_after_some_time_has_both_conditions() -> None:
    start = line_of("after 2 days")
    assert say(Note("Wait", start, "wait"), "en")[1] == "revenue is above 5"
    assert say(Note("Wait", start + 1, "set", "rating", "Hot", "Cold"), "en") == (
        "“Wait” set rating to Hot; it was Cold",
        "revenue is above 5 and rating is Cold",
    )


def test_nothing_is_looked_up_that_is_no_id() -> None:
    called = Called(MODEL, "en")
    keys: set[Any] = set()
    for note, _, _ in CASES:
        keys.update(keys_of_note(called, "lead", note))
    assert keys == {("user", ANNA), ("user", BO), ("user", "x@example.org"), ("task", TASK)}
