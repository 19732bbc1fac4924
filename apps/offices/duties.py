"""How held functions stand: cells of office and function, who holds them, and the evidence behind each.

Read only, in a number of statements that does not depend on how many offices, instruments or rows there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q

from apps.offices import overviews, queries
from apps.offices.choices import Performance
from apps.offices.evidence.decisions import Decided, decided
from apps.offices.evidence.forms import BY_KEY, FROM_CASES
from apps.offices.models import (
    EvidenceDuty,
    Function,
    Instrument,
    InstrumentCoverage,
    Office,
    ParagraphHolding,
    Post,
    PostHolding,
)
from apps.offices.permissions import INHERENT_ROLE

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.offices.queries import Standing

DECISIONS_COUNT_FOR = timedelta(days=365)
"""A function whose evidence is decisions has no clock of its own: the last one counts for a year."""


@dataclass(frozen=True)
class HeldBy:
    """One who holds a function for an office: the post, the person (none: vacant), the instrument (none: by the
    report)."""

    post: Post
    person: User | None
    instrument: Instrument | None


@dataclass
class Cell:
    """A function held for an office: on what ground, and how it stands."""

    function: Function
    office_id: UUID
    by_report: bool = False
    instruments: list[Instrument] = field(default_factory=list)
    performance: str = Performance.NO_EVIDENCE
    last_id: UUID | None = None
    last_form: str = ""
    last_on: date | None = None
    last_by: str = ""
    due_at: datetime | None = None
    decisions: int | None = None
    office_code: str = ""
    holders: list[HeldBy] = field(default_factory=list)

    @property
    def label(self) -> Any:
        return Performance(self.performance).label

    @property
    def last_title(self) -> Any:
        """What the last evidence is, as everybody may know: the name of its form."""
        form = BY_KEY.get(self.last_form)
        return form.title if form else ""

    @property
    def from_cases(self) -> bool:
        return self.function.code in FROM_CASES

    @property
    def ground(self) -> str:
        """The numbers of the instruments, for search and export."""
        return " ".join(self.numbers)

    @property
    def numbers(self) -> list[str]:
        return [instrument.number for instrument in self.instruments]


Cells = dict[tuple[UUID, str], Cell]


def cells(
    at: datetime, *, functions: Sequence[Function] | None = None, office: Office | None = None
) -> Cells:
    """What is held at an instant, by (office, function): at most six statements, two of them for function 18."""
    wanted = {f.code: f for f in (functions if functions is not None else Function.objects.all())}
    of_paragraph: dict[int, list[Function]] = defaultdict(list)
    for function in wanted.values():
        of_paragraph[function.paragraph].append(function)
    here = {"office": office} if office is not None else {}
    found: Cells = {}

    def cell(function: Function, office_id: UUID) -> Cell:
        return found.setdefault((office_id, function.code), Cell(function, office_id))

    holdings = ParagraphHolding.objects.filter(
        paragraph__in=list(of_paragraph), during__contains=queries.day_of(at), **here
    )
    for paragraph, office_id in holdings.values_list("paragraph", "office_id"):
        for function in of_paragraph[paragraph]:
            cell(function, office_id).by_report = True
    coverage = (
        InstrumentCoverage.objects.in_force(at)
        .filter(function__in=list(wanted), instrument__standby__isnull=True, **here)
        .select_related("instrument__delegate_post__office")
    )
    for row in coverage.order_by("instrument__number"):
        cell(wanted[row.function_id], row.office_id).instruments.append(row.instrument)
    duties = EvidenceDuty.objects.filter(function__in=list(wanted), **here).select_related(
        "last__recorded_by"
    )
    for duty in duties:
        held = found.get((duty.office_id, duty.function_id))
        if held is not None:
            _stand(held, duty, at)
    if any(code in wanted for code in FROM_CASES):
        _stand_by_decisions(found, decided(at), at)
    return found


def _stand(held: Cell, duty: EvidenceDuty, at: datetime) -> None:
    held.performance, held.due_at = duty.performance(at), duty.due_at
    if duty.last is not None:
        held.last_id, held.last_form = duty.last_id, duty.last.form
        held.last_on, held.last_by = duty.last.performed_on, duty.last.recorded_by.full_name


def _stand_by_decisions(found: Cells, answer: Decided, at: datetime) -> None:
    """The holder by the report answers for all decisions, and is overdue while one is late; an instrument's office
    counts its own."""
    for (office_id, code), held in found.items():
        if code not in FROM_CASES:
            continue
        count, last_at = answer.by_office.get(office_id, (0, None))
        if held.by_report:
            count, last_at = answer.count, answer.last_at
        held.decisions = count
        held.last_on = queries.day_of(last_at) if last_at is not None else None
        if held.by_report and answer.is_late:
            held.performance = Performance.OVERDUE
        elif last_at is not None and at - last_at <= DECISIONS_COUNT_FOR:
            held.performance = Performance.PERFORMING


def holders(found: Iterable[Cell], at: datetime) -> dict[tuple[UUID, str], list[HeldBy]]:
    """Who holds each of these cells: posts and the people on them (two statements)."""
    rows = list(found)
    inherent = Q(pk__in=[])
    for paragraph in {cell.function.paragraph for cell in rows if cell.by_report}:
        places = [c.office_id for c in rows if c.by_report and c.function.paragraph == paragraph]
        inherent |= Q(role=INHERENT_ROLE[paragraph], office__in=places)
    named = {instrument.delegate_post_id for cell in rows for instrument in cell.instruments}
    posts = list(Post.objects.filter(inherent | Q(pk__in=named)).select_related("office").order_by("code"))
    people = {
        holding.post_id: holding.user
        for holding in PostHolding.objects.filter(
            post__in=[post.pk for post in posts], during__contains=at, user__is_active=True
        ).select_related("user")
    }
    by_pk = {post.pk: post for post in posts}
    by_role: dict[tuple[str, UUID], list[Post]] = defaultdict(list)
    for post in posts:
        by_role[post.role, post.office_id].append(post)
    answer: dict[tuple[UUID, str], list[HeldBy]] = {}
    for cell in rows:
        lines = []
        if cell.by_report:
            role = INHERENT_ROLE[cell.function.paragraph]
            lines += [HeldBy(p, people.get(p.pk), None) for p in by_role[role, cell.office_id]]
        for instrument in cell.instruments:
            post = by_pk[instrument.delegate_post_id]
            lines.append(HeldBy(post, people.get(post.pk), instrument))
        answer[cell.office_id, cell.function.code] = lines
    return answer


def mine(standing: Standing, at: datetime) -> list[Cell]:
    """The functions that this person holds now and has to show: by a post that the report names, or an instrument
    to a post; what is due first comes first.
    """
    if not standing.posts:
        return []
    posts = set(standing.post_ids())
    here = {(p.role, p.office_id) for p in standing.posts}
    shown = [function for function in Function.objects.all() if function.code not in FROM_CASES]
    found = [
        cell
        for cell in cells(at, functions=shown).values()
        if (
            (cell.by_report and (str(INHERENT_ROLE[cell.function.paragraph]), cell.office_id) in here)
            or any(
                i.delegate_post_id in posts and i.delegator_id != standing.user_id for i in cell.instruments
            )
        )
    ]
    return sorted(found, key=lambda c: (c.due_at is None, c.due_at or at, c.function.position))


def counts(found: Iterable[Cell]) -> dict[str, dict[str, int]]:
    """By function: how many of its holders perform, are overdue, have no evidence."""
    answer: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(Performance.values, 0))
    for cell in found:
        answer[cell.function.code][str(cell.performance)] += 1
    return answer


NOBODY = "nobody"
STANDINGS = (*Performance.values, NOBODY)


@dataclass(frozen=True)
class MatrixFilter:
    """What the matrix is asked for: offices below one, one paragraph, one standing; what is not understood is none."""

    office: str = ""
    paragraph: str = ""
    standing: str = ""

    @classmethod
    def of(cls, given: Any) -> MatrixFilter:
        """Read a query string; a mistake in one field leaves the others in force."""
        paragraph, standing = given.get("paragraph", ""), given.get("standing", "")
        return cls(
            office=given.get("office", "")[:40].replace("\0", ""),
            paragraph=paragraph if paragraph in ("7", "15", "16", "17", "18") else "",
            standing=standing if standing in STANDINGS else "",
        )


@dataclass(frozen=True)
class MatrixRow:
    """An office with its cells, in the order of the functions; None where nobody holds the function."""

    office: Office
    depth: int
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Matrix:
    functions: tuple[Function, ...]
    rows: tuple[MatrixRow, ...]
    totals: dict[str, int]


def matrix(wanted: MatrixFilter, at: datetime) -> Matrix:
    """Offices × functions (A/61/765, 15i): the offices of the day below the one asked for, in the order of the tree;
    with a standing, only those where a function stands so."""
    functions = [f for f in Function.objects.all() if wanted.paragraph in ("", str(f.paragraph))]
    found = cells(at, functions=functions)
    rows, totals = [], dict.fromkeys(STANDINGS, 0)
    for office, depth in _below(overviews.offices_in_order(at), wanted.office):
        line = tuple(found.get((office.pk, f.code)) for f in functions)
        standings = [standing_of_cell(cell) for cell in line]
        if wanted.standing and wanted.standing not in standings:
            continue
        for standing in standings:
            totals[standing] += 1
        rows.append(MatrixRow(office, depth, line))
    return Matrix(tuple(functions), tuple(rows), totals)


def _below(tree: Iterable[tuple[Office, int]], code: str) -> Iterator[tuple[Office, int]]:
    """The office with this code and all below it; the whole tree where none is named."""
    inside: int | None = None
    for office, depth in tree:
        if code and inside is not None and depth <= inside:
            return
        if code and office.code.casefold() == code.casefold():
            inside = depth
        if not code or inside is not None:
            yield office, depth


def standing_of_cell(cell: Cell | None) -> str:
    """The standing as filter, table and export name it; `nobody` where nobody holds the function."""
    return NOBODY if cell is None else str(cell.performance)
