"""A tenant's data keys in memory: plain bytes -> sealed text and back, and the marks by which equal values are found.

AES-256-GCM. Each purpose has a key of its own, derived from the data key; what a value belongs to is authenticated with it, so that
a sealed text opens only where it was sealed."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from trellis.security.encryption.errors import CannotUnseal, NoMasterKey, UnknownDataKey
from trellis.security.encryption.master_key import KEY_BYTES, NONCE_BYTES, from_text, to_text

KeyUse = Literal["data", "index"]
MARK = "sealed:1:"
"""How every sealed text begins; then the data key's number, a colon, and the rest in base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKey:
    """256 bits. `used_from`: when sealing with it begins; every process has read it by then."""

    use: KeyUse
    number: int
    secret: bytes = field(repr=False)
    used_from: datetime


class KeyRing:
    """What a process knows of one tenant's keys. `clock` gives aware moments."""

    def __init__(self, tenant: str, *, clock: Callable[[], datetime] | None = None) -> None:
        self.tenant = tenant
        self._clock = clock or (lambda: datetime.now(UTC))
        self._data: tuple[DataKey, ...] = ()
        self._index: DataKey | None = None

    def hold(self, keys: Sequence[DataKey]) -> None:
        """All that there are. Others may be sealing and opening meanwhile."""
        self._index = next((key for key in keys if key.use == "index"), None)
        self._data = tuple(sorted((key for key in keys if key.use == "data"), key=lambda key: key.number))

    @property
    def can_seal(self) -> bool:
        return bool(self._data)

    def has(self, number: int) -> bool:
        return any(key.number == number for key in self._data)

    @property
    def current(self) -> int:
        """The number of the data key that seals now. Raises NoMasterKey."""
        return self._sealing().number

    def seal(self, purpose: str, value: bytes, *, about: str) -> str:
        """`purpose`: what kind of thing it is, of which there are few; `about`: which one. Raises NoMasterKey."""
        key = self._sealing()
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = _cipher(key.secret, purpose).encrypt(nonce, value, _bound_to(key.number, about))
        return f"{MARK}{key.number}:{to_text(nonce + sealed)}"

    def open(self, purpose: str, sealed: str, *, about: str) -> bytes:
        """Raises CannotUnseal for anything but what `seal` gave for the same purpose and about the same; NoMasterKey."""
        number = number_of(sealed)
        if number is None:
            raise CannotUnseal(f"A {purpose} of {self.tenant} is not sealed.")
        key = next((one for one in self._data if one.number == number), None)
        if key is None:
            if not self._data:
                raise NoMasterKey(self.tenant)
            message = f"A {purpose} of {self.tenant} is sealed with data key {number}, which is not there."
            raise UnknownDataKey(message, number=number)
        try:
            data = from_text(sealed.rpartition(":")[2])
            nonce, rest = data[:NONCE_BYTES], data[NONCE_BYTES:]
            return _cipher(key.secret, purpose).decrypt(nonce, rest, _bound_to(number, about))
        except (InvalidTag, ValueError) as error:
            message = f"A {purpose} of {self.tenant} cannot be unsealed: it was changed, or belongs elsewhere."
            raise CannotUnseal(message) from error

    def mark(self, purpose: str, value: bytes) -> str:
        """The same for equal values of one purpose, and without the key nothing else. Data keys come and go; it stays. Raises
        NoMasterKey."""
        if self._index is None:
            raise NoMasterKey(self.tenant)
        return to_text(hmac.new(_derived(self._index.secret, purpose), value, hashlib.sha256).digest())

    def _sealing(self) -> DataKey:
        if not self._data:
            raise NoMasterKey(self.tenant)
        now = self._clock()
        return next((key for key in reversed(self._data) if key.used_from <= now), self._data[0])


def is_sealed(text: str) -> bool:
    return number_of(text) is not None


def number_of(sealed: str) -> int | None:
    """The data key that it was sealed with; None for what is not sealed."""
    if not sealed.startswith(MARK):
        return None
    number, colon, _ = sealed[len(MARK) :].partition(":")
    return int(number) if colon and number.isascii() and number.isdigit() and len(number) < 10 else None


def throwaway_keys(tenant: str) -> KeyRing:
    """For what is gone when the process ends."""
    ring = KeyRing(tenant)
    began = datetime.min.replace(tzinfo=UTC)
    uses: tuple[KeyUse, ...] = ("data", "index")
    ring.hold([DataKey(use=use, number=1, secret=secrets.token_bytes(KEY_BYTES), used_from=began) for use in uses])
    return ring


def _bound_to(number: int, about: str) -> bytes:
    return f"{number}:{about}".encode("utf-8", "surrogatepass")


@lru_cache(maxsize=4_096)
def _cipher(secret: bytes, purpose: str) -> AESGCM:
    return AESGCM(_derived(secret, purpose))


@lru_cache(maxsize=4_096)
def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDFExpand(SHA256(), KEY_BYTES, b"trellis:" + purpose.encode()).derive(secret)
