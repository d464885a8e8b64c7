"""Text with a form that others rely on: e-mail addresses, phone numbers, web addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from metamodel.fields.field import FieldValueError, Locale
from metamodel.fields.text import ENCRYPTION, TextField, parse_characters
from rule_engine.wording import say

_LOCAL_PART = re.compile(r"[^\s@<>()\[\],;:\"\\\x00-\x1f\x7f]{1,64}\Z")
_DOMAIN_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)\Z")
_PHONE = re.compile(r"\+?[0-9 ().\-/]+\Z")
_TRUNK_ZERO = re.compile(r"\(0\)")
_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_URL_UNFIT = re.compile(r"[\s<>\"\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailField(TextField):
    """One e-mail address, kept as it was written."""

    type_name: ClassVar[str] = "email"
    widget: ClassVar[str] = "email"
    own_properties: ClassVar[Mapping[str, Any]] = ENCRYPTION

    length: int = 254

    def parse(self, value: object) -> Any:
        text = parse_characters(value, self.length)
        if text is not None and not _is_email(text):
            raise FieldValueError("not_an_email", say("Must be one e-mail address, such as name@example.com."))
        return text

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "email", "maxLength": self.length}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneField(TextField):
    """A phone number. With a country code it is stored as E.164 (+493012345), without one as it was written."""

    type_name: ClassVar[str] = "phone"
    widget: ClassVar[str] = "tel"
    own_properties: ClassVar[Mapping[str, Any]] = ENCRYPTION

    length: int = 40

    def parse(self, value: object) -> Any:
        text = parse_characters(value, self.length)
        if text is None:
            return None
        trimmed = " ".join(text.split())
        digits = re.sub(r"[^0-9]", "", trimmed)
        if not _PHONE.match(trimmed) or not 3 <= len(digits) <= 20:
            raise FieldValueError(
                "not_a_phone",
                say("Must be a phone number: digits, spaces, ( ) - . / and + in front, such as +49 30 12345."),
            )
        if not trimmed.startswith("+"):
            return trimmed
        digits = re.sub(r"[^0-9]", "", _TRUNK_ZERO.sub("", trimmed))
        if not 7 <= len(digits) <= 15 or digits.startswith("0"):
            raise FieldValueError(
                "not_a_phone", say("After + must come a country code and the number, 7 to 15 digits in all.")
            )
        return f"+{digits}"

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "maxLength": self.length, "pattern": r"^\+?[0-9 ().\-/]+$"}


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlField(TextField):
    """A web address. In forms https:// may be left out."""

    type_name: ClassVar[str] = "url"
    widget: ClassVar[str] = "url"
    own_properties: ClassVar[Mapping[str, Any]] = ENCRYPTION

    length: int = 2_048

    def parse(self, value: object) -> Any:
        text = parse_characters(value, self.length)
        if text is not None and not _is_web_address(text):
            raise FieldValueError(
                "not_a_url",
                say("Must be a web address that begins with http:// or https://, such as https://example.com."),
            )
        return text

    def parse_text(self, text: str, locale: Locale) -> Any:
        is_bare = text and not _HAS_SCHEME.match(text) and not text.startswith("/")
        is_host_and_port = re.match(r"[\w.-]+:[0-9]+(/|\Z)", text)
        return self.parse(f"https://{text}" if is_bare or is_host_and_port else text)

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "uri", "maxLength": self.length}


def _is_email(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    if not at or not _LOCAL_PART.match(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        return False
    labels = domain.split(".")
    return len(labels) >= 2 and all(_DOMAIN_LABEL.match(label) for label in labels) and not labels[-1].isdigit()


def _is_web_address(text: str) -> bool:
    if _URL_UNFIT.search(text):
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
