"""Syntax tree into typed tree: resolves names, chooses forms, and reports everything that is wrong at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rule_engine import syntax, typed
from rule_engine.checking.fitting import PICKLISTS, Fitting, Mode
from rule_engine.checking.folding import folded
from rule_engine.checking.names import Names, as_fraction
from rule_engine.checking.operators import Operators
from rule_engine.checking.report import Report, article
from rule_engine.checking.uses import Uses
from rule_engine.functions import FUNCTIONS
from rule_engine.functions.entry import Function
from rule_engine.runtime.patterns import InvalidPattern, compile_pattern
from rule_engine.types import BOOLEAN, NULL, NUMBER, TEXT, Kind, Scope, Type
from rule_engine.wording import say

_CLOCK_GLOBALS: dict[tuple[str, ...], str] = {("$now",): "NOW", ("$today",): "TODAY"}


class Checker:
    """Checks one formula. Lowerings of functions call its `need_` methods, which report and go on."""

    def __init__(self, source: str, scope: Scope, *, mode: Mode, blank_as_zero: bool) -> None:
        self.mode = mode
        self.report = Report(source)
        self.uses = Uses()
        self.fitting = Fitting(mode)
        self.names = Names(scope, self.report, self.uses, mode=mode, blank_as_zero=blank_as_zero)
        self._operators = Operators(self)

    def check(self, node: syntax.Expression, *, may_be_list: bool = False) -> typed.Typed:
        """The typed node; an Invalid one after a report."""
        result = self._checked(node)
        if result.type.kind is Kind.LIST and not may_be_list:
            self.report.misplaced_list(result)
            return self.invalid(node)
        return result

    def _checked(self, node: syntax.Expression) -> typed.Typed:
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
                return self._operators.unary(node)
            case syntax.BinaryOperation():
                return self._operators.binary(node)
            case syntax.Chain():
                return self._operators.chain(node)
            case syntax.Membership() | syntax.Between() | syntax.ListLiteral():
                return self._addition(node)
        raise AssertionError(node)

    def _name(self, node: syntax.Name) -> typed.Typed:
        function = _CLOCK_GLOBALS.get(tuple(part.lower() for part in node.path))
        if self.mode == "trellis" and function is not None:
            self.uses.functions.add(function)
            return self.apply(node, function, ())
        return self.names.value(node)

    def _addition(self, node: syntax.Membership | syntax.Between | syntax.ListLiteral) -> typed.Typed:
        """What Salesforce's language does not have."""
        if self.mode == "salesforce":
            self.report.not_in_salesforce(node)
            return self.invalid(node)
        match node:
            case syntax.Membership(subject=subject, values=values):
                members = tuple(self.check(value, may_be_list=True) for value in values)
                return self.membership(node, self.check(subject), members)
            case syntax.Between():
                return self._operators.between(node)
            case syntax.ListLiteral(values=values):
                return self._list(node, tuple(self.check(value) for value in values))

    def _list(self, node: syntax.Expression, elements: tuple[typed.Typed, ...]) -> typed.Typed:
        count = len(self.report.diagnostics)
        type_ = Type(kind=Kind.LIST, element=self.need_common(elements))
        if typed.any_invalid(elements) or len(self.report.diagnostics) > count:
            return self.invalid(node)
        return typed.ListValue(type=type_, start=node.start, end=node.end, elements=elements)

    # calls

    def _call(self, node: syntax.Call) -> typed.Typed:
        function = FUNCTIONS.get(node.name.upper())
        special = self._special_call(node, function)
        if special is not None:
            return special
        may_be_list = function is not None and function.takes_lists
        arguments = tuple(self.check(argument, may_be_list=may_be_list) for argument in node.arguments)
        if function is None or function.is_internal:
            self.report.unknown_function(node, (name for name, known in FUNCTIONS.items() if not known.is_internal))
            return self.invalid(node)
        self.uses.functions.add(function.name)
        is_short = self.mode == "salesforce" and len(arguments) < function.salesforce_least
        if is_short or not function.takes(len(arguments)):
            self.report.wrong_count(node, function, f"{function.salesforce_least}" if is_short else None)
            return self.invalid(node)
        if typed.any_invalid(arguments):
            return self.invalid(node)
        if function.lowering is not None:
            return function.lowering(self, node, arguments)
        if function.name == "REGEX":
            self._check_pattern(arguments[1])
        return self.apply(node, function.name, arguments)

    def _special_call(self, node: syntax.Call, function: Function | None) -> typed.Typed | None:
        """A call that checks its arguments itself; None when it is an ordinary one."""
        if function is None or function.special is None:
            return None
        if self.mode == "salesforce" and function.is_addition:
            self.report.not_in_salesforce(node)
            return self.invalid(node)
        if not function.takes(len(node.arguments)):
            self.report.wrong_count(node, function)
            return self.invalid(node)
        result = function.special(self, node)
        if result is not None:
            self.uses.functions.add(function.name)
        return result

    def apply(self, node: syntax.Expression, name: str, arguments: tuple[typed.Typed, ...]) -> typed.Typed:
        """The first form of a function that takes these arguments."""
        function = FUNCTIONS[name]
        for form in function.forms:
            if self.fitting.takes(form, arguments):
                return folded(
                    typed.Apply(type=form.result, start=node.start, end=node.end, form=form, arguments=arguments)
                )
        self._report_arguments(function, arguments)
        return self.invalid(node)

    def _report_arguments(self, function: Function, arguments: tuple[typed.Typed, ...]) -> None:
        """Points at the argument up to which the best form fits."""
        matched = [
            (self.fitting.matching(form, arguments), form) for form in function.forms if form.takes(len(arguments))
        ]
        furthest = max(count for count, _ in matched)
        wanted = dict.fromkeys(form.parameter(furthest) for count, form in matched if count == furthest)
        self.report.wrong_type(arguments[furthest], tuple(wanted))

    def _check_pattern(self, pattern: typed.Typed) -> None:
        if isinstance(pattern, typed.Constant) and isinstance(pattern.value, str):
            try:
                compile_pattern(pattern.value)
            except InvalidPattern as error:
                message = say("The regular expression cannot be used: %(error)s.", error=error)
                self.report.add("invalid_regex", message, pattern.start, pattern.end, say("The syntax is that of RE2."))

    # what lowerings ask for

    def membership(self, node: syntax.Expression, subject: typed.Typed, values: tuple[typed.Typed, ...]) -> typed.Typed:
        """`subject in (values)` and IN(subject, values...)."""
        return self._operators.membership(node, subject, values)

    def need_kind(self, node: typed.Typed, *kinds: Kind) -> bool:
        """Whether it is of one of these kinds; reported when not."""
        if any(self.fitting.fits(node.type, kind) for kind in kinds):
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
                message = say("This is %(kind)s, which cannot stand here.", kind=article(kind))
                self.report.add("wrong_type", message, node.start, node.end)

    def need_common(self, nodes: Sequence[typed.Typed]) -> Type:
        """The one type that all results have; NULL fits every type."""
        first = next((node.type for node in nodes if node.type.kind is not Kind.NULL), NULL)
        for node in nodes:
            if node.type.kind not in (first.kind, Kind.NULL) and not self.fitting.are_both_text(node.type, first):
                self.report.wrong_type(node, (first.kind,))
        return self.fitting.common([node.type for node in nodes])

    def need_members(self, subject: typed.Typed, values: Sequence[typed.Typed]) -> None:
        """Values to compare with the subject: of its type, literals for a picklist."""
        kind = subject.type.kind
        for value in values:
            if kind in PICKLISTS:
                is_literal = isinstance(value, typed.Constant) and value.type.kind in (Kind.TEXT, Kind.NULL)
                if not is_literal and (self.mode == "salesforce" or not self.fitting.fits(value.type, Kind.TEXT)):
                    self.report.wrong_type(value, (Kind.TEXT,))
            elif (
                value.type.kind not in (kind, Kind.NULL)
                and kind is not Kind.NULL
                and not self.fitting.are_both_text(subject.type, value.type)
            ):
                self.report.wrong_type(value, (kind,))
        self.warn_of_values(subject, values)

    def warn_of_values(self, subject: typed.Typed, values: Sequence[typed.Typed]) -> None:
        if self.mode == "trellis":
            self.report.unknown_values(subject, values)

    def prior(self, call: syntax.Call, argument: typed.Typed) -> typed.Typed | None:
        """The value before the change of a field of the record itself."""
        is_of_record = self.names.rows is None
        if isinstance(argument, typed.Read) and len(argument.reference.path) == 1 and is_of_record:
            return replace(argument, start=call.start, end=call.end, is_prior=True)
        hint = say("Name a field of the record itself, not a path or a value.")
        self.report.add(
            "wrong_type", say("%(call)s needs a field.", call=call.name.upper()), argument.start, argument.end, hint
        )
        return None

    def differ(self, call: syntax.Call, first: typed.Typed, second: typed.Typed) -> typed.Typed:
        """Whether two values of one field are different; blank differs from every value."""
        (form,) = FUNCTIONS["differ"].forms
        return typed.Apply(type=BOOLEAN, start=call.start, end=call.end, form=form, arguments=(first, second))

    def as_fraction(self, displayed: typed.Typed) -> typed.Typed:
        """A percent in display units as Salesforce's formulas read it."""
        return as_fraction(displayed)

    def invalid(self, node: syntax.Expression) -> typed.Typed:
        return typed.Invalid(type=NULL, start=node.start, end=node.end)

    def wrong_count(self, call: syntax.Call, expected: str) -> typed.Typed:
        self.report.wrong_count(call, FUNCTIONS[call.name.upper()], expected)
        return self.invalid(call)
