"""How each kind of receiver wants to be shown that a message is ours. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

PREFIX = "whsec_"


def sign_standard(secret: str, key: str, sent_at: datetime, body: bytes) -> Mapping[str, str]:
    """The headers of https://www.standardwebhooks.com: HMAC-SHA256 over id, time and body. A secret that begins with "whsec_" is base64,
    any other its UTF-8 bytes. Raises ValueError for base64 that is none."""
    stamp = str(int(sent_at.timestamp()))
    signed = f"{key}.{stamp}.".encode() + body
    digest = hmac.new(_key_bytes(secret), signed, hashlib.sha256).digest()
    return {"webhook-signature": f"v1,{base64.b64encode(digest).decode()}", **stamped(key, sent_at)}


def stamped(key: str, sent_at: datetime) -> Mapping[str, str]:
    """What goes along unsigned, too: by its id a receiver knows a message that it has had already."""
    return {"webhook-id": key, "webhook-timestamp": str(int(sent_at.timestamp()))}


def sign_dingtalk(secret: str, sent_at: datetime) -> str:
    """What is added to the address: https://open.dingtalk.com/document/robots/customize-robot-security-settings."""
    stamp = str(int(sent_at.timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return f"timestamp={stamp}&sign={quote(base64.b64encode(digest).decode(), safe='')}"


def sign_feishu(secret: str, sent_at: datetime) -> Mapping[str, str]:
    """Members of the body: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot. The text is the key; nothing is signed."""
    stamp = str(int(sent_at.timestamp()))
    digest = hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}


def _key_bytes(secret: str) -> bytes:
    if secret.startswith(PREFIX):
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    return secret.encode()
