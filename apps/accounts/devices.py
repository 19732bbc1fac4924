"""How a person recognizes one of their browsers: what it says it is, in a few words, and from where."""

import re

from allauth.core.internal.ratelimit import get_ip
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_of(request: HttpRequest) -> str:
    """Return the browser and the system that a request names, in their own words; what is unknown stays short."""
    agent = str(request.META.get("HTTP_USER_AGENT", ""))
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    known = " · ".join(part for part in (browser, system) if part)
    return known or re.sub(r"[^\x20-\x7e]", "", agent)[:80]


def address_of(request: HttpRequest) -> str | None:
    """Return the network address of a request, or None where there is none (a test, a command)."""
    try:
        return get_ip(request)
    except PermissionDenied:
        return None
