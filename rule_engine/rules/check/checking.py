"""What the checks of one rule file share: its source, the names it may use, and the problems found so far."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from rule_engine.checker import CheckedFormula, check_formula
from rule_engine.diagnosis import diagnose, did_you_mean
from rule_engine.errors import Diagnostic, SourceError
from rule_engine.rules.check.usernames import with_usernames
from rule_engine.rules.declared import Declared
from rule_engine.rules.kind_words import kind_word
from rule_engine.rules.names import FieldInfo, RuleNames
from rule_engine.rules.scan import scan_source
from rule_engine.rules.syntax.node import FieldValue, Word
from rule_engine.syntax import Expression
from rule_engine.types import Kind, Scope, Type
from rule_engine.wording import say, say_choice

MAX_PROBLEMS = 500


class Placed(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleObject:
    """The object a rule is about, as some part of the rule sees it. `scope`: what formulas there may name. `variables`: the loop
    variables and aliases among it, each with its object."""

    name: str
    scope: Scope
    variables: Mapping[str, str] = field(default_factory=dict)


class TooManyProblems(Exception):
    """MAX_PROBLEMS are found; the check ends here."""


class Checking:
    """One check of one file; `problems` grows on the way. `declared`: what this file declares."""

    def __init__(self, source: str, names: RuleNames, declared: Declared) -> None:
        self.source = source
        self.text = scan_source(source).text
        self.names = names
        self.declared = declared
        self.problems: list[Diagnostic] = []
        self._line_starts = [0, *(found.end() for found in re.finditer("\n", source))]

    def report(self, code: str, message: str, place: Placed, hint: str | None = None) -> None:
        self._add(diagnose(self.source, code, message, place.start, place.end, hint))

    def _add(self, *problems: Diagnostic) -> None:
        """Raises TooManyProblems when nobody would read more of them."""
        self.problems += problems
        if len(self.problems) >= MAX_PROBLEMS:
            raise TooManyProblems

    def report_unknown(
        self, kind: str, name: str, place: Placed, known: Iterable[str], hint: str | None = None
    ) -> None:
        """`kind` in words: "queue" gives the code unknown_queue. `hint`: a better one than the nearest of those known."""
        known = tuple(known)
        hint = hint or did_you_mean(name, known) or _list_known(known)
        self.report(
            f"unknown_{kind}", say('There is no %(kind)s "%(name)s".', kind=kind_word(kind), name=name), place, hint
        )

    def line(self, place: Placed) -> int:
        return bisect_right(self._line_starts, place.start)

    # Names

    def object(self, word: Word) -> RuleObject | None:
        scope = self.names.object_scope(word.name)
        if scope is None:
            self.report_unknown("object", word.text, word, self.names.objects())
            return None
        return RuleObject(name=word.name, scope=scope)

    def field(self, owner: RuleObject, word: Word) -> FieldInfo | None:
        info = self.names.field(owner.name, word.name)
        if info is None:
            hint = did_you_mean(word.text, owner.scope.names(()))
            message = say('The object "%(object)s" has no field "%(name)s".', object=owner.name, name=word.text)
            self.report("unknown_field", message, word, hint or "Only fields of the object itself can be named here.")
        return info

    def is_known(self, kind: str, word: Word, known: Iterable[str] | None) -> bool:
        """Whether the name is among the known ones (None: unknown here, so accepted); reports it when not."""
        if known is None or word.name in (known := tuple(known)) or word.text in known:
            return True
        self.report_unknown(kind, word.text, word, known)
        return False

    # Formulas

    def formula(
        self, expression: Expression, scope: Scope, *kinds: Kind, use: str | None = None
    ) -> CheckedFormula | None:
        """The checked formula, of one of the kinds (none given: of any), or None when it has problems.

        A picklist value that is not there is only a warning in a formula, and an error in a rule. Other warnings are
        left to the formula's editor.
        """
        try:
            named = with_usernames(expression, scope)
            checked = check_formula(named, scope, mode="trellis", blank_as_zero=False, text=self.text)
        except SourceError as error:
            self._add(*error.diagnostics)
            return None
        if wrong := [warning for warning in checked.warnings if warning.code == "unknown_value"]:
            self._add(*(replace(warning, severity="error") for warning in wrong))
            return None
        if kinds and checked.type.kind not in (*kinds, Kind.NULL):
            self.report_wrong_type(
                expression, say_choice(str(Type(kind=kind)) for kind in kinds), checked.type, use or say("This")
            )
            return None
        return checked

    def values(self, values: tuple[FieldValue, ...], scope: Scope) -> tuple[tuple[str, CheckedFormula], ...]:
        """`name = value` pairs, in order, names as written; one that is there twice is reported."""
        found: dict[str, CheckedFormula] = {}
        for each in values:
            if each.field.text in found:
                self.report("duplicate_name", say('"%(name)s" is given twice.', name=each.field.text), each)
            value = self.formula(each.value, scope)
            if value is not None:
                found[each.field.text] = value
        return tuple(found.items())

    def condition(self, expression: Expression, scope: Scope) -> CheckedFormula | None:
        return self.formula(expression, scope, Kind.BOOLEAN, use=say("A condition"))

    def report_wrong_type(self, place: Placed, expected: str, found: Type, use: str) -> None:
        hint = say("Compare it with something.") if expected == "boolean" else None
        self.report(
            "wrong_type",
            say("%(use)s must be of type %(expected)s, not %(found)s.", use=use, expected=expected, found=found),
            place,
            hint,
        )


def _list_known(known: tuple[str, ...]) -> str | None:
    if not known:
        return None
    return say("There are: %(names)s.", names=", ".join(sorted(known)[:8]) + (", …" if len(known) > 8 else ""))
