"""What can be told of a condition before any record is seen: when it must be true, and when it can be.

For each subject (a field, or the same call of the same fields) there are two sets of its values: outside the `necessary`
one the condition has not that outcome, inside the `sufficient` one it has it, unless it fails. Nothing else is ever
concluded, so that what is not understood is simply left open.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rule_engine import typed
from rule_engine.checking.warnings.domains import domain_of
from rule_engine.checking.warnings.values import ALL, BLANK, MAX_SPANS, NONE, Values, compared, only
from rule_engine.identity import identity_of
from rule_engine.types import Kind

Sets = Mapping[Hashable, Values]

_ANYTHING: Hashable = ("anything",)
"""The subject of what depends on no subject."""


@dataclass(frozen=True, slots=True)
class Outcome:
    necessary: Sets = field(default_factory=dict)
    sufficient: Sets = field(default_factory=dict)

    @property
    def is_impossible(self) -> bool:
        return any(not values for values in self.necessary.values())


@dataclass(frozen=True, slots=True)
class Truth:
    """When a condition is true, and when it is false; it may be blank too."""

    true: Outcome = field(default_factory=Outcome)
    false: Outcome = field(default_factory=Outcome)


_NEVER = Outcome(necessary={_ANYTHING: NONE})
_ALWAYS = Outcome(sufficient={_ANYTHING: ALL})
_OPEN = Truth()


class Truths:
    """Finds the truth of conditions of one formula, and remembers it."""

    def __init__(self) -> None:
        self._domains: dict[Hashable, Values] = {_ANYTHING: ALL}
        self._known: dict[int, tuple[typed.Typed, Truth]] = {}

    def of(self, node: typed.Typed) -> Truth:
        known = self._known.get(id(node))
        if known is None:
            known = self._known[id(node)] = (node, self._truth(node))
        return known[1]

    def is_always_true(self, node: typed.Typed) -> bool:
        """Unless it fails."""
        return self._is_certain(self.of(node).true)

    def is_never_true(self, node: typed.Typed) -> bool:
        return self.of(node).true.is_impossible

    def domain(self, subject: Hashable) -> Values:
        return self._domains[subject]

    def _is_certain(self, outcome: Outcome) -> bool:
        return any(values.contains(self._domains[subject]) for subject, values in outcome.sufficient.items())

    def _truth(self, node: typed.Typed) -> Truth:
        match node:
            case typed.Constant(value=value):
                return Truth(_ALWAYS if value is True else _NEVER, _ALWAYS if value is False else _NEVER)
            case typed.Not(operand=operand):
                inner = self.of(operand)
                return Truth(inner.false, inner.true)
            case typed.All(operands=operands):
                return self._all([self.of(operand).true for operand in operands])
            case typed.AnyOf(operands=operands):
                return self._any([self.of(operand).true for operand in operands])
            case typed.IsBlank(operand=operand):
                return self._about(operand, BLANK, ALL - BLANK)
            case typed.Equal():
                return self._equal(node)
            case typed.Order(operator=operator, left=left, right=right):
                return self._order(operator, left, right)
            case typed.OneOf(subject=subject, values=values):
                constants = _constants(values)
                return _OPEN if constants is None else self._about(subject, only(constants), ALL - only(constants))
            case typed.Let(body=body):
                return self._let(self.of(body))
        if node.type.kind is Kind.BOOLEAN:
            return self._about(node, only((True,)), only((False,)))
        return _OPEN

    # comparisons

    def _about(self, subject: typed.Typed, true: Values, false: Values) -> Truth:
        """Exactly true for some values of the subject, and false for some."""
        identity = identity_of(subject)
        if identity is None or isinstance(subject, typed.Constant):
            identity = ("place", subject.start, subject.end, id(subject))
        domain = self._domains.setdefault(identity, domain_of(subject))
        return Truth(_exactly(identity, true & domain), _exactly(identity, false & domain))

    def _equal(self, node: typed.Equal) -> Truth:
        left, right = node.left, node.right
        if isinstance(left, typed.Constant):
            left, right = right, left
        is_text = typed.is_text_equality(node)
        if isinstance(right, typed.Constant):
            if right.value is None and not is_text:
                return Truth(_NEVER, _NEVER)
            equal = BLANK if right.value is None else only((right.value,))
            unequal = (ALL if is_text else ALL - BLANK) - equal
        elif _are_same(left, right):
            equal, unequal = (ALL if is_text else ALL - BLANK), NONE
        else:
            return _OPEN
        truth = self._about_constant(left, equal, unequal)
        return Truth(truth.false, truth.true) if node.is_negated else truth

    def _order(self, operator: str, left: typed.Typed, right: typed.Typed) -> Truth:
        if isinstance(left, typed.Constant):
            left, right, operator = right, left, {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[operator]
        if isinstance(right, typed.Constant):
            if right.value is None:
                return Truth(_NEVER, _NEVER)
            true = compared(operator, right.value)
            return self._about_constant(left, true, (ALL - BLANK) - true)
        if _are_same(left, right):
            present = ALL - BLANK
            return self._about(left, *((present, NONE) if "=" in operator else (NONE, present)))
        return _OPEN

    def _about_constant(self, subject: typed.Typed, true: Values, false: Values) -> Truth:
        """As `_about`; a constant is decided at once."""
        if not isinstance(subject, typed.Constant):
            return self._about(subject, true, false)
        value = BLANK if subject.value is None else only((subject.value,))
        return Truth(*(_ALWAYS if values.contains(value) else _NEVER for values in (true, false)))

    # several

    def _all(self, outcomes: Sequence[Outcome]) -> Truth:
        """True when each is; false otherwise, never blank."""
        open_ = [outcome for outcome in outcomes if not self._is_certain(outcome)]
        if not open_:
            return Truth(_ALWAYS, _NEVER)
        if len(open_) > MAX_SPANS:
            return _OPEN
        necessary = _merged([outcome.necessary for outcome in open_], is_union=False)
        sufficient = _common([outcome.sufficient for outcome in open_], is_union=False)
        return self._with_opposite(necessary, sufficient)

    def _any(self, outcomes: Sequence[Outcome]) -> Truth:
        """True when one is; false otherwise, never blank."""
        open_ = [outcome for outcome in outcomes if not outcome.is_impossible]
        if not open_:
            return Truth(_NEVER, _ALWAYS)
        if len(open_) > MAX_SPANS:
            return _OPEN
        necessary = _common([outcome.necessary for outcome in open_], is_union=True)
        sufficient = _merged([outcome.sufficient for outcome in open_], is_union=True)
        return self._with_opposite(necessary, sufficient)

    def _with_opposite(self, necessary: Sets, sufficient: Sets) -> Truth:
        """What is not true is false."""
        false = Outcome(
            necessary={subject: self._domains[subject] - values for subject, values in sufficient.items()},
            sufficient={subject: self._domains[subject] - values for subject, values in necessary.items()},
        )
        return Truth(Outcome(necessary, sufficient), false)

    def _let(self, body: Truth) -> Truth:
        """Its names mean nothing outside, so that only what is decided is kept."""
        return Truth(*(self._decided(outcome) for outcome in (body.true, body.false)))

    def _decided(self, outcome: Outcome) -> Outcome:
        if outcome.is_impossible:
            return _NEVER
        return _ALWAYS if self._is_certain(outcome) else Outcome()


def _exactly(subject: Hashable, values: Values) -> Outcome:
    if not values.is_simple:
        return Outcome()
    return Outcome({subject: values}, {subject: values})


def _merged(parts: Iterable[Sets], *, is_union: bool) -> Sets:
    """Of every subject of one of them."""
    result: dict[Hashable, Values] = {}
    for part in parts:
        for subject, values in part.items():
            result[subject] = _joined(result[subject], values, is_union=is_union) if subject in result else values
    return result


def _common(parts: Sequence[Sets], *, is_union: bool) -> Sets:
    """Of the subjects that all of them have."""
    shared = set(parts[0]).intersection(*parts[1:])
    return {subject: values for subject, values in _merged(parts, is_union=is_union).items() if subject in shared}


def _joined(first: Values, second: Values, *, is_union: bool) -> Values:
    return first | second if is_union else first & second


def _are_same(left: typed.Typed, right: typed.Typed) -> bool:
    identity = identity_of(left)
    return identity is not None and identity == identity_of(right)


def _constants(nodes: Sequence[typed.Typed]) -> list[Any] | None:
    """Their values without blanks; None when one is no constant."""
    if not all(isinstance(node, typed.Constant) for node in nodes):
        return None
    return [node.value for node in nodes if isinstance(node, typed.Constant) and node.value is not None]
