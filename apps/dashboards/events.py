"""Questions about the register's events, for auditors: a list by filter, one event with its place and its proof."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.approvals.models import Case
from apps.approvals.services.verbs import RULE_PAST, VERBS
from apps.audit import verifier
from apps.audit.models import Commitment, Link
from apps.audit.reasons import Kind, Reason, refuse
from apps.dashboards.filters import EventFilter

PAGE = 50
COUNT_BOUND = 1000
PEOPLE_BOUND = 50
OTHER_VERBS: dict[str, str | Promise] = {
    "calendar.confirmed": gettext_lazy("confirmed a working calendar"),
    "calendar.drafted": gettext_lazy("drafted a working calendar"),
    "case.discard": gettext_lazy("removed a draft case"),
    "discard": gettext_lazy("removed a draft"),
    "evidence.recorded": gettext_lazy("recorded evidence of a function"),
    "escalated": gettext_lazy("told the next in line that a turn is late"),
    "instrument.accepted": gettext_lazy("accepted an instrument"),
    "instrument.drafted": gettext_lazy("drafted an instrument"),
    "absence.ended": gettext_lazy("ended an absence"),
    "absence.recorded": gettext_lazy("recorded an absence"),
    "instrument.designates": gettext_lazy("designated who decides in the CITO's place"),
    "instrument.issued": gettext_lazy("issued an instrument"),
    "instrument.resumed": gettext_lazy("resumed an instrument"),
    "instrument.revoked": gettext_lazy("revoked an instrument"),
    "instrument.superseded": gettext_lazy("superseded an instrument"),
    "instrument.suspended": gettext_lazy("suspended an instrument"),
    "instrument.withdrawn": gettext_lazy("withdrew the draft of an instrument"),
    "load_rates": gettext_lazy("loaded exchange rates"),
    "load_standards": gettext_lazy("loaded standards"),
    "office.created": gettext_lazy("created an office"),
    "office.moved": gettext_lazy("moved an office in the tree"),
    "open": gettext_lazy("opened a case"),
    "parameter.set": gettext_lazy("set a parameter of the review"),
    "post.assigned": gettext_lazy("gave a post to a person"),
    "post.created": gettext_lazy("created a post"),
    "post.ended": gettext_lazy("ended the holding of a post"),
    "registered": gettext_lazy("registered what already runs"),
    "route.publish": gettext_lazy("published a route"),
}


def verb_words(verb: str) -> str:
    """What an act is called; a verb without a sentence is said as it is written."""
    act = verb.removeprefix("case.")
    known = VERBS.get(act)
    if known is not None:
        return str(known.past)
    words = OTHER_VERBS.get(verb) or RULE_PAST.get(act) or OTHER_VERBS.get(act)
    return str(words) if words else verb.replace("_", " ").replace(".", ": ")


@dataclass(frozen=True)
class EventRow:
    """An event as the list shows it."""

    seq: int
    id: uuid.UUID
    recorded_at: datetime
    occurred_at: datetime
    verb: str
    words: str
    actor: str
    capacity: str
    object_kind: str
    object_id: str
    case_id: uuid.UUID | None
    case: str
    origin: str

    @property
    def was_recorded_later(self) -> bool:
        """Whether the act happened at another time than it was recorded (an import, a demonstration)."""
        return abs(self.recorded_at - self.occurred_at) > timedelta(minutes=1)

    @property
    def case_short(self) -> str:
        """The number of the case, or the beginning of its id while it has none."""
        return f"{self.case[:8]}…" if self.case == str(self.case_id) else self.case


@dataclass
class EventPage:
    """Fifty events, the newest first; `next` is the place after which the next page begins."""

    rows: list[EventRow] = field(default_factory=list)
    count: int = 0
    is_bounded: bool = False
    next: str = ""


@dataclass(frozen=True)
class CommitmentLine:
    """A salted hash in an event, and whether the text behind it can still be shown to be the one."""

    name: str
    hash: str
    is_kept: bool


@dataclass(frozen=True)
class EventView:
    """One event with everything that proves it."""

    row: EventRow
    payload: str
    values: dict[str, Any]
    prev_hash: str
    hash: str
    computed_hash: str
    commitments: list[CommitmentLine]
    previous_id: uuid.UUID | None
    next_id: uuid.UUID | None
    on_behalf_of: str
    recorded_text: str

    @property
    def is_proven(self) -> bool:
        """Whether the content gives the hash, computed again just now."""
        return self.hash == self.computed_hash


def events_for(wanted: EventFilter) -> QuerySet:
    """The events that fit a filter."""
    links = Link.objects.select_related("event")
    if wanted.verb:
        links = links.filter(event__verb__in=[wanted.verb, f"case.{wanted.verb}"])
    if wanted.object_kind:
        links = links.filter(event__object_kind=wanted.object_kind)
    if wanted.origin:
        links = links.filter(event__origin=wanted.origin)
    if wanted.case:
        links = links.filter(event__case_id__in=_case_ids(wanted.case))
    if wanted.actor:
        links = links.filter(_by(wanted.actor))
    days = wanted.days()
    if days is None:
        return links.none()
    began, ended = days
    if began:
        links = links.filter(recorded_at__gte=began)
    if ended:
        links = links.filter(recorded_at__lt=ended)
    if wanted.hash:
        try:
            links = links.filter(hash=bytes.fromhex(wanted.hash))
        except ValueError:
            return links.none()
    return links


def _case_ids(text: str) -> list[uuid.UUID]:
    """The case with this number or id."""
    try:
        return [uuid.UUID(text)]
    except ValueError:
        return list(Case.objects.filter(reference=text.upper()).values_list("pk", flat=True)[:1])


def _by(text: str) -> Q:
    """Acts of people with this name or address; `rule` is the portal itself."""
    if text == "rule":
        return Q(event__actor_id__isnull=True)
    try:
        return Q(event__actor_id=uuid.UUID(text))
    except ValueError:
        people = User.objects.filter(Q(full_name__icontains=text) | Q(email__iexact=text))
        return Q(event__actor_id__in=list(people.values_list("pk", flat=True)[:PEOPLE_BOUND]))


def event_page(wanted: EventFilter, *, after: str = "", size: int = PAGE, count: bool = True) -> EventPage:
    """The newest fifty events that fit, after the place `after`. At most five statements."""
    links = events_for(wanted)
    counted = links.order_by().values("seq")[: COUNT_BOUND + 1].count() if count else 0
    if after.isdecimal() and len(after) < 19:
        links = links.filter(seq__lt=int(after))
    found = list(links.order_by("-seq")[: size + 1])
    more = len(found) > size
    found = found[:size]
    return EventPage(
        rows=_rows(found),
        count=min(counted, COUNT_BOUND),
        is_bounded=counted > COUNT_BOUND,
        next=str(found[-1].seq) if more else "",
    )


def _names(ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "full_name"))


def _rows(links: list[Any]) -> list[EventRow]:
    names = _names(link.event.actor_id for link in links)
    case_ids = {link.event.case_id for link in links if link.event.case_id}
    cases = dict(Case.objects.filter(pk__in=case_ids).values_list("pk", "reference")) if case_ids else {}
    rows = []
    for link in links:
        event = link.event
        values = json.loads(event.payload)
        actor = names.get(event.actor_id, str(event.actor_id)) if event.actor_id else _("The portal, by rule")
        rows.append(
            EventRow(
                seq=link.seq,
                id=event.pk,
                recorded_at=link.recorded_at,
                occurred_at=event.occurred_at,
                verb=event.verb,
                words=verb_words(event.verb),
                actor=actor,
                capacity=values.get("capacity", ""),
                object_kind=event.object_kind,
                object_id=event.object_id,
                case_id=event.case_id,
                case=cases.get(event.case_id) or (str(event.case_id) if event.case_id else ""),
                origin=event.origin,
            )
        )
    return rows


def event_view(event_id: uuid.UUID) -> EventView:
    """One event with its canonical text, its place and its hash computed again; refused where there is none."""
    link = Link.objects.select_related("event").filter(event=event_id).first()
    if link is None:
        refuse(Kind.NOT_FOUND, Reason("event.not_found"))
    event = link.event
    values = json.loads(event.payload)
    kept = set(Commitment.objects.filter(event_id=event_id).values_list("name", flat=True))
    around = dict(Link.objects.filter(seq__in=(link.seq - 1, link.seq + 1)).values_list("seq", "event_id"))
    recorded = link.recorded_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    behalf = values.get("on_behalf_of_id")
    return EventView(
        row=_rows([link])[0],
        payload=event.payload,
        values=values,
        prev_hash=link.prev_hash_hex,
        hash=link.hash_hex,
        computed_hash=verifier.event_hash(link.prev_hash_hex, link.seq, recorded, event.payload),
        commitments=[
            CommitmentLine(name, digest, name in kept)
            for name, digest in values.get("commitments", {}).items()
        ],
        previous_id=around.get(link.seq - 1),
        next_id=around.get(link.seq + 1),
        on_behalf_of=_names([uuid.UUID(behalf)]).get(uuid.UUID(behalf), behalf) if behalf else "",
        recorded_text=recorded,
    )
