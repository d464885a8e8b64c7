"""A rule of sharing, or a restriction, as its file has it -> the form in which it is edited, and what was sent with it -> the body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from builder_ui.builder.field_options import api_name, typed_values
from builder_ui.builder.formulas import SHARING_ADDRESS
from builder_ui.builder.naming import naming_widgets
from builder_ui.builder.sharing.model import Part, RuleDrawer
from builder_ui.builder.workspace import Body
from builder_ui.forms.model import Widget
from builder_ui.formulas.editor import Editor
from builder_ui.labels import Labels
from builder_ui.lists.model import Choice
from builder_ui.principals import EVERYONE, PrincipalPicker, picker
from metamodel.access_definitions import PrincipalKind
from metamodel.definitions import Object

WHO: tuple[PrincipalKind, ...] = ("everyone", "role", "role_and_below", "team", "queue", "permission_set")
BY_CONDITION, BY_OWNER = "when", "owned_by"


@dataclass(frozen=True, slots=True)
class RuleForm:
    """`name`: of what is edited, "" for a new one; `body`: as it is shown. `errors`: lines by the key that they are about, under ""
    those about the whole. `sample`: the choice of a record to try the condition on."""

    labels: Labels
    object: Object
    part: Part
    name: str
    body: Body
    errors: Mapping[str, Sequence[str]]
    sample: Widget | None
    typed_name: str = ""

    def drawer(self) -> RuleDrawer:
        words, is_rule = self.labels.words, self.part == "rules"
        href = f"/builder/objects/{self.object.name}/sharing"
        place = f"{self.part}/{self.name}" if self.name else self.part
        return RuleDrawer(
            title=self._title(),
            subtitle=words.say("on %(label)s", label=self.labels.object(self.object)),
            action=f"{href}/{place}",
            close_href=href,
            is_rule=is_rule,
            widgets=self._names(),
            ways=self._ways() if is_rule and self.object.has_owner else (),
            formula=self._formula(),
            owned_by=self._owned_by() if is_rule and self.object.has_owner else None,
            people=self._people(),
            access=self._access() if is_rule else None,
            cost=words.say("It opens records that are closed without it, and takes nothing away.")
            if is_rule
            else words.say("It takes records away, whatever else opens them; who may see all data is left out."),
            errors=tuple(self.errors.get("", ())),
        )

    def _title(self) -> str:
        words = self.labels.words
        if self.name:
            return str(self.body.get("label") or self.name)
        return words.say("New sharing rule") if self.part == "rules" else words.say("New restriction")

    def _names(self) -> tuple[Widget, ...]:
        words = self.labels.words
        return naming_widgets(
            words,
            "s",
            self.body,
            typed_name=None if self.name else self.typed_name,
            name_label=words.say("Name in files"),
            label=words.say("What is the rule for?"),
            label_help=words.say("It is named where somebody asks why a record is seen."),
            label_error=self._error("label") or "",
            name_error=self._error("name") or "",
            is_wide=True,
        )

    def _ways(self) -> tuple[Choice, ...]:
        words, by_owner = self.labels.words, BY_OWNER in self.body
        return (
            Choice(value=BY_CONDITION, label=words.say("Those for which a condition holds"), is_on=not by_owner),
            Choice(value=BY_OWNER, label=words.say("Those of certain owners"), is_on=by_owner),
        )

    def _formula(self) -> Widget:
        words = self.labels.words
        return Widget(
            kind="formula",
            id="s-when",
            name="f.when",
            label=words.say("Records for which this holds")
            if self.part == "rules"
            else words.say("Only records for which this holds are left"),
            text=self.body.get("when", ""),
            error=self._error("when"),
            is_wide=True,
            rows=4,
            editor=Editor(service=service_of(self.object), returns="checkbox", is_filter=True),
            sample=self.sample,
        )

    def _owned_by(self) -> PrincipalPicker:
        words = self.labels.words
        return picker(
            self.labels,
            WHO,
            name="owned_by",
            label=words.say("Owned by"),
            chosen=keys_of(self.body.get("owned_by", ())),
            help_text=words.say("A queue stands for what waits in it."),
            error=self._error("owned_by") or "",
        )

    def _people(self) -> PrincipalPicker:
        words = self.labels.words
        if self.part == "rules":
            return picker(
                self.labels,
                WHO,
                name="share_with",
                label=words.say("Share with"),
                chosen=keys_of(self.body.get("share_with", ())),
                error=self._error("share_with") or "",
            )
        return picker(
            self.labels,
            WHO,
            name="applies_to",
            label=words.say("For whom it holds"),
            chosen=keys_of(self.body.get("applies_to", ())),
            help_text=words.say("For everybody, when nobody is chosen."),
            error=self._error("applies_to") or "",
        )

    def _access(self) -> Widget:
        words = self.labels.words
        now = self.body.get("access", "read")
        choices = (("read", words.say("Read")), ("read_write", words.say("Read and change")))
        return Widget(
            kind="select",
            id="s-access",
            name="f.access",
            label=words.say("They may"),
            is_wide=True,
            choices=tuple(Choice(value=value, label=label, is_on=value == now) for value, label in choices),
        )

    def _error(self, key: str) -> str | None:
        return " ".join(self.errors.get(key, ())) or None


def service_of(thing: Object) -> str:
    return SHARING_ADDRESS.replace("{name}", thing.name)


def read_rule(form: FormData, part: Part, before: Body, *, has_owner: bool) -> tuple[str, Body]:
    """The name that a new one is to have, and the body. What the way that was not chosen says is left out."""
    typed = typed_values(form)
    label = typed.get("label", "").strip()
    when = typed.get("when", "").replace("\r\n", "\n").strip()
    body: dict[str, Any] = {"label": label}
    if part == "restrictions":
        body |= {"when": when, "applies_to": _principals(form, "applies_to")}
    else:
        owners = _principals(form, "owned_by")
        by_owner = has_owner and form.get("way") == BY_OWNER
        body |= {BY_OWNER: owners} if by_owner else {BY_CONDITION: when}
        body["share_with"] = _principals(form, "share_with")
        if typed.get("access") == "read_write" or "access" in before:
            body["access"] = "read_write" if typed.get("access") == "read_write" else "read"
    name = typed.get("name", "").strip() or api_name(label)
    return name, body


def written(body: Body) -> Body:
    """Without what is blank, as a file has it."""
    return {key: value for key, value in body.items() if value not in ("", [])}


def keys_of(principals: Sequence[str | Mapping[str, str]]) -> tuple[str, ...]:
    """As they stand in a file -> role:rep, everyone."""
    return tuple(one if isinstance(one, str) else ":".join(next(iter(one.items()))) for one in principals)


def _principals(form: FormData, name: str) -> list[str | dict[str, str]]:
    """What is ticked, and what was picked to be added."""
    keys = [value for value in (*form.getlist(name), form.get(f"{name}.add", "")) if isinstance(value, str) and value]
    found: list[str | dict[str, str]] = []
    for key in dict.fromkeys(keys):
        kind, _, group = key.partition(":")
        found.append(EVERYONE if key == EVERYONE else {kind: group})
    return found
