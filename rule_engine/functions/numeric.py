"""Functions over numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rule_engine.functions.collections import aggregate_call
from rule_engine.functions.entry import Form, Function, form
from rule_engine.runtime import numbers

# PostgreSQL's doubles raise where a result is too large or too small for them.
_MOST_EXP = Decimal("709.78")
_TINY = Decimal("1e-307")


def number_functions() -> tuple[Function, ...]:
    """Rounding, roots, logarithms, angles, and numbers from text."""
    return (
        _one("ABS", "number", numbers.absolute, "The number without its sign.", "返回数字的绝对值。",
              ("ABS(-2)", "2"), postgresql=_pg("abs")),
        Function(
            name="ROUND", usage="ROUND(number, digits)", example=("ROUND(2.345, 2)", "2.35"),
            summary_en="Rounded half up to so many decimals.", summary_zh="四舍五入到指定的小数位数。",
            forms=(form("number, number -> number", numbers.round_half_up, postgresql=_pg_round("round")),),
        ),
        Function(
            name="TRUNC", usage="TRUNC(number, digits)", salesforce_least=2, example=("TRUNC(2.349, 2)", "2.34"),
            summary_en="Cut off after so many decimals.", summary_zh="截断到指定的小数位数。",
            forms=(form("number, number? -> number", numbers.truncate, postgresql=_pg_round("trunc")),),
        ),
        _one("CEILING", "number", numbers.ceiling, "The next whole number away from zero.", "向远离零的方向取整。", ("CEILING(-1.3)", "-2"),
             postgresql=lambda sql, n: sql.call("sign", n) * sql.call("ceil", _pg_noise_free(sql, sql.call("abs", n)))),
        _one("FLOOR", "number", numbers.floor, "The next whole number toward zero.", "向零的方向取整。", ("FLOOR(-1.3)", "-1"),
             postgresql=lambda sql, n: sql.call("trunc", _pg_noise_free(sql, n))),
        _one("MCEILING", "number", numbers.ceiling_to_infinity, "The next whole number upward.", "向上取整。", ("MCEILING(-1.3)", "-1"),
             postgresql=lambda sql, n: sql.call("ceil", _pg_noise_free(sql, n))),
        _one("MFLOOR", "number", numbers.floor_to_infinity, "The next whole number downward.", "向下取整。", ("MFLOOR(-1.3)", "-2"),
             postgresql=lambda sql, n: sql.call("floor", _pg_noise_free(sql, n))),
        Function(
            name="MOD", usage="MOD(number, divisor)", example=("MOD(-7, 3)", "-1"),
            summary_en="The remainder; its sign is the number's.", summary_zh="返回余数，符号与被除数相同。",
            forms=(form("number, number -> number", numbers.remainder, can_fail=True,
                        postgresql=lambda sql, a, b: sql.case((b != 0, sql.call("mod", a, b)))),),
        ),
        _many("MAX", numbers.largest, "The largest number, or the largest value of the child records.",
              "返回最大的数字，或子记录的最大值。",
              ("MAX(1, 3, 2)", "3"), "greatest"),
        _many("MIN", numbers.smallest, "The smallest number, or the smallest value of the child records.",
              "返回最小的数字，或子记录的最小值。",
              ("MIN(1, 3, 2)", "1"), "least"),
        _double("SQRT", numbers.square_root, "The square root.", "返回平方根。", ("SQRT(16)", "4"), lambda n: n >= 0),
        _double("EXP", numbers.exponential, "e raised to the number.", "返回 e 的指定次幂。", ("EXP(0)", "1"), lambda n: n < _MOST_EXP),
        _double("LN", numbers.natural_logarithm, "The natural logarithm.", "返回自然对数。", ("LN(1)", "0"), lambda n: n > _TINY),
        _double("LOG", numbers.logarithm, "The logarithm to base 10.", "返回以 10 为底的对数。", ("LOG(100)", "2"), lambda n: n > _TINY),
        _double("SIN", numbers.sine, "The sine of an angle in radians.", "返回弧度的正弦。", ("SIN(0)", "0"), None),
        _double("COS", numbers.cosine, "The cosine of an angle in radians.", "返回弧度的余弦。", ("COS(0)", "1"), None),
        _double("TAN", numbers.tangent, "The tangent of an angle in radians.", "返回弧度的正切。", ("TAN(0)", "0"), None),
        _double("ASIN", numbers.arc_sine, "The angle with this sine.", "返回反正弦。", ("ASIN(0)", "0"), lambda n: n.between(-1, 1)),
        _double("ACOS", numbers.arc_cosine, "The angle with this cosine.", "返回反余弦。", ("ACOS(1)", "0"), lambda n: n.between(-1, 1)),
        _double("ATAN", numbers.arc_tangent, "The angle with this tangent.", "返回反正切。", ("ATAN(0)", "0"), None),
        Function(
            name="ATAN2", usage="ATAN2(y, x)", example=("ATAN2(0, 1)", "0"),
            summary_en="The angle of the point (x, y).", summary_zh="返回点 (x, y) 的角度。",
            forms=(form("number, number -> number", numbers.arc_tangent_of, can_fail=True,
                        postgresql=lambda sql, y, x: sql.number(sql.call("atan2", sql.double(y), sql.double(x)))),),
        ),
        Function(
            name="PI", usage="PI()", example=("ROUND(PI(), 4)", "3.1416"), summary_en="The number pi.", summary_zh="返回圆周率。",
            forms=(form("-> number", numbers.pi, postgresql=lambda sql: sql.literal(numbers.PI)),),
        ),
        Function(
            name="VALUE", usage="VALUE(text)", example=('VALUE("12.5")', "12.5"),
            summary_en="The number that a text writes.", summary_zh="将文本转换为数字。",
            forms=(form("text -> number", numbers.parse_number, can_fail=True,
                        postgresql=lambda sql, t: sql.case((_pg_is_number(sql, t), sql.number(t)))),),
        ),
        Function(
            name="ISNUMBER", usage="ISNUMBER(text)", example=('ISNUMBER("12.5")', "true"),
            summary_en="Whether a text writes a number.", summary_zh="判断文本是否为数字。",
            forms=(form("text -> boolean", numbers.is_number, takes_blanks=True,
                        postgresql=lambda sql, t: sql.call("coalesce", _pg_is_number(sql, t), sql.literal(False))),),
        ),
        Function(
            name="FORMATCURRENCY", usage="FORMATCURRENCY(code, amount)", example=('FORMATCURRENCY("EUR", 1234.5)', "EUR 1,234.50"),
            summary_en="An amount with its currency code.", summary_zh="带货币代码的金额。",
            forms=(form("text, number -> text", _format_currency, takes_blanks=True, gives_blank=True,
                        postgresql=_pg_format_currency),),
        ),
    )  # fmt: skip


def _format_currency(code: str | None, amount: Any) -> str | None:
    return None if amount is None else numbers.format_currency(code, amount)


def _pg_format_currency(sql: Any, code: Any, amount: Any) -> Any:
    known = sql.letter_case("upper", code)
    by_places: dict[int, list[Any]] = {}
    for name, places in numbers.CURRENCY_DECIMALS.items():
        by_places.setdefault(places, []).append(sql.literal(name))
    places = sql.case(
        *((known.in_(names), sql.whole(places)) for places, names in by_places.items()), otherwise=sql.whole(2)
    )
    shown = sql.texts.tag(code, " ", sql.texts.grouped(amount, places))
    return sql.case((amount.is_not(None), shown))


def _one(
    name: str, parameter: str, python: Any, english: str, chinese: str, example: tuple[str, str], **options: Any
) -> Function:
    single: Form = form("number -> number", python, **options)
    return Function(
        name=name,
        usage=f"{name}({parameter})",
        summary_en=english,
        summary_zh=chinese,
        example=example,
        forms=(single,),
    )


def _many(name: str, python: Any, english: str, chinese: str, example: tuple[str, str], pg_name: str) -> Function:
    """PostgreSQL's GREATEST and LEAST skip blanks; ours are blank when one argument is."""

    def postgresql(sql: Any, *parts: Any) -> Any:
        return sql.unless_blank(parts, sql.call(pg_name, *parts))

    several = form("number, number... -> number", python, postgresql=postgresql)
    return Function(
        name=name,
        usage=f"{name}(number, ...) | {name}(children, value, condition)",
        summary_en=english,
        summary_zh=chinese,
        example=example,
        forms=(several,),
        special=aggregate_call,
    )


