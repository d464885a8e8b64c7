"""Who may stand behind a webhook, and how each is spoken to: the body it takes, how it wants to be signed, what its answers mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from metamodel.automation_definitions import Provider
from trellis.automation.people import Person
from trellis.automation.webhooks.content import Content
from trellis.automation.webhooks.signing import sign_dingtalk, sign_feishu

MAX_WORDS = 1_800
MAX_WECOM_BYTES = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """How one provider is spoken to. `body`: from what is to be told. `signed_body` and `signed_query`: what a secret adds to the body
    and to the address. `fault`: what is wrong by an answer with status 200, None: nothing; `passing`: the codes that trying again helps."""

    body: Callable[[Content], Any]
    signed_body: Callable[[str, datetime], Mapping[str, str]] | None = None
    signed_query: Callable[[str, datetime], str] | None = None
    codes: tuple[str, ...] = ()
    passing: frozenset[int] = frozenset()

    def fault(self, body: bytes) -> tuple[str, bool] | None:
        """What the answer says is wrong, and whether for good; None when all is well. Providers with `codes` tell by the first of these
        members, 0 being well."""
        if not self.codes:
            return None
        try:
            answer = orjson.loads(body)
            code = next(answer[name] for name in self.codes if name in answer)
        except (ValueError, TypeError, StopIteration):
            return "its answer cannot be understood", False
        if code == 0:
            return None
        said = answer.get("errmsg") or answer.get("msg") or answer.get("StatusMessage") or ""
        return f"it refused with {code}: {said}", code not in self.passing


def speech_of(provider: Provider) -> Speech:
    return _SPEECHES[provider]


def _http(content: Content) -> Any:
    match content.kind:
        case "webhook":
            about = {"object": content.object, "id": content.record_id, "rule": content.rule}
            return dict(content.values) or about
        case "sms":
            return {"to": content.to, "text": _with_link(content)}
        case "chat":
            called = [*content.chat_ids, *(person.chat_id or person.name for person in content.people)]
            return {"text": _with_link(content), "to": called}


def _slack(content: Content) -> Any:
    """https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks; what is said cannot call anybody by itself."""
    words = _with_link(content).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    ids = [*content.chat_ids, *(person.chat_id for person in content.people if person.chat_id)]
    names = [f"@{person.name}" for person in content.people if not person.chat_id]
    called = [*(f"<@{_token(one)}>" for one in ids), *(name.translate(_NO_TAGS) for name in names)]
    return {"text": _joined(" ".join(called), words)}


def _wecom(content: Content) -> Any:
    """https://developer.work.weixin.qq.com/document/path/91770."""
    body: dict[str, Any] = {"content": _bytes_at_most(_with_link(content), MAX_WECOM_BYTES)}
    ids = [*content.chat_ids, *(person.chat_id for person in content.people if person.chat_id)]
    phones = _phones(content)
    body |= {"mentioned_list": ids} if ids else {}
    body |= {"mentioned_mobile_list": phones} if phones else {}
    return {"msgtype": "text", "text": body}


def _dingtalk(content: Content) -> Any:
    """https://open.dingtalk.com/document/robots/custom-robot-access; who is called must stand in the text, too."""
    ids = [*content.chat_ids, *(person.chat_id for person in content.people if person.chat_id)]
    phones = _phones(content)
    called = " ".join(f"@{one}" for one in (*ids, *phones))
    at = {"atUserIds": ids, "atMobiles": phones, "isAtAll": False}
    return {"msgtype": "text", "text": {"content": _joined(called, _with_link(content))}, "at": at}


def _feishu(content: Content) -> Any:
    """https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot; a tag in the words calls nobody."""
    words = _with_link(content).translate(_NO_TAGS)
    called = [f'<at user_id="{_token(one)}"></at>' for one in content.chat_ids]
    for person in content.people:
        name = person.name.translate(_NO_TAGS)
        called.append(f'<at user_id="{_token(person.chat_id)}">{name}</at>' if person.chat_id else f"@{name}")
    return {"msg_type": "text", "content": {"text": _joined(" ".join(called), words)}}


_NO_TAGS = str.maketrans({"<": "＜", ">": "＞"})
_SPEECHES: Mapping[Provider, Speech] = {
    "http": Speech(body=_http),
    "slack": Speech(body=_slack),
    "wecom": Speech(body=_wecom, codes=("errcode",), passing=frozenset({-1, 45009})),
    "dingtalk": Speech(
        body=_dingtalk, codes=("errcode",), passing=frozenset({-1, 130101, 410100}), signed_query=sign_dingtalk
    ),
    "feishu": Speech(
        body=_feishu, codes=("code", "StatusCode"), passing=frozenset({9499, 11232}), signed_body=sign_feishu
    ),
}


def _with_link(content: Content) -> str:
    words = content.words if content.kind == "sms" else _at_most(content.words, MAX_WORDS)
    return words if content.link is None or content.link in words else f"{words}\n{content.link}"


def _phones(content: Content) -> list[str]:
    """Of those whom the chat knows by their number only; without the country code of China, as its chats keep them."""
    return [_phone(person) for person in content.people if person.phone and not person.chat_id]


def _phone(person: Person) -> str:
    return (person.phone or "").replace(" ", "").removeprefix("+86")


def _token(chat_id: str) -> str:
    """Ids are letters, digits and some signs: what is left of anything else cannot end a tag."""
    return "".join(letter for letter in chat_id if letter.isalnum() or letter in "_-.@|")


def _joined(called: str, words: str) -> str:
    return f"{called} {words}" if called else words


def _at_most(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _bytes_at_most(text: str, limit: int) -> str:
    encoded = text.encode()
    return text if len(encoded) <= limit else encoded[: limit - 3].decode(errors="ignore") + "…"
