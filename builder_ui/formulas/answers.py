"""What the editor hears: findings with their places for the text, and the panel below it as a piece of the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from markupsafe import Markup, escape
from starlette.responses import Response

from builder_ui.forms.lookup import options_page
from builder_ui.formulas.asked import Place
from builder_ui.formulas.offsets import to_units
from builder_ui.formulas.panel import build_panel
from builder_ui.translation import Words
from rule_engine import Diagnostic
from rule_engine.editor import SignatureHelp
from trellis.formulas.json_form import offers_json

# The choice of a record to try a formula on: the name of what it sends, and its id in the page.
SAMPLE, SAMPLE_ID = "sample", "sample-record"


async def check(place: Place) -> Response:
    question = place.question()
    verdict = await place.verdict(question)
    panel = await build_panel(place, verdict)
    visit = place.visit
    html = visit.renderer.text("formula_panel.html", visit.words.language, {"panel": panel})
    is_blank = not question.source.strip()
    findings = () if is_blank else (*verdict.errors, *verdict.warnings)
    return _json({"findings": list(_findings(question.source, findings, visit.words)), "panel": html})


async def complete(place: Place) -> Response:
    question = place.question()
    source = question.source
    found = await place.formulas.complete(place.visit.actor, question, place.position(source), place.labels)
    answer = offers_json(found)
    return _json({"from": to_units(source, found.start), "to": to_units(source, found.end), "offers": answer["offers"]})


async def hover(place: Place) -> Response:
    question = place.question()
    source = question.source
    found = await place.formulas.hover(place.visit.actor, question, place.position(source), place.labels)
    if found is None:
        return _json(None)
    lines = Markup("").join(Markup('<p class="doc-text">{}</p>').format(line) for line in found.lines)
    html = Markup('<p class="doc-name">{}</p>').format(found.title) + lines
    return _json({"from": to_units(source, found.start), "to": to_units(source, found.end), "html": html})


async def signature(place: Place) -> Response:
    question = place.question()
    found = await place.formulas.call_at(place.visit.actor, question, place.position(question.source))
    return _json({"html": "" if found is None else _signature_html(found, place.visit.words.language)})


async def sample_records(place: Place) -> Response:
    """The records of the object, for the choice of one to try a formula on."""
    text = place.visit.asked(f"{SAMPLE}.text")
    return await options_page(place.visit, place.object, list_id=f"{SAMPLE_ID}-l", text=text)


def _findings(source: str, diagnostics: Iterable[Diagnostic], words: Words) -> Iterable[dict[str, Any]]:
    for one in diagnostics:
        yield {
            "from": to_units(source, one.start),
            "to": to_units(source, one.end),
            "severity": one.severity,
            "message": " ".join(words.tell(text) for text in (one.message, one.hint) if text),
        }


def _signature_html(help_: SignatureHelp, language: str) -> str:
    """The signature with the parameter that is being written marked, and what the function does."""
    marked, last = Markup(""), 0
    for place, (start, end) in enumerate(help_.parameters):
        wrap = Markup("<mark>{}</mark>") if place == help_.active else Markup("{}")
        marked += escape(help_.signature[last:start]) + wrap.format(help_.signature[start:end])
        last = end
    summary = help_.summary_zh if language.startswith("zh") else help_.summary_en
    return Markup("<code>{}</code> <span>{}</span>").format(marked + escape(help_.signature[last:]), summary)


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value), headers={"cache-control": "no-store"}, media_type="application/json")
