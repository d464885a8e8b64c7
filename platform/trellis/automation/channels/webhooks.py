"""Webhooks: values that rules post, and SMS and chat messages, which go through a webhook of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from metamodel.automation_definitions import Webhook
from metamodel.model import Model
from trellis.automation.channels.channel import Batch, Message
from trellis.automation.claims import Outcome
from trellis.automation.errors import DeliveryFailed, TemplateRefused
from trellis.automation.webhooks.bodies import fill_body, prepare_body
from trellis.automation.webhooks.content import Content
from trellis.automation.webhooks.requests import build_request, judge, secrets_of
from trellis.outbound.client import HttpClient
from trellis.outbound.errors import RequestFailed, RequestRefused
from trellis.security.secrets import fetch_secrets

if TYPE_CHECKING:
    from trellis.outbound.connections import HttpConnections

WEBHOOK_KINDS = ("webhook", "sms", "chat")
REQUESTS_AT_ONCE = 8
SILENCES = 3
"""After so many requests of a batch that a webhook left without an answer the others are put off: each would take as long."""


class WebhookChannel:
    """A row is settled as soon as its request is answered. A process that dies in between sends it again, under the same id, by which
    receivers tell a message that they have had."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    async def deliver(self, batch: Batch, messages: Sequence[Message]) -> Sequence[Outcome]:
        secrets = await _secrets(batch, messages)
        at_once = asyncio.Semaphore(REQUESTS_AT_ONCE)
        async with self._client.connected() as connections:
            round_ = _Round(batch=batch, connections=connections, secrets=secrets)

            async def send(message: Message) -> Outcome:
                async with at_once:
                    outcome = await round_.send(message)
                    await batch.settle([outcome])
                    return outcome

            # All of them end before the connections do, also when one fails in a way that nobody foresaw.
            ended = await asyncio.gather(*(send(message) for message in messages), return_exceptions=True)
        failed = next((one for one in ended if isinstance(one, BaseException)), None)
        if failed is not None:
            raise failed
        return [one for one in ended if isinstance(one, Outcome)]


@dataclass(slots=True, kw_only=True)
class _Round:
    batch: Batch
    connections: HttpConnections
    secrets: Mapping[str, str]
    silences: dict[str, int] = field(default_factory=dict)

    async def send(self, message: Message) -> Outcome:
        try:
            webhook = webhook_of(message)
            content = _content(message)
            if content is None:
                return Outcome(row=message.row, error="not delivered: the recipient has no phone number")
            if self.silences.get(webhook.name, 0) >= SILENCES:
                raise DeliveryFailed(f"webhook {webhook.name} did not answer other messages; put off")
            request = build_request(webhook, content, self.secrets, self.batch.clock(), _filler(message, webhook))
            judge(webhook, await self.connections.send(request))
        except TemplateRefused as error:
            hint = f" {error.hint}" if error.hint else ""
            return Outcome(row=message.row, error=f"{error.message}.{hint}", is_dead=True)
        except RequestRefused as error:
            failed = DeliveryFailed(f"webhook {webhook.name}: {error.message}", is_permanent=True)
            return self.batch.after_failure(message.row, failed)
        except RequestFailed as error:
            self.silences[webhook.name] = self.silences.get(webhook.name, 0) + 1
            return self.batch.after_failure(message.row, DeliveryFailed(f"webhook {webhook.name}: {error.message}"))
        except DeliveryFailed as error:
            return self.batch.after_failure(message.row, error)
        return Outcome(row=message.row)


def webhook_of(message: Message) -> Webhook:
    """The one that the row names, else the one that carries its channel. Raises DeliveryFailed, permanent, when there is none any
    more."""
    name = message.payload.get("webhook")
    found = (
        carrier_of(message.compiled.model, message.row.kind)
        if name is None
        else message.compiled.model.webhooks.get(str(name))
    )
    if found is None:
        what = f"no webhook carries {message.row.kind}" if name is None else f"there is no webhook {name!r}"
        raise DeliveryFailed(f"{what} any more; add it again, then replay this message", is_permanent=True)
    return found


def carrier_of(model: Model, channel: str) -> Webhook | None:
    """What carries a channel where a rule does not say via which."""
    return next((webhook for webhook in model.webhooks.values() if webhook.channel == channel), None)


def _content(message: Message) -> Content | None:
    """None: there is nobody to send it to."""
    row, payload = message.row, message.payload
    about = Content(kind="webhook", key=row.key, object=row.object, record_id=row.record_id, rule=row.rule)
    if row.kind == "webhook":
        return replace(about, values=payload.get("values") or {})
    said = replace(about, text=_words(message), link=message.notice.link)
    if row.kind == "chat":
        ids = tuple(str(one) for one in payload.get("addresses") or ())
        return replace(said, kind="chat", people=message.others, chat_ids=ids)
    if message.recipient is None:
        return replace(said, kind="sms", to=message.address, link=None) if message.address else None
    to = message.recipient.phone
    return replace(said, kind="sms", to=to, people=(message.recipient,)) if to else None


def _words(message: Message) -> str:
    """All of a text; of a template subject and body, for SMS the body alone."""
    notice = message.notice
    if message.payload.get("template") is None:
        return str(message.payload.get("text") or notice.title)
    if message.row.kind == "sms":
        return notice.body or notice.title
    return f"{notice.title}\n{notice.body}" if notice.body else notice.title


def _filler(message: Message, webhook: Webhook) -> Callable[[Content], str] | None:
    if webhook.body is None:
        return None
    prepared = message.compiled.prepared(("automation", "body", webhook.name), lambda: prepare_body(webhook))
    return lambda content: fill_body(webhook, prepared, content)


async def _secrets(batch: Batch, messages: Sequence[Message]) -> Mapping[str, str]:
    """All that the batch needs, in one query."""
    wanted: set[str] = set()
    for message in messages:
        try:
            wanted |= secrets_of(webhook_of(message))
        except DeliveryFailed:
            continue
    return await fetch_secrets(batch.database, batch.keys, wanted)
