"""What a new password may not be: known from leaks, or quickly guessed. No rule asks for kinds of characters.

Two lists work without a network. The package `zxcvbn` brings some 30,000 passwords of real leaks, names and words of
English, and finds them also reversed, repeated, in sequence, along the keyboard and with look-alikes; words of the
Organization and of the person are added to them. Where an administrator keeps a file of leaked passwords (SHA-1, one a
line, sorted, with or without `:count`), it is searched too, without being read into memory.
"""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

GUESSES_LOG10 = 10  # ten thousand million guesses: out of reach of what apps/accounts/guard.py lets through
NEAR = 256  # bytes within which a line of the file is read rather than searched
LOOKED_AT = 72  # characters; the estimate takes long on more, and the first 72 say enough
OWN_WORDS = (
    "united", "nations", "unitednations", "secretariat", "general", "assembly", "governance", "portal", "ictgov",
    "oict", "cito", "unmiss", "unifil", "unog", "escap", "dpko", "mission", "peacekeeping", "initiative",
    "business", "case", "technology", "information", "officer",
)  # fmt: skip


class NotEasilyGuessed:
    """Refuses what a guesser tries first: leaked passwords, words, names, sequences, and their mixtures."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a password that takes fewer than ten thousand million guesses."""
        from zxcvbn import zxcvbn  # its lists are large: read when a password is chosen

        words = list(OWN_WORDS)
        if user is not None:
            words += [word for word in (user.email, *user.email.split("@"), *user.full_name.split()) if word]
        found = zxcvbn(password[:LOOKED_AT], user_inputs=[word.lower() for word in words])
        if found["guesses_log10"] < GUESSES_LOG10:
            raise ValidationError(
                _(
                    "This password is too easy to guess. Take three or four words that have nothing in common."
                ),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        """Return what the page says of it."""
        return _("It is none that others use, and no pattern of them.")


class NotBreached:
    """Refuses passwords that a file of leaked ones holds, where the portal is given such a file."""

    def __init__(self, path: str | None = None) -> None:
        self.path = path

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a password that is in the file; a file that is named and missing is an error, not a pass."""
        path = self.path if self.path is not None else settings.ICTGOV_BREACHED_PASSWORDS
        if path and _is_listed(Path(path), password):
            raise ValidationError(
                _("This password is known from a leak of another service. Choose another."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        """Return what the page says of it."""
        return _("It is none that is known from a leak.")


def _is_listed(path: Path, password: str) -> bool:
    """Search a sorted file of hashes by halves: some thirty readings of a line, whatever its size."""
    wanted = hashlib.sha1(password.encode("utf-8", "replace")).hexdigest().upper()  # noqa: S324 (the lists' own)
    with path.open("rb") as file:
        low, high = 0, file.seek(0, 2)
        while high - low > NEAR:
            middle = (low + high) // 2
            file.seek(middle)
            file.readline()  # the rest of a line
            if _hash_in(file.readline()) <= wanted:
                low = middle
            else:
                high = middle
        file.seek(max(0, low - NEAR))
        return any(_hash_in(line) == wanted for line in file.read(4 * NEAR).splitlines())


def _hash_in(line: bytes) -> str:
    return line.split(b":")[0].strip().decode("ascii", "replace").upper() or "Z"
