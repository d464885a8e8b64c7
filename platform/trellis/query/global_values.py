"""The values of the globals that formulas name besides $User, for one tenant and actor, by the path behind the `$` ("org.name")."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from trellis.security.actor import Actor
from trellis.tenancy.compiled import CompiledModel

ADMINISTRATOR = "System Administrator"
STANDARD = "Standard User"
NO_RATES: Mapping[str, Decimal] = {}


def global_values(compiled: CompiledModel, actor: Actor) -> Mapping[str, Any]:
    """Made once for each language and profile of a revision; no statement."""
    key = ("query", "globals", actor.language, actor.is_admin)
    return compiled.prepared(key, lambda: _make(compiled, actor))


def currency_rates(compiled: CompiledModel) -> Mapping[str, Decimal]:
    """What one unit of the corporate currency is in each currency, itself among them; nothing where no currencies are defined."""
    currencies = compiled.model.currencies
    if currencies is None:
        return NO_RATES
    return compiled.prepared(
        ("query", "currency rates"), lambda: {**currencies.rates, currencies.corporate: Decimal(1)}
    )


def _make(compiled: CompiledModel, actor: Actor) -> dict[str, Any]:
    model = compiled.model
    organization, currencies = model.organization, model.currencies
    values: dict[str, Any] = {
        "org.id": compiled.tenant,
        "org.name": organization.name or compiled.tenant,
        "org.language": organization.language,
        "org.time_zone": organization.time_zone,
        "org.currency": currencies.corporate if currencies else None,
        "profile.name": ADMINISTRATOR if actor.is_admin else STANDARD,
    }
    for label in model.labels.values():
        values[f"label.{label.name}"] = model.text(actor.language, f"labels.{label.name}", label.text)
    for setting in model.settings.values():
        values |= {f"setup.{setting.name}.{name}": value for name, value in setting.values.items()}
    return values
