"""What goes to a webhook, for each provider, and what its answers mean."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from metamodel.automation_definitions import Webhook
from trellis.automation.errors import DeliveryFailed, TemplateRefused
from trellis.automation.people import Person
from trellis.automation.webhooks.bodies import fill_body, prepare_body
from trellis.automation.webhooks.content import Content
from trellis.automation.webhooks.requests import build_request, judge, secrets_of
from trellis.outbound.client import Answer, OutboundRequest

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
SECRET = "s3cret"


def person(name: str, phone: str | None = None, chat_id: str | None = None) -> Person:
    return Person(
        id=name,
        username=name.lower(),
        name=name,
        email=f"{name}@x.example",
        language="en",
        time_zone="UTC",
        is_active=True,
        phone=phone,
        chat_id=chat_id,
    )


def webhook(provider: Any = "http", **changes: Any) -> Webhook:
    values: dict[str, Any] = {"name": "hook", "label": "Hook", "url": "https://hook.example/in", "headers": {}}
    return Webhook(provider=provider, **{**values, **changes})


def content(kind: Any = "webhook", **changes: Any) -> Content:
    return Content(kind=kind, key="k1", object="deal", record_id="42", rule="Tell", **changes)


def made(hook: Webhook, what: Content, **secrets: str) -> OutboundRequest:
    fill = None if hook.body is None else lambda one: fill_body(hook, prepare_body(hook), one)
    return build_request(hook, what, secrets, NOW, fill)


def body(hook: Webhook, what: Content, **secrets: str) -> Any:
    return json.loads(made(hook, what, **secrets).body)


def test_values_are_posted_as_json_with_exact_numbers() -> None:
    values = {
        "total": Decimal("10000000000000000.10"),
        "due": date(2026, 1, 2),
        "at": NOW,
        "tags": ("a",),
        "none": None,
    }
    request = made(webhook(), content(values=values))
    assert request.body == (
        b'{"total":10000000000000000.10,"due":"2026-01-02","at":"2026-01-02T12:00:00Z","tags":["a"],"none":null}'
    )
    assert request.headers["Content-Type"] == "application/json; charset=utf-8"
    assert request.headers["webhook-id"] == "k1"
    assert "webhook-signature" not in request.headers


def test_without_values_the_record_is_named() -> None:
    assert body(webhook(), content()) == {"object": "deal", "id": "42", "rule": "Tell"}


def test_a_secret_signs_id_time_and_body() -> None:
    """The example of the Standard Webhooks specification's own libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    request = made(webhook(secret="key"), content(values={"test": 2432232314}), key=secret)
    signed = f"k1.{int(NOW.timestamp())}.".encode() + request.body
    digest = hmac.new(base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), signed, hashlib.sha256).digest()
    assert request.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert request.headers["webhook-timestamp"] == str(int(NOW.timestamp()))


