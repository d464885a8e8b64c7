"""A place in a rule file -> what may be written there, in the reader's language."""

from __future__ import annotations

from metamodel.model import Model
from rule_engine.rules.editor import RuleCompletion, complete_rules
from trellis.formulas.assist import CARET, Offer, Offers
from trellis.formulas.words import Texts, language_of, path_labels


def offers_at(model: Model, source: str, position: int, texts: Texts) -> Offers:
    found = complete_rules(source, position, model.rule_names)
    if not found:
        return Offers(start=position, end=position, offers=())
    # Those of another span than the first would need a place of their own.
    start, end = found[0].start, found[0].end
    shown = (one for one in found if (one.start, one.end) == (start, end))
    return Offers(start=start, end=end, offers=tuple(_offer(model, one, texts) for one in shown))


def _offer(model: Model, one: RuleCompletion, texts: Texts) -> Offer:
    is_english = language_of(texts.language) == "en"
    label = path_labels(model, one.path[0], texts)(one.path[1:]) if len(one.path) > 1 else None
    summary = one.summary_en if is_english else one.summary_zh
    return Offer(
        label=one.name,
        kind=one.kind,
        detail=label or one.detail,
        info=summary or (one.detail if label else ""),
        insert=_call(one) if one.kind == "function" else one.text,
    )


def _call(one: RuleCompletion) -> str:
    return f"{one.text}()" if one.detail.endswith("()") else f"{one.text}({CARET})"
