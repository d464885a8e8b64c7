"""Where a checked formula can run: which targets honour it, and why not where one cannot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from metamodel.model import Model
from rule_engine import CheckedFormula, UnsupportedOnTarget, compile_javascript
from trellis.errors import InvalidRequest
from trellis.query.source import Source
from trellis.storage.database import DialectName


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSupport:
    """`reason`: why the target cannot honour the formula, None when it can."""

    target: str
    reason: str | None = None


def supported_targets(model: Model, object_name: str, checked: CheckedFormula) -> tuple[TargetSupport, ...]:
    """Python honours every formula; what a database or a browser cannot, is computed in Python."""
    return (
        TargetSupport(target="python"),
        _tried("postgresql", lambda: _compile_sql(model, object_name, checked, "postgresql")),
        _tried("sqlite", lambda: _compile_sql(model, object_name, checked, "sqlite")),
        _tried("javascript", lambda: compile_javascript(checked)),
    )


def _compile_sql(model: Model, object_name: str, checked: CheckedFormula, dialect: DialectName) -> None:
    Source(model, dialect, None, object_name).condition(checked)


def _tried(target: str, compile_it: Callable[[], object]) -> TargetSupport:
    try:
        compile_it()
    except UnsupportedOnTarget as error:
        return TargetSupport(target=target, reason=f"{error}.")
    except InvalidRequest as error:
        return TargetSupport(target=target, reason=error.message)
    except RecursionError:
        return TargetSupport(target=target, reason="It is nested too deeply.")
    return TargetSupport(target=target)
