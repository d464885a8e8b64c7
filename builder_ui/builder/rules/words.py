"""Kinds of statements and lines, as the builder names and draws them."""

from __future__ import annotations

from builder_ui.builder.rules.model import RuleCard, RuleLine
from builder_ui.labels import Labels
from builder_ui.translation import Words
from rule_engine.targets.outline import Line, outline
from trellis.formulas.words import language_of
from trellis.rules.check import Statement, kind_of
from trellis.rules.naming import ModelNamings

# icons: route arrows-split shield-check rubber-stamp test-pipe bolt filter arrow-ramp-right clock chevron-right list-numbers user-check
KIND_ICONS = {
    "rule": "route",
    "assignment": "arrows-split",
    "validation": "shield-check",
    "approval": "rubber-stamp",
    "test": "test-pipe",
}
_LINE_ICONS = {
    "when": "bolt",
    "if": "filter",
    "else": "arrow-ramp-right",
    "after": "clock",
    "action": "chevron-right",
    "row": "list-numbers",
    "step": "user-check",
    "given": "filter",
    "expect": "test-pipe",
}
MAX_INDENT = 4


def kind_label(words: Words, kind: str) -> str:
    labels = {
        "rule": words.say("Rule"),
        "assignment": words.say("Assignment table"),
        "validation": words.say("Validation"),
        "approval": words.say("Approval"),
        "test": words.say("Test"),
    }
    return labels[kind]


def card_of(labels: Labels, statement: Statement) -> RuleCard:
    words, model = labels.words, labels.model
    kind = kind_of(statement)
    thing = model.find_object(statement.object)
    lines = outline(statement, language_of(words.language), ModelNamings(model, labels))
    return RuleCard(
        name=getattr(statement, "label", statement.name),
        kind=kind_label(words, kind),
        icon=KIND_ICONS[kind],
        object=labels.object(thing) if thing else statement.object,
        number=statement.line,
        is_active=getattr(statement, "is_active", True),
        lines=tuple(map(_line, lines)),
    )


def _line(line: Line) -> RuleLine:
    depth = min(line.depth, MAX_INDENT)
    return RuleLine(
        icon=_LINE_ICONS[line.kind], text=line.text, indent=f"is-in{depth}" if depth else "", number=line.number or 0
    )
