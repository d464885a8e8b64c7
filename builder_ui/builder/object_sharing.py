"""How open an object's records are: the choice in its settings, and what of it is written."""

from __future__ import annotations

from builder_ui.builder.workspace import Body
from builder_ui.forms.model import Widget
from builder_ui.lists.model import Choice
from builder_ui.translation import Words
from metamodel.building.objects import default_sharing

KEY = "sharing"


def sharing_choice(words: Words, body: Body) -> Widget:
    labels = {
        "private": words.say("Their owner, those above, and with whom they are shared"),
        "read": words.say("Everybody; changed by their owner and those above"),
        "read_write": words.say("Everybody, and everybody changes them"),
    }
    if _has_master(body) or body.get(KEY) == "controlled_by_parent":
        labels["controlled_by_parent"] = words.say("Whoever sees the record above them")
    now = body.get(KEY) or _default(body)
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
