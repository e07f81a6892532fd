"""An OpenID Connect provider on the loopback interface that signs everybody in as the same person, at once.

What OpenID Connect Core 1.0 (section 3.1, the code flow) and RP-Initiated Logout 1.0 ask of a provider, as far as a
relying party can notice: it refuses a wrong client, secret, code, address or proof key, as a real one would.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "atlas", "between the two of them"
PERSON = {"sub": "248289761001", "name": "Jane Doe", "email": "jane@hospital.example"}


class Provider(ThreadingHTTPServer):
    """The provider at `url`; `asked` is the paths it was asked for. With `forged` it signs with a key of its own."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.key, self.stranger = (RSAKey.generate_key(2048, {"kid": "first", "use": "sig"}) for _ in range(2))
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.forged = False

    def id_token(self, nonce: str) -> str:
        """Who signed in, signed."""
        now = int(time.time())
        claims = {**PERSON, "iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 600, "nonce": nonce}
        header = {"alg": "RS256", "kid": "first"}
        return jwt.encode(header, claims, self.stranger if self.forged else self.key)


class Answers(BaseHTTPRequestHandler):
    """What the provider answers."""

    server: Provider

    def do_GET(self) -> None:
        """Discovery, keys, sign-in and sign-out."""
        parts = urlsplit(self.path)
        self.server.asked.append(parts.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        url = self.server.url
        if parts.path == "/.well-known/openid-configuration":
            self._json(
                {
                    "issuer": url,
                    "authorization_endpoint": f"{url}/authorize",
                    "token_endpoint": f"{url}/token",
                    "jwks_uri": f"{url}/keys",
                    "end_session_endpoint": f"{url}/goodbye",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                    "code_challenge_methods_supported": ["S256"],
                }
            )
        elif parts.path == "/keys":
            self._json({"keys": [self.server.key.as_dict(private=False)]})
        elif parts.path == "/authorize" and asked["client_id"] == CLIENT and "openid" in asked["scope"].split():
            code = secrets.token_urlsafe(16)
            self.server.codes[code] = asked
            self._go(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")
        elif parts.path == "/goodbye":
            self._go(asked["post_logout_redirect_uri"])
        else:
            self.send_error(400)

    def do_POST(self) -> None:
        """A code for a token."""
        self.server.asked.append(self.path)
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        told = {name: values[0] for name, values in sent.items()}
        known = self.server.codes.pop(told.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        proof = base64.urlsafe_b64encode(hashlib.sha256(told.get("code_verifier", "").encode()).digest()).decode()
        if (
            self.path != "/token"
            or known is None
            or self.headers.get("Authorization") != f"Basic {basic}"
            or told["redirect_uri"] != known["redirect_uri"]
            or proof.rstrip("=") != known["code_challenge"]
        ):
            self.send_error(400)
            return
        token = self.server.id_token(known["nonce"])
        self._json({"access_token": "opaque", "token_type": "Bearer", "expires_in": 600, "id_token": token})

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on the screen."""

    def _json(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _go(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider for the length of a test."""
    running = Provider()
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()
