"""A question -> the verdict on its formula: what it gives and reads, everything that is wrong with it, and where it can run. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from metamodel.access_formulas import fit_for_access
from metamodel.fields.computed import RESULT_TYPES
from metamodel.model import Model
from rule_engine import (
    CheckedFormula,
    Diagnostic,
    Kind,
    Scope,
    SourceError,
    check_formula,
    format_formula,
)
from rule_engine.diagnosis import diagnose
from trellis.formulas.question import Question
from trellis.formulas.targets import TargetSupport, supported_targets

NUL = "\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`checked`: None when something is wrong; `errors` then has all of it. `canonical`: None when the text is no formula at
    all."""

    question: Question
    checked: CheckedFormula | None
    errors: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    canonical: str | None = None
    targets: tuple[TargetSupport, ...] = ()

    @property
    def is_valid(self) -> bool:
        return self.checked is not None


def judge(model: Model, scope: Scope, question: Question) -> Verdict:
    """Never raises for what is wrong with the formula."""
    try:
        checked = check_question(scope, question)
    except SourceError as error:
        return Verdict(question=question, checked=None, errors=error.diagnostics, canonical=_canonical(question.source))
    return Verdict(
        question=question,
        checked=checked,
        warnings=checked.warnings,
        canonical=_canonical(question.source),
        targets=supported_targets(model, question.object, checked),
    )


def fit(verdict: Verdict) -> Verdict:
    """As the verdict is on a formula that decides who may see a record: both databases must work it out at any read."""
    if verdict.checked is None:
        return verdict
    try:
        fit_for_access(verdict.checked)
    except SourceError as error:
        return replace(verdict, checked=None, errors=error.diagnostics)
    return verdict


def check_question(scope: Scope, question: Question) -> CheckedFormula:
    """Raises rule_engine.SourceError."""
    at = question.source.find(NUL)
    if at >= 0:
        message = "The formula holds a NUL character, which no stored text has."
        raise SourceError([diagnose(question.source, "bad_character", message, at, at + 1)], question.source)
    expected = RESULT_TYPES.get(question.returns or "")
    return check_formula(
        question.source, scope, mode=question.mode, blank_as_zero=question.blank_as_zero, expect=expected
    )


def type_name(checked: CheckedFormula) -> str:
    """The kind of the result: number, text, boolean, date ..."""
    return Kind(checked.type.kind).value


def _canonical(source: str) -> str | None:
    try:
        return format_formula(source)
    except SourceError:
        return None
