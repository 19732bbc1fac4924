"""What the pages and the API show of the Organization: rows built in few statements, no rule and no write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, prefetch_related_objects

from apps.offices import life, queries
from apps.offices.choices import InstrumentState, InstrumentVerb, Role
from apps.offices.models import (
    CalendarVersion,
    Instrument,
    InstrumentAct,
    InstrumentCoverage,
    InstrumentScope,
    Office,
    Post,
    PostHolding,
    WorkingCalendar,
)
from apps.offices.wording import last_day

if TYPE_CHECKING:
    from apps.accounts.models import User

TONES = {
    InstrumentState.DRAFT: "hold",
    InstrumentState.WITHDRAWN: "quiet",
    InstrumentState.AWAITING: "hold",
    InstrumentState.NOT_BEGUN: "hold",
    InstrumentState.IN_FORCE: "good",
    InstrumentState.SUSPENDED: "bad",
    InstrumentState.REVOKED: "bad",
    InstrumentState.SUPERSEDED: "quiet",
    InstrumentState.ENDED: "quiet",
}
COUNT_BOUND = 1000

_TREE = """
WITH RECURSIVE tree(id, depth, path) AS (
    SELECT o.id, 0, ARRAY[o.code::text COLLATE "C"]
    FROM offices_office o
    WHERE (o.closed_on IS NULL OR o.closed_on > %(day)s) AND NOT EXISTS (
        SELECT 1 FROM offices_officeplacement pl WHERE pl.office_id = o.id AND pl.during @> %(day)s
    )
    UNION ALL
    SELECT o.id, tree.depth + 1, tree.path || (o.code::text COLLATE "C")
    FROM tree
    JOIN offices_officeplacement pl ON pl.parent_id = tree.id AND pl.during @> %(day)s
    JOIN offices_office o ON o.id = pl.office_id
    WHERE tree.depth < 30 AND (o.closed_on IS NULL OR o.closed_on > %(day)s)
)
SELECT id, depth FROM tree ORDER BY path
"""


@dataclass(frozen=True)
class OfficeRow:
    """An office in the tree, with who heads it."""

    office: Office
    depth: int
    head: User | None


@dataclass(frozen=True)
class InstrumentRow:
    """An instrument with what a list shows of it."""

    instrument: Instrument
    functions: tuple[str, ...]
    scope: tuple[tuple[str, bool], ...]
    holder: User | None
    state: InstrumentState
    until: date

    @property
    def state_label(self) -> Any:
        return self.state.label

    @property
    def tone(self) -> str:
        return TONES[self.state]


@dataclass(frozen=True)
class Filters:
    """What the register of instruments is asked for."""

    office: str = ""
    function: str = ""
    holder: str = ""
    on: date | None = None
    state: str = ""


def offices_in_order(at: datetime) -> list[tuple[Office, int]]:
    """Every office of the day with its depth, each below its parent (two statements)."""
    with connection.cursor() as cursor:
        cursor.execute(_TREE, {"day": queries.day_of(at)})
        places = cursor.fetchall()
    offices = Office.objects.select_related("duty_station").in_bulk([pk for pk, _depth in places])
    return [(offices[pk], depth) for pk, depth in places]


def office_tree(at: datetime) -> list[OfficeRow]:
    """The same, with who heads each (three statements)."""
    places = offices_in_order(at)
    heads = _holders_by(at, post__role=Role.HEAD_OF_OFFICE)
    by_office = {holding.post.office_id: holding.user for holding in heads}
    return [OfficeRow(office, depth, by_office.get(office.pk)) for office, depth in places]


def posts_and_holders(office: Office, at: datetime) -> list[tuple[Post, PostHolding | None]]:
    """The posts of an office, each with its present holding (two statements)."""
    held = {holding.post_id: holding for holding in _holders_by(at, post__office=office)}
    return [(post, held.get(post.pk)) for post in office.posts.order_by("code")]


def instruments_matching(filters: Filters, *, user: User, at: datetime) -> QuerySet[Instrument]:
    """The instruments that match and that this person may see, the latest first.

    "On this date" is what was in force on some moment of that day: issued and accepted by its end, within its dates,
    and not revoked or suspended all day.
    """
    found = (
        Instrument.objects.visible_to(user, at)
        .select_related("delegate_post__office", "delegator_post", "parent", "superseded_by", "supersedes")
        .order_by("-drafted_at", "-number")
    )
    if filters.office:
        office = {"instrument": OuterRef("pk"), "office__code__iexact": filters.office}
        covered = Exists(InstrumentCoverage.objects.filter(**office))
        drafted = Q(issued_at=None) & Exists(InstrumentScope.objects.filter(**office))
        found = found.filter(covered | drafted)
    if filters.function:
        found = found.filter(function_rows__function=filters.function)
    if filters.holder:
        text = filters.holder
        held = PostHolding.objects.filter(
            post=OuterRef("delegate_post"), user__full_name__icontains=text, during__overlap=OuterRef("valid")
        )
        found = found.filter(Q(delegate_post__code__icontains=text) | Exists(held))
    if filters.state:
        found = found.in_state(filters.state, at)
    if filters.on is not None:
        begins = datetime.combine(filters.on, time(), tzinfo=UTC)
        ends = begins + timedelta(days=1)
        acts = InstrumentAct.objects.filter(instrument=OuterRef("pk"))
        last = acts.filter(
            at__lt=begins, verb__in=[InstrumentVerb.SUSPENDED, InstrumentVerb.RESUMED]
        ).order_by("-position")
        back = acts.filter(at__gte=begins, at__lt=ends, verb=InstrumentVerb.RESUMED)
        found = (
            found.filter(accepted_at__lt=ends, valid__overlap=DateTimeTZRange(begins, ends))
            .filter(Q(revoked_at=None) | Q(revoked_at__gte=begins))
            .annotate(last_pause=Subquery(last.values("verb")[:1]))
            .filter(~Q(last_pause=InstrumentVerb.SUSPENDED) | Q(last_pause=None) | Exists(back))
        )
    return found


def history_of(instrument: Instrument) -> list[InstrumentAct]:
    """What was done with an instrument, the first act first (one statement)."""
    return list(instrument.acts.select_related("by", "through").order_by("position"))


def instrument_rows(instruments: Iterable[Instrument], at: datetime) -> list[InstrumentRow]:
    """The rows of a list of instruments (four statements, whatever their number)."""
    found = list(instruments)
    scopes = InstrumentScope.objects.select_related("office")
    prefetch_related_objects(found, "function_rows", Prefetch("scope_rows", queryset=scopes))
    posts = {i.delegate_post_id for i in found}
    held = {h.post_id: h.user for h in _holders_by(at, post__in=posts)} if found else {}
    return [_row(instrument, at, held.get(instrument.delegate_post_id)) for instrument in found]


def instrument_row(instrument: Instrument, at: datetime) -> InstrumentRow:
    """The same for one."""
    return instrument_rows([instrument], at)[0]


def calendar_versions(calendars: Iterable[WorkingCalendar]) -> dict[UUID, list[CalendarVersion]]:
    """The versions of calendars, the latest first, with their holidays (two statements)."""
    found: dict[UUID, list[CalendarVersion]] = defaultdict(list)
    rows = CalendarVersion.objects.filter(calendar__in=list(calendars)).prefetch_related("holidays")
    for version in rows.order_by("calendar", "-number"):
        found[version.calendar_id].append(version)
    return found


def in_force_on(versions: Sequence[CalendarVersion], on: date) -> CalendarVersion | None:
    """The version that counts on a day, by the same rule as `queries.calendar_for`."""
    known = [v for v in versions if v.confirmed_at is not None and v.valid_from <= on]
    return max(known, key=lambda v: (v.valid_from, v.number), default=None)


def _row(instrument: Instrument, at: datetime, holder: User | None) -> InstrumentRow:
    codes = (row.function_id for row in instrument.function_rows.all())
    scope = sorted((row.office.code, row.with_below) for row in instrument.scope_rows.all())
    return InstrumentRow(
        instrument=instrument,
        functions=tuple(sorted(codes, key=lambda code: (int(code.rstrip("abcdefghi")), code))),
        scope=tuple(scope),
        holder=holder,
        state=life.state_of(instrument, at),
        until=last_day(instrument.valid.upper),
    )


def _holders_by(at: datetime, **which: Any) -> QuerySet[PostHolding]:
    return PostHolding.objects.filter(during__contains=at, user__is_active=True, **which).select_related(
        "user", "post"
    )
