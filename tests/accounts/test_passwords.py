"""What a password may be: long, not known, not guessable; never of certain characters."""

import hashlib
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from apps.accounts.models import User
from apps.accounts.passwords import NotBreached

PERSON = User(email="amara.okafor@example.org", full_name="Amara Okafor")


@pytest.mark.parametrize(
    "password",
    [
        "seven unlikely otters juggle",
        "الكثبان تعبر نهرا بلا جسر",
        "四只不太可能的水獭在玩杂耍而不会掉下来",
        "8471920364758201",
        "nothingbutsmalllettersinarowofwords",
        "x" + " seven unlikely otters juggle" * 6,
        "🦦🦦 seven otters 🎪🎪 juggle",
    ],
)
def test_any_kind_of_characters_makes_a_password(password: str) -> None:
    validate_password(password, PERSON)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Four-teen-12ab", "password_too_short"),
        ("qwertyuiopasdfgh", "password_guessable"),
        ("password12345678", "password_guessable"),
        ("Passw0rd!Passw0rd!", "password_guessable"),
        ("aaaaaaaaaaaaaaaaaaaa", "password_guessable"),
        ("abcdefghijklmnopqrst", "password_guessable"),
        ("iloveyouiloveyou", "password_guessable"),
        ("12345678901234567890", "password_guessable"),
        ("unitednations2026!", "password_guessable"),
        ("governance portal", "password_guessable"),
        ("amara.okafor2026", "password_guessable"),
        ("amara.okafor@example.org", "password_guessable"),
    ],
)
def test_what_a_guesser_tries_first_is_refused(password: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, PERSON)
    assert code in [error.code for error in refused.value.error_list]


@pytest.fixture
def leaked(tmp_path: Path) -> Path:
    """A file as those of leaked passwords are: SHA-1 in capitals, sorted, with a count."""
    words = [f"a leaked sentence number {n}" for n in range(3_000)]
    hashes = [hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest().upper() for word in words]
    lines = sorted(f"{digest}:{n}" for n, digest in enumerate(hashes))
    path = tmp_path / "leaked.txt"
    path.write_text("\r\n".join(lines) + "\r\n")
    return path


def test_every_password_of_the_file_is_refused_and_no_other(leaked: Path, settings: object) -> None:
    check = NotBreached(str(leaked))
    for n in range(3_000):
        with pytest.raises(ValidationError):
            check.validate(f"a leaked sentence number {n}")
    for n in range(3_000, 3_200):
        check.validate(f"a leaked sentence number {n}")


def test_a_file_that_is_named_and_missing_lets_nothing_pass(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        NotBreached(str(tmp_path / "none.txt")).validate("seven unlikely otters juggle")


def test_the_hash_of_passwords_is_argon2() -> None:
    """Of the portal, whatever the tests use to be quick."""
    source = Path("ictgov/settings.py").read_text()
    listed = source[source.index("PASSWORD_HASHERS") :]
    assert listed.index("Argon2PasswordHasher") < listed.index("PBKDF2PasswordHasher")
