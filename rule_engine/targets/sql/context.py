"""The context of an evaluation as parameters of a statement."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from rule_engine.context import EvaluationContext
from rule_engine.runtime.numbers import number_text


def sql_context_values(context: EvaluationContext, dialect: Literal["sqlite", "postgresql"]) -> dict[str, Any]:
    """Values for the parameters that a compiled formula may name, in the stored forms of the database."""
    values: dict[str, Any] = {
        "ctx_now": context.now.astimezone(UTC),
        "ctx_today": context.today,
        "ctx_time_zone": time_zone_name(context),
        "ctx_currency_rates": json.dumps({code: number_text(rate) for code, rate in context.currency_rates.items()}),
        **{parameter_name(f"user.{field}"): value for field, value in context.user.items()},
        **{parameter_name(name): value for name, value in context.globals.items()},
    }
    if dialect == "postgresql":
        return values
    return {name: _sqlite_form(value) for name, value in values.items()}


def parameter_name(name: str) -> str:
    """The parameter for what ContextRead names: `ctx_org_name` for "org.name". Whatever else is no letter, digit or
    underscore is written as its code, so that two names never share one parameter."""
    head, _, rest = name.partition(".")
    return "_".join(["ctx", head, re.sub(r"\W", lambda found: f"_{ord(found[0]):x}_", rest)] if rest else ["ctx", head])


def time_zone_name(context: EvaluationContext) -> str:
    """The IANA name; the context's zone must have one, or be UTC."""
    if context.time_zone is UTC:
        return "UTC"
    key = getattr(context.time_zone, "key", None)
    if key is None:
        raise ValueError(f"The time zone {context.time_zone} has no name; use zoneinfo.ZoneInfo or UTC.")
    return str(key)


def _sqlite_form(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value
