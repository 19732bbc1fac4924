"""Guessing passwords is slow, and nobody can be kept out by somebody else's guesses.

What is counted is wrong passwords of the last hour, in the database, so that all web processes count together:

- from a browser in which this person has signed in before (a signed cookie): its own wrong ones alone;
- from any other: those for this name from this network, those for this name from all unknown browsers, those of
  this network for all names.

So an attacker holds the strangers of a name, never its known browsers. A name is counted alike whether anybody has
it, and what is answered is the same. While held, the password is not even looked at.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from allauth.core.internal.ratelimit import get_ip
from django.core import signing
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from apps.accounts.models import FailedSignIn
from apps.audit import clock

DEVICE_COOKIE = "device"
DEVICE_SECONDS = 365 * 24 * 60 * 60
PEOPLE_OF_A_DEVICE = 5

SOON = timedelta(minutes=5)
LONG = timedelta(hours=1)
KEEP = timedelta(days=1)

BY_DEVICE = 10  # in five minutes
BY_NAME_AND_ADDRESS = 5  # in five minutes
BY_ADDRESS = 50  # in five minutes: an office may stand behind one address
BY_NAME = 50  # in an hour, from browsers that are not known


@dataclass(frozen=True)
class Attempt:
    """One attempt to sign in: under which name (hashed), from which network, in which known browser."""

    name_hash: str
    address: str
    device: str


def hash_of(name: str) -> str:
    """Return the keyed hash under which a name is counted, whatever its case."""
    return salted_hmac("accounts.guard", name.strip().lower(), algorithm="sha256").hexdigest()


def attempt_of(request: HttpRequest, name: str) -> Attempt:
    """Read an attempt from a request; the browser is known where its cookie names this person."""
    hashed = hash_of(name)
    return Attempt(hashed, get_ip(request), _known(request).get(hashed[:32], ""))


def is_held(attempt: Attempt) -> bool:
    """Say whether this attempt must wait; one statement."""
    at = clock.now()
    soon, strange = Q(at__gt=at - SOON), Q(device="")
    counts = FailedSignIn.objects.filter(
        Q(name_hash=attempt.name_hash) | Q(address=attempt.address), at__gt=at - LONG
    ).aggregate(
        by_device=Count("pk", filter=soon & Q(name_hash=attempt.name_hash, device=attempt.device or "-")),
        by_pair=Count("pk", filter=soon & Q(name_hash=attempt.name_hash, address=attempt.address)),
        by_address=Count("pk", filter=soon & Q(address=attempt.address)),
        by_name=Count("pk", filter=strange & Q(name_hash=attempt.name_hash)),
    )
    if attempt.device and counts["by_device"] < BY_DEVICE:
        return False
    return (
        counts["by_pair"] >= BY_NAME_AND_ADDRESS
        or counts["by_address"] >= BY_ADDRESS
        or counts["by_name"] >= BY_NAME
    )


# Known browsers ---------------------------------------------------------------------------------------------------


def _known(request: HttpRequest) -> dict[str, str]:
    """The people who have signed in in this browser (the beginning of their hash), and its name for each."""
    try:
        kept = signing.loads(
            request.COOKIES.get(DEVICE_COOKIE, ""), salt=DEVICE_COOKIE, max_age=DEVICE_SECONDS
        )
        return {str(name): str(device) for name, device in kept}
    except (signing.BadSignature, ValueError, TypeError):
        return {}


def device_cookie(request: HttpRequest, name: str) -> str:
    """Return the cookie that makes this browser known for this person too (the last five people are kept)."""
    known = _known(request)
    hashed = hash_of(name)[:32]
    mine = known.pop(hashed, "") or secrets.token_urlsafe(16)
    kept = [[hashed, mine], *known.items()][:PEOPLE_OF_A_DEVICE]
    return signing.dumps([list(pair) for pair in kept], salt=DEVICE_COOKIE)
