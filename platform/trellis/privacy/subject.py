"""Whom somebody asks about: a person known by an address, a phone number, or a record of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from metamodel.fields.contact import EmailField, PhoneField
from metamodel.fields.field import FieldValueError
from metamodel.fields.reference import parse_record_id
from trellis.errors import InvalidRequest

ASKED = ("email", "phone", "object", "record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """`email` as it was written; `record`: (object, id). One of them is there at least; who fits any of them is meant."""

    email: str | None = None
    phone: str | None = None
    record: tuple[str, str] | None = None


def parse_subject(asked: Mapping[str, object]) -> Subject:
    """By the names of ASKED; what is blank asks for nothing. Raises InvalidRequest."""
    email = _parsed(EmailField(name="email", label="Email"), asked.get("email"))
    phone = _parsed(PhoneField(name="phone", label="Phone"), asked.get("phone"))
    record = _record(asked)
    if email is None and phone is None and record is None:
        hint = "Give an e-mail address, a phone number, or an object and the id of a record."
        raise InvalidRequest("Nobody is named.", hint=hint)
    return Subject(email=email, phone=phone, record=record)


def _parsed(field: EmailField | PhoneField, value: object) -> str | None:
    try:
        text: str | None = field.parse(value)
    except FieldValueError as error:
        raise InvalidRequest(f"{field.name}: {error.message}") from None
    return text


def _record(asked: Mapping[str, object]) -> tuple[str, str] | None:
    name, record_id = asked.get("object"), asked.get("record")
    if not name and not record_id:
        return None
    if not isinstance(name, str) or not name:
        raise InvalidRequest("A record is named by its object and its id.")
    try:
        parsed = parse_record_id(record_id)
    except FieldValueError as error:
        raise InvalidRequest(f"record: {error.message}") from None
    if parsed is None:
        raise InvalidRequest("A record is named by its object and its id.")
    return name, parsed
