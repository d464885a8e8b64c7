"""Which types fit which, in the two modes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rule_engine import typed
from rule_engine.functions.entry import Form
from rule_engine.types import NULL, TEXT, Kind, Type

Mode = Literal["trellis", "salesforce"]

ORDERED = frozenset({Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.DATETIME, Kind.TIME})
PICKLISTS = frozenset({Kind.PICKLIST, Kind.MULTI_PICKLIST})
_INCOMPARABLE = frozenset({Kind.MULTI_PICKLIST, Kind.GEOLOCATION, Kind.SEALED, Kind.LIST})


class Fitting:
    """The rules of one mode. NULL fits everywhere."""

    def __init__(self, mode: Mode) -> None:
        self._is_trellis = mode == "trellis"
        self._texts = typed.TEXT_KINDS if mode == "trellis" else frozenset({Kind.TEXT, Kind.ID})

    def fits(self, type_: Type, kind: Kind) -> bool:
        """Whether a value of that type may stand where `kind` is wanted."""
        if type_.kind in (kind, Kind.NULL):
            return True
        return kind is Kind.TEXT and type_.kind in self._texts

    def are_both_text(self, first: Type, second: Type) -> bool:
        return {first.kind, second.kind} <= self._texts

    def can_be_equal(self, first: Type, second: Type) -> bool:
        """Whether `=` takes them."""
        kinds = {first.kind, second.kind} - {Kind.NULL}
        if kinds & _INCOMPARABLE or (not self._is_trellis and Kind.PICKLIST in kinds):
            return False
        return len(kinds) < 2 or self.are_both_text(first, second)

    def can_be_ordered(self, first: Type, second: Type) -> bool:
        """Whether `<` takes them."""
        kinds = {first.kind, second.kind} - {Kind.NULL}
        if kinds and kinds <= self._texts:
            return True
        return kinds <= ORDERED and len(kinds) < 2

    def common(self, types: Sequence[Type]) -> Type:
        """The type of one of several results, all of which fit the first that is not NULL."""
        known = [type_ for type_ in types if type_.kind is not Kind.NULL]
        if not known:
            return NULL
        first = known[0]
        if first.kind is not Kind.NUMBER and all(type_ == first for type_ in known):
            return first
        return TEXT if first.kind in typed.TEXT_KINDS else Type(kind=first.kind)

    def matching(self, form: Form, arguments: Sequence[typed.Typed]) -> int:
        """How many of the first arguments the form takes."""
        for index, argument in enumerate(arguments):
            if not self.fits(argument.type, form.parameter(index)):
                return index
        return len(arguments)

    def takes(self, form: Form, arguments: Sequence[typed.Typed]) -> bool:
        return form.takes(len(arguments)) and self.matching(form, arguments) == len(arguments)
