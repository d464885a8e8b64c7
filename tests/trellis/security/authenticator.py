"""An authenticator in software: it makes passkeys and signs challenges as a device would, honestly or not."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass(slots=True)
class Authenticator:
    """One passkey. `origin`: the site that the browser is at; `flags`: what it says of its owner."""

    party: str = "crm.example.com"
    origin: str = "https://crm.example.com"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    credential_id: bytes = b"passkey-0001"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: str) -> str:
        """The answer to options for a new passkey."""
        client = self._client_data("webauthn.create", options)
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        public_key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + public_key
        data = self._data(self.flags | ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": client, "attestationObject": attestation})

    def get(self, options: str) -> str:
        """The answer to options for signing in or confirming."""
        client = self._client_data("webauthn.get", options)
        data = self._data(self.flags)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer({"clientDataJSON": client, "authenticatorData": data, "signature": signature})

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.party.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client_data(self, kind: str, options: str) -> bytes:
        said = {
            "type": kind,
            "challenge": json.loads(options)["challenge"],
            "origin": self.origin,
            "crossOrigin": False,
        }
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, bytes]) -> str:
        encoded: dict[str, Any] = {name: bytes_to_base64url(value) for name, value in response.items()}
        identifier = bytes_to_base64url(self.credential_id)
        return json.dumps({"id": identifier, "rawId": identifier, "type": "public-key", "response": encoded})
