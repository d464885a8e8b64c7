"""Rule files as text, and a schema in the form of the shared examples' schema.json, in; plain data out.

Thin wrappers over what the product runs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rule_engine.errors import SourceError
from rule_engine.rules import check_rules, format_rules
from rule_engine.rules.analysis import analyse_rules
from tests.rule_engine.rules.names import DescribedNames

_SUGGESTION = re.compile(r'Did you mean "(.*?)"\?')


def check(text: str, schema_json: str | Path | Mapping[str, Any]) -> list[dict[str, Any]]:
    """The errors of a rule file, in source order; `suggests` is the nearest name, or None."""
    try:
        check_rules(text, names_of(schema_json))
    except SourceError as error:
        return [
            {
                "line": problem.line,
                "code": problem.code,
                "message": problem.message,
                "suggests": found[1] if (found := _SUGGESTION.search(problem.hint or "")) else None,
            }
            for problem in error.diagnostics
        ]
    return []


def format(text: str) -> str:  # noqa: A001  # the name it is known by
    """The canonical form. Raises SourceError."""
    return format_rules(text)


def names_of(schema_json: str | Path | Mapping[str, Any]) -> DescribedNames:
    """The schema as a mapping, as JSON text, or as the path of a file."""
    if isinstance(schema_json, Mapping):
        return DescribedNames(schema_json)
    is_text = isinstance(schema_json, str) and schema_json.lstrip().startswith("{")
    return DescribedNames(json.loads(schema_json if is_text else Path(schema_json).read_text("utf-8")))


def findings(text: str, schema_json: str | Path | Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What static analysis says, by the name of the statement; of several findings the others are in its `more`."""
    analysis = analyse_rules([check_rules(text, names_of(schema_json))])
    told: dict[str, dict[str, Any]] = {}
    for finding in analysis.findings:
        body = {key: value for key, value in finding.to_json().items() if key in _MEMBERS[finding.code]}
        if finding.name in told:
            told[finding.name].setdefault("more", []).append(body)
        else:
            told[finding.name] = body
    return told


_MEMBERS = {
    "never_true": ("finding", "row"),
    "always_true": ("finding", "row"),
    "shadowed": ("finding", "row", "by"),
    "overlap": ("finding", "rows", "example"),
    "uncovered": ("finding", "example"),
    "cycle": ("finding", "with"),
}
