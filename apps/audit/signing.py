"""The key that signs checkpoints: kept outside the database, by the process that makes them alone (docs/adr/0004).

Signing is Ed25519 (RFC 8032) over the arithmetic of `verifier.py`, which verifies with Python alone.
"""

import hashlib
import os
import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from apps.audit.verifier import BASE, ORDER, Checkpoint, PublicKey, bytes_of, times

WHAT_TO_SET = (
    "Set ICTGOV_CHECKPOINT_KEY_FILE (a file that only the worker can read) or ICTGOV_CHECKPOINT_KEY: the key that "
    "signs the register's checkpoints. `manage.py checkpoint_key FILE` makes one."
)


class NoSigningKey(Exception):
    """There is no key to sign with, or what is there is none."""


class SigningKey:
    """A private key. It never shows itself: only its public half has a text."""

    def __init__(self, seed: bytes) -> None:
        digest = hashlib.sha512(seed).digest()
        self._scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | (1 << 254)
        self._prefix = digest[32:]
        self.public = PublicKey(bytes_of(times(BASE, self._scalar)))

    def __repr__(self) -> str:
        return f"SigningKey({self.public.id})"

    def sign(self, message: bytes) -> bytes:
        """The signature of a message; the same one for the same message."""
        nonce = int.from_bytes(hashlib.sha512(self._prefix + message).digest(), "little") % ORDER
        commitment = bytes_of(times(BASE, nonce))
        digest = hashlib.sha512(commitment + self.public.encoded + message).digest()
        scalar = (nonce + int.from_bytes(digest, "little") * self._scalar) % ORDER
        return commitment + scalar.to_bytes(32, "little")


def own_key() -> SigningKey:
    """The key of this process (settings.ICTGOV_CHECKPOINT_KEY, or the file that ICTGOV_CHECKPOINT_KEY_FILE names).

    Outside production the file is made when it is first asked for. Refuses (NoSigningKey) in production where
    there is none, and everywhere what is no key, saying what to set.
    """
    text = settings.ICTGOV_CHECKPOINT_KEY
    if not text and settings.ICTGOV_CHECKPOINT_KEY_FILE:
        path = Path(settings.ICTGOV_CHECKPOINT_KEY_FILE)
        if not settings.PRODUCTION and not path.exists():
            with suppress(FileExistsError):
                make_key_file(path)
        try:
            text = path.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise NoSigningKey(f"{path} cannot be read ({type(error).__name__}). {WHAT_TO_SET}") from error
    if not text:
        raise NoSigningKey(WHAT_TO_SET)
    try:
        seed = bytes.fromhex(text.strip())
    except ValueError:
        seed = b""
    if len(seed) != 32:
        raise NoSigningKey(f"The key is not 64 hexadecimal digits. {WHAT_TO_SET}")
    return _key_of(seed)


def make_key_file(path: Path) -> SigningKey:
    """Make a new key in a file that only its owner can read; refuses (FileExistsError) to write over one."""
    seed = secrets.token_bytes(32)
    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(seed.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(making, path)  # whole or not at all, and never over another
    finally:
        making.unlink(missing_ok=True)
    return _key_of(seed)


def signed(checkpoint: Checkpoint) -> Checkpoint:
    """The checkpoint with this process's signature and the name of its key."""
    key = own_key()
    named = Checkpoint(checkpoint.seq, checkpoint.head, checkpoint.time, key.public.id)
    return Checkpoint(named.seq, named.head, named.time, named.key, key.sign(named.message).hex())


@lru_cache(maxsize=4)
def _key_of(seed: bytes) -> SigningKey:
    return SigningKey(seed)


@lru_cache(maxsize=16)
def public_key(encoded: str) -> PublicKey:
    """A public key by its hexadecimal digits, its tables computed once."""
    return PublicKey(bytes.fromhex(encoded))
