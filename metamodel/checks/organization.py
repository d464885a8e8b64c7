"""Whether settings, currencies and the organization hold together."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from metamodel.checks.fields import field_faults
from metamodel.component import Component
from metamodel.definitions import Setting
from metamodel.draft import Draft
from metamodel.fields.field import FieldValueError
from metamodel.names import did_you_mean, name_fault
from metamodel.problems import MetadataProblem
from metamodel.words import word_for
from rule_engine.wording import say

SETTING_TYPES = (
    *("text", "text_area", "long_text", "email", "phone", "url", "number", "currency", "percent", "date", "datetime"),
    *("time", "checkbox", "picklist"),
)


def check_organization(draft: Draft) -> Iterator[MetadataProblem]:
    for component in draft.components:
        match component.kind:
            case "setting":
                yield from _check_setting_file(draft, component)
            case "currencies":
                yield from _check_currencies(component)
            case "organization":
                yield from _check_time_zone(component)
                yield from _check_consents(draft, component)


def _check_setting_file(draft: Draft, component: Component) -> Iterator[MetadataProblem]:
    setting = draft.settings.get(component.name)
    if setting is None:
        hint = did_you_mean(component.name, draft.settings)
        yield component.problem(
            "missing_key",
            (),
            say("no file defines the fields of the setting %(name)r", name=component.name),
            hint,
        )
        return
    if draft.origins["setting", setting.name][0] is component:
        yield from _check_fields(draft, component, setting)
    for name, value in (component.body or {}).get("values", {}).items():
        field = setting.fields.get(name)
        if field is None:
            message, hint = (
                say("%(object)s has no field %(name)r", object=setting.name, name=name),
                did_you_mean(name, setting.fields),
            )
            yield component.problem("unknown_field", ("values", name), message, hint)
            continue
        try:
            field.parse(value)
        except FieldValueError as error:
            yield component.problem(
                "bad_value", ("values", name), say("it is not allowed: %(message)s", message=error.message)
            )


def _check_fields(draft: Draft, component: Component, setting: Setting) -> Iterator[MetadataProblem]:
    if "label" not in (component.body or {}):
        yield component.problem("missing_key", (), say("the key 'label' is missing"))
    for name, field in setting.fields.items():
        at = ("fields", name)
        fault = name_fault(name)
        if fault:
            yield component.problem("bad_name", at, fault, say("Choose another name."))
        if field.type_name not in SETTING_TYPES:
            message = say("a setting cannot hold a %(type)s field", type=word_for(field.type_name))
            yield component.problem(
                "wrong_type", at, message, say("Allowed: %(names)s.", names=", ".join(SETTING_TYPES))
            )
            continue
        for code, message, hint, *path in field_faults(draft, field, (component.body or {})["fields"][name]):
            yield component.problem(code, (*at, *path), message, hint)


def _check_currencies(component: Component) -> Iterator[MetadataProblem]:
    body = component.body or {}
    for code, rate in body.get("rates", {}).items():
        if rate <= 0:
            yield component.problem("bad_value", ("rates", code), say("must be more than 0, not %(rate)s", rate=rate))
        elif code == body["corporate"] and rate != 1:
            yield component.problem(
                "bad_value", ("rates", code), say("the corporate currency is always 1"), say("Leave it out.")
            )


def _check_time_zone(component: Component) -> Iterator[MetadataProblem]:
    name = (component.body or {}).get("time_zone")
    if name is None:
        return
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        message = say("there is no time zone %(name)r", name=name)
        yield component.problem("bad_value", ("time_zone",), message, say("Write it as the IANA does: Europe/Berlin."))


def _check_consents(draft: Draft, component: Component) -> Iterator[MetadataProblem]:
    for name, purpose in (component.body or {}).get("consents", {}).items():
        for index, target in enumerate(purpose["objects"]):
            if target not in draft.objects:
                at = ("consents", name, "objects", index)
                message = say("there is no object %(name)r", name=target)
                yield component.problem("unknown_object", at, message, did_you_mean(target, draft.objects))
