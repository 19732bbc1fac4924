"""Is the *thing* ready? What stands against an instrument, an appointment or a move, whoever asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from apps.audit.reasons import Reason
from apps.offices import life, queries
from apps.offices.choices import (
    ASSESSMENT_ONLY,
    CENTRAL_PARAGRAPHS,
    DataClass,
    Period,
    Role,
    SubDelegation,
    SystemClass,
)
from apps.offices.models import (
    Absence,
    Function,
    Instrument,
    InstrumentCoverage,
    Office,
    Post,
    PostHolding,
    WorkingCalendar,
)
from apps.offices.wording import amount_text, day_text, last_day

if TYPE_CHECKING:
    from apps.accounts.models import User

ROLES_WITHOUT_FUNCTIONS = frozenset(
    {
        Role.ADMINISTRATOR,
        Role.AUDITOR,
        Role.SERVICE_ACCOUNT,
        Role.MC_MEMBER,
        Role.MC_CHAIR,
        Role.MC_SECRETARY,
        Role.INVITED_ASSESSOR,
    }
)
DECIDES = frozenset({Role.CITO, Role.ASSIGNED_OFFICER})
ALONE = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
"""Roles that are held with no other beside them."""


@dataclass(frozen=True)
class InstrumentDraft:
    """What an instrument would say."""

    delegator: User | None
    delegator_post: Post
    delegate_post: Post
    functions: tuple[str, ...]
    scope: tuple[tuple[Office, bool], ...]
    legal_basis: str
    valid_from: datetime
    valid_until: datetime
    amount_limit: Decimal | None = None
    currency: str = "USD"
    concurrent: bool = False
    sub_delegation: str = SubDelegation.NONE
    parent: Instrument | None = None
    reporting_period: str = ""
    system_limit: str = ""
    data_limit: str = ""
    supersedes: Instrument | None = None

    @property
    def valid(self) -> DateTimeTZRange:
        return DateTimeTZRange(self.valid_from, self.valid_until)


def latest_end(begins: datetime) -> datetime:
    """The last instant to which an instrument that begins then may hold: 24 months later (29 February: the
    28th).
    """
    begins = begins.astimezone(UTC)
    day = 28 if (begins.month, begins.day) == (2, 29) else begins.day
    return begins.replace(year=min(begins.year + 2, 9999), day=day)


def reasons_against_instrument(draft: InstrumentDraft, *, at: datetime) -> list[Reason]:
    """Everything that stands against these terms (A/61/765, 14 to 18); overlaps are asked for separately."""
    found = [*_about_dates(draft, at), *_about_functions(draft), *_about_amounts(draft), *_about_posts(draft)]
    if not draft.legal_basis.strip():
        found.append(Reason("offices.no_legal_basis", field="legal_basis"))
    if draft.reporting_period and draft.reporting_period not in Period.values:
        params = {"period": draft.reporting_period[:60], "periods": ", ".join(Period.values)}
        found.append(Reason("offices.no_such_period", params, field="reporting_period"))
    if not draft.scope:
        found.append(Reason("offices.no_offices", field="scope"))
    for office, _below in draft.scope:
        if office.closed_on is not None and office.closed_on <= draft.valid_from.astimezone(UTC).date():
            found.append(
                Reason(
                    "offices.office_closed",
                    {"office": office.code, "on": day_text(office.closed_on)},
                    field="scope",
                )
            )
    if draft.parent is not None and not found:
        found += _about_parent(draft, draft.parent, at)
    if draft.supersedes is not None and not found:
        found += _about_predecessor(draft, draft.supersedes, at)
    return found


def _about_dates(draft: InstrumentDraft, at: datetime) -> list[Reason]:
    if draft.valid_until <= draft.valid_from:
        return [Reason("offices.ends_before_it_begins", field="valid_until")]
    found = []
    latest = latest_end(draft.valid_from)
    if draft.valid_until > latest:
        found.append(Reason("offices.too_long", {"latest": day_text(last_day(latest))}, field="valid_until"))
    if draft.valid_from.astimezone(UTC).date() < at.astimezone(UTC).date():
        found.append(Reason("offices.reaches_back", field="valid_from"))
    return found


def _about_functions(draft: InstrumentDraft) -> list[Reason]:
    if not draft.functions:
        return [Reason("offices.no_functions", field="functions")]
    known = {f.code: f for f in Function.objects.filter(pk__in=draft.functions)}
    found = [
        Reason("offices.no_such_function", {"function": code}, field="functions")
        for code in draft.functions
        if code not in known
    ]
    central = [code for code, f in known.items() if f.paragraph in CENTRAL_PARAGRAPHS]
    post = draft.delegate_post
    if central and not queries.is_within_oict(post.office_id, queries.day_of(draft.valid_from)):
        found.append(
            Reason(
                "offices.central_outside_oict",
                {"functions": ", ".join(central), "post": post.code, "office": post.office.code},
                field="functions",
            )
        )
    return found


def _about_amounts(draft: InstrumentDraft) -> list[Reason]:
    found = []
    if draft.system_limit not in ("", *SystemClass.values):
        found.append(Reason("offices.no_such_class", field="system_limit"))
    if draft.data_limit not in ("", *DataClass.values):
        found.append(Reason("offices.no_such_class", field="data_limit"))
    if draft.amount_limit is None:
        return found
    if draft.amount_limit <= 0:
        found.append(Reason("offices.limit_not_positive", field="amount_limit"))
    if draft.currency != "USD":
        found.append(Reason("offices.limit_not_usd", field="currency"))
    if draft.functions and set(draft.functions) <= set(ASSESSMENT_ONLY):
        found.append(
            Reason(
                "offices.no_ceiling_on_assessment",
                {"functions": ", ".join(draft.functions)},
                field="amount_limit",
            )
        )
    return found


def _about_posts(draft: InstrumentDraft) -> list[Reason]:
    post = draft.delegate_post
    if post.role in ROLES_WITHOUT_FUNCTIONS:
        return [Reason("offices.role_holds_nothing", {"role": Role(post.role).label}, field="delegate_post")]
    if draft.valid_until <= draft.valid_from:
        return []
    own = post.pk == draft.delegator_post.pk
    if not own and draft.delegator is not None:
        mine = PostHolding.objects.filter(post=post, user=draft.delegator, during__overlap=draft.valid)
        own = mine.exists()
    if own:
        return [Reason("offices.to_oneself", {"post": post.code}, field="delegate_post")]
    return []


def _about_parent(draft: InstrumentDraft, parent: Instrument, at: datetime) -> list[Reason]:
    """A sub-delegation lies inside its parent: functions, offices, ceiling, dates; one level, where it is
    allowed at all.
    """
    number = {"number": parent.number}
    if parent.sub_delegation != SubDelegation.ONE_LEVEL or draft.sub_delegation != SubDelegation.NONE:
        return [Reason("offices.not_sub_delegable", number, field="parent")]
    if life.reasons_against_relying(parent, at):
        return [Reason("offices.parent_not_in_force", number, field="parent")]
    found = []
    own = set(parent.function_rows.values_list("function_id", flat=True))
    beyond = [code for code in draft.functions if code not in own]
    if beyond:
        found.append(
            Reason(
                "offices.outside_parent_functions",
                {**number, "functions": ", ".join(beyond)},
                field="functions",
            )
        )
    if parent.amount_limit is not None and (
        draft.amount_limit is None or draft.amount_limit > parent.amount_limit
    ):
        found.append(
            Reason(
                "offices.outside_parent_limit",
                {**number, "limit": amount_text(parent.amount_limit)},
                field="amount_limit",
            )
        )
    for name, grades in (("system_limit", SystemClass.values), ("data_limit", DataClass.values)):
        theirs, own_limit = getattr(parent, name), getattr(draft, name)
        if theirs and (not own_limit or grades.index(own_limit) > grades.index(theirs)):
            limit = dict((*SystemClass.choices, *DataClass.choices))[theirs]
            found.append(Reason("offices.outside_parent_class", {**number, "limit": limit}, field=name))
    if draft.valid_from < parent.valid.lower or draft.valid_until > parent.valid.upper:
        found.append(
            Reason(
                "offices.outside_parent_dates",
                {
                    **number,
                    "from_": day_text(parent.valid.lower),
                    "until": day_text(last_day(parent.valid.upper)),
                },
                field="valid_until",
            )
        )
    if found:
        return found
    covered = set(parent.coverage.filter(during__contains=draft.valid).values_list("office_id", flat=True))
    day = queries.day_of(draft.valid_from)
    wanted: dict[UUID, str] = {}
    for office, with_below in draft.scope:
        wanted[office.pk] = office.code
        if with_below:
            wanted |= dict.fromkeys(queries.descendants(office.pk, day), office.code)
    outside = sorted({code for pk, code in wanted.items() if pk not in covered})
    if outside:
        found.append(
            Reason("offices.outside_parent_scope", {**number, "offices": ", ".join(outside)}, field="scope")
        )
    return found


def _about_predecessor(draft: InstrumentDraft, old: Instrument, at: datetime) -> list[Reason]:
    """What takes another's place is given by the same post, begins when it is issued, and finds the other standing."""
    stands = life.reasons_against_act("supersede", old, at)
    if stands:
        return [Reason(r.code, r.params, "supersedes") for r in stands]
    if old.delegator_post_id != draft.delegator_post.pk or (draft.parent and draft.parent.pk == old.pk):
        return [Reason("offices.not_its_successor", {"number": old.number}, field="supersedes")]
    if draft.valid_from > at:
        return [Reason("offices.supersedes_at_once", {"number": old.number}, field="valid_from")]
    return []


