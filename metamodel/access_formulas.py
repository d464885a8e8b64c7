"""Conditions that decide who may see a record: whether both databases can answer them at any read."""

from __future__ import annotations

from collections.abc import Iterator

from rule_engine import CheckedFormula, SourceError, find_unsupported
from rule_engine.diagnosis import diagnose
from rule_engine.errors import Diagnostic
from rule_engine.typed import Apply, ContextRead, Read, Typed, walk
from rule_engine.wording import say

_OF_A_SAVE = ("is_new", "is_clone")


def fit_for_access(checked: CheckedFormula) -> CheckedFormula:
    """The formula itself. Raises rule_engine.SourceError where it asks what there is only while a record is saved, or what a database
    cannot work out."""
    found = tuple(_asks_about_a_save(checked)) or tuple(_asks_too_much(checked))
    if found:
        raise SourceError(found, checked.source)
    return checked


def _asks_about_a_save(checked: CheckedFormula) -> Iterator[Diagnostic]:
    for node in walk(checked.tree):
        if (isinstance(node, Read) and node.is_prior) or (isinstance(node, ContextRead) and node.name in _OF_A_SAVE):
            message = say("This is known only while a record is saved; sharing is decided at every read.")
            yield _fault(checked, node, message)


def _asks_too_much(checked: CheckedFormula) -> Iterator[Diagnostic]:
    if find_unsupported(checked) is None:
        return
    message = say("The database cannot work this out, and sharing is decided there.")
    unknown = [node for node in walk(checked.tree) if isinstance(node, Apply) and node.form.postgresql is None]
    yield from (_fault(checked, node, message) for node in unknown or (checked.tree,))


def _fault(checked: CheckedFormula, node: Typed, message: str) -> Diagnostic:
    hint = say("Compare stored fields with values.")
    return diagnose(checked.source, "unfit_for_sharing", message, node.start, node.end, hint)
