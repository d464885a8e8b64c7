"""What is said of formulas -> JSON, as the API, the command line and the editor give it. Offsets count characters (code points)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metamodel.model import Model
from rule_engine import Diagnostic
from rule_engine.editor import Hover
from trellis.formulas.assist import Offers
from trellis.formulas.check import Verdict, type_name
from trellis.formulas.explaining import Explained
from trellis.formulas.functions import ListedFunction
from trellis.formulas.words import LANGUAGES, ModelTexts, say

JsonObject = dict[str, Any]


def verdict_json(verdict: Verdict, model: Model) -> JsonObject:
    """`model`: the one that the formula was checked against, for its labels."""
    checked = verdict.checked
    return {
        "is_valid": verdict.is_valid,
        "type": type_name(checked) if checked else None,
        "references": [".".join(one.path) for one in checked.references] if checked else [],
        "user_fields": list(checked.user_fields) if checked else [],
        "functions": sorted(checked.functions) if checked else [],
        "errors": diagnostics_json(verdict.errors),
        "warnings": diagnostics_json(verdict.warnings),
        "canonical": verdict.canonical,
        "sentences": _sentences(verdict, model),
        "targets": [
            {"target": one.target, "supported": one.reason is None, "reason": one.reason} for one in verdict.targets
        ],
    }


def _sentences(verdict: Verdict, model: Model) -> JsonObject:
    checked, name = verdict.checked, verdict.question.object
    if checked is None:
        return {}
    return {one: say(model, name, checked, ModelTexts(model, one)) for one in LANGUAGES}


def diagnostics_json(diagnostics: Sequence[Diagnostic]) -> list[JsonObject]:
    names = ("code", "message", "hint", "line", "column", "start", "end")
    return [{name: getattr(one, name) for name in names} for one in diagnostics]


def explained_json(explained: Explained) -> JsonObject:
    whole = explained.explanation.to_json()
    return {
        "type": type_name(explained.checked),
        "value": whole["value"],
        "error": whole["error"],
        "explanation": whole,
    }


def offers_json(offers: Offers) -> JsonObject:
    names = ("label", "kind", "detail", "info", "insert")
    shown = [{name: getattr(one, name) for name in names} for one in offers.offers]
    return {"start": offers.start, "end": offers.end, "offers": shown}


def hover_json(hover: Hover | None) -> JsonObject | None:
    if hover is None:
        return None
    return {"start": hover.start, "end": hover.end, "title": hover.title, "text": "\n".join(hover.lines)}


def function_json(function: ListedFunction) -> Mapping[str, Any]:
    example = function.example
    return {
        "name": function.name,
        "group": function.group,
        "signature": function.signature,
        "summary": function.summary,
        "example": {"formula": example[0], "result": example[1]} if example else None,
    }
