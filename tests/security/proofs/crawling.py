"""Crawling: all that one persona can reach from home, by links, searches, sorts, filters, exports and API lists."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from apps.notices.delivery import message_of
from apps.notices.models import Notice, Outbox
from apps.notices.queries import is_still_for
from tests.security.proofs.walking import body_of
from tests.security.proofs.world import World

#: Where to begin besides home: searches, sorts, filters, tabs and exports that no link may lead to.
TABS = ("mine", "waiting", "returned", "done", "all")
WORDS = ("cny", "UNMISS", "office:UNOG", "value:>1k", "due:late", "tier:2", "stage:decision")
SEEDS = (
    "/",
    *(f"/?tab={tab}" for tab in TABS),
    *(f"/?tab=all&q={word}" for word in WORDS),
    *(
        "/initiatives/",
        "/initiatives/?q=cny",
        "/initiatives/?q=confidential",
        "/dashboard/",
        "/dashboard/cases/",
    ),
    *(
        f"/dashboard/cases/?state={state}"
        for state in ("open", "overdue", "submitted", "approved", "returned")
    ),
    *(
        f"/dashboard/cases/?{part}"
        for part in ("office=UNOG", "side=office", "side=oict", "outcome=approved", "q=cny")
    ),
    *(
        "/notices/",
        "/notices/?show=unread",
        "/offices/",
        "/instruments/",
        "/register/",
        "/register/?q=case",
        "/help/",
    ),
)
API_SEEDS = (
    *(f"queue/?tab={tab}" for tab in TABS),
    *(f"queue/?tab=all&search={word}" for word in WORDS),
    *("cases/", "cases/?stage=decision", "cases/?office=UNOG", "cases/?outcome=approved", "initiatives/"),
    *("initiatives/?q=cny", "dashboard/", "dashboard/cases/", "dashboard/cases/?state=open", "notices/"),
    *("notices/?show=unread", "register/events/", "register/verification/", "me/"),
)
#: Pages that say the same to everybody; following their links teaches nothing about cases.
LEFT_OUT = re.compile(
    r"^/(static|help/|functions/|calendars/|standards/|api/v1/(docs|schema)|sign-out|password|look/)"
)
#: Of a list with the same parameters in many values, so many are followed.
ALIKE = 6


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "hx-get", "data-url") and value]


def links_in(text: str, address: str) -> Iterator[str]:
    parser = _Links()
    parser.feed(text)
    for link in parser.found:
        parts = urlsplit(urljoin(address, unescape(link)))
        if not parts.netloc and parts.scheme in ("", "http") and parts.path.startswith("/"):
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def _kind(address: str) -> str:
    """Addresses that differ only in ids and values are of one kind."""
    path, _mark, query = address.partition("?")
    if not query:
        return address
    return path + "?" + "&".join(sorted(part.split("=")[0] for part in query.split("&")))


def crawl(
    world: World, persona: str, *, extra: Iterable[str] = (), most: int = 100
) -> Iterator[tuple[str, Any]]:
    """Every page and answer that this persona comes to, as address and answer; each address once."""
    pages, api = world.pages(persona), world.api(persona)
    waiting = deque([*SEEDS, *extra])
    known, alike = set(waiting), dict[str, int]()
    asked = 0
    while waiting and asked < most:
        address = waiting.popleft()
        answer = pages.get(address)
        asked += 1
        yield address, answer
        if answer.status_code in (301, 302):
            following = [urljoin(address, answer["Location"])]
        elif "html" in answer.get("Content-Type", ""):
            following = list(links_in(body_of(answer), address.partition("?")[0]))
        else:
            following = []
        for link in following:
            kind = _kind(link)
            if link in known or LEFT_OUT.match(link) or alike.get(kind, 0) >= ALIKE:
                continue
            known.add(link)
            alike[kind] = alike.get(kind, 0) + 1
            waiting.append(link)
    for rest in API_SEEDS:
        yield f"/api/v1/{rest}", api.get(f"/api/v1/{rest}")
    for link in sorted(link for link in known if link.startswith("/cases/")):
        handle = link.split("/")[2]
        for rest in ("", "moves/", "letter/", "versions/1/", "assessments/alignment/"):
            address = f"/api/v1/cases/{handle}/{rest}"
            if address not in known:
                known.add(address)
                yield address, api.get(address)


def messages_to(world: World, persona: str) -> list[str]:
    """The mails that went or will go to this persona, as they are read."""
    user = world.people.get(persona)
    if user is None:
        return []
    from apps.audit import clock

    found = []
    for mail in Outbox.objects.filter(recipient=user).select_related("recipient"):
        if mail.sent_at is not None or (user.is_active and is_still_for(mail, clock.now())):
            message = message_of(mail)
            found.append(f"{message.subject}\n{message.body}")
    return found


def notices_to(world: World, persona: str) -> int:
    user = world.people.get(persona)
    return Notice.objects.filter(recipient=user).count() if user else 0
