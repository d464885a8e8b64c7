"""Everything that is wrong with one formula, collected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rule_engine import syntax, typed
from rule_engine.checking import dialect
from rule_engine.diagnosis import diagnose, did_you_mean
from rule_engine.errors import Diagnostic
from rule_engine.functions.entry import Function
from rule_engine.types import ExplainingScope, Kind, Path, Scope
from rule_engine.wording import say, say_choice

_ARTICLES = {
    Kind.NUMBER: say("a number"),
    Kind.TEXT: say("a text"),
    Kind.BOOLEAN: say("a boolean"),
    Kind.DATE: say("a date"),
    Kind.DATETIME: say("a datetime"),
    Kind.TIME: say("a time"),
    Kind.PICKLIST: say("a picklist"),
    Kind.MULTI_PICKLIST: say("a multi-picklist"),
    Kind.ID: say("an id"),
    Kind.GEOLOCATION: say("a geolocation"),
    Kind.SEALED: say("an encrypted value"),
    Kind.LIST: say("a list"),
    Kind.NULL: "NULL",
}


class Report:
    """Diagnostics about `source`, in the order they were found."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.diagnostics: list[Diagnostic] = []

    def add(
        self,
        code: str,
        message: str,
        start: int,
        end: int,
        hint: str | None = None,
        *,
        expected: str | None = None,
        found: str | None = None,
    ) -> None:
        self.diagnostics.append(diagnose(self._source, code, message, start, end, hint, expected=expected, found=found))

    def unknown_name(self, node: syntax.Name, path: Path, scope: Scope, locals_: Iterable[str]) -> None:
        """Says where the path breaks: at something without fields, or at an unknown one. `path`: without the marks of
        templates; `locals_`: what LET binds around it."""
        if node.is_merged:
            self._merge_field(node)
            return
        if dialect.is_report_name(path):
            self.report_dialect(node, ".".join(path))
            return
        if isinstance(scope, ExplainingScope) and (reason := scope.why_not(path)):
            self.add("unknown_field", reason[0], node.start, node.end, reason[1])
            return
        for length in range(len(path) - 1, 0, -1):
            prefix, wrong = path[:length], path[length]
            found = scope.find(prefix)
            if found is not None and found.type.kind is not Kind.ID:
                message = say(
                    '"%(path)s" is %(kind)s, it has no fields.', path=".".join(prefix), kind=article(found.type.kind)
                )
                self.add("not_a_reference", message, node.start, node.end)
                return
            if names := scope.names(prefix):
                message = say('"%(path)s" has no field "%(name)s".', path=".".join(prefix), name=wrong)
                self.add("unknown_field", message, node.start, node.end, did_you_mean(wrong, names))
                return
        name = ".".join(path)[:100]
        candidates = (*locals_, *scope.names(()), "$User.id", "$Now", "$Today")
        hint = did_you_mean(name, candidates) or did_you_mean(path[0], candidates)
        self.add("unknown_field", say('There is no field "%(name)s".', name=name), node.start, node.end, hint)

    def name_of_record(self, node: syntax.Name, rows: str) -> None:
        """A field of the record where those of its children stand."""
        name = ".".join(node.path)
        hint = say("Bind it to a name outside: LET(name, %(name)s, ...).", name=name)
        self.add(
            "unknown_field",
            say('"%(rows)s" has no field "%(name)s", the record has.', rows=rows, name=name),
            node.start,
            node.end,
            hint,
        )

    def _merge_field(self, node: syntax.Name) -> None:
        message = say(
            "{!%(path)s} names a value of a flow or a page, which no record has.", path=".".join(node.path)[:100]
        )
        self.add("merge_field", message, node.start, node.end, say("Name a field of the record."))

    def template_name(self, node: syntax.Name, plain: Path) -> None:
        """A name as only Salesforce's files write it."""
        hint = say("Write %(plain)s.", plain=".".join(plain)[:100])
        if node.is_merged:
            message = say("A merge field stands in Salesforce's flows, not in our formulas.")
            self.add("merge_field", message, node.start, node.end, hint)
        else:
            message = say("A mark for a namespace stands in Salesforce's files, not in our formulas.")
            self.add("namespace_mark", message, node.start, node.end, hint)

    def report_dialect(self, node: syntax.Name | syntax.Call, name: str) -> None:
        end = node.name_end if isinstance(node, syntax.Call) else node.end
        message = say(
            '"%(name)s" is of the formulas of Salesforce\'s reports, which read groups of records.', name=name[:100]
        )
        hint = say("Over child records write SUM(children, value) and its like.")
        self.add("report_dialect", message, node.start, end, hint)

    def not_in_salesforce(self, node: syntax.Membership | syntax.Between | syntax.ListLiteral | syntax.Call) -> None:
        """An addition of ours in the strict mode."""
        what, hint = dialect.addition(node)
        message = say("%(what)s is not in Salesforce's formula language, which this formula is written in.", what=what)
        self.add("not_in_salesforce", message, node.start, node.end, hint)

    def misplaced_list(self, node: typed.Typed) -> None:
        """A list where one value is wanted."""
        is_of_children = isinstance(node, typed.ListValue) and node.is_of_children
        message = (
            say("A list of child records cannot stand here.") if is_of_children else say("A list cannot stand here.")
        )
        hint = (
            say("Count or sum it: COUNT(children), SUM(children, value).")
            if is_of_children
            else say("Use it after in.")
        )
        self.add("wrong_type", message, node.start, node.end, hint)

    def wrong_object_type(self, node: syntax.Name) -> None:
        hint = say("It stands in VLOOKUP($ObjectType.Object.Fields.Field, $ObjectType.Object.Fields.Key, key).")
        self.add("wrong_type", say("A field of $ObjectType has no value of its own."), node.start, node.end, hint)

    def no_child_list(self, node: syntax.Expression, function: str, lists: Sequence[str], scope: Scope) -> None:
        """`lists`: those of `scope`."""
        if isinstance(node, syntax.Name) and isinstance(scope, ExplainingScope):
            reason = scope.why_not(node.path)
            if reason is not None:
                self.add("wrong_type", reason[0], node.start, node.end, reason[1])
                return
        message = say("%(function)s needs a list of child records here.", function=function)
        hint = did_you_mean(".".join(node.path), lists) if isinstance(node, syntax.Name) else None
        known = (
            say("There are: %(names)s.", names=", ".join(sorted(lists)[:8])) if lists else say("This object has none.")
        )
        self.add("wrong_type", message, node.start, node.end, hint or known)

    def unknown_function(self, node: syntax.Call, names: Iterable[str]) -> None:
        if node.name.upper() in dialect.REPORT_FUNCTIONS:
            self.report_dialect(node, node.name)
            return
        message = say('There is no function "%(name)s".', name=node.name[:60])
        self.add("unknown_function", message, node.start, node.name_end, did_you_mean(node.name, names))

    def wrong_count(self, call: syntax.Call, function: Function, expected: str | None = None) -> None:
        count, found = expected or _counts(function), str(len(call.arguments))
        wanted = say("%(count)s arguments", count=count)
        message = say(
            "%(function)s takes %(wanted)s, here are %(found)s.", function=function.name, wanted=wanted, found=found
        )
        hint = say("Write %(plain)s.", plain=function.usage)
        self.add("wrong_number_of_arguments", message, call.start, call.end, hint, expected=wanted, found=found)

    def wrong_type(self, node: typed.Typed, expected: Sequence[Kind]) -> None:
        """Silent about what was reported before."""
        if isinstance(node, typed.Invalid):
            return
        wanted = say_choice([article(kind) for kind in expected])
        found, hint = article(node.type.kind), _conversion_hint(node.type.kind, expected)
        message = say("Expected %(wanted)s, found %(found)s.", wanted=wanted, found=found)
        self.add("wrong_type", message, node.start, node.end, hint, expected=wanted, found=found)

    def wrong_operands(self, operator: str, left: typed.Typed, right: typed.Typed) -> None:
        found = say("%(left)s and %(right)s", left=article(left.type.kind), right=article(right.type.kind))
        hint = _operand_hint({left.type.kind, right.type.kind})
        self.add(
            "wrong_type",
            say('"%(operator)s" cannot take %(found)s.', operator=operator, found=found),
            left.start,
            right.end,
            hint,
            found=found,
        )

    def unknown_values(self, subject: typed.Typed, values: Sequence[typed.Typed]) -> None:
        """Warns of texts that a picklist never has."""
        known = subject.type.values
        for value in values:
            is_text = isinstance(value, typed.Constant) and isinstance(value.value, str)
            if known is None or not is_text or value.value in known:  # type: ignore[attr-defined]  # a Constant here
                continue
            text: str = value.value  # type: ignore[attr-defined]  # a Constant here
            message = say('"%(value)s" is not among the values of this picklist, so it never matches.', value=text[:60])
            self.add("unknown_value", message, value.start, value.end, did_you_mean(text, known))
            self.diagnostics[-1] = replace(self.diagnostics[-1], severity="warning")


