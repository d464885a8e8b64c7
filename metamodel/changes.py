"""The difference of two models as data, in an order in which it can be applied."""

from __future__ import annotations

from dataclasses import dataclass

from metamodel.definitions import Index, Object
from metamodel.fields.field import Field
from rule_engine.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectAdded:
    object: Object


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectRenamed:
    old: Object
    new: Object


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectRemoved:
    object: Object


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAdded:
    object: Object
    field: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRenamed:
    object: Object
    old: Field
    new: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRemoved:
    object: Object
    field: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChanged:
    """`attributes`: the names of the attributes that differ ("label", "required", "length", "type_name" ...)."""

    object: Object
    old: Field
    new: Field
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexAdded:
    object: Object
    index: Index


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRemoved:
    object: Object
    index: Index


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessNote:
    """What a change comes to, for people or records. `opens`: somebody may see or do more than before."""

    text: Wording
    opens: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentChanged:
    """Anything without a table: object settings, record types, layouts, views, picklists, apps, queues, templates, translations, rules,
    permissions. `what` is "added", "changed" or "removed"; `kind` as in Component.kind, or record_type; `name` such as "lead.default"."""

    kind: str
    name: str
    label: str
    what: str
    notes: tuple[AccessNote, ...] = ()


Change = (
    ObjectAdded
    | ObjectRenamed
    | ObjectRemoved
    | FieldAdded
    | FieldRenamed
    | FieldRemoved
    | FieldChanged
    | IndexAdded
    | IndexRemoved
    | ComponentChanged
)
