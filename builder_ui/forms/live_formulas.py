"""Which formulas of an object a form can compute as one types: those that read nothing but what the form holds, the moment and who
types. What they need, as a module of JavaScript with a plan; the same for everybody while the model stays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from builder_ui.assets import Assets
from metamodel.definitions import Object
from metamodel.fields.choice import CheckboxField, MultiPicklistField
from metamodel.fields.compound import GeolocationField
from metamodel.fields.computed import FormulaField
from metamodel.fields.contact import PhoneField, UrlField
from metamodel.fields.field import Field
from metamodel.fields.number import NumberField, PercentField
from metamodel.fields.reference import LookupField
from metamodel.fields.text import TextAreaField
from metamodel.fields.time import DateField, DatetimeField, TimeField
from metamodel.model import Model
from metamodel.rules import CheckedValidation
from rule_engine import CheckedFormula, UnsupportedOnTarget, compile_javascript, compile_javascript_module, typed
from rule_engine.targets.javascript.literals import value_literal

USER_FIELDS = frozenset({"id", "name", "email", "language", "time_zone", "is_admin"})
_MOMENTS = frozenset({"now", "today", "is_new"})
# Their text is HTML, which the server makes safe before it shows it.
_GIVE_MARKUP = frozenset({"HYPERLINK", "IMAGE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFormulas:
    """`text`: the module, `digest` of it; `shown`: formula fields that the form shows; `validations` whose field is on the form."""

    text: str
    digest: str
    shown: tuple[str, ...]
    validations: tuple[CheckedValidation, ...]

    @property
    def is_empty(self) -> bool:
        return not self.shown and not self.validations


def live_formulas(
    model: Model, thing: Object, typed_fields: Sequence[Field], placed: Sequence[str], assets: Assets
) -> LiveFormulas:
    """`typed_fields`: those of the form; `placed`: the names of all that the layout shows."""
    choice = _Choice(model, thing, {one.name: one for one in typed_fields})
    shown = tuple(name for name in placed if choice.can_show(name))
    validations = tuple(choice.validations())
    formulas = choice.formulas(shown, validations)
    module = compile_javascript_module(formulas, addresses=runtime_addresses(assets))
    text = f"{module.text}\nexport const plan = {value_literal(choice.plan(formulas, validations))};\n"
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return LiveFormulas(text=text, digest=digest, shown=shown, validations=validations)


def runtime_addresses(assets: Assets) -> Mapping[str, str]:
    return {file: assets.url(f"formula-{file}.js") for file in ("core", "patterns", "markup")}


@dataclass(slots=True)
class _Choice:
    """`_reads`: what each formula field reads of the form, None when it cannot be computed there."""

    model: Model
    thing: Object
    inputs: Mapping[str, Field]
    _reads: dict[str, frozenset[str] | None] = field(default_factory=dict)

    def can_show(self, name: str) -> bool:
        shape = self.thing.fields.get(name)
        if not isinstance(shape, FormulaField) or self._field_reads(name) is None:
            return False
        return not any(formula.functions & _GIVE_MARKUP for formula in self._with_fields(self._formula(name)).values())

    def validations(self) -> Iterator[CheckedValidation]:
        for one in self.model.validations_for(self.thing.name):
            if one.field in self.inputs and None not in map(self.reads, _formulas_of(one)):
                yield one

    def formulas(self, shown: Sequence[str], validations: Sequence[CheckedValidation]) -> dict[str, CheckedFormula]:
        """By the name they have in the module. A formula field stands behind those that it reads."""
        found: dict[str, CheckedFormula] = {}
        for name in shown:
            found |= self._with_fields(self._formula(name)) | {f"field.{name}": self._formula(name)}
        for index, one in enumerate(validations):
            for part, checked in zip(("validation", "message"), _formulas_of(one), strict=False):
                found |= self._with_fields(checked) | {f"{part}.{index}": checked}
        return found

    def plan(self, formulas: Mapping[str, CheckedFormula], validations: Sequence[CheckedValidation]) -> dict[str, Any]:
        """How the form is read, and what is computed of it."""
        computed = [name.removeprefix("field.") for name in formulas if name.startswith("field.")]
        read = frozenset().union(*(self.reads(checked) or () for checked in formulas.values()))
        return {
            "inputs": {name: _input(shape) for name, shape in self.inputs.items() if name in read},
            "computed": {name: self._computed(name) for name in computed},
            "validations": [
                {
                    "field": one.field,
                    "name": one.name,
                    "reads": sorted(frozenset().union(*(self.reads(checked) or () for checked in _formulas_of(one)))),
                }
                for one in validations
            ],
        }

    def _computed(self, name: str) -> dict[str, Any]:
        shape = self.thing.fields[name]
        assert isinstance(shape, FormulaField)
        return {"reads": sorted(self._field_reads(name) or ()), "returns": shape.returns, "scale": shape.scale}

    # what formulas read

    def reads(self, checked: CheckedFormula) -> frozenset[str] | None:
        """The fields of the form, also those behind formula fields; None when it reads anything else."""
        if checked.collections or checked.globals or not USER_FIELDS.issuperset(checked.user_fields):
            return None
        if not all(map(_is_known_to_a_form, typed.walk(checked.tree))) or not _compiles(checked):
            return None
        parts = [self._path_reads(reference.path) for reference in checked.references]
        return None if None in parts else frozenset().union(*(part for part in parts if part is not None))

    def _path_reads(self, path: Sequence[str]) -> frozenset[str] | None:
        name = path[0]
        if len(path) > 1 or name not in self.thing.fields:
            return None
        if isinstance(self.thing.fields[name], FormulaField):
            return self._field_reads(name)
        return frozenset({name}) if name in self.inputs else None

    def _field_reads(self, name: str) -> frozenset[str] | None:
        if name not in self._reads:
            self._reads[name] = self.reads(self._formula(name))
        return self._reads[name]

    def _formula(self, name: str) -> CheckedFormula:
        return self.model.formula(self.thing.name, name)

    def _with_fields(self, checked: CheckedFormula) -> dict[str, CheckedFormula]:
        """The formula fields that it reads, innermost first."""
        found: dict[str, CheckedFormula] = {}
        for reference in checked.references:
            name = reference.path[0]
            if isinstance(self.thing.fields[name], FormulaField):
                found |= self._with_fields(self._formula(name)) | {f"field.{name}": self._formula(name)}
        return found


def _formulas_of(validation: CheckedValidation) -> tuple[CheckedFormula, ...]:
    message = validation.message
    return (validation.condition,) if isinstance(message, str) else (validation.condition, message)


def _compiles(checked: CheckedFormula) -> bool:
    try:
        compile_javascript(checked)
    except UnsupportedOnTarget:
        return False
    return True


def _is_known_to_a_form(node: typed.Typed) -> bool:
    match node:
        case typed.FindValue():
            return False
        case typed.Read(is_prior=is_prior):
            return not is_prior
        case typed.ContextRead(name=name):
            return name in _MOMENTS or name.startswith("user.")
        case typed.Apply(form=form):
            return "currency_rates" not in form.needs
    return True


def _input(shape: Field) -> dict[str, Any]:
    """How a field is read. `filled`: a new record that leaves it blank is given a value when it is saved."""
    read: dict[str, Any] = {"as": _reading(shape)}
    if isinstance(shape, NumberField):
        read |= {"scale": shape.scale, "precision": shape.precision}
    if shape.default_formula is not None or shape.name == "owner":
        read["filled"] = True
    return read


def _reading(shape: Field) -> str:
    kinds: tuple[tuple[type[Field], str], ...] = (
        (CheckboxField, "checkbox"),
        (MultiPicklistField, "checks"),
        (LookupField, "lookup"),
        (GeolocationField, "place"),
        (PercentField, "percent"),
        (NumberField, "number"),
        (DatetimeField, "datetime"),
        (DateField, "date"),
        (TimeField, "time"),
        (PhoneField, "phone"),
        (UrlField, "url"),
        (TextAreaField, "area"),
    )
    return next((name for kind, name in kinds if isinstance(shape, kind)), "text")
