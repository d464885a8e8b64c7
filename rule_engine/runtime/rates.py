"""Currency rates: what one unit of the corporate currency is in another."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from rule_engine.errors import FormulaError
from rule_engine.runtime.numbers import ONE


def rate_of(code: str, rates: Mapping[str, Decimal]) -> Decimal:
    """By ISO code, in any letter case."""
    rate = rates.get(code.upper())
    if rate is None:
        raise FormulaError("unknown_currency", f'There is no rate for the currency "{code[:40]}".')
    return rate


def rate_or_one(code: str, rates: Mapping[str, Decimal]) -> Decimal:
    """As `rate_of`, but 1 for a currency without a rate, as in Salesforce."""
    return rates.get(code.upper(), ONE)
