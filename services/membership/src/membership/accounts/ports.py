"""Owns the secrets of signing in and the mail that carries them: computed when needed, kept nowhere."""

import base64
import binascii
import hmac
import os
import secrets
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Final, Self
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib

from chassis.effects import EffectRefusedError
from chassis.privacy import seal, unseal
from chassis.secret_files import secret_in
from chassis.tokens import Signer
from membership.vault import Vault

_MAC_BYTES: Final = 24
_ID_BYTES: Final = 16
_LASTING: Final = range(500, 600)  # SMTP replies after which a retry is refused too (RFC 5321 §4.2.1)

SUBJECT: Final = {"fr": "Votre connexion à Maillage", "en": "Your sign-in to Maillage"}
TEXT: Final = {
    "fr": """Bonjour,

Pour vous connecter à Maillage, ouvrez cette page et appuyez sur son bouton :

{link}

ou saisissez ce code là où vous l'avez demandé : {code}

Le lien et le code servent une fois, pendant {minutes} minutes. Si vous n'avez rien demandé, ne faites
rien : sans eux, personne ne se connecte à votre place.
""",
    "en": """Hello,

To sign in to Maillage, open this page and press its button:

{link}

or type this code where you asked for it: {code}

The link and the code work once, for {minutes} minutes. If you asked for nothing, do nothing: without
them, nobody signs in as you.
""",
}


@dataclass(frozen=True, slots=True)
class SignInKey:
    """The key that links, codes and refresh tokens are computed with, from the ids of their rows."""

    key: bytes = field(repr=False)

    @classmethod
    def in_directory(cls, secrets_dir: Path) -> Self:
        return cls(secret_in(secrets_dir / "sign-in-key", lambda: secrets.token_bytes(32)))

    def link_token(self, link_id: UUID) -> str:
        return self._token(b"link", link_id.bytes)

    def code(self, link_id: UUID) -> str:
        """Return the six digits that go with a link."""
        return f"{int.from_bytes(self._mac(b'code', link_id.bytes)) % 1_000_000:06d}"

    def link_of(self, token: str) -> UUID | None:
        """Return the id of the link; None for a token that this platform did not make."""
        content = self._content(b"link", token, _ID_BYTES)
        return UUID(bytes=content) if content else None

    def refresh_token(self, session_id: UUID, rotation: int) -> str:
        return self._token(b"refresh", session_id.bytes + rotation.to_bytes(4))

    def session_of(self, token: str) -> tuple[UUID, int] | None:
        """Return the session and rotation; None for a token that this platform did not make."""
        content = self._content(b"refresh", token, _ID_BYTES + 4)
        return (UUID(bytes=content[:_ID_BYTES]), int.from_bytes(content[_ID_BYTES:])) if content else None

    def address(self, address: str) -> bytes:
        """Return what a network address is counted by."""
        return self._mac(b"address", address.encode())

    def sealed(self, link_id: UUID, mail: str) -> str:
        return seal(self._mail_key(), link_id, "mail", mail)

    def unsealed(self, link_id: UUID, sealed: str) -> str:
        return unseal(self._mail_key(), link_id, "mail", sealed)

    def _mail_key(self) -> bytes:
        return hmac.digest(self.key, b"mail key", "sha256")

    def _token(self, kind: bytes, content: bytes) -> str:
        return base64.urlsafe_b64encode(content + self._mac(kind, content)).decode().rstrip("=")

    def _content(self, kind: bytes, token: str, length: int) -> bytes | None:
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        content, mac = raw[:length], raw[length:]
        return content if hmac.compare_digest(mac, self._mac(kind, content)) else None

    def _mac(self, kind: bytes, content: bytes) -> bytes:
        return hmac.digest(self.key, kind + b"\0" + content, "sha256")[:_MAC_BYTES]


@dataclass(frozen=True, slots=True)
class Post:
    """The relay that takes our mail, and the address that people reach the platform under."""

    smtp_url: str = field(repr=False)
    public_url: str

    async def send(self, link_id: UUID, recipient: str, language: str, key: SignInKey, minutes: int) -> None:
        """Send the mail of a link, the same at every try; a lasting refusal is an EffectRefusedError."""
        message = EmailMessage()
        host = urlsplit(self.public_url).hostname or "localhost"
        message["Subject"] = SUBJECT[language]
        message["From"] = f"Maillage <no-reply@{host}>"
        message["To"] = recipient
        message["Message-ID"] = f"<sign-in.{link_id}@{host}>"
        message["Auto-Submitted"] = "auto-generated"
        link = f"{self.public_url}/sign-in?token={key.link_token(link_id)}"
        message.set_content(TEXT[language].format(link=link, code=key.code(link_id), minutes=minutes))
        relay = urlsplit(self.smtp_url)
        try:
            await aiosmtplib.send(
                message,
                hostname=relay.hostname,
                port=relay.port,
                username=unquote(relay.username) if relay.username else None,
                password=unquote(relay.password) if relay.password else None,
                use_tls=relay.scheme == "smtps",
                timeout=20,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            if all(refused.code in _LASTING for refused in error.recipients):
                raise EffectRefusedError("the relay refuses the recipient") from None
            raise
        except aiosmtplib.SMTPResponseException as error:
            if error.code in _LASTING:
                raise EffectRefusedError(f"the relay refuses the mail with {error.code}") from None
            raise


@dataclass(frozen=True, slots=True)
class Keys:
    """Every secret that signing in needs."""

    vault: Vault
    sign_in: SignInKey
    signer: Signer

    @classmethod
    def in_directory(cls, issuer: str, secrets_dir: Path) -> Self:
        """Read the keys, each drawn by whichever process needs it first."""
        signer = Signer.in_directory(issuer, secrets_dir)
        return cls(Vault.in_directory(secrets_dir), SignInKey.in_directory(secrets_dir), signer)


def keys() -> Keys:
    """Return the keys of this process, from MAILLAGE_SECRETS_DIR; MAILLAGE_ISSUER signs."""
    return _keys_of(os.environ["MAILLAGE_ISSUER"], Path(os.environ["MAILLAGE_SECRETS_DIR"]))


_keys_of = cache(Keys.in_directory)
