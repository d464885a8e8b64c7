"""Record types: the kinds of records that one object has, each with its layout and the values that its picklists offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

RECORD_TYPE = "record_type"
"""The system field that says which type a record has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordType:
    """`is_active`: whether new records may have it; those that have it stay. `layout`: a layout of the object by name, None: the one that
    records have anyway. `values`: picklist or multi_picklist -> the values that it offers, in this order; one that is not named offers all
    that are active. `defaults`: picklist -> the value that new records of the type begin with. `owner`: the package that
    defines it, on its own object or somebody else's; "": the tenant."""

    name: str
    label: str
    description: str | None = None
    is_active: bool = True
    layout: str | None = None
    values: Mapping[str, tuple[str, ...]]
    defaults: Mapping[str, str]
    owner: str = field(default="", compare=False)
