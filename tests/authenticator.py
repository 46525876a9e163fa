"""An authenticator as a program: makes passkeys and uses them as a device does, and lies wherever a test asks it to."""

import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

ORIGIN = "http://localhost:8000"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40

Answer = dict[str, Any]


class Authenticator:
    """One device with one passkey. `counts`: it counts its signatures, as devices that sync their keys do not."""

    def __init__(self, origin: str = ORIGIN, *, counts: bool = True) -> None:
        self.origin = origin
        self.counts = counts
        self.count = 0
        self.credential = secrets.token_bytes(32)
        self.handle = b""
        self._key = ec.generate_private_key(ec.SECP256R1())

    def make(self, options: Answer, **lies: Any) -> Answer:
        """The answer to registration options."""
        self.handle = base64url_to_bytes(options["user"]["id"])
        numbers = self._key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        named = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + encode_cbor(public)
        rp = str(lies.get("rp", options["rp"]["id"]))
        data = self._data(rp, PRESENT | ATTESTED | (VERIFIED if lies.get("verified", True) else 0), self.count) + named
        response = {
            "clientDataJSON": self._client_data("webauthn.create", options, lies),
            "attestationObject": bytes_to_base64url(encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal"],
        }
        return self._credential(response)

    def use(self, options: Answer, **lies: Any) -> Answer:
        """The answer to authentication options."""
        self.count += 1 if self.counts else 0
        flags = PRESENT | (VERIFIED if lies.get("verified", True) else 0)
        data = self._data(str(lies.get("rp", options["rpId"])), flags, lies.get("count", self.count))
        client_data = self._client_data("webauthn.get", options, lies)
        signed = data + hashlib.sha256(base64url_to_bytes(client_data)).digest()
        signature = self._key.sign(signed, ec.ECDSA(hashes.SHA256()))
        if lies.get("forged"):
            signature = ec.generate_private_key(ec.SECP256R1()).sign(signed, ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(signature),
            "userHandle": bytes_to_base64url(lies.get("handle", self.handle)),
        }
        return self._credential(response)

    def _client_data(self, kind: str, options: Answer, lies: Answer) -> str:
        said = {
            "type": lies.get("kind", kind),
            "challenge": lies.get("challenge", options["challenge"]),
            "origin": lies.get("origin", self.origin),
            "crossOrigin": lies.get("cross", False),
        }
        return bytes_to_base64url(json.dumps(said).encode())

    @staticmethod
    def _data(rp: str, flags: int, count: int) -> bytes:
        return hashlib.sha256(rp.encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")

    def _credential(self, response: Answer) -> Answer:
        named = bytes_to_base64url(self.credential)
        return {
            "id": named,
            "rawId": named,
            "type": "public-key",
            "response": response,
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
        }
