"""A webhook, what it is to tell, and the tenant's secrets -> the request to make. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from metamodel.automation_definitions import Webhook
from trellis.automation.errors import DeliveryFailed
from trellis.automation.webhooks.content import Content, dump_json
from trellis.automation.webhooks.providers import Speech, speech_of
from trellis.automation.webhooks.signing import sign_standard, stamped
from trellis.outbound.client import Answer, OutboundRequest

JSON_TYPE = "application/json; charset=utf-8"
RETRIED = frozenset({408, 409, 421, 425, 429})
_SECRET = re.compile(r"\$\{([A-Za-z0-9_]+)\}")

FillBody = Callable[[Content], str]


def secrets_of(webhook: Webhook) -> frozenset[str]:
    """The names of the secrets that the webhook needs."""
    named = {name.lower() for text in (webhook.url, *webhook.headers.values()) for name in _SECRET.findall(text)}
    return frozenset(named | ({webhook.secret} if webhook.secret else set()))


def build_request(
    webhook: Webhook, content: Content, secrets: Mapping[str, str], sent_at: datetime, fill: FillBody | None = None
) -> OutboundRequest:
    """`fill`: makes the body where the webhook has a template for it. Raises DeliveryFailed; a secret that is not set may be so soon."""
    missing = sorted(secrets_of(webhook) - secrets.keys())
    if missing:
        hint = f"trellis secret set {missing[0]}"
        raise DeliveryFailed(f"webhook {webhook.name}: the secret {missing[0]} is not set; `{hint}` sets it")
    speech = speech_of(webhook.provider)
    secret = secrets[webhook.secret] if webhook.secret else None
    body = fill(content).encode() if fill else dump_json(_signed_body(speech, content, secret, sent_at))
    headers = {"Content-Type": JSON_TYPE} | {name: _filled(text, secrets) for name, text in webhook.headers.items()}
    if webhook.provider == "http":
        headers |= _proof(webhook, content.key, body, secret, sent_at)
    url = _filled(webhook.url, secrets)
    if speech.signed_query is not None and secret is not None:
        url += ("&" if "?" in url else "?") + speech.signed_query(secret, sent_at)
    return OutboundRequest(method=webhook.method, url=url, headers=_single(headers), body=body)


def judge(webhook: Webhook, answer: Answer) -> None:
    """Raises DeliveryFailed when the answer says that the message was not taken."""
    if 200 <= answer.status < 300:
        fault = speech_of(webhook.provider).fault(answer.body)
        if fault is not None:
            raise DeliveryFailed(f"webhook {webhook.name}: {_line(fault[0])}", is_permanent=fault[1])
        return
    said = _line(answer.body.decode("utf-8", "replace"))
    is_permanent = 300 <= answer.status < 500 and answer.status not in RETRIED
    note = " (redirects are not followed)" if 300 <= answer.status < 400 else f": {said}" if said else ""
    message = f"webhook {webhook.name} answered {answer.status}{note}"
    raise DeliveryFailed(message, is_permanent=is_permanent, wait_s=_wait_s(answer.headers.get("retry-after", "")))


def _wait_s(text: str) -> float:
    """Retry-After in seconds; as a date, which hardly anybody sends, it is passed over."""
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0.0


def _signed_body(speech: Speech, content: Content, secret: str | None, sent_at: datetime) -> Any:
    body = speech.body(content)
    return body if speech.signed_body is None or secret is None else {**speech.signed_body(secret, sent_at), **body}


def _proof(webhook: Webhook, key: str, body: bytes, secret: str | None, sent_at: datetime) -> Mapping[str, str]:
    if secret is None:
        return stamped(key, sent_at)
    try:
        return sign_standard(secret, key, sent_at, body)
    except ValueError as error:
        message = f"webhook {webhook.name}: the secret {webhook.secret} begins with whsec_ and is not base64 after that"
        raise DeliveryFailed(message) from error


def _filled(text: str, secrets: Mapping[str, str]) -> str:
    return _SECRET.sub(lambda found: secrets[found[1].lower()], text)


def _single(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Of names that differ by letter case only, the last."""
    names = {name.lower(): name for name in headers}
    return {name: headers[name] for name in names.values()}


def _line(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text[:400]).split())[:200]