def _double(name: str, python: Any, english: str, chinese: str, example: tuple[str, str], domain: Any) -> Function:
    """Through a double, on PostgreSQL too; outside its domain blank there."""
    pg_name = "log10" if name == "LOG" else name.lower()

    def postgresql(sql: Any, number: Any) -> Any:
        result = sql.number(sql.call(pg_name, sql.double(number)))
        if name == "EXP":
            result = sql.case((number < -_MOST_EXP, 0), otherwise=result)
        return result if domain is None else sql.case((domain(number), result))

    return _one(name, "number", python, english, chinese, example, can_fail=True, postgresql=postgresql)


def _pg(name: str) -> Any:
    return lambda sql, *arguments: sql.call(name, *arguments)


def _pg_noise_free(sql: Any, number: Any) -> Any:
    """Hides the noise of 1/3*3, as the rounding to 33 digits does elsewhere."""
    return sql.call("round", number, sql.whole(33))


def _pg_round(name: str) -> Any:
    def postgresql(sql: Any, number: Any, digits: Any = None) -> Any:
        digits = sql.literal(0) if digits is None else digits
        places = sql.clamped(digits, -1000, 1000)
        rounded_away = (digits <= -1) & (sql.call("abs", number) < sql.call("power", sql.literal(10), -places))
        return sql.case((rounded_away, 0), otherwise=sql.call(name, number, places))

    return postgresql


def _pg_is_number(sql: Any, text: Any) -> Any:
    is_short = sql.call("char_length", text) < 1001
    return is_short & sql.matches(text, r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$")
