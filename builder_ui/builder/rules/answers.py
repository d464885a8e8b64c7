"""What the editor of rules hears: findings with their places for the text, the panel beside it as a piece of the page, completions, and
the canonical form."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, islice
from typing import Any

import orjson
from starlette.responses import Response

from builder_ui.builder.rules.editor import rule_service
from builder_ui.builder.rules.panel import build_panel, finding_text
from builder_ui.builder.workspace import load_workspace
from builder_ui.formulas.offsets import Units, to_characters, to_units
from builder_ui.labels import Labels
from builder_ui.posted import whole_number
from builder_ui.translation import Words
from builder_ui.visit import Visit
from trellis.formulas.json_form import offers_json
from trellis.rules.check import Verdict
from trellis.rules.errors import InvalidRules

MAX_MARKS = 200


async def check(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    text = _text(visit)
    verdict = await rule_service(visit, workspace).check(visit.actor, text)
    panel = build_panel(Labels(workspace.model, visit.words), verdict)
    html = visit.renderer.text("builder/rule_panel.html", visit.words.language, {"panel": panel})
    return _json({"findings": list(islice(_marks(text, verdict, visit.words), MAX_MARKS)), "panel": html})


async def complete(visit: Visit) -> Response:
    workspace = await load_workspace(visit)
    text = _text(visit)
    units = whole_number(visit.posted("position"))
    position = len(text) if units is None else to_characters(text, units)
    labels = Labels(workspace.model, visit.words)
    found = await rule_service(visit, workspace).complete(visit.actor, text, position, labels)
    answer = offers_json(found)
    return _json({"from": to_units(text, found.start), "to": to_units(text, found.end), "offers": answer["offers"]})


async def format_text(visit: Visit) -> Response:
    """Nothing to put in its place when it cannot be read: the findings say why."""
    workspace = await load_workspace(visit)
    try:
        formatted = await rule_service(visit, workspace).format(visit.actor, _text(visit))
    except InvalidRules:
        return _json({"text": None})
    return _json({"text": formatted})


def _text(visit: Visit) -> str:
    return visit.posted("formula").replace("\r\n", "\n")


def _marks(text: str, verdict: Verdict, words: Words) -> Iterator[dict[str, Any]]:
    units = Units(text)
    for one in verdict.errors:
        message = " ".join(words.tell(part) for part in (one.message, one.hint) if part)
        yield _mark(units, one.start, one.end, one.severity, message)
    if verdict.findings:
        lines = text.split("\n")
        starts = [0, *accumulate(len(line) + 1 for line in lines)]
        for finding in verdict.findings:
            line, start = lines[finding.line - 1], starts[finding.line - 1]
            indent = len(line) - len(line.lstrip())
            yield _mark(units, start + indent, start + len(line), "warning", finding_text(words, finding))


def _mark(units: Units, start: int, end: int, severity: str, message: str) -> dict[str, Any]:
    return {"from": units.before(start), "to": units.before(end), "severity": severity, "message": message}


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value), headers={"cache-control": "no-store"}, media_type="application/json")
