"""Places on PostgreSQL: a list of latitude and longitude in degrees, as doubles."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.sql.elements import Grouping

from rule_engine.runtime.places import RADIUS

Element = Any


class PostgresqlPlaces:
    """What the forms of GEOLOCATION and DISTANCE say."""

    def point(self, latitude: Element, longitude: Element) -> Element:
        """NULL where there is no such place."""
        degrees: Element = array([sa.cast(latitude, sa.Double()), sa.cast(longitude, sa.Double())])
        return sa.case((_is_on_earth(latitude, longitude), degrees))

    def is_no_point(self, latitude: Element, longitude: Element) -> Element:
        """Two blanks are no place, one alone is a fault."""
        is_given = sa.or_(latitude.is_not(None), longitude.is_not(None))
        return sa.and_(is_given, sa.not_(sa.func.coalesce(_is_on_earth(latitude, longitude), sa.false())))

    def distance(self, first: Element, second: Element, unit: Element) -> Element:
        """Along the surface, by the haversine formula; NULL for an unknown unit."""
        (latitude, longitude), (other_latitude, other_longitude) = _radians(first), _radians(second)
        square = _half_sine_squared(other_latitude - latitude) + (
            sa.func.cos(latitude) * sa.func.cos(other_latitude) * _half_sine_squared(other_longitude - longitude)
        )
        angle = sa.func.asin(sa.func.sqrt(sa.case((square > _double(1.0), _double(1.0)), else_=square)))
        name = sa.func.lower(unit)
        around = sa.case(*((name == sa.literal(known, sa.Text()), _double(radius)) for known, radius in RADIUS.items()))
        return sa.cast(sa.cast(_double(2.0) * around * angle, sa.Text()), sa.Numeric())


def _is_on_earth(latitude: Element, longitude: Element) -> Element:
    return sa.and_(latitude.between(_degrees(-90), _degrees(90)), longitude.between(_degrees(-180), _degrees(180)))


def _degrees(value: int) -> Element:
    return sa.literal(value, sa.Numeric())


def _radians(place: Element) -> tuple[Element, Element]:
    pair: Element = Grouping(sa.type_coerce(place, ARRAY(sa.Double())))
    latitude, longitude = (sa.func.radians(pair[index]) for index in (1, 2))
    return sa.type_coerce(latitude, sa.Double()), sa.type_coerce(longitude, sa.Double())


def _half_sine_squared(angle: Element) -> Element:
    sine: Element = sa.type_coerce(sa.func.sin(angle / _double(2.0)), sa.Double())
    return sine * sine


def _double(value: float) -> Element:
    return sa.literal(value, sa.Double())
