"""How a form in the builder begins: the label of what is defined and, while it is new, its name in files, which it keeps."""

from __future__ import annotations

from builder_ui.builder.workspace import Body
from builder_ui.forms.model import Widget
from builder_ui.translation import Words
from metamodel.names import NAME_LENGTH


def naming_widgets(
    words: Words,
    prefix: str,
    body: Body,
    *,
    typed_name: str | None,
    name_label: str,
    label: str = "",
    label_help: str = "",
    label_error: str = "",
    name_error: str = "",
    is_wide: bool = False,
) -> tuple[Widget, ...]:
    """`prefix`: of the ids on the page; `typed_name`: None for what has its name already; `label`: "Label" where nothing fits better."""
    label_widget = Widget(
        kind="input",
        id=f"{prefix}-label",
        name="f.label",
        label=label or words.say("Label"),
        text=body.get("label", ""),
        help=label_help,
        error=label_error or None,
        is_required=True,
        is_wide=is_wide,
        is_focused=typed_name is not None,
        length=80,
    )
    if typed_name is None:
        return (label_widget,)
    name_widget = Widget(
        kind="input",
        id=f"{prefix}-name",
        name="f.name",
        label=name_label,
        text=typed_name,
        help=words.say("Lower-case letters, digits and underscores. It cannot be changed here later."),
        error=name_error or None,
        is_wide=is_wide,
        length=NAME_LENGTH,
    )
    return (label_widget, name_widget)
