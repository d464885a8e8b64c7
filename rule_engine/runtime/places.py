"""Points on the globe: (latitude, longitude) in degrees."""

from __future__ import annotations

import math
from decimal import Decimal

from rule_engine.errors import FormulaError

Point = tuple[Decimal, Decimal]

RADIUS = {"km": 6371.0, "mi": 3958.761}


def point(latitude: Decimal | None, longitude: Decimal | None) -> Point | None:
    """Two blanks are no place; one alone is an error."""
    if latitude is None and longitude is None:
        return None
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        raise FormulaError("out_of_range", "A latitude lies within 90 degrees, a longitude within 180.")
    return latitude, longitude


def distance(first: Point, second: Point, unit: str) -> Decimal:
    """Along the surface, by the haversine formula."""
    radius = RADIUS.get(unit.lower())
    if radius is None:
        raise FormulaError("out_of_range", 'A distance is measured in "km" or "mi".')
    first_latitude, first_longitude, second_latitude, second_longitude = (
        math.radians(float(degrees)) for degrees in (*first, *second)
    )
    square = (
        math.sin((second_latitude - first_latitude) / 2) ** 2
        + math.cos(first_latitude) * math.cos(second_latitude) * math.sin((second_longitude - first_longitude) / 2) ** 2
    )
    return Decimal(repr(2 * radius * math.asin(math.sqrt(min(1.0, square)))))
