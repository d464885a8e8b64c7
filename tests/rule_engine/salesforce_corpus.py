"""The formulas of ../shared/corpora, and a scope for each made of the fields that the same repository describes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from rule_engine import Kind, Reference, Type
from rule_engine.types import BOOLEAN, DATE, DATETIME, GEOLOCATION, ID, NUMBER, TEXT, TIME
from rule_engine.types import Path as NamePath

CORPORA = Path(__file__).parents[2].parent / "shared" / "corpora"
LIST = CORPORA / "formulas.jsonl"

_TYPES: Mapping[str, Type] = {
    **dict.fromkeys(("Number", "Currency", "Summary"), NUMBER),
    "Percent": Type(kind=Kind.NUMBER, percent=True),
    **dict.fromkeys(("Text", "TextArea", "LongTextArea", "Html", "Email", "Phone", "Url", "AutoNumber"), TEXT),
    "EncryptedText": TEXT,
    "Checkbox": BOOLEAN,
    "Date": DATE,
    "DateTime": DATETIME,
    "Time": TIME,
    "Picklist": Type(kind=Kind.PICKLIST),
    "MultiselectPicklist": Type(kind=Kind.MULTI_PICKLIST),
    "Location": GEOLOCATION,
    **dict.fromkeys(("Lookup", "MasterDetail", "ExternalLookup", "Hierarchy"), ID),
}
_STANDARD: Mapping[str, Mapping[str, str]] = {
    "": {
        "Id": "Lookup", "Name": "Text", "OwnerId": "Lookup User", "CreatedById": "Lookup User",
        "LastModifiedById": "Lookup User", "CreatedDate": "DateTime", "LastModifiedDate": "DateTime",
        "RecordTypeId": "Lookup RecordType", "CurrencyIsoCode": "Picklist",
    },
    "RecordType": {"DeveloperName": "Text"},
    "User": {"Email": "Email", "FirstName": "Text", "LastName": "Text", "UIThemeDisplayed": "Text"},
    "Account": {"Phone": "Phone", "Type": "Picklist", "ParentId": "Lookup Account"},
    "Contact": {
        "FirstName": "Text", "LastName": "Text", "Email": "Email", "Phone": "Phone", "HomePhone": "Phone",
        "MobilePhone": "Phone", "OtherPhone": "Phone", "Birthdate": "Date", "AccountId": "Lookup Account",
        "MailingStreet": "TextArea", "MailingCity": "Text", "MailingState": "Text", "MailingPostalCode": "Text",
        "MailingCountry": "Text", "OtherStreet": "TextArea", "OtherCity": "Text", "OtherState": "Text",
        "OtherPostalCode": "Text", "OtherCountry": "Text", "Salutation": "Picklist",
    },
    "Lead": {
        "FirstName": "Text", "LastName": "Text", "Email": "Email", "Phone": "Phone", "MobilePhone": "Phone",
        "Street": "TextArea", "City": "Text", "State": "Text", "PostalCode": "Text", "Country": "Text",
        "Company": "Text", "Status": "Picklist", "LeadSource": "Picklist", "IsConverted": "Checkbox",
    },
    "Opportunity": {
        "Amount": "Currency", "StageName": "Picklist", "CloseDate": "Date", "AccountId": "Lookup Account",
        "IsClosed": "Checkbox", "IsWon": "Checkbox", "Probability": "Percent", "LeadSource": "Picklist",
    },
    "Campaign": {"StartDate": "Date", "EndDate": "Date", "Status": "Picklist", "IsActive": "Checkbox"},
    "CampaignMember": {"ContactId": "Lookup Contact", "LeadId": "Lookup Lead", "CampaignId": "Lookup Campaign"},
}  # fmt: skip
_MARK = re.compile(r"%%%[A-Z_]+%%%")
_NAMESPACE = re.compile(r"\{http://soap\.sforce\.com/2006/04/metadata\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    type: str
    target: str | None = None


Objects = dict[str, dict[str, Field]]


def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in LIST.read_text(encoding="utf-8").splitlines()] if LIST.exists() else []


@dataclass(frozen=True, slots=True)
class CorpusScope:
    """The fields of one object of one repository; its own name may stand before them, as in quick actions."""

    objects: Objects
    object: str

    def find(self, path: NamePath) -> Reference | None:
        first = path[0].lower()
        if first.startswith("$"):
            return self._global(path)
        field = self._field(self.object, path)
        if field is None and first == self.object.lower() and len(path) > 1:
            field = self._field(self.object, path[1:])
        return None if field is None else Reference(path=tuple(map(str.lower, path)), type=_TYPES[field.type])

    def names(self, prefix: NamePath) -> Sequence[str]:
        return () if prefix else tuple(self.objects.get(self.object.lower(), ()))

    def _global(self, path: NamePath) -> Reference | None:
        lowered = tuple(part.lower() for part in path)
        if lowered[0] == "$user" and (field := self._field("User", path[1:])):
            return Reference(path=lowered, type=_TYPES[field.type])
        return Reference(path=lowered, type=TEXT) if lowered[0] in ("$label", "$api", "$organization") else None

    def _field(self, owner: str | None, path: NamePath) -> Field | None:
        *parents, last = path
        for parent in parents:
            lookup = self._lookup(owner, parent)
            owner = lookup.target if lookup else None
        return self._of(owner, last)

    def _lookup(self, owner: str | None, name: str) -> Field | None:
        if name.lower().endswith("__r"):
            return self._of(owner, name[:-1] + "c")
        return self._of(owner, name.partition(":")[0] + "Id")

    def _of(self, owner: str | None, name: str) -> Field | None:
        if owner is None:
            return None
        return self.objects.get(owner.lower(), _standard_fields("")).get(name.lower())


def scope_of(line: Mapping[str, Any]) -> CorpusScope:
    owner = _MARK.sub("", line["object"] or "")
    return CorpusScope(_objects_of(line["repo"]), owner)


@cache
def _objects_of(repository: str) -> Objects:
    objects: Objects = {}
    for owner, element in _field_elements(CORPORA / repository):
        known = objects.setdefault(owner.lower(), _standard_fields(owner))
        name = _text(element, "fullName")
        kind = _text(element, "type")
        if kind in _TYPES:
            known[name.lower()] = Field(type=kind, target=_text(element, "referenceTo") or None)
    for owner in _STANDARD:
        objects.setdefault(owner.lower(), _standard_fields(owner))
    return objects


def _standard_fields(owner: str) -> dict[str, Field]:
    described = {**_STANDARD[""], **_STANDARD.get(owner, {})}
    pairs = ((name, text.partition(" ")) for name, text in described.items())
    return {name.lower(): Field(type=kind, target=target or None) for name, (kind, _, target) in pairs}


def _field_elements(folder: Path) -> Iterator[tuple[str, ElementTree.Element]]:
    for file in sorted(folder.rglob("*.field-meta.xml")):
        yield _object_name(file.parent.parent.name), _parsed(file)
    for file in sorted([*folder.rglob("*.object"), *folder.rglob("*.object-meta.xml")]):
        for element in _parsed(file).findall("fields"):
            yield _object_name(file.name.split(".")[0]), element


def _object_name(name: str) -> str:
    return re.sub(r"^___[A-Z_]+___", "", _MARK.sub("", name))


def _parsed(file: Path) -> ElementTree.Element:
    text = _MARK.sub("", file.read_text(encoding="utf-8"))
    return ElementTree.fromstring(re.sub(r'\sxmlns="[^"]*"', "", text, count=1))


def _text(element: ElementTree.Element, name: str) -> str:
    return (element.findtext(name) or "").strip()
