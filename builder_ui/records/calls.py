"""Rules that one calls from a record's page: which there are, what they ask for, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.responses import Response

from builder_ui.forms.complaints import complaint
from builder_ui.forms.model import Widget
from builder_ui.lists.model import Choice
from builder_ui.objects import ObjectLink, find_readable, object_link
from builder_ui.shell import render_page
from builder_ui.toasts import leave_toast
from builder_ui.visit import Visit, to
from metamodel.definitions import Object, Sort
from rule_engine.types import Kind, Type
from trellis.automation.calling import CallableRule, Calls, callable_rules, find_callable_rule
from trellis.automation.parameters import MAX_TEXT, parameter_field
from trellis.errors import Conflict, FieldError, InvalidRecord
from trellis.query.query import Query

PREFIX = "p."
MOST_CHOICES = 200
_INPUTS = {Kind.DATE: "date", Kind.DATETIME: "datetime-local", Kind.TIME: "time"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLink:
    """A rule that can be called. `action`: where its button posts; `href`: the form of a rule with parameters, None without."""

    name: str
    description: str
    action: str
    href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPage:
    rule: str
    description: str
    record_title: str
    record_href: str
    object: ObjectLink
    action: str
    widgets: tuple[Widget, ...]
    errors: tuple[str, ...] = ()


def call_links(visit: Visit, thing: Object, record_id: str) -> tuple[CallLink, ...]:
    """None for who may not change the record."""
    if not visit.may("update", thing.name):
        return ()
    here = f"/app/{thing.name}/{record_id}/call"
    return tuple(
        CallLink(
            name=rule.name,
            description=rule.description or "",
            action=here,
            href=f"{here}?{urlencode({'rule': rule.name})}" if rule.parameters else None,
        )
        for rule in callable_rules(visit.model, thing.name)
    )


async def call_page(visit: Visit) -> Response:
    thing = find_readable(visit, visit.part("object"))
    rule = find_callable_rule(visit.model, visit.asked("rule"), (thing.name,))
    return await _show(visit, thing, rule)


async def run_call(visit: Visit) -> Response:
    """What is refused is said in the form, where it was typed."""
    thing = find_readable(visit, visit.part("object"))
    rule = find_callable_rule(visit.model, visit.posted("rule"), (thing.name,))
    record_id = visit.part("id")
    given = {name: _typed(visit, name, type_) for name, type_ in rule.parameters}
    calls = Calls(visit.tenant, visit.runtime.automation, visit.runtime.access)
    try:
        [done] = await calls.call(visit.actor, rule.name, [record_id], given, object_name=thing.name, source="form")
    except (InvalidRecord, Conflict) as error:
        return await _show(visit, thing, rule, refused=error.fields, message=error.message, status=422)
    words = visit.words
    text = words.say("Done: %(rule)s", rule=rule.name)
    if not done.is_done:
        text = words.say("Nothing was done: %(rule)s is for other records", rule=rule.name)
    return leave_toast(to(f"/app/{thing.name}/{record_id}"), text)


def _typed(visit: Visit, name: str, type_: Type) -> str:
    text = visit.posted(PREFIX + name)
    return ("true" if text else "false") if type_.kind is Kind.BOOLEAN else text


async def _show(
    visit: Visit,
    thing: Object,
    rule: CallableRule,
    *,
    refused: tuple[FieldError, ...] = (),
    message: str = "",
    status: int = 200,
) -> Response:
    record_id = visit.part("id")
    row = await visit.queries.row(visit.actor, thing.name, record_id, ("id", thing.name_field))
    names: set[str | None] = {name for name, _ in rule.parameters}
    errors = {
        one.field: complaint(visit.words, one.code, one.message) for one in refused if one.field and one.field in names
    }
    others = tuple(complaint(visit.words, one.code, one.message) for one in refused if one.field not in names)
    if message and not refused:
        others = (visit.words.tell(message),)
    here = f"/app/{thing.name}/{record_id}"
    page = CallPage(
        rule=rule.name,
        description=rule.description or "",
        record_title=str(row[thing.name_field] or "").strip() or visit.words.say("(no name)"),
        record_href=here,
        object=object_link(visit, thing),
        action=f"{here}/call",
        widgets=tuple([await _widget(visit, name, type_, errors) for name, type_ in rule.parameters]),
        errors=others,
    )
    return await render_page(visit, "call.html", page, here=thing.name, object_name=thing.name, status=status)


async def _widget(visit: Visit, name: str, type_: Type, errors: Mapping[str, str]) -> Widget:
    text = visit.posted(PREFIX + name)
    base = Widget(
        kind="input",
        id=f"f-{name}",
        name=PREFIX + name,
        label=parameter_field(name, type_).label,
        text=text,
        error=errors.get(name),
    )
    match type_.kind:
        case Kind.BOOLEAN:
            return replace(base, kind="checkbox", is_on=bool(text))
        case Kind.ID if type_.target is not None:
            choices = await _records(visit, visit.model.object(type_.target), text)
            return replace(base, kind="select", choices=choices, blank_label=visit.words.say("– none –"))
        case Kind.TEXT:
            return replace(base, kind="textarea", rows=2, length=MAX_TEXT, is_wide=True)
        case Kind.NUMBER:
            return replace(base, is_number=True, mode="decimal")
    return replace(base, type=_INPUTS.get(type_.kind, "text"))


async def _records(visit: Visit, target: Object, chosen: str) -> tuple[Choice, ...]:
    """By name; of very many the first."""
    query = Query(
        object=target.name,
        fields=("id", target.name_field),
        sort=(Sort(field=target.name_field, descending=False),),
        limit=MOST_CHOICES,
    )
    return tuple(
        Choice(
            value=str(row["id"]),
            label=str(row[target.name_field] or visit.words.say("(no name)")),
            is_on=str(row["id"]) == chosen,
        )
        for row in await visit.queries.rows(visit.actor, query)
    )
