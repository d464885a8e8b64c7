"""What every field has and does. A field type is a frozen dataclass derived from Field; an instance is one field definition."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from metamodel.columns import Column
from metamodel.fields.sealed import Mask
from metamodel.personal_data import PersonalData
from rule_engine.types import Type

UTC = ZoneInfo("UTC")


class FieldValueError(ValueError):
    """A value that a field does not take. `code` is stable (too_long, not_a_number, unknown_value, required ...); `data` has the
    figures and names of the message, so that it can be said in another language."""

    def __init__(self, code: str, message: str, **data: object) -> None:
        self.code = code
        self.message = message
        self.data = data
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Locale:
    """How a person reads and types values."""

    language: str = "en"
    time_zone: tzinfo = UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(ABC):
    """A field definition. `default` is a JSON value, `default_formula` a formula text evaluated at insert.
    `renamed_from`: earlier API names, so that a rename keeps the data. `history`: whether changes are kept, None: as the object says.
    `personal_data`: what of a person it holds, None for nothing; a lookup that has it says whose record this is.
    `is_system`: kept by the platform, never written by a caller. `encrypted`: kept sealed; its Python value is then a Sealed, `parse`
    gives the value that is to be sealed, and `mask` says what people see of it."""

    type_name: ClassVar[str]
    widget: ClassVar[str]
    own_properties: ClassVar[Mapping[str, Any]] = {}
    """JSON Schemas of the properties that only this type has in a source file, in the order they are written."""
    required_properties: ClassVar[tuple[str, ...]] = ()
    shared_properties: ClassVar[frozenset[str]] = frozenset()
    """Which of required, unique, indexed, external_id, default, default_formula this type takes."""

    name: str
    label: str
    help: str | None = None
    description: str | None = None
    required: bool = False
    unique: bool = False
    indexed: bool = False
    external_id: bool = False
    default: Any = None
    default_formula: str | None = None
    renamed_from: tuple[str, ...] = ()
    deprecated: bool = False
    history: bool | None = None
    personal_data: PersonalData | None = None
    encrypted: bool = False
    mask: Mask | None = None
    is_system: bool = False
    owner: str = ""

    @property
    def is_stored(self) -> bool:
        """Whether the field has columns; a formula has none."""
        return bool(self.columns)

    @property
    def is_writable(self) -> bool:
        """Whether a caller may set it (not a system field, auto number or formula)."""
        return self.is_stored and not self.is_system

    @property
    def key_columns(self) -> tuple[Column, ...]:
        """The columns by which equal values are found."""
        return self.columns

    @property
    def sealed_as(self) -> str:
        """The name that its values are sealed under: its first one, so that a rename opens them."""
        return self.renamed_from[0] if self.renamed_from else self.name

    def column_values(self, value: Any) -> tuple[Any, ...]:
        """The Python value -> one Python value for each of `columns`."""
        return (value,)

    def from_columns(self, values: Sequence[Any]) -> Any:
        """The Python values of `columns` -> the field's Python value."""
        return values[0]

    def from_formula(self, value: Any) -> Any:
        """What a formula gave -> the Python value: numbers rounded half up to the field's scale, 0.24 of a percent 24. Raises
        FieldValueError."""
        return None if value is None else self.parse(value)

    @property
    @abstractmethod
    def columns(self) -> tuple[Column, ...]:
        """The columns that store it, in order; () when it is computed."""

    @property
    @abstractmethod
    def formula_type(self) -> Type:
        """Its type in the rule language."""

    @property
    @abstractmethod
    def operators(self) -> tuple[str, ...]:
        """Filter operators a filter builder may offer for it, such as "=", "contains"."""

    @abstractmethod
    def parse(self, value: object) -> Any:
        """A JSON value -> the Python value (None for blank). Raises FieldValueError."""

    @abstractmethod
    def parse_text(self, text: str, locale: Locale) -> Any:
        """What a person typed in a form or a CSV cell -> the Python value. Raises FieldValueError."""

    @abstractmethod
    def to_json(self, value: Any) -> Any:
        """The Python value -> its JSON form (the API's)."""

    @abstractmethod
    def format(self, value: Any, locale: Locale) -> str:
        """The Python value -> text for a person; "" for blank."""

    @abstractmethod
    def json_schema(self) -> Mapping[str, Any]:
        """JSON Schema (draft 2020-12) of its JSON form, without null."""
