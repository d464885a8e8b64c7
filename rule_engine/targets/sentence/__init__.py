"""Typed tree into a plain sentence, for people who do not read formulas."""

from __future__ import annotations

from typing import Literal

from rule_engine.checker import CheckedFormula
from rule_engine.targets.sentence.chinese import Chinese
from rule_engine.targets.sentence.english import English
from rule_engine.targets.sentence.names import Labels, Names
from rule_engine.targets.sentence.statements import Statements
from rule_engine.targets.sentence.words import Words
from rule_engine.types import Kind

Language = Literal["en", "zh-Hans"]

__all__ = ["Labels", "Language", "sentence"]


def sentence(checked: CheckedFormula, language: Language, labels: Labels | None = None) -> str:
    """The formula in words, without a capital and a full stop: "country is one of DE, AT and email is not blank".

    `labels` is asked for each step of a path (("account",), then ("account", "name")), with the path of the child list
    in front inside an aggregate, and for a picklist's value with the value behind the field's path. Where it gives
    None or "", the API name is said in words and the value as it is.
    """
    words: Words = English() if language == "en" else Chinese()
    statements = Statements(words, Names(words, labels))
    if checked.tree.type.kind is Kind.BOOLEAN:
        return statements.text(checked.tree)
    return statements.nouns.text(checked.tree)
