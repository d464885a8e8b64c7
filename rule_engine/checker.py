"""Syntax tree into typed tree: resolves names, chooses forms, and reports everything that is wrong at once.

Two modes: `salesforce` converts nothing; `trellis` also lets picklists and ids stand where text is wanted, compares
dates with datetimes, and tests multi-picklists with `in`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rule_engine import syntax, typed
from rule_engine.diagnosis import diagnose, did_you_mean
from rule_engine.errors import Diagnostic, FormulaError, SourceError
from rule_engine.functions import FUNCTIONS
from rule_engine.functions.entry import Form, Function
from rule_engine.parser import parse_formula
from rule_engine.runtime.patterns import InvalidPattern, compile_pattern
from rule_engine.types import (
    BOOLEAN,
    DATETIME,
    NULL,
    NUMBER,
    TEXT,
    Kind,
    Path,
    Reference,
    Scope,
    Type,
)

Mode = Literal["trellis", "salesforce"]

_ORDERED = frozenset({Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.DATETIME, Kind.TIME})
_TEXT_LIKE = frozenset({Kind.PICKLIST, Kind.ID})
_MEMBER_OWNERS = frozenset({Kind.PICKLIST, Kind.MULTI_PICKLIST})


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
        checker.need_result(tree, expect.kind if isinstance(expect, Type) else expect)
    errors = [diagnostic for diagnostic in checker.diagnostics if diagnostic.severity == "error"]
    if errors:
        raise SourceError(sorted(errors, key=lambda diagnostic: diagnostic.start), whole)
    return CheckedFormula(
        source=source if isinstance(source, str) else whole[expression.start : expression.end],
        tree=tree,
        type=tree.type,
        references=tuple(checker.references.values()),
        functions=frozenset(checker.functions),
        blank_as_zero=blank_as_zero,
        user_fields=tuple(checker.user_fields),
        warnings=tuple(checker.diagnostics),
    )


class Checker:
    """Checks one formula. Lowerings of functions call its `need_` methods, which report and go on."""

    def __init__(self, source: str, scope: Scope, *, mode: Mode, blank_as_zero: bool) -> None:
        self.source, self.scope, self.mode, self.blank_as_zero = source, scope, mode, blank_as_zero
        self.diagnostics: list[Diagnostic] = []
        self.references: dict[Path, Reference] = {}
        self.user_fields: dict[str, None] = {}
        self.functions: set[str] = set()

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

    # names

    def _name(self, node: syntax.Name) -> typed.Typed:
        lowered = tuple(part.lower() for part in node.path)
        if lowered in (("$now",), ("$today",)) and self.mode == "trellis":
            return self._apply_named(node, "NOW" if lowered == ("$now",) else "TODAY", ())
        reference = self.scope.find(node.path)
        if reference is None:
            self._report_unknown(node)
            return self.invalid(node)
        if reference.path[0] == "$user":
            field = ".".join(reference.path[1:])
            self.user_fields[field] = None
            return typed.ContextRead(type=reference.type, start=node.start, end=node.end, name=f"user.{field}")
        self.references[reference.path] = reference
        zero = self.blank_as_zero and reference.type.kind is Kind.NUMBER
        return typed.Read(type=reference.type, start=node.start, end=node.end, reference=reference, blank_is_zero=zero)

    def _report_unknown(self, node: syntax.Name) -> None:
        for length in range(len(node.path) - 1, 0, -1):
            prefix = node.path[:length]
            found = self.scope.find(prefix)
            if found is not None and found.type.kind is not Kind.ID:
                message = f'"{".".join(prefix)}" is a {found.type}, it has no fields.'
                self.report("not_a_reference", message, node.start, node.end)
                return
            names = self.scope.names(prefix)
            if names:
                owner, wrong = ".".join(prefix), node.path[length]
                message = f'"{owner}" has no field "{wrong}".'
                self.report("unknown_field", message, node.start, node.end, did_you_mean(wrong, names))
                return
        candidates = (*self.scope.names(()), "$User.id", "$Now", "$Today")
        wrong = ".".join(node.path)[:100]
        hint = did_you_mean(wrong, candidates) or did_you_mean(node.path[0], candidates)
        self.report("unknown_field", f'There is no field "{wrong}".', node.start, node.end, hint)

    # calls and operators

    def _call(self, node: syntax.Call) -> typed.Typed:
        arguments = tuple(self.check(argument) for argument in node.arguments)
        function = FUNCTIONS.get(node.name.upper())
        if function is None or function.is_internal:
            names = [name for name, known in FUNCTIONS.items() if not known.is_internal]
            message = f'There is no function "{node.name[:60]}".'
            self.report("unknown_function", message, node.start, node.name_end, did_you_mean(node.name, names))
            return self.invalid(node)
        self.functions.add(function.name)
        if not function.takes(len(arguments)):
            return self.wrong_count(node, _counts(function))
        if any(isinstance(argument, typed.Invalid) for argument in arguments):
            return self.invalid(node)
        if function.lowering is not None:
            return function.lowering(self, node, arguments)
        if function.name in ("REGEX", "LIKE"):
            self._check_pattern(function.name, arguments[1])
        return self.apply(node, function.name, arguments)

    def apply(self, node: syntax.Expression, name: str, arguments: tuple[typed.Typed, ...]) -> typed.Typed:
        """The first form of a function that takes these arguments."""
        function = FUNCTIONS[name]
        for form in function.forms:
            if form.takes(len(arguments)) and all(
                self._fits(argument, form.parameter(index)) for index, argument in enumerate(arguments)
            ):
                call = typed.Apply(type=form.result, start=node.start, end=node.end, form=form, arguments=arguments)
                return _folded(call)
        self._report_arguments(function, arguments)
        return self.invalid(node)

    def _apply_named(self, node: syntax.Expression, name: str, arguments: tuple[typed.Typed, ...]) -> typed.Typed:
        self.functions.add(name)
        return self.apply(node, name, arguments)

    def _unary(self, node: syntax.UnaryOperation) -> typed.Typed:
        operand = self.check(node.operand)
        if node.operator == "!":
            return typed.Not(type=BOOLEAN, start=node.start, end=node.end, operand=self.need_boolean(operand))
        self.need_kind(operand, Kind.NUMBER)
        if node.operator == "+" or isinstance(operand, typed.Invalid):
            return operand
        if isinstance(operand, typed.Constant) and operand.value is not None:
            return replace(operand, start=node.start, value=operand.value.copy_negate())
        return self.apply(node, "sign -", (operand,))

    def _binary(self, node: syntax.BinaryOperation) -> typed.Typed:
        left, right = self.check(node.left), self.check(node.right)
        if isinstance(left, typed.Invalid) or isinstance(right, typed.Invalid):
            return self.invalid(node)
        if node.operator in ("=", "<>"):
            return self._equality(node, left, right)
        if node.operator in ("<", "<=", ">", ">="):
            return self._order(node, node.operator, left, right)
        function = FUNCTIONS[f"operator {node.operator}"]
        kinds = {left.type.kind, right.type.kind}
        if node.operator in "+-" and Kind.NULL in kinds and kinds <= {Kind.NULL, *_ORDERED}:
            return self._null_sum(node, function, left, right)
        if not any(
            self._fits(left, form.required[0]) and self._fits(right, form.required[1]) for form in function.forms
        ):
            self._report_operands(node.operator, left, right)
            return self.invalid(node)
        return self.apply(node, function.name, (left, right))

    def _null_sum(
        self, node: syntax.BinaryOperation, function: Function, left: typed.Typed, right: typed.Typed
    ) -> typed.Typed:
        """With a bare NULL a sum is NULL, but for text; what the other side does is still done."""
        if Kind.TEXT in (left.type.kind, right.type.kind) and node.operator == "+":
            return self.apply(node, "operator &", (left, right))
        if Kind.TEXT in (left.type.kind, right.type.kind):
            self._report_operands(node.operator, left, right)
            return self.invalid(node)
        if not typed.can_fail(left) and not typed.can_fail(right):
            return typed.Constant(type=NULL, start=node.start, end=node.end, value=None)
        return replace(self.apply(node, function.name, (left, right)), type=NULL)

    def _chain(self, node: syntax.Chain) -> typed.Typed:
        operands = tuple(self.check(operand) for operand in node.operands)
        if node.operator == "&":
            for operand in operands:
                self.need_kind(operand, Kind.TEXT)
            if any(isinstance(operand, typed.Invalid) for operand in operands):
                return self.invalid(node)
            if not all(self._fits(operand, Kind.TEXT) for operand in operands):
                return self.invalid(node)
            return self.apply(node, "operator &", operands)
        operands = tuple(self.need_boolean(operand) for operand in operands)
        kind = typed.All if node.operator == "&&" else typed.AnyOf
        return kind(type=BOOLEAN, start=node.start, end=node.end, operands=operands)

    def _between(self, node: syntax.Between) -> typed.Typed:
        subject, low, high = self.check(node.subject), self.check(node.low), self.check(node.high)
        if any(isinstance(part, typed.Invalid) for part in (subject, low, high)):
            return self.invalid(node)
        operands = (self._order(node, ">=", subject, low), self._order(node, "<=", subject, high))
        return typed.All(type=BOOLEAN, start=node.start, end=node.end, operands=operands)

    # comparisons

    def _equality(self, node: syntax.BinaryOperation, left: typed.Typed, right: typed.Typed) -> typed.Typed:
        left, right = self._aligned(left, right)
        if not self._comparable(left, right):
            self._report_operands(node.operator, left, right)
            return self.invalid(node)
        self._warn_unknown_values(left, (right,))
        self._warn_unknown_values(right, (left,))
        return typed.Equal(
            type=BOOLEAN, start=node.start, end=node.end, left=left, right=right, is_negated=node.operator == "<>"
        )

    def _comparable(self, left: typed.Typed, right: typed.Typed) -> bool:
        kinds = {left.type.kind, right.type.kind} - {Kind.NULL}
        if kinds & {Kind.MULTI_PICKLIST, Kind.GEOLOCATION, Kind.LIST}:
            return False
        if self.mode == "salesforce" and Kind.PICKLIST in kinds:
            return False
        return len(kinds) < 2 or kinds <= typed.TEXT_KINDS

    def _order(self, node: syntax.Expression, operator: str, left: typed.Typed, right: typed.Typed) -> typed.Typed:
        left, right = self._aligned(left, right)
        kinds = {left.type.kind, right.type.kind} - {Kind.NULL}
        fits = kinds <= _ORDERED if self.mode == "salesforce" else kinds <= _ORDERED | _TEXT_LIKE
        if not fits or (len(kinds) > 1 and not kinds <= typed.TEXT_KINDS):
            self._report_operands(operator, left, right)
            return self.invalid(node)
        return typed.Order(type=BOOLEAN, start=node.start, end=node.end, operator=operator, left=left, right=right)

    def _aligned(self, left: typed.Typed, right: typed.Typed) -> tuple[typed.Typed, typed.Typed]:
        """In trellis mode a date beside a datetime becomes its midnight in the user's time zone."""
        if self.mode == "trellis":
            if (left.type.kind, right.type.kind) == (Kind.DATE, Kind.DATETIME):
                return self._midnight(left), right
            if (left.type.kind, right.type.kind) == (Kind.DATETIME, Kind.DATE):
                return left, self._midnight(right)
        return left, right

    def _midnight(self, day: typed.Typed) -> typed.Typed:
        (form,) = FUNCTIONS["midnight"].forms
        return typed.Apply(type=DATETIME, start=day.start, end=day.end, form=form, arguments=(day,))

    def membership(self, node: syntax.Expression, subject: typed.Typed, values: tuple[typed.Typed, ...]) -> typed.Typed:
        """`subject in (values)` and IN(subject, values...)."""
        if any(isinstance(part, typed.Invalid) for part in (subject, *values)):
            return self.invalid(node)
        if subject.type.kind is Kind.MULTI_PICKLIST and self.mode == "trellis":
            self.need_members(subject, values)
            return typed.Holds(type=BOOLEAN, start=node.start, end=node.end, subject=subject, values=values)
        self.refuse_kind((subject, *values), Kind.BOOLEAN)
        self.need_members(subject, values)
        return typed.OneOf(type=BOOLEAN, start=node.start, end=node.end, subject=subject, values=values)

    # what lowerings ask for

    def need_boolean(self, node: typed.Typed) -> typed.Typed:
        self.need_kind(node, Kind.BOOLEAN)
        return node

    def need_condition(self, node: typed.Typed) -> typed.Typed:
        """A boolean; a bare NULL is none."""
        if node.type.kind is Kind.NULL and not isinstance(node, typed.Invalid):
            self._report_type(node, "a boolean")
        return self.need_boolean(node)

    def need_kind(self, node: typed.Typed, kind: Kind) -> None:
        if not self._fits(node, kind):
            self._report_type(node, _article(kind))

    def need_result(self, node: typed.Typed, expected: Kind | tuple[Kind, ...]) -> None:
        kinds = (expected,) if isinstance(expected, Kind) else expected
        if not any(self._fits(node, kind) for kind in kinds):
            self._report_type(node, " or ".join(_article(kind) for kind in kinds))

    def refuse_kind(self, nodes: Sequence[typed.Typed], kind: Kind) -> None:
        for node in nodes:
            if node.type.kind is kind:
                self.report("wrong_type", f"A {kind} cannot stand here.", node.start, node.end)

    def need_common(self, nodes: Sequence[typed.Typed]) -> Type:
        """The one type that all results have; NULL fits every type."""
        known = [node for node in nodes if node.type.kind is not Kind.NULL]
        if not known:
            return NULL
        first = known[0].type
        for node in known[1:]:
            if node.type.kind is not first.kind and not self._both_text(node.type, first):
                self._report_type(node, _article(first.kind))
        same = all(node.type == first for node in known)
        if same and first.kind is not Kind.NUMBER:
            return first
        return TEXT if first.kind in typed.TEXT_KINDS else Type(kind=first.kind)

    def need_members(self, subject: typed.Typed, values: Sequence[typed.Typed]) -> None:
        """Values to compare with the subject: of its type, literals for a picklist."""
        if subject.type.kind in _MEMBER_OWNERS:
            for value in values:
                is_literal = isinstance(value, typed.Constant) and value.type.kind in (Kind.TEXT, Kind.NULL)
                if not is_literal and (self.mode == "salesforce" or not self._fits(value, Kind.TEXT)):
                    self._report_type(value, "a text literal")
            self._warn_unknown_values(subject, values)
            return
        for value in values:
            left, right = subject.type.kind, value.type.kind
            if Kind.NULL not in (left, right) and left is not right and not self._both_text(subject.type, value.type):
                self._report_type(value, _article(left))

    def prior(self, call: syntax.Call, argument: typed.Typed) -> typed.Typed | None:
        """The value before the change of a field of the record itself."""
        if isinstance(argument, typed.Read) and len(argument.reference.path) == 1:
            return replace(argument, start=call.start, end=call.end, is_prior=True)
        hint = "Name a field of the record itself, not a path or a value."
        self.report("wrong_type", f"{call.name.upper()} needs a field.", argument.start, argument.end, hint)
        return None

    def differ(self, call: syntax.Call, first: typed.Typed, second: typed.Typed) -> typed.Typed:
        """Whether two values of one field are different; blank differs from every value."""
        (form,) = FUNCTIONS["differ"].forms
        return typed.Apply(type=BOOLEAN, start=call.start, end=call.end, form=form, arguments=(first, second))

    def invalid(self, node: syntax.Expression) -> typed.Typed:
        return typed.Invalid(type=NULL, start=node.start, end=node.end)

    def wrong_count(self, call: syntax.Call, expected: str) -> typed.Typed:
        message = f"{call.name.upper()} takes {expected} arguments, here are {len(call.arguments)}."
        function = FUNCTIONS[call.name.upper()]
        self.report("wrong_number_of_arguments", message, call.start, call.end, f"Write {function.usage}.")
        return self.invalid(call)

    # types

    def _fits(self, node: typed.Typed, kind: Kind) -> bool:
        found = node.type.kind
        if found is kind or found is Kind.NULL:
            return True
        return self.mode == "trellis" and {found, kind} <= typed.TEXT_KINDS and kind is Kind.TEXT

    def _both_text(self, first: Type, second: Type) -> bool:
        return self.mode == "trellis" and {first.kind, second.kind} <= typed.TEXT_KINDS

    def _check_pattern(self, name: str, pattern: typed.Typed) -> None:
        if name == "REGEX" and isinstance(pattern, typed.Constant) and isinstance(pattern.value, str):
            try:
                compile_pattern(pattern.value)
            except InvalidPattern as error:
                message = f"The regular expression cannot be used: {error}."
                self.report("invalid_regex", message, pattern.start, pattern.end, "The syntax is that of RE2.")

    # reports

    def report(self, code: str, message: str, start: int, end: int, hint: str | None = None) -> None:
        self.diagnostics.append(diagnose(self.source, code, message, start, end, hint))

    def _warn_unknown_values(self, subject: typed.Typed, values: Sequence[typed.Typed]) -> None:
        known = subject.type.values
        if self.mode != "trellis" or known is None:
            return
        for value in values:
            if isinstance(value, typed.Constant) and isinstance(value.value, str) and value.value not in known:
                message = f'"{value.value[:60]}" is not among the values of this picklist, so it never matches.'
                hint = did_you_mean(value.value, known)
                warning = diagnose(self.source, "unknown_value", message, value.start, value.end, hint)
                self.diagnostics.append(replace(warning, severity="warning"))

    def _report_type(self, node: typed.Typed, expected: str) -> None:
        if isinstance(node, typed.Invalid):
            return
        message = f"Expected {expected}, found {_article(node.type.kind)}."
        self.report("wrong_type", message, node.start, node.end, _conversion_hint(node.type.kind, expected))

    def _report_operands(self, operator: str, left: typed.Typed, right: typed.Typed) -> None:
        kinds = {left.type.kind, right.type.kind}
        found = f"{_article(left.type.kind)} and {_article(right.type.kind)}"
        hint = None
        if Kind.MULTI_PICKLIST in kinds:
            hint = 'Test a multi-picklist with INCLUDES(field, "value").'
        elif Kind.PICKLIST in kinds:
            hint = 'Compare a picklist with ISPICKVAL(field, "value"), or its TEXT(field) with a text.'
        elif kinds == {Kind.TEXT, Kind.NUMBER}:
            hint = "Turn the number into text with TEXT(...), or the text into a number with VALUE(...)."
        elif kinds == {Kind.DATE, Kind.DATETIME}:
            hint = "Turn one of them with DATEVALUE(...) or DATETIMEVALUE(...)."
        self.report("wrong_type", f'"{operator}" cannot take {found}.', left.start, right.end, hint)

    def _report_arguments(self, function: Function, arguments: tuple[typed.Typed, ...]) -> None:
        """Points at the argument up to which the best form fits."""
        candidates = [form for form in function.forms if form.takes(len(arguments))]
        matched = {id(form): self._matching(form, arguments) for form in candidates}
        furthest = max(matched.values())
        wanted = dict.fromkeys(form.parameter(furthest) for form in candidates if matched[id(form)] == furthest)
        if function.is_internal and function.name != "TEXT:FORM":
            self._report_operands(function.name.split()[-1], arguments[0], arguments[-1])
            return
        self._report_type(arguments[furthest], " or ".join(_article(kind) for kind in wanted))

    def _matching(self, form: Form, arguments: tuple[typed.Typed, ...]) -> int:
        for index, argument in enumerate(arguments):
            if not self._fits(argument, form.parameter(index)):
                return index
        return len(arguments)


