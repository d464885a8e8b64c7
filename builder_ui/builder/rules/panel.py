"""A verdict on a rule file -> what stands beside its text: its statements in words, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator

from builder_ui.builder.rules.model import RuleFinding, RulePanel
from builder_ui.builder.rules.words import card_of
from builder_ui.labels import Labels
from builder_ui.translation import Words
from rule_engine import Diagnostic
from rule_engine.rules.analysis import Finding
from trellis.rules.check import Verdict

MAX_CARDS, MAX_FINDINGS = 100, 100


def build_panel(labels: Labels, verdict: Verdict) -> RulePanel:
    words = labels.words
    findings = (*_errors(words, verdict.errors), *_warnings(words, verdict.findings))
    tag, tone = _tag(words, verdict)
    left_out = max(0, len(verdict.statements) - MAX_CARDS)
    return RulePanel(
        cards=tuple(card_of(labels, one) for one in verdict.statements[:MAX_CARDS]),
        findings=findings[:MAX_FINDINGS],
        left_out=words.count("and %(num)d more", "and %(num)d more", left_out) if left_out else "",
        tag=tag,
        tag_tone=tone,
    )


def finding_text(words: Words, finding: Finding) -> str:
    """With its example."""
    text = words.tell(finding.message)
    if not finding.example_text:
        return text
    return words.say("%(text)s For example: %(example)s.", text=text, example=finding.example_text)


def _tag(words: Words, verdict: Verdict) -> tuple[str, str]:
    if verdict.errors:
        return words.count("%(num)d error", "%(num)d errors", len(verdict.errors)), "bad"
    if verdict.findings:
        return words.count("%(num)d hint", "%(num)d hints", len(verdict.findings)), "warn"
    return words.say("No errors"), "ok"


def _errors(words: Words, errors: tuple[Diagnostic, ...]) -> Iterator[RuleFinding]:
    for one in errors:
        yield RuleFinding(
            text=words.tell(one.message),
            hint=words.tell(one.hint or ""),
            place=words.say("line %(line)s, column %(column)s", line=one.line, column=one.column),
            number=one.line,
            is_warning=one.severity == "warning",
        )


def _warnings(words: Words, findings: tuple[Finding, ...]) -> Iterator[RuleFinding]:
    for one in findings:
        yield RuleFinding(
            text=finding_text(words, one),
            hint="",
            place=words.say("line %(line)s", line=one.line),
            number=one.line,
            is_warning=True,
        )
