"""Numbers a person or a program gave -> exact decimals with a limit on their digits, and back to text by locale."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from babel.numbers import format_currency, format_decimal

from metamodel.fields.field import FieldValueError, Locale
from rule_engine.wording import say, say_count

MAX_PRECISION = 18
_PLAIN = re.compile(r"[+-]?[0-9]{1,60}(\.[0-9]{1,60})?\Z")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?\Z")
_CONTEXT = Context(prec=200, Emax=999_999, Emin=-999_999)


def read_decimal(value: object) -> Decimal | None:
    """A JSON number or a decimal in a string -> Decimal, None for blank. A float means its shortest decimal text."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        raise _not_a_number(value)
    if isinstance(value, str):
        if not _PLAIN.match(value):
            raise _not_a_number(value)
        return Decimal(value)
    if isinstance(value, int):
        if value.bit_length() > 256:
            raise FieldValueError("too_many_digits", say("Has too many digits."))
        return Decimal(value)
    number = Decimal(repr(value)) if isinstance(value, float) else value
    if not number.is_finite():
        raise FieldValueError("not_a_number", say("Must be a number, %(number)s is none.", number=number))
    return number


def read_typed_decimal(text: str) -> Decimal | None:
    """What a person typed: digits, perhaps with commas between groups of three."""
    trimmed = text.strip().replace("\u2212", "-")
    return read_decimal(trimmed.replace(",", "") if _GROUPED.match(trimmed) else trimmed)


def fit(number: Decimal, precision: int, scale: int) -> Decimal:
    """`number` with exactly `scale` digits after the point. Raises FieldValueError when it has more, or too many before it."""
    _check_whole_digits(number, precision, scale)
    fitted = number.quantize(Decimal(1).scaleb(-scale), context=_CONTEXT)
    if fitted != number:
        message = say("Must have no digits after the point.")
        if scale:
            message = say_count(
                "Must have at most %(num)d digit after the point.",
                "Must have at most %(num)d digits after the point.",
                scale,
            )
        raise FieldValueError("too_many_decimals", message, scale=scale)
    return fitted + 0 if fitted else abs(fitted)


def rounded(number: Decimal, precision: int, scale: int) -> Decimal:
    """`number` rounded half up to `scale`, as formula results are. Raises FieldValueError when it is too large."""
    _check_whole_digits(number, precision, scale)
    fitted = quantized(number, scale)
    _check_whole_digits(fitted, precision, scale)
    return fitted


def format_number(number: Decimal, scale: int, locale: Locale) -> str:
    pattern = "#,##0" + ("." + "0" * scale if scale else "")
    return str(
        format_decimal(
            quantized(number, scale), format=pattern, locale=babel_locale(locale), decimal_quantization=False
        )
    )


def format_money(number: Decimal, currency: str, scale: int, locale: Locale) -> str:
    pattern = "¤#,##0" + ("." + "0" * scale if scale else "")
    return str(
        format_currency(
            quantized(number, scale), currency, format=pattern, locale=babel_locale(locale), currency_digits=False
        )
    )


def babel_locale(locale: Locale) -> str:
    return locale.language.replace("-", "_")


def quantized(number: Decimal, scale: int) -> Decimal:
    """`number` rounded half up to `scale`, of any size."""
    fitted = number.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP, context=_CONTEXT)
    return fitted if fitted else abs(fitted)


def _check_whole_digits(number: Decimal, precision: int, scale: int) -> None:
    whole = precision - scale
    if number and number.adjusted() >= whole:
        raise FieldValueError(
            "too_many_digits", say("Must have at most %(whole)s digits before the point.", whole=whole), digits=whole
        )


def _not_a_number(value: object) -> FieldValueError:
    return FieldValueError("not_a_number", say("Must be a number such as 1234.5, not %(value).60r.", value=value))