def _folded(call: typed.Apply) -> typed.Typed:
    """The constant that a call of constants gives; the call itself where it fails, so that it fails when evaluated."""
    constants = [part.value for part in call.arguments if isinstance(part, typed.Constant)]
    is_constant = len(constants) == len(call.arguments) and not call.form.needs
    if not is_constant or call.type.kind is Kind.GEOLOCATION:
        return call
    try:
        is_blank = None in constants and not call.form.takes_blanks
        value = None if is_blank else call.form.python(*constants)
    except (FormulaError, ArithmeticError):
        return call
    return typed.Constant(type=call.type, start=call.start, end=call.end, value=value)


def _counts(function: Function) -> str:
    if not function.forms:
        least, most, repeated = function.least, function.most, function.most is None
    else:
        least = min(len(form.required) for form in function.forms)
        most = max(len(form.required) + len(form.optional) for form in function.forms)
        repeated = any(form.repeated is not None for form in function.forms)
    if repeated:
        return f"at least {least}"
    return f"{least}" if least == most else f"{least} to {most}"


def _article(kind: Kind) -> str:
    word = kind.value.replace("_", "-")
    if kind is Kind.NULL:
        return "NULL"
    return f"an {word}" if word[0] in "aeio" else f"a {word}"


def _conversion_hint(found: Kind, expected: str) -> str | None:
    if expected == "a text" and found in (Kind.NUMBER, Kind.DATE, Kind.DATETIME, Kind.TIME, Kind.PICKLIST):
        return "Turn it into text with TEXT(...)."
    if expected == "a number" and found is Kind.TEXT:
        return "Turn it into a number with VALUE(...)."
    if expected == "a date" and found in (Kind.TEXT, Kind.DATETIME):
        return "Turn it into a date with DATEVALUE(...)."
    return None
