"""The typed tree: a checked formula, with functions resolved to forms. Every target compiles these nodes.

`start` and `end` are offsets into the source. A boolean node may be blank unless it says otherwise; a blank condition
counts as false.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rule_engine.types import Kind, Reference, Type

if TYPE_CHECKING:
    from rule_engine.functions.entry import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    type: Type
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalid(Typed):
    """Stands where something was wrong, so that one fault is reported once. No target sees it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListValue(Typed):
    """A list that LET binds, or that stands after `in`; a child list has no elements. The checker takes it apart; no
    target sees it."""

    elements: tuple[Typed, ...]
    is_of_children: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(Typed):
    """`value` in Python form; None is blank."""

    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Typed):
    """A field. `blank_is_zero`: a blank number reads as 0; `is_prior`: the value before the change (the present one
    of a new record)."""

    reference: Reference
    blank_is_zero: bool = False
    is_prior: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextRead(Typed):
    """`name`: now, today, is_new, is_clone, user.FIELD, or that of another global, such as org.name. A blank boolean
    is false."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply(Typed):
    """A call of one form of a built-in."""

    form: Form
    arguments: tuple[Typed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class All(Typed):
    """True when every operand is; lazy; never blank."""

    operands: tuple[Typed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(Typed):
    """True when an operand is; lazy; never blank."""

    operands: tuple[Typed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Typed):
    operand: Typed


@dataclass(frozen=True, slots=True, kw_only=True)
class IsBlank(Typed):
    operand: Typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback(Typed):
    """`operand`, or `fallback` when it is blank; both are evaluated."""

    operand: Typed
    fallback: Typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Recover(Typed):
    """`operand`, or `fallback` when it fails; lazy."""

    operand: Typed
    fallback: Typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(Typed):
    """The value of the first true condition; lazy."""

    branches: tuple[tuple[Typed, Typed], ...]
    otherwise: Typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Typed):
    """The result of the first value equal to `subject`; everything is evaluated."""

    subject: Typed
    branches: tuple[tuple[Typed, Typed], ...]
    otherwise: Typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Equal(Typed):
    """Of texts: blank equals blank, never blank itself. Otherwise blank when either side is."""

    left: Typed
    right: Typed
    is_negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Typed):
    """`operator`: < <= > >=; blank when either side is."""

    operator: str
    left: Typed
    right: Typed


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf(Typed):
    """Whether `subject` equals one of `values`; a blank subject equals none; never blank."""

    subject: Typed
    values: tuple[Typed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds(Typed):
    """Whether the multi-picklist `subject` holds one of `values`; never blank."""

    subject: Typed
    values: tuple[Typed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Let(Typed):
    """`body`, where each name stands for its value. Values are evaluated once and in order, used or not; a later one
    may use the names before it."""

    bindings: tuple[tuple[str, Typed], ...]
    body: Typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Local(Typed):
    """The value of a name that a Let around it binds. `can_fail` is false: the Let has failed before. `can_be_blank`
    is that of the value."""

    name: str
    can_be_blank: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(Typed):
    """Over the rows of a child list. `function`: count, sum, min, max or avg. Rows where `condition` is not true are
    left out, and so are blank values; `value` is None for count. Without values a sum is 0, the others are blank.
    `value` and `condition` read paths of the child (`Read`), never of the record around it."""

    function: str
    rows: Reference
    value: Typed | None
    condition: Typed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindValue(Typed):
    """The `field` of the record of `object` whose `key_field` equals `key`; blank when there is none."""

    object: str
    field: str
    key_field: str
    key: Typed


TEXT_KINDS = frozenset({Kind.TEXT, Kind.PICKLIST, Kind.ID})


def children(node: Typed) -> tuple[Typed, ...]:
    """The direct parts of a node, in the order they are evaluated."""
    match node:
        case Apply(arguments=parts) | All(operands=parts) | AnyOf(operands=parts):
            return parts
        case Not(operand=part) | IsBlank(operand=part):
            return (part,)
        case Fallback(operand=part, fallback=fallback) | Recover(operand=part, fallback=fallback):
            return (part, fallback)
        case Conditional(branches=branches, otherwise=otherwise):
            return (*(part for branch in branches for part in branch), otherwise)
        case Case(subject=subject, branches=branches, otherwise=otherwise):
            return (subject, *(part for branch in branches for part in branch), otherwise)
        case Equal(left=left, right=right) | Order(left=left, right=right):
            return (left, right)
        case OneOf(subject=subject, values=values) | Holds(subject=subject, values=values):
            return (subject, *values)
        case Let(bindings=bindings, body=body):
            return (*(value for _, value in bindings), body)
        case Aggregate(value=value, condition=condition):
            return tuple(part for part in (value, condition) if part is not None)
        case FindValue(key=key):
            return (key,)
    return ()


def walk(node: Typed) -> Iterator[Typed]:
    """The node and everything below it."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))


def any_invalid(nodes: Iterable[Typed]) -> bool:
    return any(isinstance(node, Invalid) for node in nodes)


def can_fail(node: Typed) -> bool:
    """Whether evaluating it may raise."""
    if isinstance(node, Recover):
        return can_fail(node.fallback)
    if isinstance(node, FindValue) or (isinstance(node, Apply) and node.form.can_fail):
        return True
    return any(can_fail(part) for part in children(node))


def can_be_blank(node: Typed) -> bool:
    """Whether its value may be None."""
    match node:
        case Constant(value=value):
            return value is None
        case Read(blank_is_zero=blank_is_zero, type=kind):
            return not blank_is_zero and kind.kind is not Kind.BOOLEAN
        case ContextRead(name=name, type=kind):
            return "." in name and name != "user.id" and kind.kind is not Kind.BOOLEAN
        case All() | AnyOf() | IsBlank() | OneOf() | Holds():
            return False
        case Local(can_be_blank=is_blank):
            return is_blank
        case Let(body=body):
            return can_be_blank(body)
        case Aggregate(function=function):
            return function not in ("count", "sum")
        case FindValue():
            return True
        case Apply(form=form, arguments=arguments):
            return form.gives_blank or (not form.takes_blanks and any(can_be_blank(part) for part in arguments))
        case Fallback(operand=operand, fallback=fallback):
            return can_be_blank(operand) and can_be_blank(fallback)
        case Conditional(branches=branches, otherwise=otherwise) | Case(branches=branches, otherwise=otherwise):
            return can_be_blank(otherwise) or any(can_be_blank(result) for _, result in branches)
        case Equal(left=left, right=right):
            return not is_text_equality(node) and (can_be_blank(left) or can_be_blank(right))
        case _:
            return any(can_be_blank(part) for part in children(node))


def is_text_equality(node: Equal) -> bool:
    """Whether blank counts as the empty text."""
    return node.left.type.kind in TEXT_KINDS or node.right.type.kind in TEXT_KINDS
