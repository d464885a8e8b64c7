"""What is said of rule files -> JSON, as the API gives it. Offsets count characters (code points)."""

from __future__ import annotations

from typing import Any

from metamodel.model import Model
from rule_engine.targets.outline import summary
from trellis.formulas.json_form import diagnostics_json
from trellis.formulas.words import LANGUAGES
from trellis.rules.check import Statement, Verdict, kind_of
from trellis.rules.naming import ModelNamings, OwnRuleTexts

JsonObject = dict[str, Any]


def verdict_json(verdict: Verdict, model: Model) -> JsonObject:
    """`model`: the one that the rules were checked against, for its labels. Takes as long as the rules are long."""
    return {
        "is_valid": verdict.is_valid,
        "errors": diagnostics_json(verdict.errors),
        "findings": [one.to_json() for one in verdict.findings],
        "canonical": verdict.canonical(),
        "statements": [_statement(one, model) for one in verdict.statements],
    }


def _statement(one: Statement, model: Model) -> JsonObject:
    return {
        "kind": kind_of(one),
        "name": one.name,
        "object": one.object,
        "line": one.line,
        "is_active": getattr(one, "is_active", True),
        "sentences": {name: summary(one, name, ModelNamings(model, OwnRuleTexts(model, name))) for name in LANGUAGES},
    }
