"""Conditions, choices and blanks: functions that are lazy or take any type. Each is said with nodes of the typed tree."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rule_engine import typed
from rule_engine.functions.entry import Function
from rule_engine.types import BOOLEAN, TEXT, Kind

if TYPE_CHECKING:
    from rule_engine import syntax
    from rule_engine.checking.checker import Checker

_Arguments = tuple[typed.Typed, ...]


def _all(check: Checker, call: syntax.Call, arguments: _Arguments) -> typed.Typed:
    operands = tuple(check.need_boolean(argument) for argument in arguments)
    return typed.All(type=BOOLEAN, start=call.start, end=call.end, operands=operands)


def _any(check: Checker, call: syntax.Call, arguments: _Arguments) -> typed.Typed:
    operands = tuple(check.need_boolean(argument) for argument in arguments)
    return typed.AnyOf(type=BOOLEAN, start=call.start, end=call.end, operands=operands)


def _not(check: Checker, call: syntax.Call, arguments: _Arguments) -> typed.Typed:
    return typed.Not(type=BOOLEAN, start=call.start, end=call.end, operand=check.need_boolean(arguments[0]))


def _if(check: Checker, call: syntax.Call, arguments: _Arguments) -> typed.Typed:
    condition, value, otherwise = arguments
    common = check.need_common(arguments[1:])
    return typed.Conditional(
        type=common,
        start=call.start,
        end=call.end,
        branches=((check.need_condition(condition), value),),
        otherwise=otherwise,
    )


def _ifs(check: Checker, call: syntax.Call, arguments: _Arguments) -> typed.Typed:
    if len(arguments) % 2 == 0:
        return check.wrong_count(call, f"{len(arguments) + 1}")
    conditions = tuple(check.need_condition(argument) for argument in arguments[:-1:2])
    values = arguments[1:-1:2]
    common = check.need_common((*values, arguments[-1]))
    branches = tuple(zip(conditions, values, strict=True))
    return typed.Conditional(type=common, start=call.start, end=call.end, branches=branches, otherwise=arguments[-1])


def _case(check: Checker, call: syntax.Call, arguments: _Arguments) -> typed.Typed:
    if len(arguments) % 2:
        return check.wrong_count(call, f"{len(arguments) + 1}")
    subject, *pairs, otherwise = arguments
    values, results = tuple(pairs[::2]), tuple(pairs[1::2])
    check.refuse_kind((subject, *values, *results, otherwise), Kind.BOOLEAN)
    check.refuse_kind((subject,), Kind.MULTI_PICKLIST)
    check.need_members(subject, values)
    common = check.need_common((*results, otherwise))
    branches = tuple(zip(values, results, strict=True))
    return typed.Case(
        type=common, start=call.start, end=call.end, subject=subject, branches=branches, otherwise=otherwise
    )


def _in(check: Checker, call: syntax.Call, arguments: _Arguments) -> typed.Typed:
    subject, *values = arguments
    return check.membership(call, subject, tuple(values))


def _is_pick_value(check: Checker, call: syntax.Call, arguments: _Arguments) -> typed.Typed:
    subject, value = arguments
    check.need_kind(subject, Kind.PICKLIST)
    check.need_members(subject, (value,))
    return typed.Equal(type=BOOLEAN, start=call.start, end=call.end, left=subject, right=value)


def _includes(check: Checker, call: syntax.Call, arguments: _Arguments) -> typed.Typed:
    subject, *values = arguments
    check.need_kind(subject, Kind.MULTI_PICKLIST)
    check.need_members(subject, tuple(values))
    return typed.Holds(type=BOOLEAN, start=call.start, end=call.end, subject=subject, values=tuple(values))


def _is_blank(check: Checker, call: syntax.Call, arguments: _Arguments) -> typed.Typed:
    check.refuse_kind(arguments, Kind.BOOLEAN)
    return typed.IsBlank(type=BOOLEAN, start=call.start, end=call.end, operand=arguments[0])


def _is_null(check: Checker, call: syntax.Call, arguments: _Arguments) -> typed.Typed:
    """Text is never null. What the argument does is still done, so that its faults show."""
    (argument,) = arguments
    if argument.type.kind is Kind.TEXT:
        result: typed.Typed = typed.Constant(type=BOOLEAN, start=call.start, end=call.end, value=False)
        if typed.can_fail(argument):
            blank = typed.IsBlank(type=BOOLEAN, start=call.start, end=call.end, operand=argument)
            result = typed.All(type=BOOLEAN, start=call.start, end=call.end, operands=(blank, result))
        return result
    return _is_blank(check, call, arguments)


def _blank_value(check: Checker, call: syntax.Call, arguments: _Arguments) -> typed.Typed:
    check.refuse_kind(arguments, Kind.BOOLEAN)
    common = check.need_common(arguments)
    operand, fallback = arguments
    return typed.Fallback(type=common, start=call.start, end=call.end, operand=operand, fallback=fallback)


def _null_value(check: Checker, call: syntax.Call, arguments: _Arguments) -> typed.Typed:
    operand, fallback = arguments
    common = check.need_common(arguments)
    if common.kind is Kind.TEXT and not typed.can_fail(fallback):
        return replace(operand, type=common)
    if common.kind is Kind.TEXT:
        never = typed.IsBlank(type=BOOLEAN, start=call.start, end=call.end, operand=fallback)
        return typed.Conditional(
            type=common, start=call.start, end=call.end, branches=((never, operand),), otherwise=operand
        )
    return _blank_value(check, call, arguments)


def _if_error(check: Checker, call: syntax.Call, arguments: _Arguments) -> typed.Typed:
    common = check.need_common(arguments)
    operand, fallback = arguments
    return typed.Recover(type=common, start=call.start, end=call.end, operand=operand, fallback=fallback)


def _is_new(_check: Checker, call: syntax.Call, _arguments: _Arguments) -> typed.Typed:
    return typed.ContextRead(type=BOOLEAN, start=call.start, end=call.end, name="is_new")


def _is_clone(_check: Checker, call: syntax.Call, _arguments: _Arguments) -> typed.Typed:
    return typed.ContextRead(type=BOOLEAN, start=call.start, end=call.end, name="is_clone")


def _prior_value(check: Checker, call: syntax.Call, arguments: _Arguments) -> typed.Typed:
    return check.prior(call, arguments[0]) or check.invalid(call)


def _is_changed(check: Checker, call: syntax.Call, arguments: _Arguments) -> typed.Typed:
    prior = check.prior(call, arguments[0])
    return check.differ(call, arguments[0], prior) if prior else check.invalid(call)


def _value_text(check: Checker, call: syntax.Call, arguments: _Arguments) -> typed.Typed:
    """TEXT of a picklist is its API value; of anything else a form of it."""
    (argument,) = arguments
    if argument.type.kind in (Kind.PICKLIST, Kind.ID):
        return replace(argument, type=TEXT)
    if argument.type.kind is Kind.TEXT and check.mode == "trellis":
        return argument
    return check.apply(call, "TEXT:FORM", arguments)


def logic_functions() -> tuple[Function, ...]:
    """Conditions, choices, blanks and the state of the record."""
    return (
        Function(
            name="AND", usage="AND(condition, ...)", least=1, lowering=_all, example=("AND(TRUE, 1 < 2)", "true"),
            summary_en="True when every condition is true.", summary_zh="所有条件均为真时返回真。",
        ),
        Function(
            name="OR", usage="OR(condition, ...)", least=1, lowering=_any, example=("OR(FALSE, 1 < 2)", "true"),
            summary_en="True when at least one condition is true.", summary_zh="至少一个条件为真时返回真。",
        ),
        Function(
            name="NOT", usage="NOT(condition)", least=1, most=1, lowering=_not, example=("NOT(FALSE)", "true"),
            summary_en="The opposite of the condition; blank stays blank.", summary_zh="返回条件的相反值；空白仍为空白。",
        ),
        Function(
            name="IF", usage="IF(condition, value, otherwise)", least=3, most=3, lowering=_if,
            example=('IF(1 < 2, "yes", "no")', "yes"),
            summary_en="One of two values, by a condition; a blank condition counts as false.",
            summary_zh="根据条件返回两个值之一；空白条件视为假。",
        ),
        Function(
            name="IFS", usage="IFS(condition, value, ..., otherwise)", least=3, lowering=_ifs,
            example=('IFS(1 > 2, "a", 2 > 1, "b", "c")', "b"),
            summary_en="The value of the first condition that is true.", summary_zh="返回第一个为真的条件所对应的值。",
        ),
        Function(
            name="CASE", usage="CASE(subject, value, result, ..., otherwise)", least=4, lowering=_case,
            example=('CASE(2, 1, "one", 2, "two", "many")', "two"),
            summary_en="The result of the first value equal to the subject.", summary_zh="返回与主体相等的第一个值所对应的结果。",
        ),
        Function(
            name="IN", usage="IN(subject, value, ...)", least=2, lowering=_in, takes_lists=True, example=("IN(2, 1, 2, 3)", "true"),
            summary_en="Whether the subject equals one of the values.", summary_zh="判断主体是否等于其中一个值。",
        ),
        Function(
            name="ISPICKVAL", usage='ISPICKVAL(picklist, "value")', least=2, most=2, lowering=_is_pick_value, example=None,
            summary_en="Whether a picklist has this value.", summary_zh="判断选项列表是否为该值。",
        ),
        Function(
            name="INCLUDES", usage='INCLUDES(multi_picklist, "value")', least=2, most=2, lowering=_includes, example=None,
            summary_en="Whether a multi-select picklist holds this value.", summary_zh="判断多选选项列表是否包含该值。",
        ),
        Function(
            name="ISBLANK", usage="ISBLANK(value)", least=1, most=1, lowering=_is_blank, example=('ISBLANK("")', "true"),
            summary_en="Whether there is no value.", summary_zh="判断是否没有值。",
        ),
        Function(
            name="ISNULL", usage="ISNULL(value)", least=1, most=1, lowering=_is_null, example=('ISNULL("")', "false"),
            summary_en="As ISBLANK, but always false for text; prefer ISBLANK.",
            summary_zh="同 ISBLANK，但文本始终返回假；建议使用 ISBLANK。",
        ),
        Function(
            name="BLANKVALUE", usage="BLANKVALUE(value, substitute)", least=2, most=2, lowering=_blank_value,
            example=('BLANKVALUE("", "none")', "none"),
            summary_en="The value, or the substitute when it is blank.", summary_zh="返回该值；为空白时返回替代值。",
        ),
        Function(
            name="NULLVALUE", usage="NULLVALUE(value, substitute)", least=2, most=2, lowering=_null_value,
            example=("NULLVALUE(VALUE(NULL), 5)", "5"),
            summary_en="As BLANKVALUE, but text is returned as it is; prefer BLANKVALUE.",
            summary_zh="同 BLANKVALUE，但文本原样返回；建议使用 BLANKVALUE。",
        ),
        Function(
            name="IFERROR", usage="IFERROR(value, substitute)", least=2, most=2, lowering=_if_error,
            example=("IFERROR(1 / 0, 7)", "7"),
            summary_en="The value, or the substitute when computing it fails.", summary_zh="返回该值；计算出错时返回替代值。",
        ),
        Function(
            name="ISNEW", usage="ISNEW()", least=0, most=0, lowering=_is_new, example=None,
            summary_en="Whether the record is being created.", summary_zh="判断记录是否正在创建。",
        ),
        Function(
            name="ISCLONE", usage="ISCLONE()", least=0, most=0, lowering=_is_clone, example=None,
            summary_en="Whether the record is being created as a copy of another.", summary_zh="判断记录是否正在作为副本创建。",
        ),
        Function(
            name="ISCHANGED", usage="ISCHANGED(field)", least=1, most=1, lowering=_is_changed, example=None,
            summary_en="Whether this change gives the field another value; false for a new record.",
            summary_zh="判断本次更改是否改变了该字段的值；新记录返回假。",
        ),
        Function(
            name="PRIORVALUE", usage="PRIORVALUE(field)", least=1, most=1, lowering=_prior_value, example=None,
            summary_en="The field's value before this change; the present one for a new record.",
            summary_zh="字段在本次更改前的值；新记录返回当前值。",
        ),
        Function(
            name="TEXT", usage="TEXT(value)", least=1, most=1, lowering=_value_text, example=("TEXT(2.50)", "2.5"),
            summary_en="A number, date, datetime, time or picklist value as text.",
            summary_zh="将数字、日期、日期时间、时间或选项值转换为文本。",
        ),
    )  # fmt: skip
