"""The map and what was found -> what the page shows of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from builder_ui.builder.privacy.model import FoundPerson, FoundRow, KeptRow, MapObject, MapRow
from builder_ui.forms.model import Widget
from builder_ui.objects import object_link
from builder_ui.visit import Visit
from metamodel.definitions import Object
from metamodel.personal_data import CATEGORY_WORDS, Erasure
from trellis.privacy.data_map import Effect, MarkedObject
from trellis.privacy.erase import ErasurePlan, Fate, PlannedRecord
from trellis.privacy.retention import DueRecords

ADDRESS = "/builder/privacy"
ASKED = ("email", "phone", "object", "record")


def build_map(visit: Visit, found: Sequence[MarkedObject], due: Sequence[DueRecords]) -> tuple[MapObject, ...]:
    return tuple(
        MapObject(
            kept=tuple(_kept(visit, rule) for rule in due if rule.object.name == one.object.name),
            object=object_link(visit, one.object),
            href=f"/builder/objects/{one.object.name}" if visit.may("customize") else "",
            becomes=_say_erasure(visit, one.erasure),
            rows=tuple(_rows(visit, one)),
        )
        for one in found
    )


def build_search(visit: Visit, asked: Mapping[str, str]) -> tuple[Widget, ...]:
    words = visit.words
    return (
        Widget(
            kind="input",
            id="p-email",
            name="email",
            label=words.say("E-mail address"),
            text=asked["email"],
            autocomplete="off",
            length=254,
        ),
        Widget(
            kind="input",
            id="p-phone",
            name="phone",
            label=words.say("Phone number"),
            text=asked["phone"],
            autocomplete="off",
            length=40,
        ),
    )


def build_person(
    visit: Visit, plan: ErasurePlan, names: Mapping[tuple[str, str], str], asked: Mapping[str, str]
) -> FoundPerson:
    words, copies = visit.words, sum(plan.copies.values())
    records = words.count("%(num)d record", "%(num)d records", len(plan.records))
    copied = words.count("%(num)d copy of what they say", "%(num)d copies of what they say", copies)
    return FoundPerson(
        said=words.say("%(records)s, %(copies)s", records=records, copies=copied),
        rows=tuple(_found(visit, one, names) for one in plan.records),
        asked=tuple((name, value) for name, value in asked.items() if value),
        fingerprint=plan.fingerprint,
        goes=any(one.fate != "kept" for one in plan.records),
    )


def _kept(visit: Visit, due: DueRecords) -> KeptRow:
    words, rule = visit.words, due.rule
    field = visit.labels.field(due.object, due.object.fields[rule.since])
    values = {"field": field, "days": visit.formats.number(rule.after_days)}
    if rule.then == "delete":
        said = words.say("Deleted %(days)s days after %(field)s", **values)
    else:
        said = words.say("Anonymized %(days)s days after %(field)s", **values)
    number = visit.formats.number(due.count)
    return KeptRow(
        said=said,
        when=rule.when or "",
        due=words.say("%(number)s due", number=number if due.is_exact else f"{number}+"),
        is_due=due.count > 0,
    )


def _rows(visit: Visit, one: MarkedObject) -> Iterator[MapRow]:
    words = visit.words
    for mark in one.fields:
        yield MapRow(
            label=visit.labels.field(one.object, mark.field),
            name=mark.field.name,
            holds=words.tell(CATEGORY_WORDS[mark.category]),
            becomes=_say_effect(visit, mark.effect) if one.erasure != "keep" else words.say("Stays"),
        )
    for link in one.links:
        target = visit.model.find_object(link.object)
        yield MapRow(
            label=visit.labels.field(one.object, link),
            name=link.name,
            holds=words.say("Whose it is: %(object)s", object=visit.labels.object(target) if target else link.object),
            becomes=words.say("Stays"),
        )
    for field in one.unmarked:
        yield MapRow(
            label=visit.labels.field(one.object, field),
            name=field.name,
            holds=words.say("Not marked"),
            becomes=words.say("Stays"),
            is_unmarked=True,
        )


def _found(visit: Visit, one: PlannedRecord, names: Mapping[tuple[str, str], str]) -> FoundRow:
    record, words = one.record, visit.words
    target: Object = visit.model.object(record.object)
    fields = [visit.labels.field(target, target.fields[name]) for name in one.erased]
    return FoundRow(
        object=object_link(visit, target),
        name=names.get(record.key) or record.id,
        href="" if record.is_in_bin else f"/app/{record.object}/{record.id}",
        why=_say_why(visit, one),
        becomes=_say_fate(visit, one.fate),
        tone={"anonymized": "warn", "deleted": "bad", "kept": "info"}[one.fate],
        fields=words.say(", ").join(fields),
    )


def _say_why(visit: Visit, one: PlannedRecord) -> str:
    words, record = visit.words, one.record
    target = visit.model.object(record.object)
    found = target.fields.get(record.field or "")
    field = visit.labels.field(target, found) if found else ""
    said = {
        "named": lambda: words.say("The record that was named"),
        "email": lambda: words.say("Has the address in %(field)s", field=field),
        "phone": lambda: words.say("Has the number in %(field)s", field=field),
        "link": lambda: words.say("Theirs by %(field)s", field=field),
    }[record.why]()
    return words.say("%(said)s, in the bin", said=said) if record.is_in_bin else said


def _say_fate(visit: Visit, fate: Fate) -> str:
    words = visit.words
    return {
        "anonymized": lambda: words.say("Anonymized"),
        "deleted": lambda: words.say("Deleted"),
        "kept": lambda: words.say("Kept"),
    }[fate]()


def _say_effect(visit: Visit, effect: Effect) -> str:
    words = visit.words
    return {
        "emptied": lambda: words.say("Emptied"),
        "replaced": lambda: words.say("Becomes “Erased”"),
        "kept": lambda: words.say("Stays"),
        "computed": lambda: words.say("Follows what it is computed from"),
    }[effect]()


def _say_erasure(visit: Visit, erasure: Erasure) -> str:
    words = visit.words
    return {
        "anonymize": lambda: words.say("Records are anonymized"),
        "delete": lambda: words.say("Records are deleted"),
        "keep": lambda: words.say("Records are kept as they are"),
    }[erasure]()
