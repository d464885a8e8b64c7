"""Functions that look beyond the record and its lookups: another object's records, currency rates."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rule_engine import typed
from rule_engine.functions.entry import Function, form
from rule_engine.runtime import rates
from rule_engine.wording import say

if TYPE_CHECKING:
    from rule_engine import syntax
    from rule_engine.checking.checker import Checker


def _look_up(check: Checker, call: syntax.Call) -> typed.Typed | None:
    field = check.names.object_field(call.arguments[0])
    key_field = check.names.object_field(call.arguments[1])
    key = check.check(call.arguments[2])
    if field is None or key_field is None or isinstance(key, typed.Invalid):
        return check.invalid(call)
    if field.path[1] != key_field.path[1]:
        place = call.arguments[1]
        check.report.add("wrong_type", say("Both fields must be of one object."), place.start, place.end)
        return check.invalid(call)
    if not check.need_kind(key, key_field.type.kind):
        return check.invalid(call)
    found = typed.FindValue(
        type=field.type,
        start=call.start,
        end=call.end,
        object=field.path[1],
        field=field.path[3],
        key_field=key_field.path[3],
        key=key,
    )
    return check.as_fraction(found) if field.type.percent else found


def _currency_rate(check: Checker, call: syntax.Call, arguments: tuple[typed.Typed, ...]) -> typed.Typed:
    """Salesforce gives 1 for a code that it does not know; we refuse to guess."""
    return check.apply(call, "rate or one" if check.mode == "salesforce" else "rate", arguments)


def lookup_functions() -> tuple[Function, ...]:
    """VLOOKUP and CURRENCYRATE."""
    return (
        Function(
            name="VLOOKUP", least=3, most=3, special=_look_up, example=None,
            usage="VLOOKUP($ObjectType.Object.Fields.Field, $ObjectType.Object.Fields.Key, key)",
            summary_en="A field of the record of another object whose key field has this value; blank when there is none.",
            summary_zh="返回另一对象中关键字段等于该值的记录的字段；没有则为空白。",
        ),
        Function(
            name="CURRENCYRATE", usage="CURRENCYRATE(iso_code)", least=1, most=1, lowering=_currency_rate, example=None,
            summary_en="What one unit of the corporate currency is in the currency with this code.",
            summary_zh="一个单位的公司货币折合该代码货币的数额。",
        ),
        _internal("rate", rates.rate_of, can_fail=True),
        _internal("rate or one", rates.rate_or_one, can_fail=False),
    )  # fmt: skip


def _internal(name: str, python: Any, *, can_fail: bool) -> Function:
    def postgresql(sql: Any, code: Any, rates_by_code: Any) -> Any:
        found = sql.number(sql.json_text(rates_by_code, sql.call("upper", code)))
        return found if can_fail else sql.call("coalesce", found, sql.case((code.is_not(None), Decimal(1))))

    one = form(
        "text -> number",
        python,
        needs=("currency_rates",),
        can_fail=can_fail,
        postgresql=postgresql,
    )
    return Function(name=name, usage=name, summary_en="", summary_zh="", example=None, forms=(one,), is_internal=True)
