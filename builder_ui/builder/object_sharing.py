"""How open an object's records are: the choice in its settings, and what of it is written."""

from __future__ import annotations

from collections.abc import Mapping

from builder_ui.builder.workspace import Body
from builder_ui.forms.model import Widget
from builder_ui.lists.model import Choice
from builder_ui.translation import Words
from metamodel.building.objects import default_sharing
from metamodel.definitions import Object
from metamodel.fields.reference import MasterDetailField

KEY = "sharing"


def sharing_choice(words: Words, body: Body) -> Widget:
    """`body`: of an object of one's own."""
    has_parent = _has_master(body) or body.get(KEY) == "controlled_by_parent"
    return _choice(words, _labels(words, has_parent=has_parent), body.get(KEY) or _default(body))


def package_sharing_choice(words: Words, thing: Object, now: str) -> Widget:
    """For an object of a package. `now`: what the organization says of it, "" for nothing."""
    has_parent = any(isinstance(field, MasterDetailField) for field in thing.fields.values())
    labels = {"": words.say("As its package has it"), **_labels(words, has_parent=has_parent)}
    return _choice(words, labels, now)


def _labels(words: Words, *, has_parent: bool) -> dict[str, str]:
    labels = {
        "private": words.say("Their owner, those above, and with whom they are shared"),
        "read": words.say("Everybody; changed by their owner and those above"),
        "read_write": words.say("Everybody, and everybody changes them"),
    }
    if has_parent:
        labels["controlled_by_parent"] = words.say("Whoever sees the record above them")
    return labels


def _choice(words: Words, labels: Mapping[str, str], now: str) -> Widget:
    return Widget(
        kind="select",
        id=f"o-{KEY}",
        name=f"f.{KEY}",
        label=words.say("Who sees its records"),
        choices=tuple(Choice(value=value, label=label, is_on=value == now) for value, label in labels.items()),
        is_wide=True,
        help=words.say("Of those to whom a permission set gives the object."),
    )


def chosen_sharing(before: Body, chosen: str) -> Body:
    """Nothing where the file said nothing and the choice is what holds anyway."""
    wanted = chosen or before.get(KEY, "")
    return {KEY: wanted} if wanted and (KEY in before or wanted != _default(before)) else {}


def _default(body: Body) -> str:
    return default_sharing(has_owner=body.get("owned", True), has_master=_has_master(body))


def _has_master(body: Body) -> bool:
    return any(field.get("type") == "master_detail" for field in body.get("fields", {}).values())
