"""A formula on one record -> what it gave, part by part."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from metamodel.fields.computed import FormulaField
from metamodel.model import Model
from rule_engine import CheckedFormula
from rule_engine.targets.explain import Explanation, explain
from rule_engine.types import Path
from trellis.errors import InvalidRequest
from trellis.formulas.sample import Sample
from trellis.query.paths import get_object, resolve_names
from trellis.security.access import Access, require
from trellis.security.actor import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """`checked`: the formula; `explanation`: of the whole of it, with its parts."""

    checked: CheckedFormula
    explanation: Explanation


async def explain_on(sample: Sample, checked: CheckedFormula) -> Explained:
    evaluate = partial(explain, checked, sample.record, sample.context)
    await sample.learn(evaluate)
    return Explained(checked=checked, explanation=evaluate())


def formula_of_field(model: Model, access: Access, actor: Actor, object_name: str, field_name: str) -> CheckedFormula:
    """The formula of a formula field, for an actor who may read all that it names. Raises NotFound (the object), InvalidRequest (no
    formula field), AccessDenied."""
    field = get_object(model, object_name).fields.get(field_name)
    if not isinstance(field, FormulaField):
        raise InvalidRequest(f"{object_name}.{field_name[:60]} is no formula field.")
    require(access, actor, "read", object_name)
    require(access, actor, "read", object_name, field_name)
    checked = model.formula(object_name, field_name)
    for reference in checked.references:
        _require_path(model, access, actor, object_name, reference.path)
    for reads in checked.collections:
        for reference in reads.references:
            _require_path(model, access, actor, reads.rows.type.target or "", reference.path)
    return checked


def _require_path(model: Model, access: Access, actor: Actor, object_name: str, path: Path) -> None:
    found = resolve_names(model, object_name, path)
    for owner, name in zip(found.objects, found.names, strict=True):
        require(access, actor, "read", owner)
        require(access, actor, "read", owner, name)