def reasons_against_confirming_none(calendar: WorkingCalendar) -> list[Reason]:
    """Only what is drafted is confirmed."""
    if calendar.versions.filter(confirmed_at=None).exists():
        return []
    return [Reason("offices.no_draft")]


def overlaps_of(
    instrument_ids: Sequence[UUID], expected: Sequence[tuple[str, UUID, DateTimeTZRange]]
) -> list[Reason]:
    """Who already holds, without "concurrent", one of these (function, office, period); the instruments
    named are left out.
    """
    if not expected:
        return []
    functions, offices = {f for f, _o, _d in expected}, {o for _f, o, _d in expected}
    span = DateTimeTZRange(min(d.lower for _f, _o, d in expected), max(d.upper for _f, _o, d in expected))
    rows = (
        InstrumentCoverage.objects.filter(
            function__in=functions, office__in=offices, during__overlap=span, exclusive=True, revoked=False
        )
        .exclude(instrument__in=instrument_ids)
        .select_related("instrument", "office")
        .order_by("function__position", "office__code")
    )
    found = []
    for row in rows:
        for function, office, during in expected:
            if (
                row.function_id == function
                and row.office_id == office
                and row.during.lower < during.upper
                and during.lower < row.during.upper
            ):
                params = {
                    "function": function,
                    "office": row.office.code,
                    "number": row.instrument.number,
                    "until": day_text(last_day(row.instrument.valid.upper)),
                }
                found.append(Reason("offices.held_already", params, field="functions"))
                break
        if len(found) == 5:
            break
    return found


