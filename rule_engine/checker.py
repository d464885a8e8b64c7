"""Syntax tree into typed tree: resolves names, chooses forms, and reports everything that is wrong at once.

Two modes: `salesforce` converts nothing; `trellis` also lets picklists and ids stand where text is wanted, compares
dates with datetimes, and tests multi-picklists with `in`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rule_engine import syntax, typed
from rule_engine.checking.fitting import ORDERED, PICKLISTS, Fitting, Mode
from rule_engine.checking.folding import folded
from rule_engine.checking.report import Report, article
from rule_engine.errors import Diagnostic, SourceError
from rule_engine.functions import FUNCTIONS
from rule_engine.functions.entry import Function
from rule_engine.parser import parse_formula
from rule_engine.runtime.patterns import InvalidPattern, compile_pattern
from rule_engine.types import BOOLEAN, DATETIME, NULL, NUMBER, TEXT, Kind, Path, Reference, Scope, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFormula:
    """A formula that targets can compile. `references`: every field path read, without `$User`, whose fields are
    `user_fields`; `functions`: upper-case names; `warnings`: what is allowed but looks wrong."""

    source: str
    tree: typed.Typed
    type: Type
    references: tuple[Reference, ...]
    functions: frozenset[str]
    blank_as_zero: bool
    user_fields: tuple[str, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


def check_formula(
    source: str | syntax.Expression,
    scope: Scope,
    *,
    mode: Mode = "trellis",
    blank_as_zero: bool = False,
    expect: Type | tuple[Kind, ...] | None = None,
    text: str | None = None,
) -> CheckedFormula:
    """Checks a formula, or a tree whose places lie in `text` (a rule file, say).

    Raises: SourceError with all that is wrong.
    """
    expression = parse_formula(source) if isinstance(source, str) else source
    whole = source if isinstance(source, str) else (text or "")
    checker = Checker(whole, scope, mode=mode, blank_as_zero=blank_as_zero)
    tree = checker.check(expression)
    if expect is not None:
        checker.need_kind(tree, *((expect.kind,) if isinstance(expect, Type) else expect))
    diagnostics = sorted(checker.report.diagnostics, key=lambda diagnostic: diagnostic.start)
    if any(diagnostic.severity == "error" for diagnostic in diagnostics):
        raise SourceError((one for one in diagnostics if one.severity == "error"), whole)
    return CheckedFormula(
        source=source if isinstance(source, str) else whole[expression.start : expression.end],
        tree=tree,
        type=tree.type,
        references=tuple(checker.references.values()),
        functions=frozenset(checker.functions),
        blank_as_zero=blank_as_zero,
        user_fields=tuple(checker.user_fields),
        warnings=tuple(diagnostics),
    )


class Checker:
    """Checks one formula. Lowerings of functions call its `need_` methods, which report and go on."""

    def __init__(self, source: str, scope: Scope, *, mode: Mode, blank_as_zero: bool) -> None:
        self.mode = mode
        self.report = Report(source)
        self.references: dict[Path, Reference] = {}
        self.user_fields: dict[str, None] = {}
        self.functions: set[str] = set()
        self._scope, self._blank_as_zero = scope, blank_as_zero
        self._fitting = Fitting(mode)

    def check(self, node: syntax.Expression) -> typed.Typed:
        """The typed node; an Invalid one after a report."""
        match node:
            case syntax.NumberLiteral(value=value):
                return typed.Constant(type=NUMBER, start=node.start, end=node.end, value=value)
            case syntax.TextLiteral(value=text):
                return typed.Constant(type=TEXT, start=node.start, end=node.end, value=text or None)
            case syntax.BooleanLiteral(value=boolean):
                return typed.Constant(type=BOOLEAN, start=node.start, end=node.end, value=boolean)
            case syntax.NullLiteral():
                return typed.Constant(type=NULL, start=node.start, end=node.end, value=None)
            case syntax.Name():
                return self._name(node)
            case syntax.Call():
                return self._call(node)
            case syntax.UnaryOperation():
                return self._unary(node)
            case syntax.BinaryOperation():
                return self._binary(node)
            case syntax.Chain():
                return self._chain(node)
            case syntax.Membership(subject=subject, values=values):
                return self.membership(node, self.check(subject), tuple(self.check(value) for value in values))
            case syntax.Between():
                return self._between(node)
        raise AssertionError(node)

    # names and calls

    def _name(self, node: syntax.Name) -> typed.Typed:
        lowered = tuple(part.lower() for part in node.path)
        if self.mode == "trellis" and lowered in (("$now",), ("$today",)):
            name = lowered[0][1:].upper()
            self.functions.add(name)
            return self.apply(node, name, ())
        reference = self._scope.find(node.path)
        if reference is None:
            self.report.unknown_name(node, self._scope)
            return self.invalid(node)
        if reference.path[0] == "$user":
            field = ".".join(reference.path[1:])
            self.user_fields[field] = None
            return typed.ContextRead(type=reference.type, start=node.start, end=node.end, name=f"user.{field}")
        if self.mode == "trellis" and reference.type.percent:
            reference = replace(reference, type=replace(reference.type, percent=False))
        self.references[reference.path] = reference
        zero = self._blank_as_zero and reference.type.kind is Kind.NUMBER
        return typed.Read(type=reference.type, start=node.start, end=node.end, reference=reference, blank_is_zero=zero)

    def _call(self, node: syntax.Call) -> typed.Typed:
        arguments = tuple(self.check(argument) for argument in node.arguments)
        function = FUNCTIONS.get(node.name.upper())
        if function is None or function.is_internal:
            self.report.unknown_function(node, (name for name, known in FUNCTIONS.items() if not known.is_internal))
            return self.invalid(node)
        self.functions.add(function.name)
        if not function.takes(len(arguments)):
            self.report.wrong_count(node, function)
            return self.invalid(node)
        if _any_invalid(arguments):
            return self.invalid(node)
        if function.lowering is not None:
            return function.lowering(self, node, arguments)
        if function.name == "REGEX":
            self._check_pattern(arguments[1])
        return self.apply(node, function.name, arguments)

    def apply(self, node: syntax.Expression, name: str, arguments: tuple[typed.Typed, ...]) -> typed.Typed:
        """The first form of a function that takes these arguments."""
        function = FUNCTIONS[name]
        for form in function.forms:
            if self._fitting.takes(form, arguments):
                return folded(
                    typed.Apply(type=form.result, start=node.start, end=node.end, form=form, arguments=arguments)
                )
        self._report_arguments(function, arguments)
        return self.invalid(node)

    def _report_arguments(self, function: Function, arguments: tuple[typed.Typed, ...]) -> None:
        """Points at the argument up to which the best form fits."""
        matched = [
            (self._fitting.matching(form, arguments), form) for form in function.forms if form.takes(len(arguments))
        ]
        furthest = max(count for count, _ in matched)
        wanted = dict.fromkeys(form.parameter(furthest) for count, form in matched if count == furthest)
        self.report.wrong_type(arguments[furthest], tuple(wanted))

    def _check_pattern(self, pattern: typed.Typed) -> None:
        if isinstance(pattern, typed.Constant) and isinstance(pattern.value, str):
            try:
                compile_pattern(pattern.value)
            except InvalidPattern as error:
                message = f"The regular expression cannot be used: {error}."
                self.report.add("invalid_regex", message, pattern.start, pattern.end, "The syntax is that of RE2.")

    # operators

    def _unary(self, node: syntax.UnaryOperation) -> typed.Typed:
        operand = self.check(node.operand)
        if node.operator == "!":
            return typed.Not(type=BOOLEAN, start=node.start, end=node.end, operand=self.need_boolean(operand))
        self.need_kind(operand, Kind.NUMBER)
        if node.operator == "+" or not self._fitting.fits(operand.type, Kind.NUMBER):
            return operand
        return self.apply(node, "sign -", (operand,))

    def _binary(self, node: syntax.BinaryOperation) -> typed.Typed:
        left, right = self.check(node.left), self.check(node.right)
        if _any_invalid((left, right)):
            return self.invalid(node)
        if node.operator in ("=", "<>"):
            return self._equality(node, left, right)
        if node.operator in ("<", "<=", ">", ">="):
            return self._order(node, node.operator, left, right)
        name = f"operator {node.operator}"
        kinds = {left.type.kind, right.type.kind}
        if node.operator in "+-" and Kind.NULL in kinds and kinds <= {Kind.NULL, *ORDERED} - {Kind.TEXT}:
            return self._null_sum(node, name, left, right)
        if Kind.NULL in kinds and Kind.TEXT in kinds and node.operator == "+":
            name = "operator &"
        if not any(self._fitting.takes(form, (left, right)) for form in FUNCTIONS[name].forms):
            self.report.wrong_operands(node.operator, left, right)
            return self.invalid(node)
        return self.apply(node, name, (left, right))

    def _null_sum(self, node: syntax.BinaryOperation, name: str, left: typed.Typed, right: typed.Typed) -> typed.Typed:
        """With a bare NULL a sum is NULL; what the other side does is still done, so that its faults show."""
        if typed.can_fail(left) or typed.can_fail(right):
            return replace(self.apply(node, name, (left, right)), type=NULL)
        return typed.Constant(type=NULL, start=node.start, end=node.end, value=None)

    def _chain(self, node: syntax.Chain) -> typed.Typed:
        operands = tuple(self.check(operand) for operand in node.operands)
        kind = Kind.TEXT if node.operator == "&" else Kind.BOOLEAN
        fits = [self.need_kind(operand, kind) for operand in operands]
        if _any_invalid(operands) or not all(fits):
            return self.invalid(node)
        if node.operator == "&":
            return self.apply(node, "operator &", operands)
        joined = typed.All if node.operator == "&&" else typed.AnyOf
        return joined(type=BOOLEAN, start=node.start, end=node.end, operands=operands)

    def _between(self, node: syntax.Between) -> typed.Typed:
        subject, low, high = self.check(node.subject), self.check(node.low), self.check(node.high)
        if _any_invalid((subject, low, high)):
            return self.invalid(node)
        operands = (self._order(node, ">=", subject, low), self._order(node, "<=", subject, high))
        return typed.All(type=BOOLEAN, start=node.start, end=node.end, operands=operands)

    # comparisons

    def _equality(self, node: syntax.BinaryOperation, left: typed.Typed, right: typed.Typed) -> typed.Typed:
        left, right = self._aligned(left, right)
        if not self._fitting.can_be_equal(left.type, right.type):
            self.report.wrong_operands(node.operator, left, right)
            return self.invalid(node)
        self._warn_of_values(left, (right,))
        self._warn_of_values(right, (left,))
        return typed.Equal(
            type=BOOLEAN, start=node.start, end=node.end, left=left, right=right, is_negated=node.operator == "<>"
        )

    def _order(self, node: syntax.Expression, operator: str, left: typed.Typed, right: typed.Typed) -> typed.Typed:
        left, right = self._aligned(left, right)
        if not self._fitting.can_be_ordered(left.type, right.type):
            self.report.wrong_operands(operator, left, right)
            return self.invalid(node)
        return typed.Order(type=BOOLEAN, start=node.start, end=node.end, operator=operator, left=left, right=right)

    def _aligned(self, left: typed.Typed, right: typed.Typed) -> tuple[typed.Typed, typed.Typed]:
        """In trellis mode a date beside a datetime becomes its midnight in the user's time zone."""
        if self.mode == "trellis":
            if (left.type.kind, right.type.kind) == (Kind.DATE, Kind.DATETIME):
                return _midnight(left), right
            if (left.type.kind, right.type.kind) == (Kind.DATETIME, Kind.DATE):
                return left, _midnight(right)
        return left, right

    def membership(self, node: syntax.Expression, subject: typed.Typed, values: tuple[typed.Typed, ...]) -> typed.Typed:
        """`subject in (values)` and IN(subject, values...)."""
        if _any_invalid((subject, *values)):
            return self.invalid(node)
        if subject.type.kind is Kind.MULTI_PICKLIST and self.mode == "salesforce":
            self.report.wrong_operands("in", subject, values[0])
            return self.invalid(node)
        self.refuse_kind((subject, *values), Kind.BOOLEAN)
        self.need_members(subject, values)
        if subject.type.kind is Kind.MULTI_PICKLIST and self.mode == "trellis":
            return typed.Holds(type=BOOLEAN, start=node.start, end=node.end, subject=subject, values=values)
        return typed.OneOf(type=BOOLEAN, start=node.start, end=node.end, subject=subject, values=values)

    def _warn_of_values(self, subject: typed.Typed, values: Sequence[typed.Typed]) -> None:
        if self.mode == "trellis":
            self.report.unknown_values(subject, values)

    # what lowerings ask for

    def need_kind(self, node: typed.Typed, *kinds: Kind) -> bool:
        """Whether it is of one of these kinds; reported when not."""
        if any(self._fitting.fits(node.type, kind) for kind in kinds):
            return True
        self.report.wrong_type(node, kinds)
        return False

    def need_boolean(self, node: typed.Typed) -> typed.Typed:
        self.need_kind(node, Kind.BOOLEAN)
        return node

    def need_condition(self, node: typed.Typed) -> typed.Typed:
        """A boolean; a bare NULL is none."""
        if node.type.kind is Kind.NULL:
            self.report.wrong_type(node, (Kind.BOOLEAN,))
        return self.need_boolean(node)

    def refuse_kind(self, nodes: Sequence[typed.Typed], kind: Kind) -> None:
        for node in nodes:
            if node.type.kind is kind:
                message = f"{article(kind).capitalize()} cannot stand here."
                self.report.add("wrong_type", message, node.start, node.end)

    def need_common(self, nodes: Sequence[typed.Typed]) -> Type:
        """The one type that all results have; NULL fits every type."""
        first = next((node.type for node in nodes if node.type.kind is not Kind.NULL), NULL)
        for node in nodes:
            if node.type.kind not in (first.kind, Kind.NULL) and not self._fitting.are_both_text(node.type, first):
                self.report.wrong_type(node, (first.kind,))
        return self._fitting.common([node.type for node in nodes])

    def need_members(self, subject: typed.Typed, values: Sequence[typed.Typed]) -> None:
        """Values to compare with the subject: of its type, literals for a picklist."""
        kind = subject.type.kind
        for value in values:
            if kind in PICKLISTS:
                is_literal = isinstance(value, typed.Constant) and value.type.kind in (Kind.TEXT, Kind.NULL)
                if not is_literal and (self.mode == "salesforce" or not self._fitting.fits(value.type, Kind.TEXT)):
                    self.report.wrong_type(value, (Kind.TEXT,))
            elif (
                value.type.kind not in (kind, Kind.NULL)
                and kind is not Kind.NULL
                and not self._both_text(subject, value)
            ):
                self.report.wrong_type(value, (kind,))
        self._warn_of_values(subject, values)

    def _both_text(self, first: typed.Typed, second: typed.Typed) -> bool:
        return self._fitting.are_both_text(first.type, second.type)

    def prior(self, call: syntax.Call, argument: typed.Typed) -> typed.Typed | None:
        """The value before the change of a field of the record itself."""
        if isinstance(argument, typed.Read) and len(argument.reference.path) == 1:
            return replace(argument, start=call.start, end=call.end, is_prior=True)
        hint = "Name a field of the record itself, not a path or a value."
        self.report.add("wrong_type", f"{call.name.upper()} needs a field.", argument.start, argument.end, hint)
        return None

    def differ(self, call: syntax.Call, first: typed.Typed, second: typed.Typed) -> typed.Typed:
        """Whether two values of one field are different; blank differs from every value."""
        (form,) = FUNCTIONS["differ"].forms
        return typed.Apply(type=BOOLEAN, start=call.start, end=call.end, form=form, arguments=(first, second))

    def invalid(self, node: syntax.Expression) -> typed.Typed:
        return typed.Invalid(type=NULL, start=node.start, end=node.end)

    def wrong_count(self, call: syntax.Call, expected: str) -> typed.Typed:
        self.report.wrong_count(call, FUNCTIONS[call.name.upper()], expected)
        return self.invalid(call)


def _any_invalid(nodes: Sequence[typed.Typed]) -> bool:
    return any(isinstance(node, typed.Invalid) for node in nodes)


def _midnight(day: typed.Typed) -> typed.Typed:
    (form,) = FUNCTIONS["midnight"].forms
    return typed.Apply(type=DATETIME, start=day.start, end=day.end, form=form, arguments=(day,))
