"""The header's contents: entries, counters and banners; apps hand in theirs when they are ready.

An entry opens a page that declares its own access; the rule here only keeps a person from seeing doors that
are closed to them. Answers of counters and banners are held for some seconds in the process, so that a page
of the product costs no statement for them.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from apps.accounts.access import Rule, signed_in

HELD_SECONDS = 15.0


@dataclass(frozen=True)
class Entry:
    """One entry of the global navigation; it is current under `prefixes`."""

    key: str
    label: Any
    url_name: str
    order: int
    rule: Rule = signed_in
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Banner:
    """A line above every page: `level` is `info`, `warn` or `bad`."""

    code: str
    level: str
    text: Any
    link: str = ""
    link_text: Any = ""


@dataclass
class _Held:
    values: dict[Any, tuple[float, Any]] = field(default_factory=dict)

    def get(self, key: Any, ask: Callable[[], Any]) -> Any:
        """Return the held answer, or ask and hold."""
        at = time.monotonic()
        found = self.values.get(key)
        if found is not None and at - found[0] < HELD_SECONDS:
            return found[1]
        if len(self.values) > 5000:
            self.values.clear()
        answer = ask()
        self.values[key] = (at, answer)
        return answer


_entries: dict[str, Entry] = {}
_banners: list[Callable[[], Banner | None]] = []
_unread: Callable[[Any], int] | None = None
_unread_url = ""
_held = _Held()


def register_entry(entry: Entry) -> None:
    """Put an entry into the global navigation; the same key again replaces it."""
    _entries[entry.key] = entry


def register_banner(ask: Callable[[], Banner | None]) -> None:
    """Take a question whose answer is a line above every page, or None."""
    if ask not in _banners:
        _banners.append(ask)


def register_unread(ask: Callable[[Any], int], *, url_name: str) -> None:
    """Take the question how many notices a user has not read, and where they are read."""
    global _unread, _unread_url
    _unread, _unread_url = ask, url_name


def forget_held() -> None:
    """Forget what is held; a test, or a page that has just marked notices as read, asks anew."""
    _held.values.clear()


def entries_for(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the entries that this request's person may open, in order, the current one marked."""
    shown = []
    for entry in sorted(_entries.values(), key=lambda entry: (entry.order, entry.key)):
        if not entry.rule.admits(request):
            continue
        try:
            url = reverse(entry.url_name)
        except NoReverseMatch:
            continue
        prefixes = entry.prefixes or (url,)
        current = any(
            request.path == prefix or (prefix != "/" and request.path.startswith(prefix))
            for prefix in prefixes
        )
        shown.append({"key": entry.key, "label": entry.label, "url": url, "current": current})
    return shown


def banners() -> list[Banner]:
    """Return the lines above every page; none while the database does not answer, so that errors have a page."""
    try:
        return [banner for ask in _banners if (banner := _held.get(ask, ask)) is not None]
    except DatabaseError:
        return []


def unread_of(user: Any) -> dict[str, Any] | None:
    """Return the inbox's address and the number of unread notices, or None while there is no inbox."""
    if _unread is None:
        return None
    ask = _unread
    try:
        url = reverse(_unread_url)
    except NoReverseMatch:
        return None
    try:
        return {"url": url, "count": _held.get(("unread", user.pk), lambda: ask(user))}
    except DatabaseError:
        return None
