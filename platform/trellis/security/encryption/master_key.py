"""Master keys: what the operator holds, and what wraps the data keys of tenants. They are never stored beside what they protect."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from trellis.errors import InvalidSettings

KEY_BYTES = 32
NONCE_BYTES = 12
_ID_LENGTH = 16


@dataclass(frozen=True, slots=True)
class MasterKey:
    """256 bits. `id` tells keys apart and tells nothing of the key."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        return hmac.new(self.secret, b"trellis master key", hashlib.sha256).hexdigest()[:_ID_LENGTH]

    def wrap(self, key: bytes, about: bytes) -> str:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return to_text(nonce + AESGCM(self.secret).encrypt(nonce, key, about))

    def unwrap(self, wrapped: str, about: bytes) -> bytes | None:
        """None for what was not wrapped by this key, or about something else."""
        try:
            data = from_text(wrapped)
            return AESGCM(self.secret).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], about)
        except (InvalidTag, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """The first wraps; all of them unwrap, so that one can follow another without a pause."""

    keys: tuple[MasterKey, ...]

    @property
    def current(self) -> MasterKey:
        return self.keys[0]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(key.id for key in self.keys)

    def find(self, key_id: str) -> MasterKey | None:
        return next((key for key in self.keys if key.id == key_id), None)


def new_master_key() -> str:
    """As settings and files have it."""
    return to_text(secrets.token_bytes(KEY_BYTES))


def parse_master_keys(text: str, source: str) -> MasterKeys:
    """One or several keys, apart by white space or commas. Raises InvalidSettings, which never quotes the text."""
    parts = [part for part in re.split(r"[\s,]+", text) if part]
    if not parts:
        raise InvalidSettings(f"{source} holds no master key.", hint="`trellis keys new` makes one.")
    keys = [_parse(part) for part in parts]
    wrong = [place for place, key in enumerate(keys, 1) if key is None]
    if wrong:
        raise InvalidSettings(
            f"Key {wrong[0]} of {source} is no master key: {KEY_BYTES} random bytes in base64 make 43 characters.",
            hint="`trellis keys new` makes one.",
        )
    return MasterKeys(tuple(key for key in keys if key is not None))


def to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_text(text: str) -> bytes:
    """Raises ValueError."""
    try:
        padded = text + "=" * (-len(text) % 4)
        return base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error


def _parse(text: str) -> MasterKey | None:
    try:
        secret = from_text(text.rstrip("="))
    except ValueError:
        return None
    return MasterKey(secret) if len(secret) == KEY_BYTES else None
