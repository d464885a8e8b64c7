"""What stands below an editor: what the formula gives and says, or what is wrong with it, and its result on a record."""

from __future__ import annotations

from collections.abc import Sequence

from builder_ui.display import EMPTY, Shown
from builder_ui.formulas.asked import Place
from builder_ui.formulas.model import Finding, Panel, Part, Result
from builder_ui.formulas.parts import PartsOf
from builder_ui.posted import whole_number
from metamodel.fields.computed import FormulaField
from metamodel.fields.digits import MAX_PRECISION
from rule_engine import Diagnostic
from rule_engine.types import Kind
from trellis.errors import AccessDenied, InvalidFilter, InvalidRequest, NotFound
from trellis.formulas.check import Verdict
from trellis.formulas.explaining import Explained
from trellis.formulas.question import Question
from trellis.formulas.words import say
from trellis.query.query import Query

DEFAULT_SCALE, DEFAULT_CURRENCY = 2, "EUR"


async def build_panel(place: Place, verdict: Verdict) -> Panel:
    if not verdict.question.source.strip():
        return Panel(state="")
    findings = _findings(place, (*verdict.errors, *verdict.warnings))
    if verdict.checked is None:
        return Panel(state="wrong", findings=findings)
    return Panel(
        state="right",
        tag=kind_label(place, verdict.checked.type.kind),
        sentence=say(place.model, place.object.name, verdict.checked, place.labels),
        findings=findings,
        result=await _result(place, verdict.question),
        matches=await _matches(place, verdict.question),
        notes=_notes(place, verdict),
    )


def kind_label(place: Place, kind: Kind) -> str:
    """The kind of a result as the builder names field types."""
    words = place.visit.words
    labels = {
        Kind.NUMBER: words.say("Number"),
        Kind.BOOLEAN: words.say("Yes or no"),
        Kind.DATE: words.say("Date"),
        Kind.DATETIME: words.say("Date, time"),
        Kind.TIME: words.say("Time"),
        Kind.GEOLOCATION: words.say("Place"),
        Kind.PICKLIST: words.say("Picklist"),
        Kind.ID: words.say("ID"),
    }
    return labels.get(kind) or words.say("Text")


def _findings(place: Place, diagnostics: Sequence[Diagnostic]) -> tuple[Finding, ...]:
    words = place.visit.words
    return tuple(
        Finding(
            text=words.tell(one.message),
            hint=words.tell(one.hint or ""),
            place=words.say("line %(line)s, column %(column)s", line=one.line, column=one.column),
            is_warning=one.severity == "warning",
        )
        for one in diagnostics
    )


async def _result(place: Place, question: Question) -> Result | None:
    """On the record that was chosen; None when there is none, it has gone meanwhile, or it is not for the reader."""
    visit, record_id = place.visit, place.visit.posted("sample")
    if not place.is_live or not record_id:
        return None
    thing = place.object
    try:
        explained = await place.formulas.explain(visit.actor, question, record_id)
        row = await visit.queries.row(visit.actor, thing.name, record_id, (visit.model.object(thing.name).name_field,))
    except (NotFound, AccessDenied):
        return None
    whole = PartsOf(place.labels, visit.formats, visit.now, thing).part(explained.explanation)
    failure = explained.explanation.failure
    return Result(
        name=str(next(iter(row.values())) or "") or visit.words.say("(no name)"),
        shown=EMPTY if failure else shown_result(place, question, explained, whole),
        failure=failure.message if failure else "",
        whole=whole,
    )


def shown_result(place: Place, question: Question, explained: Explained, whole: Part) -> Shown:
    """As a field of that result type would show it."""
    returns = question.returns
    if returns is None:
        return whole.shown
    posted = place.visit.posted
    field = FormulaField(
        name="result",
        label="",
        returns=returns,
        formula=question.source,
        scale=_scale(posted("scale")),
        currency=_currency(posted("currency")),
    )
    value = explained.explanation.value
    if value is not None and returns == "percent" and question.mode == "salesforce":
        value *= 100  # there 0.24 is 24 %
    value = field.from_formula(value)
    return PartsOf(place.labels, place.visit.formats, place.visit.now, place.object).value(value, place.object, field)


def _scale(text: str) -> int:
    """As for a new field when it cannot be read."""
    number = whole_number(text)
    return DEFAULT_SCALE if number is None or number > MAX_PRECISION else number


def _currency(text: str) -> str:
    return text if len(text) == 3 and text.isascii() and text.isupper() else DEFAULT_CURRENCY


async def _matches(place: Place, question: Question) -> str:
    """Of a filter: "31 of 412 match"; "" where it reads what is not for the reader."""
    visit = place.visit
    if not visit.posted("count"):
        return ""
    name = place.object.name
    try:
        found, is_exact = await visit.queries.count(visit.actor, Query(object=name, filter=question.source))
        total, is_total_exact = await visit.queries.count(visit.actor, Query(object=name))
    except (InvalidFilter, InvalidRequest) as error:
        return visit.words.tell(error.message)
    except (AccessDenied, NotFound):
        return ""
    number = visit.formats.number
    return visit.words.say(
        "%(found)s of %(total)s match",
        found=number(found) + ("" if is_exact else "+"),
        total=number(total) + ("" if is_total_exact else "+"),
    )


def _notes(place: Place, verdict: Verdict) -> tuple[str, ...]:
    """Where the tenant's own database cannot compute it, lists cannot filter by it."""
    dialect = place.visit.compiled.dialect
    reasons = [one.reason for one in verdict.targets if one.target == dialect and one.reason]
    if not reasons:
        return ()
    return (
        place.visit.words.say(
            "Computed after reading: lists cannot filter or sort by it. %(reason)s", reason=reasons[0]
        ),
    )