def reasons_against_post(*, office: Office, role: str, at: datetime) -> list[Reason]:
    """The posts that decide under paragraph 18 stand within OICT."""
    if role not in DECIDES or queries.is_within_oict(office.pk, queries.day_of(at)):
        return []
    params = {"functions": "18", "post": Role(role).label, "office": office.code}
    return [Reason("offices.central_outside_oict", params, field="office")]


def reasons_against_second_holder(*, post: Post, during: Any) -> list[Reason]:
    """A post has one holder at a time."""
    held = (
        PostHolding.objects.filter(post=post, during__overlap=during)
        .select_related("user")
        .order_by("during")
        .first()
    )
    if held is None:
        return []
    return [Reason("offices.post_is_held", {"post": post.code, "holder": str(held.user)}, field="post")]


def reasons_against_appointment(*, post: Post, user: User, during: DateTimeTZRange) -> list[Reason]:
    """What stands against this person holding this post in this time."""
    found = []
    if not user.is_active:
        found.append(Reason("offices.person_not_active", {"person": str(user)}, field="user"))
    found += reasons_against_second_holder(post=post, during=during)
    others = (
        PostHolding.objects.filter(user=user, during__overlap=during)
        .exclude(post=post)
        .select_related("post")
    )
    for other in others:
        if (post.role in ALONE or other.post.role in ALONE) and other.post.role != post.role:
            found.append(
                Reason(
                    "offices.incompatible_posts", {"person": str(user), "post": other.post.code}, field="user"
                )
            )
            break
    stood = Absence.objects.filter(stand_in=user, called_off=False, during__overlap=during).select_related(
        "post"
    )
    for row in stood:
        if (post.role in ALONE or row.post.role in ALONE) and row.post.role != post.role:
            params = {"person": str(user), "post": row.post.code}
            found.append(Reason("offices.incompatible_posts", params, field="user"))
            break
    return found
