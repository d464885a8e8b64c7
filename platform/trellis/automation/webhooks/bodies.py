"""A webhook's own template for its body: checked and prepared once, filled for each message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import jinja2
import orjson
from jinja2.exceptions import SecurityError

from metamodel.automation_definitions import Webhook
from trellis.automation.errors import TemplateRefused
from trellis.automation.formatting import FALLBACK_LANGUAGE, reader_of
from trellis.automation.people import Person
from trellis.automation.templates import Prepared, Values, build_environment, prepare_template
from trellis.automation.webhooks.content import Content, dump_json, plain

NAMES = ("values", "text", "link", "to", "people", "record", "rule", "key")


def prepare_body(webhook: Webhook) -> Prepared:
    """Raises TemplateRefused."""
    assert webhook.body is not None
    filters = {"json": _json_filter, "urlencode": _urlencode_filter}
    return prepare_template(build_environment(more_filters=filters), webhook.body, NAMES)


def fill_body(webhook: Webhook, prepared: Prepared, content: Content) -> str:
    """Raises TemplateRefused; also for what should be JSON, by the webhook's headers, and is not."""
    people = tuple(_person(one) for one in content.people)
    names = {
        "values": Values(content.values),
        "text": content.words,
        "link": content.link or "",
        "to": content.to,
        "people": people,
        "record": Values({"object": content.object, "id": content.record_id}),
        "rule": content.rule,
        "key": content.key,
    }
    try:
        body = prepared.fill(names, reader_of(FALLBACK_LANGUAGE, None))
        if _is_json(webhook.headers):
            orjson.loads(body)
    except TemplateRefused as error:
        raise TemplateRefused(f"webhook {webhook.name}: {error.message}", hint=error.hint) from error
    except ValueError as error:
        hint = "Write values as {{ values.total | json }}."
        raise TemplateRefused(f"webhook {webhook.name}: its body is no JSON: {error}", hint=hint) from error
    return body


def _is_json(headers: Mapping[str, str]) -> bool:
    found = [value for name, value in headers.items() if name.lower() == "content-type"]
    return not found or "json" in found[-1]


def _person(person: Person) -> Values:
    return Values({"name": person.name, "email": person.email, "phone": person.phone, "chat_id": person.chat_id})


def _json_filter(value: Any) -> str:
    return "null" if isinstance(value, jinja2.Undefined) else dump_json(_bare(value)).decode()


def _urlencode_filter(value: Any) -> str:
    return "" if isinstance(value, jinja2.Undefined) else quote(plain(_bare(value)), safe="")


def _bare(value: Any) -> Any:
    if isinstance(value, Values):
        return {name: _bare(value[name]) for name in value} if len(value) else value.plain()
    if isinstance(value, float):
        raise SecurityError("a number with a point cannot be written here; take it from values")
    if isinstance(value, (tuple, list)):
        return [_bare(one) for one in value]
    return value
