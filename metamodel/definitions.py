"""The typed, frozen definitions that a Model is made of, one dataclass for each kind of component."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from metamodel.access_definitions import ObjectSharing
from metamodel.fields.field import Field
from metamodel.personal_data import Erasure, Retention
from metamodel.picklist_values import PicklistValue as PicklistValue
from metamodel.record_types import RECORD_TYPE
from metamodel.record_types import RecordType as RecordType

_TRACKED_SYSTEM_FIELDS = ("owner", "owner_queue", RECORD_TYPE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picklist:
    """A global value set."""

    name: str
    label: str
    values: tuple[PicklistValue, ...]
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """A formula that is TRUE when the record is wrong, what to say then, and the field to say it at (None: the record).
    `syntax`: as in FormulaField."""

    name: str
    formula: str
    message: str
    field: str | None = None
    syntax: Literal["trellis", "salesforce"] = "trellis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index over fields of the object, in order."""

    fields: tuple[str, ...]
    unique: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """An object. `fields` are in order, system fields last (id, record_type, owner, owner_queue, created_at, created_by, updated_at,
    updated_by, version). `history`: whether changes of its fields are kept where a field says nothing else. `sharing`: what those who
    may read the object see of records that are not theirs, before anything is shared with them. `erasure`: what becomes of a record of
    a person who is to be erased. `record_types`: in the order of the file; where there are any there is a `default_record_type`."""

    name: str
    label: str
    plural_label: str
    name_field: str
    fields: Mapping[str, Field]
    icon: str = "box"
    hue: int | None = None
    description: str | None = None
    validations: tuple[Validation, ...] = ()
    indexes: tuple[Index, ...] = ()
    renamed_from: tuple[str, ...] = ()
    has_owner: bool = True
    sharing: ObjectSharing = "private"
    history: bool = False
    erasure: Erasure = "anonymize"
    retention: tuple[Retention, ...] = ()
    is_system: bool = False
    record_types: Mapping[str, RecordType] = field(default_factory=dict)
    default_record_type: str | None = None
    owner: str = ""

    @property
    def table(self) -> str:
        """The name of its table."""
        return f"trellis_{self.name}" if self.is_system else self.name

    @property
    def sealed_as(self) -> str:
        """The name that values of its encrypted fields are sealed under: its first one, so that a rename opens them."""
        return self.renamed_from[0] if self.renamed_from else self.name

    def purpose_of(self, field: Field) -> str:
        """What the values of an encrypted field are sealed for. Made of names that object and field never lose."""
        return f"{self.sealed_as}.{field.sealed_as}"

    @property
    def tracked(self) -> tuple[str, ...]:
        """The fields whose changes are kept, in order."""
        return tuple(name for name, field in self.fields.items() if field.is_stored and self._keeps(field))

    def open_record_types(self, allowed: Collection[str] | None) -> tuple[RecordType, ...]:
        """Those that new records may have: the active ones, of `allowed` where not all are."""
        return tuple(
            one for one in self.record_types.values() if one.is_active and (allowed is None or one.name in allowed)
        )

    def first_record_type(self, allowed: Collection[str] | None) -> RecordType | None:
        """What a new record has where nothing is said: the default where it is open, else the first that is, None when none is."""
        found = self.open_record_types(allowed)
        return next((one for one in found if one.name == self.default_record_type), found[0] if found else None)

    def _keeps(self, field: Field) -> bool:
        if field.history is None:
            return self.history and (not field.is_system or field.name in _TRACKED_SYSTEM_FIELDS)
        return field.history


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    label: str
    fields: tuple[str, ...]
    columns: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedList:
    """Children of `object` whose lookup `field` points here, with the columns to show."""

    object: str
    field: str
    label: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a record is laid out. `header`: at most 6 fields beside the title; `path`: the picklist shown as a stage bar."""

    object: str
    name: str
    label: str
    sections: tuple[Section, ...]
    header: tuple[str, ...] = ()
    path: str | None = None
    related: tuple[RelatedList, ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """A saved list. `columns` and `sort` may be paths across lookups ("account.name"); `filter` is a formula or None."""

    object: str
    name: str
    label: str
    columns: tuple[str, ...]
    filter: str | None = None
    sort: tuple[Sort, ...] = ()
    kind: Literal["table"] = "table"
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Navigation: the objects of one application, in order."""

    name: str
    label: str
    icon: str
    objects: tuple[str, ...]
    description: str | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A desk that records are assigned to. Who sits at it is data of the tenant, not metadata."""

    name: str
    label: str
    objects: tuple[str, ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateText:
    """Sandboxed Jinja2, over `record`, `recipient` and `link`. `html`: the body of an e-mail for those who read HTML; None: made from
    `body`."""

    subject: str
    body: str
    html: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A message, one text for each language; `en` is always there. `is_transactional`: for people outside who must get it, such as a
    receipt: without a way to unsubscribe, and also to those who have. `purpose`: what they must have consented to, None for nothing."""

    name: str
    label: str
    object: str | None
    texts: Mapping[str, TemplateText]
    is_transactional: bool = False
    purpose: str | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """Labels of one language by dotted key: `objects.lead.label`, `objects.lead.plural_label`, `objects.lead.description`,
    `objects.lead.fields.status.label`, `objects.lead.fields.status.help`, `objects.lead.fields.status.values.New`,
    `objects.lead.record_types.partner.label`, `objects.lead.record_types.partner.description`,
    `objects.lead.validations.close_date.message`, `picklists.industry.label`, `picklists.industry.values.Energy`,
    `layouts.lead.default.sections.Details`, `layouts.lead.default.related.Tasks`, `views.lead.all.label`, `apps.sales.label`,
    `apps.sales.description`, `queues.triage.label`, `calendars.support_eu.label`, `roles.cfo.label`,
    `teams.north.label`, `permissions.sales_rep.label`, `permissions.sales_rep.description`, `permission_groups.sales.label`,
    `sharing.deal.rules.north.label`, `sharing.deal.restrictions.own_country.label`,
    `approvals.discount.label`, `approvals.discount.steps.manager`, `templates.lead_assigned.label`, `labels.greeting`,
    `consents.newsletter.label`, `consents.newsletter.description`."""

    language: str
    texts: Mapping[str, str]
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A text that formulas name: `$Label.NAME`. `text` is English; translations have it under `labels.NAME`."""

    name: str
    text: str
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Values that formulas name, the same for the whole organization: `$Setup.NAME.FIELD`. `values`: Python values by field, None
    for blank; those of the tenant's own file win over those of the package that defines the fields."""

    name: str
    label: str
    fields: Mapping[str, Field]
    values: Mapping[str, Any]
    description: str | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Currencies:
    """`corporate`: the currency the organization reckons in; `rates`: what one unit of it is in each of the others. ISO 4217 codes."""

    corporate: str
    rates: Mapping[str, Decimal]
    owner: str = ""

    @property
    def label(self) -> str:
        return self.corporate


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What people are asked to consent to, such as a newsletter; `objects`: whose records are people who may be asked."""

    name: str
    label: str
    objects: tuple[str, ...]
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """Whose tenant it is, and what people have who chose nothing else: `$Org.name`, `$Org.language`, `$Org.time_zone`. `allowed_origins`:
    the other sites whose scripts may use the API, such as https://shop.example.com; * for any. `second_factor`: whether
    whoever signs in with a password, or by a provider outside, must show something else, too. `consents`: purposes by name."""

    name: str | None = None
    language: str = "en"
    time_zone: str = "UTC"
    allowed_origins: tuple[str, ...] = ()
    second_factor: Literal["optional", "required"] = "optional"
    consents: Mapping[str, Purpose] = field(default_factory=dict)
    owner: str = ""

    @property
    def label(self) -> str:
        return self.name or "Organization"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """A file of the rule language, as text; `metamodel.Model.rules` holds what it says, parsed and checked."""

    path: str
    source: str
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    name: str
    versions: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """package.yaml. `namespace` "" is for first-party packages only; `versions` of a dependency is a range such as ">=1.2,<2"."""

    name: str
    namespace: str
    version: str
    label: str
    description: str | None = None
    dependencies: tuple[Dependency, ...] = ()
    exports: tuple[str, ...] = field(default=())
