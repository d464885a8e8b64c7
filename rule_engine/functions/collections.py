"""LET, and aggregates over the rows of a child list. They check their arguments themselves: one binds names, the others
read the names of the child."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from rule_engine import typed
from rule_engine.functions.entry import Function
from rule_engine.types import NUMBER, Kind, Reference, Type
from rule_engine.wording import say

if TYPE_CHECKING:
    from rule_engine import syntax
    from rule_engine.checking.checker import Checker

_Bindings = list[tuple[str, typed.Typed]]

_RANKED = (Kind.NUMBER, Kind.DATE, Kind.DATETIME, Kind.TIME)
_CHILDREN = "children, value, condition"


def _let(check: Checker, call: syntax.Call) -> typed.Typed:
    *pairs, last = call.arguments
    if len(pairs) % 2:
        return check.wrong_count(call, f"{len(call.arguments) + 1}")
    bindings: _Bindings = []
    with check.names.bound():
        for name, value in zip(pairs[::2], pairs[1::2], strict=True):
            _bind(check, name, check.check(value, may_be_list=True), bindings)
        body = check.check(last)
    if typed.any_invalid((body, *(value for _, value in bindings))):
        return check.invalid(call)
    if not bindings:
        return body
    return typed.Let(type=body.type, start=call.start, end=call.end, bindings=tuple(bindings), body=body)


def _bind(check: Checker, name_node: syntax.Expression, value: typed.Typed, bindings: _Bindings) -> None:
    if isinstance(value, typed.ListValue) and value.is_of_children:
        check.report.misplaced_list(value)
        value = check.invalid(name_node)
    name = check.names.new_local(name_node)
    if name is None:
        return
    if isinstance(value, typed.ListValue):
        check.names.bind(name, _with_bound_elements(check, name, value, bindings))
    elif isinstance(value, typed.Invalid):
        check.names.bind(name, value)
        bindings.append((name, value))
    else:
        check.names.bind(name, _local(name, value))
        bindings.append((name, value))


def _with_bound_elements(check: Checker, name: str, value: typed.ListValue, bindings: _Bindings) -> typed.ListValue:
    """The list with names for what must be computed once."""
    elements: list[typed.Typed] = []
    for element in value.elements:
        if isinstance(element, typed.Constant | typed.Local | typed.Invalid):
            elements.append(element)
            continue
        hidden = check.names.unused(name)
        check.names.bind(hidden, _local(hidden, element))
        bindings.append((hidden, element))
        elements.append(_local(hidden, element))
    return typed.ListValue(type=value.type, start=value.start, end=value.end, elements=tuple(elements))


def _local(name: str, value: typed.Typed) -> typed.Typed:
    return typed.Local(
        type=value.type, start=value.start, end=value.end, name=name, can_be_blank=typed.can_be_blank(value)
    )


def _aggregate(check: Checker, call: syntax.Call) -> typed.Typed:
    """COUNT, SUM and AVG, which go over nothing but child lists."""
    if check.names.rows is not None:
        return _nested(check, call)
    rows = check.names.child_list(call.arguments[0])
    if rows is None:
        check.report.no_child_list(call.arguments[0], call.name.upper(), check.names.lists(), check.names.record)
        return check.invalid(call)
    return _over_rows(check, call, rows)


def aggregate_call(check: Checker, call: syntax.Call) -> typed.Typed | None:
    """MIN and MAX of the rows of a child list, when one is named first."""
    rows = check.names.child_list(call.arguments[0])
    if rows is None:
        return None
    if check.mode == "salesforce":
        check.report.not_in_salesforce(call)
        return check.invalid(call)
    return _over_rows(check, call, rows)


def _over_rows(check: Checker, call: syntax.Call, rows: Reference) -> typed.Typed:
    function, parts = call.name.lower(), call.arguments[1:]
    if check.names.rows is not None:
        return _nested(check, call)
    has_value = function != "count"
    if not has_value <= len(parts) <= has_value + 1:
        return check.wrong_count(call, "2 or 3" if has_value else "1 or 2")
    with ExitStack() as inside:
        inside.enter_context(check.names.inside(rows))
        value = check.check(parts[0]) if has_value else None
        condition = check.need_condition(check.check(parts[-1])) if len(parts) > has_value else None
    if typed.any_invalid(part for part in (value, condition) if part is not None):
        return check.invalid(call)
    if value is not None and not check.need_kind(value, *((Kind.NUMBER,) if function in ("sum", "avg") else _RANKED)):
        return check.invalid(call)
    type_ = NUMBER if value is None or value.type.kind is Kind.NULL else Type(kind=value.type.kind)
    return typed.Aggregate(
        type=type_, start=call.start, end=call.end, function=function, rows=rows, value=value, condition=condition
    )


def _nested(check: Checker, call: syntax.Call) -> typed.Typed:
    hint = say("Make a formula field of the inner one.")
    check.report.add("nested_aggregate", say("An aggregate cannot stand inside another."), call.start, call.end, hint)
    return check.invalid(call)


def collection_functions() -> tuple[Function, ...]:
    """LET and the aggregates; MIN and MAX are among the numbers."""
    return (
        Function(
            name="LET", usage="LET(name, value, ..., result)", least=3, special=_let, is_addition=True,
            example=("LET(net, 100, tax, net * 0.19, net + tax)", "119"),
            summary_en="A result in which names stand for values; each value is computed once and may use the names before it.",
            summary_zh="用名称代表值来计算结果；每个值只计算一次，并可使用前面的名称。",
        ),
        Function(
            name="COUNT", usage="COUNT(children, condition)", least=1, most=2, special=_aggregate, is_addition=True, example=None,
            summary_en="How many child records there are, or how many meet the condition.",
            summary_zh="子记录的数量，或满足条件的子记录数量。",
        ),
        _over_children(
            "SUM", "The sum of a value over the child records that meet the condition; blanks are left out.",
            "对满足条件的子记录求和；空白不计。",
        ),
        _over_children(
            "AVG", "The average of a value over the child records that meet the condition; blanks are left out.",
            "对满足条件的子记录求平均值；空白不计。",
        ),
    )  # fmt: skip


def _over_children(name: str, english: str, chinese: str) -> Function:
    return Function(
        name=name,
        usage=f"{name}({_CHILDREN})",
        least=2,
        most=3,
        special=_aggregate,
        is_addition=True,
        example=None,
        summary_en=english,
        summary_zh=chinese,
    )
