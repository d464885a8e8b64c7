"""Everything that is wrong with one formula, collected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rule_engine import syntax, typed
from rule_engine.diagnosis import diagnose, did_you_mean
from rule_engine.errors import Diagnostic
from rule_engine.functions.entry import Function
from rule_engine.types import Kind, Scope


class Report:
    """Diagnostics about `source`, in the order they were found."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.diagnostics: list[Diagnostic] = []

    def add(self, code: str, message: str, start: int, end: int, hint: str | None = None) -> None:
        self.diagnostics.append(diagnose(self._source, code, message, start, end, hint))

    def unknown_name(self, node: syntax.Name, scope: Scope) -> None:
        """Says where the path breaks: at something without fields, or at an unknown one."""
        for length in range(len(node.path) - 1, 0, -1):
            prefix, wrong = node.path[:length], node.path[length]
            found = scope.find(prefix)
            if found is not None and found.type.kind is not Kind.ID:
                message = f'"{".".join(prefix)}" is {article(found.type.kind)}, it has no fields.'
                self.add("not_a_reference", message, node.start, node.end)
                return
            if names := scope.names(prefix):
                message = f'"{".".join(prefix)}" has no field "{wrong}".'
                self.add("unknown_field", message, node.start, node.end, did_you_mean(wrong, names))
                return
        name = ".".join(node.path)[:100]
        candidates = (*scope.names(()), "$User.id", "$Now", "$Today")
        hint = did_you_mean(name, candidates) or did_you_mean(node.path[0], candidates)
        self.add("unknown_field", f'There is no field "{name}".', node.start, node.end, hint)

    def unknown_function(self, node: syntax.Call, names: Iterable[str]) -> None:
        message = f'There is no function "{node.name[:60]}".'
        self.add("unknown_function", message, node.start, node.name_end, did_you_mean(node.name, names))

    def wrong_count(self, call: syntax.Call, function: Function, expected: str | None = None) -> None:
        message = f"{function.name} takes {expected or _counts(function)} arguments, here are {len(call.arguments)}."
        self.add("wrong_number_of_arguments", message, call.start, call.end, f"Write {function.usage}.")

    def wrong_type(self, node: typed.Typed, expected: Sequence[Kind]) -> None:
        """Silent about what was reported before."""
        if isinstance(node, typed.Invalid):
            return
        wanted = " or ".join(article(kind) for kind in expected)
        hint = _conversion_hint(node.type.kind, expected)
        self.add("wrong_type", f"Expected {wanted}, found {article(node.type.kind)}.", node.start, node.end, hint)

    def wrong_operands(self, operator: str, left: typed.Typed, right: typed.Typed) -> None:
        found = f"{article(left.type.kind)} and {article(right.type.kind)}"
        hint = _operand_hint({left.type.kind, right.type.kind})
        self.add("wrong_type", f'"{operator}" cannot take {found}.', left.start, right.end, hint)

    def unknown_values(self, subject: typed.Typed, values: Sequence[typed.Typed]) -> None:
        """Warns of texts that a picklist never has."""
        known = subject.type.values
        for value in values:
            is_text = isinstance(value, typed.Constant) and isinstance(value.value, str)
            if known is None or not is_text or value.value in known:  # type: ignore[attr-defined]  # a Constant here
                continue
            text: str = value.value  # type: ignore[attr-defined]  # a Constant here
            message = f'"{text[:60]}" is not among the values of this picklist, so it never matches.'
            self.add("unknown_value", message, value.start, value.end, did_you_mean(text, known))
            self.diagnostics[-1] = replace(self.diagnostics[-1], severity="warning")


def article(kind: Kind) -> str:
    """The kind with its article."""
    if kind is Kind.NULL:
        return "NULL"
    word = kind.value.replace("_", "-")
    return f"an {word}" if word[0] in "aeio" else f"a {word}"


def _counts(function: Function) -> str:
    if function.forms:
        least = min(len(form.required) for form in function.forms)
        most = max(len(form.required) + len(form.optional) for form in function.forms)
        is_open = any(form.repeated is not None for form in function.forms)
    else:
        least, most, is_open = function.least, function.most or 0, function.most is None
    if is_open:
        return f"at least {least}"
    return f"{least}" if least == most else f"{least} to {most}"


def _conversion_hint(found: Kind, expected: Sequence[Kind]) -> str | None:
    if Kind.TEXT in expected and found in (Kind.NUMBER, Kind.DATE, Kind.DATETIME, Kind.TIME, Kind.PICKLIST):
        return "Turn it into text with TEXT(...)."
    if Kind.NUMBER in expected and found is Kind.TEXT:
        return "Turn it into a number with VALUE(...)."
    if Kind.DATE in expected and found in (Kind.TEXT, Kind.DATETIME):
        return "Turn it into a date with DATEVALUE(...)."
    return None


def _operand_hint(kinds: set[Kind]) -> str | None:
    if Kind.MULTI_PICKLIST in kinds:
        return 'Test a multi-picklist with INCLUDES(field, "value").'
    if Kind.PICKLIST in kinds:
        return 'Compare a picklist with ISPICKVAL(field, "value"), or its TEXT(field) with a text.'
    if kinds == {Kind.TEXT, Kind.NUMBER}:
        return "Turn the number into text with TEXT(...), or the text into a number with VALUE(...)."
    if kinds == {Kind.DATE, Kind.DATETIME}:
        return "Turn one of them with DATEVALUE(...) or DATETIMEVALUE(...)."
    return None
