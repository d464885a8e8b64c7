"""A role, a team or a group of permission sets, as its file has it -> the drawer in which it is edited, and what was sent -> its body."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from starlette.datastructures import FormData

from builder_ui.builder.defining.model import DefinitionDrawer
from builder_ui.builder.field_options import api_name, typed_values
from builder_ui.builder.naming import naming_widgets
from builder_ui.builder.workspace import Body
from builder_ui.forms.model import Widget
from builder_ui.labels import Labels
from builder_ui.lists.model import Choice
from builder_ui.principals import principal_label
from builder_ui.translation import Words
from metamodel import path_of
from metamodel.access_definitions import ADMINISTRATOR
from trellis.security.sharing import roles_below

Defined = Literal["role", "team", "permission_group"]
DEFINED: tuple[Defined, ...] = ("role", "team", "permission_group")


@dataclass(frozen=True, slots=True)
class DefinitionForm:
    """`name`: of what is edited, "" for a new one. `errors`: lines by the key that they are about, under "" those about the whole."""

    labels: Labels
    kind: Defined
    name: str
    body: Body
    errors: Mapping[str, Sequence[str]]
    typed_name: str = ""

    def drawer(self) -> DefinitionDrawer:
        words, address = self.labels.words, address_of(self.kind)
        return DefinitionDrawer(
            title=str(self.body.get("label") or self.name) if self.name else new_label(words, self.kind),
            file=path_of(f"{self.kind}s", f"{self.kind}s"),
            action=f"{address}/{self.name}/definition" if self.name else address,
            close_href=address,
            widgets=(*self._names(), *((self._reports_to(),) if self.kind == "role" else ())),
            sets=self._sets() if self.kind == "permission_group" else (),
            sets_error=self._error("sets") or "",
            note=self._note(),
            errors=tuple(self.errors.get("", ())),
        )

    def _names(self) -> tuple[Widget, ...]:
        return naming_widgets(
            self.labels.words,
            "d",
            self.body,
            typed_name=None if self.name else self.typed_name,
            name_label=self.labels.words.say("Name in files and addresses"),
            label_error=self._error("label") or "",
            name_error=self._error("name") or "",
            is_wide=True,
        )

    def _reports_to(self) -> Widget:
        """Of the roles that are not below it, so that there is no circle."""
        words, model = self.labels.words, self.labels.model
        below: Collection[str] = (self.name, *roles_below(model, [self.name])) if self.name else ()
        now = self.body.get("reports_to", "")
        choices = tuple(
            Choice(value=name, label=principal_label(self.labels, f"role:{name}"), is_on=name == now)
            for name in model.roles
            if name not in below
        )
        return Widget(
            kind="select",
            id="d-reports-to",
            name="f.reports_to",
            label=words.say("Reports to"),
            blank_label=words.say("– nobody: it is at the top –"),
            choices=choices,
            help=words.say("Who has that role, and those above it, see what people of this one own."),
            error=self._error("reports_to"),
            is_wide=True,
        )

    def _sets(self) -> tuple[Choice, ...]:
        chosen = self.body.get("sets", ())
        names = [name for name in self.labels.model.permission_sets if name != ADMINISTRATOR or name in chosen]
        return tuple(
            Choice(value=name, label=principal_label(self.labels, f"permission_set:{name}"), is_on=name in chosen)
            for name in names
        )

    def _note(self) -> str:
        words = self.labels.words
        if self.kind == "permission_group":
            return words.say("Whoever has the group has all of its permission sets, from the deploy on.")
        if self.name:
            return words.say("Who has it stays as it is.")
        return words.say("Who has it is said once it is deployed.")

    def _error(self, key: str) -> str | None:
        return " ".join(self.errors.get(key, ())) or None


def read_definition(form: FormData, kind: Defined) -> tuple[str, Body]:
    """The name that a new one is to have, and the body."""
    typed = typed_values(form)
    label = typed.get("label", "").strip()
    body: dict[str, Any] = {"label": label}
    if kind == "role" and typed.get("reports_to"):
        body["reports_to"] = typed["reports_to"]
    if kind == "permission_group":
        body["sets"] = [name for name in form.getlist("sets") if isinstance(name, str)]
    return typed.get("name", "").strip() or api_name(label), body


def address_of(kind: str) -> str:
    return f"/builder/{kind}s"


def new_label(words: Words, kind: Defined) -> str:
    return {
        "role": words.say("New role"),
        "team": words.say("New team"),
        "permission_group": words.say("New permission group"),
    }[kind]