def test_the_signature_is_that_of_the_specification() -> None:
    """https://github.com/standard-webhooks/standard-webhooks, its test vector."""
    from trellis.automation.webhooks.signing import sign_standard

    moment = datetime.fromtimestamp(1614265330, UTC)
    headers = sign_standard(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        moment,
        b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_secrets_fill_address_and_headers_and_missing_ones_are_named() -> None:
    hook = webhook(url="https://h.example/${path}?k=1", headers={"Authorization": "Bearer ${Token}"}, secret="sign")
    assert secrets_of(hook) == {"path", "token", "sign"}
    request = made(hook, content(), path="a/b", token="t", sign="s")
    assert (request.url, request.headers["Authorization"]) == ("https://h.example/a/b?k=1", "Bearer t")
    with pytest.raises(DeliveryFailed, match="the secret token is not set") as failed:
        made(hook, content(), path="a", sign="s")
    assert not failed.value.is_permanent, "it may be set before the next try"


ANNA = person("Anna", phone="+8613900000000", chat_id="U1")
BO = person("Bo", phone="+8613911111111")
EVIL = 'Buy <!channel> & <at user_id="all">all</at> @all'


def test_slack() -> None:
    """What is said cannot call anybody: only whom the rule names is called."""
    said = body(webhook("slack"), content("chat", text=EVIL, link="https://t/1", people=(ANNA, BO), chat_ids=("U9>",)))
    assert said == {
        "text": '<@U9> <@U1> @Bo Buy &lt;!channel&gt; &amp; &lt;at user_id="all"&gt;all&lt;/at&gt; @all\nhttps://t/1'
    }


def test_wecom() -> None:
    said = body(webhook("wecom"), content("chat", text=EVIL, people=(ANNA, BO)))
    text = {"content": EVIL, "mentioned_list": ["U1"], "mentioned_mobile_list": ["13911111111"]}
    assert said == {"msgtype": "text", "text": text}
    long = body(webhook("wecom"), content("chat", text="长" * 2_000))
    assert len(long["text"]["content"].encode()) <= 2_048


def test_dingtalk_is_signed_in_the_address() -> None:
    request = made(
        webhook("dingtalk", url="https://d.example/send?access_token=x", secret="key"),
        content("chat", text="Hi"),
        key=SECRET,
    )
    query = parse_qs(urlsplit(request.url).query)
    stamp = str(int(NOW.timestamp() * 1000))
    digest = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
    assert query == {"access_token": ["x"], "timestamp": [stamp], "sign": [base64.b64encode(digest).decode()]}
    said = body(webhook("dingtalk"), content("chat", text="Hi", people=(ANNA, BO)))
    assert said["text"] == {"content": "@U1 @13911111111 Hi"}
    assert said["at"] == {"atUserIds": ["U1"], "atMobiles": ["13911111111"], "isAtAll": False}


def test_feishu_is_signed_in_the_body() -> None:
    said = body(webhook("feishu", secret="key"), content("chat", text=EVIL, people=(ANNA, BO)), key=SECRET)
    stamp = str(int(NOW.timestamp()))
    digest = hmac.new(f"{stamp}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
    assert (said["timestamp"], said["sign"]) == (stamp, base64.b64encode(digest).decode())
    assert said["content"]["text"] == (
        '<at user_id="U1">Anna</at> @Bo Buy ＜!channel＞ & ＜at user_id="all"＞all＜/at＞ @all'
    )


@pytest.mark.parametrize("provider", ["slack", "wecom", "dingtalk", "feishu"])
def test_posted_values_become_words_for_a_chat(provider: str) -> None:
    said = made(webhook(provider), content(values={"text": "Case open", "number": Decimal("7.50"), "by": "Bo"})).body
    assert b"Case open\\nnumber: 7.50\\nby: Bo" in said


def test_a_text_message_for_a_gateway() -> None:
    assert body(webhook(), content("sms", text="Hello", to="+491")) == {"to": "+491", "text": "Hello"}


def test_a_body_of_ones_own() -> None:
    hook = webhook(body='{"to": {{ to | json }}, "msg": {{ text | json }}, "n": {{ values.n | json }}}')
    assert body(hook, content("sms", text='He said "hi"\n', to="+491")) == {
        "to": "+491",
        "msg": 'He said "hi"\n',
        "n": None,
    }
    posted = webhook(body='{"all": {{ values | json }}, "id": {{ record.id | json }}}')
    assert body(posted, content(values={"n": Decimal("1.50"), "t": "x"})) == {"all": {"n": 1.5, "t": "x"}, "id": "42"}
    form = webhook(
        body="To={{ to | urlencode }}&Body={{ text | urlencode }}",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    request = made(form, content("sms", text="a&b=c", to="+49 1"))
    assert request.body == b"To=%2B49%201&Body=a%26b%3Dc"
    assert request.headers == {
        "content-type": "application/x-www-form-urlencoded",
        "webhook-id": "k1",
        "webhook-timestamp": str(int(NOW.timestamp())),
    }


def test_a_body_that_should_be_json_and_is_not_is_refused() -> None:
    """A value between quotes could end the text and add members."""
    hook = webhook(body='{"text": "{{ text }}"}')
    assert body(hook, content("sms", text="fine", to="1")) == {"text": "fine"}
    with pytest.raises(TemplateRefused, match="no JSON"):
        made(hook, content("sms", text='"', to="1"))


@pytest.mark.parametrize(
    "source",
    [
        "{{ values.__class__ }}",
        "{{ values.items() }}",
        "{{ recipient.name }}",
        "{% for a in people %}{{ a.__dict__ }}{% endfor %}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{{ text | attr('__class__') }}",
        "{{ 1 | round(999999999, 'ceil') }}",
        "{{ 1 | round(999999999) }}",
    ],
)
def test_a_hostile_body_reaches_nothing(source: str) -> None:
    hook = webhook(body=source, headers={"Content-Type": "text/plain"})
    with pytest.raises(TemplateRefused):
        made(hook, content("sms", text="x", to="1", people=(ANNA,)))


@pytest.mark.parametrize(
    ("provider", "status", "answer", "is_permanent"),
    [
        ("http", 500, b"oops", False),
        ("http", 429, b"", False),
        ("http", 408, b"", False),
        ("http", 404, b"gone", True),
        ("http", 302, b"", True),
        ("wecom", 200, b'{"errcode":93000,"errmsg":"invalid webhook url"}', True),
        ("wecom", 200, b'{"errcode":45009,"errmsg":"too fast"}', False),
        ("dingtalk", 200, b'{"errcode":310000,"errmsg":"sign not match"}', True),
        ("feishu", 200, b'{"code":19021,"msg":"sign match fail"}', True),
        ("feishu", 200, b"<html>a proxy</html>", False),
        ("feishu", 200, b"[]", False),
    ],
)
def test_answers_that_refuse(provider: str, status: int, answer: bytes, is_permanent: bool) -> None:
    with pytest.raises(DeliveryFailed) as failed:
        judge(webhook(provider), Answer(status=status, headers={}, body=answer))
    assert failed.value.is_permanent == is_permanent
    assert failed.value.message.startswith("webhook hook")


@pytest.mark.parametrize(("text", "wait_s"), [("120", 120), ("", 0), ("-1", 0), ("soon", 0), ("9" * 30, 0)])
def test_a_receiver_that_asks_for_a_pause_gets_it(text: str, wait_s: float) -> None:
    with pytest.raises(DeliveryFailed) as failed:
        judge(webhook(), Answer(status=429, headers={"retry-after": text}, body=b""))
    assert failed.value.wait_s == wait_s


@pytest.mark.parametrize(
    ("provider", "answer"),
    [
        ("http", b""),
        ("slack", b"ok"),
        ("wecom", b'{"errcode":0,"errmsg":"ok"}'),
        ("dingtalk", b'{"errcode":0}'),
        ("feishu", b'{"StatusCode":0,"StatusMessage":"success"}'),
        ("feishu", b'{"code":0,"msg":"success"}'),
    ],
)
def test_answers_that_accept(provider: str, answer: bytes) -> None:
    judge(webhook(provider), Answer(status=200, headers={}, body=answer))
