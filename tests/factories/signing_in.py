"""Signing in by the whole way: password and second factor, as a person types them."""

import base64
import json
import os
import time
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from apps.accounts.models import User


def code_of(user: User) -> str:
    """A code that the person's app shows now and that was not used: waits for the next one where needed."""
    kept = Authenticator.objects.get(user=user, type="totp")
    used = kept.data.get("last_counter", -1)
    while True:
        fresh = [counter for counter in totp.yield_hotp_counters_from_time() if counter > used]
        if fresh:
            return totp.format_hotp_value(totp.hotp_value(decrypt(kept.data["secret"]), fresh[0]))
        time.sleep(1)


_shown: dict[str, int] = {}


def next_code(name: str, secret: str) -> str:
    """A code of the app with this secret, which no database is asked about: the next one that was not typed yet."""
    while True:
        fresh = [
            counter for counter in totp.yield_hotp_counters_from_time() if counter > _shown.get(name, -1)
        ]
        if fresh:
            _shown[name] = fresh[0]
            return totp.format_hotp_value(totp.hotp_value(secret, fresh[0]))
        time.sleep(1)


def sign_in(client: Client, user: User, **headers: Any) -> Any:
    """Type the password, and the code where one is asked for; the last answer comes back."""
    answer = client.post("/sign-in/", {"login": user.email, "password": "password"}, **headers)
    if answer.status_code == 302 and answer["Location"] == "/sign-in/code/":
        answer = client.post("/sign-in/code/", {"code": code_of(user)}, **headers)
    return answer


def text_of(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@dataclass
class Passkey:
    """A passkey in software: it makes a key for a site, and signs what the site asks."""

    site: str = "testserver"
    origin: str = "https://testserver"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: os.urandom(16))

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _flags(self, *, verified: bool) -> AuthenticatorData.FLAG:
        flags = AuthenticatorData.FLAG.USER_PRESENT
        return flags | AuthenticatorData.FLAG.USER_VERIFIED if verified else flags

    def _site_hash(self) -> bytes:
        digest = hashes.Hash(hashes.SHA256())
        digest.update(self.site.encode())
        return digest.finalize()

    def create(self, options: dict[str, Any]) -> str:
        """Answer a site that asks for a new passkey."""
        public = ES256.from_cryptography_key(self.key.public_key())
        data = AttestedCredentialData.create(b"\0" * 16, self.credential_id, public)
        flags = self._flags(verified=True) | AuthenticatorData.FLAG.ATTESTED
        auth_data = AuthenticatorData.create(self._site_hash(), flags, 0, data)
        response = {
            "clientDataJSON": text_of(
                self._client_data("webauthn.create", options["publicKey"]["challenge"])
            ),
            "attestationObject": text_of(AttestationObject.create("none", auth_data, {})),
        }
        return self._answer(response)

    def sign(self, options: dict[str, Any], *, verified: bool = True) -> str:
        """Answer a site that asks who is there."""
        client_data = self._client_data("webauthn.get", options["publicKey"]["challenge"])
        auth_data = AuthenticatorData.create(self._site_hash(), self._flags(verified=verified), 0)
        digest = hashes.Hash(hashes.SHA256())
        digest.update(client_data)
        signature = self.key.sign(auth_data + digest.finalize(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": text_of(client_data),
            "authenticatorData": text_of(auth_data),
            "signature": text_of(signature),
        }
        return self._answer(response)

    def _answer(self, response: dict[str, str]) -> str:
        return json.dumps(
            {
                "id": text_of(self.credential_id),
                "rawId": text_of(self.credential_id),
                "type": "public-key",
                "clientExtensionResults": {},
                "response": response,
            }
        )

    def enrol(self, user: User) -> "Passkey":
        """Put the passkey on the person, as the page does after the browser answered."""
        asked = {"publicKey": {"challenge": text_of(os.urandom(32))}}
        Authenticator.objects.create(
            user=user,
            type="webauthn",
            data={"name": "Laptop", "credential": json.loads(self.create(asked))},
        )
        return self
