"""What is said of formulas -> JSON, as the API, the command line and the editor give it. Offsets count characters (code points)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rule_engine import Diagnostic
from trellis.formulas.check import Verdict, type_name
from trellis.formulas.functions import ListedFunction

JsonObject = dict[str, Any]


def verdict_json(verdict: Verdict) -> JsonObject:
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
        "sentences": dict(verdict.sentences),
        "targets": [
            {"target": one.target, "supported": one.reason is None, "reason": one.reason} for one in verdict.targets
        ],
    }


def diagnostics_json(diagnostics: Sequence[Diagnostic]) -> list[JsonObject]:
    names = ("code", "message", "hint", "line", "column", "start", "end")
    return [{name: getattr(one, name) for name in names} for one in diagnostics]


def function_json(function: ListedFunction) -> Mapping[str, Any]:
    example = function.example
    return {
        "name": function.name,
        "group": function.group,
        "signature": function.signature,
        "summary": function.summary,
        "example": {"formula": example[0], "result": example[1]} if example else None,
    }