def article(kind: Kind) -> str:
    """The kind with its article."""
    return _ARTICLES[kind]


def _counts(function: Function) -> str:
    if function.forms:
        least = min(len(form.required) for form in function.forms)
        most = max(len(form.required) + len(form.optional) for form in function.forms)
        is_open = any(form.repeated is not None for form in function.forms)
    else:
        least, most, is_open = function.least, function.most or 0, function.most is None
    if is_open:
        return say("at least %(count)s", count=least)
    return str(least) if least == most else say("%(least)s to %(most)s", least=least, most=most)


def _conversion_hint(found: Kind, expected: Sequence[Kind]) -> str | None:
    if Kind.TEXT in expected and found in (Kind.NUMBER, Kind.DATE, Kind.DATETIME, Kind.TIME, Kind.PICKLIST):
        return say("Turn it into text with TEXT(...).")
    if Kind.NUMBER in expected and found is Kind.TEXT:
        return say("Turn it into a number with VALUE(...).")
    if Kind.DATE in expected and found in (Kind.TEXT, Kind.DATETIME):
        return say("Turn it into a date with DATEVALUE(...).")
    return None


def _operand_hint(kinds: set[Kind]) -> str | None:
    if Kind.MULTI_PICKLIST in kinds:
        return say('Test a multi-picklist with INCLUDES(field, "value").')
    if Kind.PICKLIST in kinds:
        return say('Compare a picklist with ISPICKVAL(field, "value"), or its TEXT(field) with a text.')
    if kinds == {Kind.TEXT, Kind.NUMBER}:
        return say("Turn the number into text with TEXT(...), or the text into a number with VALUE(...).")
    if kinds == {Kind.DATE, Kind.DATETIME}:
        return say("Turn one of them with DATEVALUE(...) or DATETIMEVALUE(...).")
    return None
