"""What fields take, from JSON and from people, and what they give back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from metamodel import FIELD_TYPES
from metamodel.building.fields import build_values
from metamodel.fields.field import Field, FieldValueError, Locale
from metamodel.fields.registry import build_field_types

BERLIN = ZoneInfo("Europe/Berlin")
ENGLISH = Locale()
CHINESE = Locale(language="zh-Hans", time_zone=ZoneInfo("Asia/Shanghai"))
VALUES = build_values(["New", "Working", {"name": "Lost", "label": "Gone", "active": False}])


def field(type_name: str, **attributes: Any) -> Field:
    return FIELD_TYPES[type_name](name="x", label="X", **attributes)


FIELDS: dict[str, Field] = {
    "text": field("text", length=5),
    "text_area": field("text_area", length=20),
    "long_text": field("long_text"),
    "email": field("email"),
    "phone": field("phone"),
    "url": field("url"),
    "number": field("number", precision=6, scale=2),
    "currency": field("currency"),
    "percent": field("percent", precision=5),
    "date": field("date"),
    "datetime": field("datetime"),
    "time": field("time"),
    "checkbox": field("checkbox"),
    "picklist": field("picklist", values=VALUES),
    "multi_picklist": field("multi_picklist", values=VALUES),
    "lookup": field("lookup", object="account"),
    "master_detail": field("master_detail", object="account"),
    "auto_number": field("auto_number", format_text="INV-{0000}"),
    "geolocation": field("geolocation", scale=4),
    "formula": field("formula", returns="number", formula="1"),
}
RECORD_ID = "01890a5d-ac96-774b-bcce-b302099a8057"

TAKEN: list[tuple[str, Any, Any]] = [
    ("text", " a ", " a "),
    ("text", "12345", "12345"),
    ("text", "😀😀😀😀😀", "😀😀😀😀😀"),
    ("email", "Anna.Weber+crm@example.co.uk", "Anna.Weber+crm@example.co.uk"),
    ("email", "wáng@例子.公司", "wáng@例子.公司"),
    ("phone", "+49 (0)30 123-45", "+493012345"),
    ("phone", "+1.415.555.0100", "+14155550100"),
    ("phone", "(415)  555-1234", "(415) 555-1234"),
    ("url", "https://example.com/a?b=c#d", "https://example.com/a?b=c#d"),
    ("number", 5, Decimal("5.00")),
    ("number", 12.34, Decimal("12.34")),
    ("number", "12.30", Decimal("12.30")),
    ("number", "-0", Decimal("0.00")),
    ("number", Decimal("9999.99"), Decimal("9999.99")),
    ("number", 1e3, Decimal("1000.00")),
    ("currency", "1234567890123456.78", Decimal("1234567890123456.78")),
    ("percent", 24, Decimal("24.00")),
    ("date", "2024-02-29", date(2024, 2, 29)),
    ("datetime", "2026-05-01T12:00:00+02:00", datetime(2026, 5, 1, 10, tzinfo=UTC)),
    ("datetime", "2026-05-01T12:00Z", datetime(2026, 5, 1, 12, tzinfo=UTC)),
    ("datetime", "2026-05-01 12:00:00.123999Z", datetime(2026, 5, 1, 12, 0, 0, 123_000, tzinfo=UTC)),
    ("time", "14:30", time(14, 30)),
    ("time", "14:30:15.25", time(14, 30, 15, 250_000)),
    ("checkbox", True, True),
    ("checkbox", None, False),
    ("picklist", "New", "New"),
    ("multi_picklist", ["Working", "New", "New"], ("New", "Working")),
    ("multi_picklist", [], None),
    ("lookup", RECORD_ID.upper(), RECORD_ID),
    ("geolocation", {"latitude": 52.52, "longitude": "13.405"}, (Decimal("52.5200"), Decimal("13.4050"))),
]

REFUSED: list[tuple[str, Any, str]] = [
    ("text", "123456", "too_long"),
    ("text", 5, "not_text"),
    ("text", ["a"], "not_text"),
    ("text", "a\0", "bad_character"),
    ("text", "\ud83d", "bad_character"),
    ("long_text", "x" * 131_073, "too_long"),
    ("email", "anna", "not_an_email"),
    ("email", "anna@localhost", "not_an_email"),
    ("email", "a b@example.com", "not_an_email"),
    ("email", "a@b@example.com", "not_an_email"),
    ("email", "a@example..com", "not_an_email"),
    ("email", "a\n@example.com", "not_an_email"),
    ("phone", "call me", "not_a_phone"),
    ("phone", "+1", "not_a_phone"),
    ("phone", "+049301234567", "not_a_phone"),
    ("phone", "12", "not_a_phone"),
    ("url", "example.com", "not_a_url"),
    ("url", "javascript:alert(1)", "not_a_url"),
    ("url", "https://", "not_a_url"),
    ("url", "https://a b.com", "not_a_url"),
    ("url", "https://example.com:99999", "not_a_url"),
    ("number", True, "not_a_number"),
    ("number", float("nan"), "not_a_number"),
    ("number", float("inf"), "not_a_number"),
    ("number", Decimal("NaN"), "not_a_number"),
    ("number", "1e3", "not_a_number"),
    ("number", " 1", "not_a_number"),
    ("number", "１", "not_a_number"),
    ("number", "1,000", "not_a_number"),
    ("number", [1], "not_a_number"),
    ("number", 10_000, "too_many_digits"),
    ("number", 1e300, "too_many_digits"),
    ("number", 10**400, "too_many_digits"),
    ("number", "9" * 61, "not_a_number"),
    ("number", 0.125, "too_many_decimals"),
    ("number", "1e-999999999", "not_a_number"),
    ("number", Decimal("1e-999999"), "too_many_decimals"),
    ("date", "2026-02-30", "not_a_date"),
    ("date", "20260201", "not_a_date"),
    ("date", "2026-W05-1", "not_a_date"),
    ("date", "2026-02-01T00:00:00Z", "not_a_date"),
    ("date", 20260201, "not_a_date"),
    ("datetime", "2026-05-01T12:00:00", "no_offset"),
    ("datetime", "2026-05-01", "not_a_datetime"),
    ("datetime", "2026-05-01T25:00:00Z", "not_a_datetime"),
    ("datetime", "0001-01-01T00:00:00+14:00", "not_a_datetime"),
    ("datetime", 0, "not_a_datetime"),
    ("time", "24:00", "not_a_time"),
    ("time", "9:00", "not_a_time"),
    ("checkbox", "true", "not_a_boolean"),
    ("checkbox", 1, "not_a_boolean"),
    ("picklist", "new", "unknown_value"),
    ("picklist", "Lost", "inactive_value"),
    ("multi_picklist", "New", "not_a_list"),
    ("multi_picklist", ["New", "Old"], "unknown_value"),
    ("multi_picklist", ["New"] * 200, "too_many_values"),
    ("lookup", "1", "not_an_id"),
    ("lookup", 1, "not_an_id"),
    ("auto_number", "INV-0001", "read_only"),
    ("formula", 1, "read_only"),
    ("geolocation", {"latitude": 91, "longitude": 0}, "out_of_range"),
    ("geolocation", {"latitude": 1}, "not_a_place"),
    ("geolocation", {"latitude": 1, "longitude": None}, "not_a_place"),
    ("geolocation", [1, 2], "not_a_place"),
]

TYPED: list[tuple[str, str, Any]] = [
    ("number", "1,234.5", Decimal("1234.50")),
    ("number", " −5 ", Decimal("-5.00")),
    ("percent", "24.5 %", Decimal("24.50")),
    ("text_area", "a\r\nb", "a\nb"),
    ("datetime", "2026-05-01T12:00", datetime(2026, 5, 1, 10, tzinfo=UTC)),
    ("datetime", "2026-01-01 12:00:30", datetime(2026, 1, 1, 11, 0, 30, tzinfo=UTC)),
    ("datetime", "2026-01-01T12:00Z", datetime(2026, 1, 1, 12, tzinfo=UTC)),
    ("date", " 2026-01-01 ", date(2026, 1, 1)),
    ("checkbox", "on", True),
    ("checkbox", "", False),
    ("checkbox", "是", True),
    ("multi_picklist", "Working; New", ("New", "Working")),
    ("url", "example.com/a", "https://example.com/a"),
    ("url", "example.com:8080/a", "https://example.com:8080/a"),
    ("geolocation", "52.52, 13.405", (Decimal("52.5200"), Decimal("13.4050"))),
    ("geolocation", "", None),
]

SHOWN: list[tuple[str, Any, Locale, str]] = [
    ("currency", Decimal("-1234.5"), ENGLISH, "-€1,234.50"),
    ("currency", Decimal("1234.50"), CHINESE, "€1,234.50"),
    ("number", Decimal("1234.50"), ENGLISH, "1,234.50"),
    ("percent", Decimal("24.00"), ENGLISH, "24.00%"),
    ("date", date(2026, 12, 31), ENGLISH, "Dec 31, 2026"),
    ("date", date(2026, 12, 31), CHINESE, "2026年12月31日"),
    ("datetime", datetime(2026, 12, 31, 20, tzinfo=UTC), CHINESE, "2027年1月1日 04:00:00"),
    ("time", time(14, 30), CHINESE, "14:30"),
    ("checkbox", True, ENGLISH, "Yes"),
    ("checkbox", False, CHINESE, "否"),
    ("picklist", "Lost", ENGLISH, "Gone"),
    ("multi_picklist", ("New", "Lost"), ENGLISH, "New; Gone"),
    ("geolocation", (Decimal("52.5200"), Decimal("13.4050")), ENGLISH, "52.5200, 13.4050"),
    ("formula", Decimal("2.005"), ENGLISH, "2.01"),
]


@pytest.mark.parametrize(("name", "value", "expected"), TAKEN)
def test_a_good_value_is_taken(name: str, value: Any, expected: Any) -> None:
    parsed = FIELDS[name].parse(value)
    assert parsed == expected
    assert type(parsed) is type(expected)


@pytest.mark.parametrize(("name", "value", "code"), REFUSED)
def test_a_bad_value_is_refused_with_a_code_and_a_sentence(name: str, value: Any, code: str) -> None:
    with pytest.raises(FieldValueError) as caught:
        FIELDS[name].parse(value)
    assert caught.value.code == code
    assert caught.value.message.endswith((".", "?"))


@pytest.mark.parametrize(("name", "text", "expected"), TYPED)
def test_what_a_person_types_is_understood(name: str, text: str, expected: Any) -> None:
    assert FIELDS[name].parse_text(text, Locale(time_zone=BERLIN)) == expected


@pytest.mark.parametrize(("name", "value", "locale", "text"), SHOWN)
def test_values_are_shown_as_people_write_them(name: str, value: Any, locale: Locale, text: str) -> None:
    shown = FIELDS[name].format(value, locale)
    assert shown.replace("\u202f", " ").replace("\xa0", " ") == text


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in ("formula",)])
def test_blank_is_none_but_for_checkboxes(name: str) -> None:
    blank = False if name == "checkbox" else None
    assert FIELDS[name].parse(None) is blank
    assert FIELDS[name].parse("") is blank
    assert FIELDS[name].parse_text("", ENGLISH) is blank
    assert FIELDS[name].to_json(blank) is blank
    if name != "checkbox":
        assert FIELDS[name].format(None, ENGLISH) == ""


def test_a_misspelt_value_is_answered_with_the_nearest() -> None:
    with pytest.raises(FieldValueError, match="Did you mean 'Working'"):
        FIELDS["picklist"].parse("Workin")


def test_an_open_picklist_takes_any_text() -> None:
    assert field("picklist", values=VALUES, restricted=False).parse("Other") == "Other"
    assert field("picklist", values=VALUES, restricted=False).formula_type.values is None


def test_an_auto_number_pads_its_counter() -> None:
    counter: Any = FIELDS["auto_number"]
    assert [counter.number_text(7), counter.number_text(12345)] == ["INV-0007", "INV-12345"]
    assert not counter.is_writable


def test_formula_results_are_rounded_half_up() -> None:
    assert FIELDS["number"].from_formula(Decimal("1.005")) == Decimal("1.01")
    assert FIELDS["number"].from_formula(Decimal("-1.005")) == Decimal("-1.01")
    assert FIELDS["percent"].from_formula(Decimal("24.445")) == Decimal("24.45")
    formula = field("formula", returns="percent", formula="1")
    assert formula.to_json(formula.from_formula(Decimal("24.445"))) == Decimal("24.45")
    assert formula.from_formula(Decimal(10) ** 30 / 3) == Decimal("333333333333333333333333333300.00")
    with pytest.raises(FieldValueError, match="at most 4 digits"):
        FIELDS["number"].from_formula(Decimal("9999.995"))


def test_every_type_of_the_registry_is_tested_here() -> None:
    assert set(FIELDS) == set(build_field_types())


# laws


def plain_texts(limit: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=limit)


def decimals(precision: int, scale: int) -> st.SearchStrategy[Decimal]:
    limit = 10**precision - 1
    return st.integers(-limit, limit).map(lambda units: Decimal(units).scaleb(-scale))


def in_milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


PYTHON_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": plain_texts(5),
    "text_area": plain_texts(20),
    "long_text": plain_texts(200),
    "number": decimals(6, 2),
    "currency": decimals(18, 2),
    "percent": decimals(5, 2),
    "date": st.dates(),
    "datetime": st.datetimes(timezones=st.just(UTC)).map(in_milliseconds),
    "time": st.times().map(lambda value: value.replace(microsecond=value.microsecond // 1000 * 1000)),
    "checkbox": st.booleans(),
    "picklist": st.sampled_from(["New", "Working"]),
    "multi_picklist": st.sampled_from([("New",), ("New", "Working"), None]),
    "lookup": st.uuids().map(str),
    "master_detail": st.uuids().map(str),
    "geolocation": st.tuples(
        decimals(6, 4).filter(lambda part: abs(part) <= 90), decimals(7, 4).filter(lambda part: abs(part) <= 180)
    ),
}


@pytest.mark.parametrize("name", PYTHON_VALUES)
def test_parsing_what_was_sent_gives_the_same_value(name: str) -> None:
    subject = FIELDS[name]
    schema = Draft202012Validator(subject.json_schema())

    @given(PYTHON_VALUES[name])
    def holds(value: Any) -> None:
        sent = subject.to_json(value)
        assert subject.parse(sent) == value
        if sent is not None:
            schema.validate(sent)
        columns = subject.column_values(value)
        assert len(columns) == len(subject.columns)
        assert subject.from_columns(columns) == value

    holds()


@pytest.mark.parametrize("name", [name for name in PYTHON_VALUES if name not in ("checkbox",)])
def test_no_json_value_breaks_a_field(name: str) -> None:
    subject = FIELDS[name]
    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["latitude", "longitude", "x"]), inner)
        ),
        max_leaves=5,
    )

    def tried(parse: Callable[[Any], Any], value: Any) -> None:
        try:
            parsed = parse(value)
        except FieldValueError:
            return
        assert subject.parse(subject.to_json(parsed)) == parsed

    @given(anything)
    def holds(value: Any) -> None:
        tried(subject.parse, value)
        if isinstance(value, str):
            tried(lambda text: subject.parse_text(text, CHINESE), value)

    holds()
