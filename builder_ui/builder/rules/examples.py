"""Rules to begin with, about the fields that an object has. Only those that hold over the model are offered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from builder_ui.translation import Words
from metamodel import Model
from metamodel.definitions import Object
from metamodel.fields.choice import PicklistField
from metamodel.fields.field import Field
from metamodel.fields.time import DateField
from rule_engine.rules import format_rules
from trellis.rules.check import judge

FieldKind = TypeVar("FieldKind", bound=Field)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    name: str
    label: str
    help: str
    text: str


def examples_for(model: Model, thing: Object, words: Words) -> tuple[Example, ...]:
    return tuple(example for example in _drawn(model, thing, words) if judge(model, example.text).is_valid)


def _drawn(model: Model, thing: Object, words: Words) -> Iterator[Example]:
    name, text = thing.name, _quoted
    said = words.say("New: ")
    yield Example(
        name="notify",
        label=words.say("Tell somebody"),
        help=words.say("When a record is created, its owner hears of it in the app."),
        text=_rule(
            words.say("Tell the owner"), name, "created", f"notify owner via in_app {text(said)} & {thing.name_field}"
        ),
    )
    status = _first(thing, PicklistField)
    if status is not None:
        yield from _about_status(name, status, words)
    due = _first(thing, DateField)
    if due is not None and status is not None:
        yield Example(
            name="set",
            label=words.say("Set a field"),
            help=words.say("When another field changes, this one gets a value."),
            text=_rule(words.say("Set the date"), name, f"{status.name} changes", f"set {due.name} = TODAY() + 7"),
        )
    yield from _handing_out(model, thing, words)
    title, message = text(words.say("The name is needed")), text(words.say("Please give it a name."))
    yield Example(
        name="validation",
        label=words.say("Refuse what is wrong"),
        help=words.say("A save is refused, with a message at the field."),
        text=f"validation {title} on {name}\n    fail {thing.name_field} {message} when ISBLANK({thing.name_field})\nend\n",
    )
    title, later = text(words.say("Reminder")), text(words.say("Two days old: "))
    yield Example(
        name="delay",
        label=words.say("Remind after some time"),
        help=words.say("Two days later, the owner is reminded."),
        text=f"rule {title} on {name}\nwhen created\nthen\n    notify owner via in_app {text(said)} & {thing.name_field}\n"
        f"after 2 days then\n    notify owner via in_app {later} & {thing.name_field}\nend\n",
    )


def _handing_out(model: Model, thing: Object, words: Words) -> Iterator[Example]:
    """Where there is a queue for such records."""
    queues = [one.name for one in model.queues.values() if not one.objects or thing.name in one.objects]
    if queues:
        title = _quoted(words.say("Who gets it"))
        field = _first(thing, PicklistField)
        yield Example(
            name="assignment",
            label=words.say("Hand records out"),
            help=words.say("The first row that holds decides whose queue a record goes to."),
            text=f"assignment {title} on {thing.name}\nwhen created\nfirst match\n"
            f"    !ISBLANK({field.name if field else thing.name_field}) -> queue {queues[0]} round robin\n"
            f"    otherwise -> queue {queues[-1]} least loaded\nend\n",
        )


def _about_status(name: str, field: PicklistField, words: Words) -> Iterator[Example]:
    values = [one.name for one in field.values if one.active]
    if values:
        trigger = f"{field.name} changes to {_quoted(values[-1])}"
        message = words.say("It has come that far: ")
        yield Example(
            name="changes",
            label=words.say("When a value is reached"),
            help=words.say("When a field changes to a certain value, the owner's manager hears of it."),
            text=_rule(
                words.say("Value reached"),
                name,
                trigger,
                f"notify owner.manager via in_app {_quoted(message)} & TEXT({field.name})",
            ),
        )


def _rule(title: str, name: str, trigger: str, action: str) -> str:
    return f"rule {_quoted(title)} on {name}\nwhen {trigger}\nthen\n    {action}\nend\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _first(thing: Object, kind: type[FieldKind]) -> FieldKind | None:
    return next((one for one in thing.fields.values() if isinstance(one, kind) and not one.is_system), None)


def blank_rule(name: str, words: Words) -> str:
    """What stands in a new file without an example."""
    return format_rules(_rule(words.say("New rule"), name, "created", "stop"))
