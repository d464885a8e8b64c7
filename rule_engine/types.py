"""The static types of the rule language, and what a name in a formula may refer to.

Values in Python: number -> Decimal, text/picklist/id -> str (blank is None, never ""), boolean -> bool, date -> date,
datetime -> aware UTC datetime, time -> time, multi-picklist -> tuple[str, ...], geolocation -> (latitude, longitude)
Decimals, sealed -> anything: whether it is blank is all that a formula may know of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Kind(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    PICKLIST = "picklist"
    MULTI_PICKLIST = "multi_picklist"
    ID = "id"
    GEOLOCATION = "geolocation"
    SEALED = "encrypted"
    LIST = "list"
    NULL = "null"


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """One static type. `scale`: decimals of a stored number; `values`: API values of a picklist, None when open;
    `target`: the object an id points to, None when any; `element`: what a list holds; `percent`: stored in display
    units (24 is 24 %), which Salesforce's formulas read as a fraction (0.24) and ours as they stand."""

    kind: Kind
    scale: int | None = None
    values: tuple[str, ...] | None = None
    target: str | None = None
    element: Type | None = None
    percent: bool = False

    def __str__(self) -> str:
        return self.kind.value.replace("_", "-")


NUMBER = Type(kind=Kind.NUMBER)
TEXT = Type(kind=Kind.TEXT)
BOOLEAN = Type(kind=Kind.BOOLEAN)
DATE = Type(kind=Kind.DATE)
DATETIME = Type(kind=Kind.DATETIME)
TIME = Type(kind=Kind.TIME)
ID = Type(kind=Kind.ID)
GEOLOCATION = Type(kind=Kind.GEOLOCATION)
SEALED = Type(kind=Kind.SEALED)
NULL = Type(kind=Kind.NULL)

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A resolved name. `path` is canonical (lower case as defined): ("account", "owner", "name"). A child list has the
    kind LIST and `members`, the names of one of its rows."""

    path: Path
    type: Type
    members: Scope | None = None


class Scope(Protocol):
    """The names a formula may use: the fields of one object, paths across lookups, globals such as ("$user", "id")."""

    def find(self, path: Path) -> Reference | None:
        """The reference for `path` in any letter case, or None."""

    def names(self, prefix: Path) -> Sequence[str]:
        """The names that may follow `prefix`, for hints and completion; () is the root."""


@runtime_checkable
class ExplainingScope(Scope, Protocol):
    """A scope that can say more of a name it does not have than that there is none."""

    def why_not(self, path: Path) -> tuple[str, str | None] | None:
        """A message and a hint about `path`, which `find` does not find; None when there is nothing special about it."""
