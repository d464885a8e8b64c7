"""Fields of more than one column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from metamodel.columns import Column, ColumnKind
from metamodel.fields import digits
from metamodel.fields.field import Field, FieldValueError, Locale
from rule_engine.types import GEOLOCATION, Type
from rule_engine.wording import say

_LIMITS = {"latitude": 90, "longitude": 180}


@dataclass(frozen=True, slots=True, kw_only=True)
class GeolocationField(Field):
    """A place on Earth in degrees: (latitude, longitude) with `scale` decimals. Blank as a whole or not at all."""

    type_name: ClassVar[str] = "geolocation"
    widget: ClassVar[str] = "geolocation"
    own_properties: ClassVar[Mapping[str, Any]] = {"scale": {"type": "integer", "minimum": 0, "maximum": 12}}
    shared_properties: ClassVar[frozenset[str]] = frozenset(("required", "default"))

    scale: int = 6

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(
            Column(name=f"{self.name}_{part}", kind=ColumnKind.DECIMAL, precision=self.scale + 3, scale=self.scale)
            for part in _LIMITS
        )

    @property
    def formula_type(self) -> Type:
        return GEOLOCATION

    @property
    def operators(self) -> tuple[str, ...]:
        return ("blank",)

    def column_values(self, value: Any) -> tuple[Any, ...]:
        return (None, None) if value is None else tuple(value)

    def from_columns(self, values: Sequence[Any]) -> Any:
        latitude, longitude = values
        return None if latitude is None or longitude is None else (latitude, longitude)

    def parse(self, value: object) -> Any:
        if value is None or value == "":
            return None
        if not isinstance(value, Mapping) or set(value) != set(_LIMITS):
            raise FieldValueError(
                "not_a_place", say('Must be a place such as {"latitude": 52.52, "longitude": 13.405}.')
            )
        return self._place(value["latitude"], value["longitude"])

    def parse_text(self, text: str, locale: Locale) -> Any:
        """ "52.52, 13.405" """
        if not text.strip():
            return None
        parts = [part.strip() for part in text.replace(";", ",").split(",")]
        if len(parts) != 2:
            raise FieldValueError(
                "not_a_place", say("Must be latitude and longitude in degrees, such as 52.52, 13.405.")
            )
        return self._place(*parts)

    def from_formula(self, value: Any) -> Any:
        return None if value is None else tuple(digits.rounded(part, self.scale + 3, self.scale) for part in value)

    def to_json(self, value: Any) -> Any:
        return None if value is None else {"latitude": value[0], "longitude": value[1]}

    def format(self, value: Any, locale: Locale) -> str:
        return "" if value is None else f"{value[0]}, {value[1]}"

    def json_schema(self) -> Mapping[str, Any]:
        properties = {part: {"type": "number", "minimum": -limit, "maximum": limit} for part, limit in _LIMITS.items()}
        return {"type": "object", "properties": properties, "required": list(_LIMITS), "additionalProperties": False}

    def _place(self, latitude: object, longitude: object) -> tuple[Decimal, Decimal] | None:
        parts = (digits.read_decimal(latitude), digits.read_decimal(longitude))
        if parts == (None, None):
            return None
        if parts[0] is None or parts[1] is None:
            raise FieldValueError("not_a_place", say("Must have both latitude and longitude, or neither."))
        for part, (name, limit) in zip(parts, _LIMITS.items(), strict=True):
            if part is not None and abs(part) > limit:
                raise FieldValueError(
                    "out_of_range",
                    say("The %(name)s must be between -%(limit)s and %(limit)s.", name=name, limit=limit),
                )
        return (digits.fit(parts[0], self.scale + 3, self.scale), digits.fit(parts[1], self.scale + 3, self.scale))
