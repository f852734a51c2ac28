"""A device that makes passkeys and signs with them, as browsers pass its answers on."""

import json
from hashlib import sha256
from secrets import token_bytes

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

ORIGIN = "http://localhost"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Device:
    """One passkey on one device; `knows_owner` is whether it asks for a finger or a PIN."""

    def __init__(self, *, origin=ORIGIN, knows_owner=True):
        self.origin = origin
        self.flags = PRESENT | (VERIFIED if knows_owner else 0)
        self.id = token_bytes(16)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.user_handle = None

    def make(self, question, *, alone=True):
        self.user_handle = question["user"]["id"]
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        seen = self._seen(question["rp"]["id"], self.flags | ATTESTED) + attested
        return self._credential(
            clientDataJSON=self._said("webauthn.create", question),
            attestationObject=cbor.encode({"fmt": "none", "attStmt": {}, "authData": seen}),
        ) | {"clientExtensionResults": {"credProps": {"rk": alone}}}

    def sign(self, question):
        said = self._said("webauthn.get", question)
        seen = self._seen(question["rpId"], self.flags)
        signature = self.key.sign(seen + sha256(said).digest(), ec.ECDSA(SHA256()))
        answer = self._credential(clientDataJSON=said, authenticatorData=seen, signature=signature)
        answer["response"]["userHandle"] = self.user_handle
        return answer

    def _said(self, kind, question):
        said = {"type": kind, "challenge": question["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _seen(self, site, flags):
        return sha256(site.encode()).digest() + bytes([flags]) + (7).to_bytes(4, "big")

    def _credential(self, **response):
        return {
            "id": websafe_encode(self.id),
            "rawId": websafe_encode(self.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {name: websafe_encode(value) for name, value in response.items()},
        }
