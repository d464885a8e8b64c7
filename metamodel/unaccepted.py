"""What stands in for a deployed formula or rule file that this version does not accept: a formula that fails at each evaluation.

So a formula field is blank, a validation refuses the save and says so, and nothing that was to be checked passes unchecked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from metamodel.definitions import RuleFile
from rule_engine import CheckedFormula, Kind, check_formula
from rule_engine.rules import CheckedRules
from rule_engine.rules.checked import Validation, ValidationRow
from rule_engine.types import Path, Reference, Type

_SAID = "what this version no longer accepts"
_SOURCES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.NUMBER: f'VALUE("{_SAID}")',
        Kind.BOOLEAN: f'VALUE("{_SAID}") = 0',
        Kind.DATE: f'DATEVALUE("{_SAID}")',
        Kind.DATETIME: f'DATETIMEVALUE("{_SAID}")',
        Kind.TIME: f'TIMEVALUE("{_SAID}")',
    }
)


class _NoNames:
    """The scope of a formula that reads nothing."""

    def find(self, path: Path) -> Reference | None:
        return None

    def names(self, prefix: Path) -> tuple[str, ...]:
        return ()


def failing_formula(expected: Type | tuple[Kind, ...]) -> CheckedFormula:
    """A formula of what is expected, that fails for every record, on every target."""
    kind = expected[0] if isinstance(expected, tuple) else expected.kind
    return check_formula(_SOURCES.get(kind, f'TEXT(VALUE("{_SAID}"))'), _NoNames())


def refusing_rules(file: RuleFile, objects: Iterable[str]) -> CheckedRules:
    """For a whole rule file: each of the `objects` that it is about gets a validation that fails, so that no save passes by rules
    that would have had a say."""
    failing = ValidationRow(
        field=None, message=check_formula('""', _NoNames()), condition=failing_formula((Kind.BOOLEAN,)), line=1
    )
    return CheckedRules(
        validations=tuple(
            Validation(name=file.path, object=name, rows=(failing,), start=0, end=0, line=1)
            for name in _named(file.source, objects)
        )
    )


def _named(source: str, objects: Iterable[str]) -> Iterator[str]:
    """The objects that stand behind an `on`, where the file says what a statement is about."""
    found = {name.lower() for name in re.findall(r"\bon\s+(\w+)", source, re.IGNORECASE)}
    return (name for name in objects if name in found)
