"""Decimal arithmetic: 39 significant digits, half up; roots, logarithms and angles go through a double."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

from rule_engine.errors import FormulaError

_TRAPS = [DivisionByZero, InvalidOperation, Overflow]
CONTEXT = Context(prec=39, rounding=ROUND_HALF_UP, Emin=-999, Emax=999, traps=_TRAPS)
_WIDE = Context(prec=2100, rounding=ROUND_HALF_UP, Emin=-9999, Emax=9999, traps=_TRAPS)
_NOISE_FREE = Context(prec=33, rounding=ROUND_HALF_UP, Emin=-999, Emax=999, traps=_TRAPS)
_EIGHTEEN = Context(prec=18, rounding=ROUND_HALF_UP, Emin=-9999, Emax=9999, traps=_TRAPS)

ZERO = Decimal(0)
ONE = Decimal(1)
PI = Decimal("3.14159265358979323846264338327950288420")
MAX_ROUNDING_DIGITS = 1_000
_NUMBER_TEXT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,9})?", re.ASCII)
_MAX_TEXT_LENGTH = 1_000

add = CONTEXT.add
subtract = CONTEXT.subtract
multiply = CONTEXT.multiply
negate = CONTEXT.minus


def divide(dividend: Decimal, divisor: Decimal) -> Decimal:
    if not divisor:
        raise FormulaError("division_by_zero", "A number was divided by zero.")
    return CONTEXT.divide(dividend, divisor)


def remainder(dividend: Decimal, divisor: Decimal) -> Decimal:
    """The sign is the dividend's."""
    if not divisor:
        raise FormulaError("division_by_zero", "MOD by zero.")
    return CONTEXT.plus(_WIDE.remainder(dividend, divisor))


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """Whole exponents only; 18 digits; below 1e-39 it is 0."""
    if exponent != exponent.to_integral_value():
        raise FormulaError("out_of_range", "The exponent of ^ must be a whole number.")
    if not exponent:
        return ONE
    if not base:
        if exponent < 0:
            raise FormulaError("division_by_zero", "Zero was raised to a negative power.")
        return ZERO
    magnitude = _EIGHTEEN.multiply(_EIGHTEEN.log10(base.copy_abs()), exponent)
    if magnitude > 64:
        raise FormulaError("out_of_range", "The result of ^ is too large.")
    if magnitude < -40:
        return ZERO
    result = _EIGHTEEN.power(base, exponent)
    return result if abs(result) >= Decimal("1e-39") else ZERO


def percent(displayed: Decimal) -> Decimal:
    """24, as stored and shown, is 0.24 in a formula."""
    return displayed.scaleb(-2, CONTEXT)


def absolute(number: Decimal) -> Decimal:
    return CONTEXT.abs(number)


def round_half_up(number: Decimal, digits: Decimal) -> Decimal:
    return _round(number, digits, ROUND_HALF_UP)


def truncate(number: Decimal, digits: Decimal = ZERO) -> Decimal:
    return _round(number, digits, ROUND_DOWN)


def _round(number: Decimal, digits: Decimal, rounding: str) -> Decimal:
    """All digits rounded away give 0: ROUND(50, -2) is 0, as in Salesforce."""
    places = int(digits)
    if places > MAX_ROUNDING_DIGITS or places >= -int(number.as_tuple().exponent):
        return number
    if places < 0 and -places > number.adjusted():
        return ZERO
    return CONTEXT.plus(number.quantize(Decimal(1).scaleb(-places), rounding, _WIDE))


def _whole(rounding: str) -> Callable[[Decimal], Decimal]:
    def round_to_whole(number: Decimal) -> Decimal:
        return _NOISE_FREE.plus(number).to_integral_value(rounding)

    return round_to_whole


_up, _down = _whole(ROUND_CEILING), _whole(ROUND_FLOOR)
ceiling_to_infinity = _up
floor_to_infinity = _down


def ceiling(number: Decimal) -> Decimal:
    """Away from zero."""
    return _up(number) if number > 0 else _down(number)


def floor(number: Decimal) -> Decimal:
    """Toward zero."""
    return _down(number) if number > 0 else _up(number)


def largest(*numbers: Decimal) -> Decimal:
    return max(numbers)


def smallest(*numbers: Decimal) -> Decimal:
    return min(numbers)


def _through_double(compute: Callable[..., float]) -> Callable[..., Decimal]:
    def through_double(*numbers: Decimal) -> Decimal:
        try:
            doubles = [float(number) + 0.0 for number in numbers]  # which makes 0 of -0
            result = compute(*doubles) if all(map(math.isfinite, doubles)) else math.nan
        except (ValueError, OverflowError):
            result = math.nan
        if not math.isfinite(result):
            raise FormulaError("not_a_finite_number", "The function has no finite value here.")
        return Decimal(repr(result))

    return through_double


square_root = _through_double(math.sqrt)
natural_logarithm = _through_double(math.log)
logarithm = _through_double(math.log10)
exponential = _through_double(math.exp)
sine = _through_double(math.sin)
cosine = _through_double(math.cos)
tangent = _through_double(math.tan)
arc_sine = _through_double(math.asin)
arc_cosine = _through_double(math.acos)
arc_tangent = _through_double(math.atan)
arc_tangent_of = _through_double(math.atan2)


def pi() -> Decimal:
    return PI


def is_number(text: str | None) -> bool:
    """Blank is no number."""
    return text is not None and len(text) <= _MAX_TEXT_LENGTH and _parse(text) is not None


def parse_number(text: str) -> Decimal:
    number = _parse(text) if len(text) <= _MAX_TEXT_LENGTH else None
    if number is None:
        raise FormulaError("invalid_number_text", f'"{text[:40]}" is not a number.')
    return number


def _parse(text: str) -> Decimal | None:
    if not _NUMBER_TEXT.fullmatch(text):
        return None
    number = Decimal(text)
    return number if not number or abs(number.adjusted()) < CONTEXT.Emax else None


def number_text(number: Decimal) -> str:
    """Plain notation, no exponent, no trailing zeros, no minus before zero. Also how SQLite holds a computed number."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def format_currency(code: str | None, amount: Decimal) -> str:
    """`USD 1,234.50`; a blank code leaves a leading space."""
    places = CURRENCY_DECIMALS.get((code or "").upper(), 2)
    rounded = _WIDE.add(_WIDE.quantize(amount, Decimal(1).scaleb(-places)), ZERO)  # no minus before zero
    return f"{code or ''} {rounded:,f}"


_WHOLE_CURRENCIES = frozenset(
    {
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    }
)
CURRENCY_DECIMALS = dict.fromkeys(_WHOLE_CURRENCIES, 0) | dict.fromkeys(
    ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3
)
