"""May this person? The one place where posts, instruments and the framework's own holders meet.

Asked before the act to explain, and again inside its transaction with `lock=True`, so that authority is
checked at the second of the act (A/61/765, 14 to 18). The explanation comes from the code that enforces.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Value

from apps.audit.reasons import Reason
from apps.offices import life, queries
from apps.offices.choices import ASSESSMENT_ONLY, DataClass, Role, SystemClass
from apps.offices.models import Function, Instrument, InstrumentCoverage, Office, Post, PostHolding
from apps.offices.wording import amount_text, day_text, last_day

if TYPE_CHECKING:
    from apps.accounts.models import User

INHERENT_ROLE = {7: Role.CITO, 15: Role.CITO, 16: Role.ICT_CHIEF, 17: Role.FIELD_ICT_OFFICER, 18: Role.CITO}
"""The post that exercises a paragraph's functions by the report itself, where its office holds the
paragraph."""


@dataclass(frozen=True)
class WhoCan:
    """One who can exercise a function: the person, their post, and the instrument (none: by the report
    itself).
    """

    user: User
    post: Post
    instrument: Instrument | None
    ceiling: Decimal | None

    def __str__(self) -> str:
        by = f", {self.instrument.number}" if self.instrument else ""
        return f"{self.user.full_name} ({self.post.title}{by})"


@dataclass(frozen=True)
class AuthorityCheck:
    """Whether a function may be exercised, and on what ground."""

    reasons: list[Reason] = field(default_factory=list)
    instrument: Instrument | None = None
    inherent: bool = False
    capacity: str = ""
    post_id: UUID | None = None
    who_can: list[WhoCan] = field(default_factory=list)
    stands_for: tuple[UUID, str] | None = None

    @property
    def allowed(self) -> bool:
        return not self.reasons


_HELD = """
SELECT p.id, p.role, p.office_id
FROM offices_postholding h JOIN offices_post p ON p.id = h.post_id JOIN accounts_user u ON u.id = h.user_id
WHERE h.user_id = %(user)s AND u.is_active AND h.during @> %(at)s
  AND (p.role <> 'cito' OR offices_within_oict(p.office_id, %(day)s))
ORDER BY p.code
"""

_COVERED = """
SELECT c.instrument_id, i.delegate_post_id, i.amount_limit
FROM offices_instrumentcoverage c JOIN offices_instrument i ON i.id = c.instrument_id
WHERE c.function_id = %(function)s AND c.office_id = %(office)s AND c.during @> %(at)s
  AND c.accepted AND NOT c.suspended AND NOT c.revoked
  AND NOT EXISTS (SELECT 1 FROM offices_instrumentstandby s WHERE s.instrument_id = i.id)
  AND i.delegate_post_id = ANY(%(posts)s::uuid[]) AND i.delegator_id <> %(user)s
  AND (i.amount_limit IS NULL OR %(amount)s::numeric IS NULL OR i.amount_limit >= %(amount)s)
  AND i.system_limit = ANY(%(system_limits)s) AND i.data_limit = ANY(%(data_limits)s)
ORDER BY i.amount_limit DESC NULLS FIRST, i.number
"""


def reasons_against_exercising(
    *,
    user: User,
    function: str,
    office_id: UUID,
    amount_usd: Decimal | None,
    at: datetime,
    system_class: str | None = None,
    data_class: str | None = None,
    lock: bool = False,
    explain: bool = True,
) -> AuthorityCheck:
    """May this person exercise this function for this office, amount and classes at this instant?

    Allowed: by the post that holds the paragraph by the report itself (the CITO for 18, without limit), or
    by an instrument in force at the second that covers the function, the office, the amount and the classes of system
    and data (None: not asked; one that is not known is above every limit). In force is what was issued, accepted by
    the delegate, has begun and not ended, and is neither suspended nor revoked, nor its parent. With
    `lock=True` (inside the transaction of the act) the holding and the coverage are read `FOR SHARE`, so
    that a revocation waits or has already won. Refused otherwise, with the fact, the instrument and, where
    `explain`, who can.
    """
    if not getattr(user, "is_active", False):
        return AuthorityCheck(reasons=[Reason("offices.not_active")])
    posts = _posts_held(user, at, lock=lock)
    inherent = _inherent(function, office_id, posts, at)
    if inherent is not None:
        return AuthorityCheck(inherent=True, capacity=inherent[1], post_id=inherent[0])
    limits = {"system_limits": system_limits(system_class), "data_limits": data_limits(data_class)}
    covered = _covered(user, function, office_id, amount_usd, at, posts, limits, lock=lock) if posts else None
    if covered is not None:
        role = next(r for p, r, _office in posts if p == covered[1])
        instrument = Instrument.objects.get(pk=covered[0])
        return AuthorityCheck(instrument=instrument, capacity=role, post_id=covered[1])
    who_can = (
        who_can_exercise(
            function=function,
            office_id=office_id,
            amount_usd=amount_usd,
            at=at,
            system_class=system_class,
            data_class=data_class,
        )
        if explain
        else []
    )
    names = tuple(str(w) for w in who_can)
    office = Office.objects.filter(pk=office_id).values_list("code", flat=True).first() or ""
    found = _why_not(user, function, office_id, office, amount_usd, at, [p for p, _r, _o in posts], limits)
    return AuthorityCheck(
        reasons=[Reason(r.code, r.params, r.field, r.remedy, names) for r in found], who_can=who_can
    )


def who_can_exercise(
    *,
    function: str,
    office_id: UUID,
    amount_usd: Decimal | None,
    at: datetime,
    system_class: str | None = None,
    data_class: str | None = None,
    without: Collection[UUID] = (),
) -> list[WhoCan]:
    """Everyone who can exercise a function for an office, amount and classes at an instant: the inherent holders
    first, then by ceiling. `without` leaves instruments out, as if they were gone.
    """
    paragraph = _paragraph(function)
    found = [
        WhoCan(holding.user, holding.post, None, None)
        for holding in _inherent_holdings(paragraph, office_id, at)
    ]
    covering = InstrumentCoverage.objects.in_force(at).filter(function=function, office=office_id)
    instruments = (
        Instrument.objects.filter(
            pk__in=covering.exclude(instrument__in=list(without)).values("instrument"), standby__isnull=True
        )
        .filter(system_limit__in=system_limits(system_class), data_limit__in=data_limits(data_class))
        .filter(Q(amount_limit=None) | Q(amount_limit__gte=amount_usd) if amount_usd is not None else Q())
        .order_by(F("amount_limit").asc(nulls_last=True))
    )
    by_post = {instrument.delegate_post_id: instrument for instrument in instruments}
    for holding in _holdings(at).filter(post_id__in=list(by_post)):
        instrument = by_post[holding.post_id]
        if instrument.delegator_id != holding.user_id:
            found.append(WhoCan(holding.user, holding.post, instrument, instrument.amount_limit))
    return sorted(
        found,
        key=lambda w: (w.instrument is not None, w.ceiling is not None, -(w.ceiling or 0), w.user.full_name),
    )


def reasons_against_revoking(*, user: User, instrument: Instrument, at: datetime) -> list[Reason]:
    """Who suspends, resumes and revokes: the holder of the post that delegated, or the CITO."""
    if not getattr(user, "is_active", False):
        return [Reason("offices.not_active")]
    held = {post_id for post_id, _role, _office in _posts_held(user, at)}
    if instrument.delegator_post_id in held or issuing_post(user, at) is not None:
        return []
    return [
        Reason("offices.not_the_delegator", {"number": instrument.number}, who_can=names_of(Role.CITO, at))
    ]


def issuing_post(user: User, at: datetime) -> Post | None:
    """The CITO's post, where this person holds it at the instant."""
    holding = _within_oict(_holdings(at).filter(user=user, post__role=Role.CITO), at).first()
    return holding.post if holding else None


def reasons_against_appointing(*, user: User | None, office: Office, at: datetime) -> list[Reason]:
    """Who appoints: an administrator of the office or of one above. `None` is the Organization's own data
    being loaded.
    """
    if user is None or queries.standing_of(user, at).has(Role.ADMINISTRATOR, office.pk):
        return []
    return [
        Reason(
            "offices.not_an_administrator", {"office": office.code}, who_can=names_of(Role.ADMINISTRATOR, at)
        )
    ]


def reasons_against_configuring(*, user: User | None, at: datetime, code: str) -> list[Reason]:
    """Who changes the structure and the calendars: an administrator."""
    if user is None or queries.standing_of(user, at).has(Role.ADMINISTRATOR):
        return []
    return [Reason(code, who_can=names_of(Role.ADMINISTRATOR, at))]


def decides_or_administers(user: User, at: datetime) -> bool:
    """Whether this person decides at the instant (the CITO; whoever holds a post with an instrument of function
    18), or administers: who does signs in with a second factor.
    """
    held = _posts_held(user, at)
    if any(role in (Role.CITO, Role.ADMINISTRATOR) for _post, role, _office in held):
        return True
    posts = [post for post, _role, _office in held]
    return (
        bool(posts)
        and InstrumentCoverage.objects.filter(
            function_id="18", instrument__delegate_post__in=posts, during__contains=at, revoked=False
        ).exists()
    )


def _posts_held(user: User, at: datetime, *, lock: bool = False) -> list[tuple[UUID, str, UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _HELD + (" FOR SHARE OF h" if lock else ""),
            {"user": user.pk, "at": at, "day": queries.day_of(at)},
        )
        return cursor.fetchall()


def _paragraph(function: str) -> int | None:
    digits = function.rstrip("abcdefghi")
    return int(digits) if digits.isdecimal() else None


def _inherent(
    function: str, office_id: UUID, posts: Iterable[tuple[UUID, str, UUID]], at: datetime
) -> tuple[UUID, str] | None:
    paragraph = _paragraph(function)
    role = INHERENT_ROLE.get(paragraph) if paragraph is not None else None
    for post_id, held_role, post_office in posts:
        if held_role != role:
            continue
        if role == Role.CITO:
            return post_id, str(role)
        if paragraph == 16 and post_office == office_id and _holds_paragraph(16, post_office, at):
            return post_id, str(role)
        if (
            paragraph == 17
            and _holds_paragraph(17, post_office, at)
            and office_id in queries.below([post_office], queries.day_of(at)).get(post_office, ())
        ):
            return post_id, str(role)
    return None


def _holds_paragraph(paragraph: int, office_id: UUID, at: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM offices_paragraphholding"
            " WHERE paragraph = %s AND office_id = %s AND during @> %s)",
            [paragraph, office_id, queries.day_of(at)],
        )
        return cursor.fetchone()[0]


def _inherent_holdings(paragraph: int | None, office_id: UUID, at: datetime) -> list[PostHolding]:
    role = INHERENT_ROLE.get(paragraph) if paragraph is not None else None
    if role is None:
        return []
    rows = _holdings(at).filter(post__role=role)
    if role == Role.CITO:
        return list(_within_oict(rows, at))
    day = queries.day_of(at)
    rows = rows.filter(
        post__office__paragraph_holdings__paragraph=paragraph,
        post__office__paragraph_holdings__during__contains=day,
    )
    if paragraph == 16:
        return list(rows.filter(post__office=office_id))
    return list(rows.filter(post__office__in=[office_id, *queries.ancestors(office_id, day)]))


def _covered(
    user: User,
    function: str,
    office_id: UUID,
    amount_usd: Decimal | None,
    at: datetime,
    posts: Iterable[tuple[UUID, str, UUID]],
    limits: dict[str, list[str]],
    *,
    lock: bool,
) -> tuple[UUID, UUID, Decimal | None] | None:
    values: dict[str, Any] = {
        **limits,
        "function": function,
        "office": office_id,
        "at": at,
        "posts": [p for p, _role, _office in posts],
        "user": user.pk,
        "amount": amount_usd,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COVERED + (" FOR SHARE OF c" if lock else ""), values)
        rows = cursor.fetchall()
    return rows[0] if rows else None


def _why_not(
    user: User,
    function: str,
    office_id: UUID,
    office: str,
    amount_usd: Decimal | None,
    at: datetime,
    post_ids: list[UUID],
    limits: dict[str, list[str]],
) -> list[Reason]:
    """The nearest instrument of one's own, and what about it is in the way; else that there is none."""
    if not Function.objects.filter(pk=function).exists():
        return [Reason("offices.no_such_function", {"function": function})]
    mine = list(
        Instrument.objects.filter(
            delegate_post__in=post_ids, functions=function, issued_at__isnull=False, standby__isnull=True
        )
        .exclude(delegator=user.pk)
        .select_related("parent", "superseded_by")
    )
    found: list[Reason] = []
    for instrument in mine:
        number = {"number": instrument.number}
        covers = instrument.coverage.filter(function=function, office=office_id, during__contains=at).exists()
        stands = life.reasons_against_relying(instrument, at)
        if stands:
            found += stands
        elif not covers:
            found.append(Reason("offices.office_not_covered", {**number, "office": office}))
        elif instrument.system_limit not in limits["system_limits"]:
            limit = SystemClass(instrument.system_limit).label
            found.append(Reason("offices.above_system_class", {**number, "limit": limit}))
        elif instrument.data_limit not in limits["data_limits"]:
            limit = DataClass(instrument.data_limit).label
            found.append(Reason("offices.above_data_class", {**number, "limit": limit}))
        else:
            found.append(
                Reason(
                    "offices.above_ceiling",
                    {
                        **number,
                        "amount": amount_text(amount_usd or Decimal(0)),
                        "limit": amount_text(instrument.amount_limit or Decimal(0)),
                        "until": day_text(last_day(instrument.valid.upper)),
                    },
                )
            )
    in_force_first = {
        "offices.above_ceiling": 0,
        "offices.above_system_class": 0,
        "offices.above_data_class": 0,
        "offices.office_not_covered": 1,
    }
    found.sort(key=lambda r: (in_force_first.get(r.code, 2), r.params["number"]))
    if found:
        return found[:3]
    return [Reason("offices.no_instrument", {"function": function, "office": office})]


def _holdings(at: datetime) -> Any:
    return (
        PostHolding.objects.filter(during__contains=at, user__is_active=True)
        .select_related("user", "post", "post__office")
        .order_by("post__code")
    )


def _within_oict(holdings: QuerySet[PostHolding], at: datetime) -> QuerySet[PostHolding]:
    """Only appointments within OICT: a post of the CITO anywhere else, however it came to be, counts for nothing."""
    day = Value(queries.day_of(at))
    inside = Func(F("post__office"), day, function="offices_within_oict", output_field=BooleanField())
    return holdings.annotate(inside=inside).filter(inside=True)


def names_of(role: str, at: datetime) -> tuple[str, ...]:
    """Who holds this role, each with the post."""
    return tuple(f"{h.user.full_name} ({h.post.title})" for h in _holdings(at).filter(post__role=role))


def system_limits(asked: str | None) -> list[str]:
    """The limits under which a system of this class falls; all, where nothing is asked, and none but "without a limit"
    where the class is not known."""
    return _limits(asked, SystemClass.values)


def data_limits(asked: str | None) -> list[str]:
    """The same for the class of data."""
    return _limits(asked, DataClass.values)


def _limits(asked: str | None, grades: list[str]) -> list[str]:
    if asked is None:
        return ["", *grades]
    return ["", *grades[grades.index(asked) :]] if asked in grades else [""]


def is_assessment_only(function: str) -> bool:
    """Whether a function gives assessment and no decision (A/61/765, 16a and 17e)."""
    return function in ASSESSMENT_ONLY


SEES_EVIDENCE_BELOW = (
    Role.HEAD_OF_OFFICE,
    Role.ICT_CHIEF,
    Role.CERTIFYING_OFFICER,
    Role.FIELD_ICT_OFFICER,
)
"""Who reads the evidence of the offices below their own; the field ICT officer of DPKO, the field missions'."""
SEES_NO_EVIDENCE = (Role.ADMINISTRATOR, Role.MC_MEMBER, Role.MC_SECRETARY, Role.MC_CHAIR)
"""Who reads the standing of an office and not the words of its evidence, even at that office (authority.md 4)."""


def authority_to_record(
    *, user: User, function: str, office_id: UUID, at: datetime, lock: bool = False, explain: bool = True
) -> AuthorityCheck:
    """May this person record evidence of this function for this office? Who exercises it there may, and nobody else.

    Refused where nobody holds the function there, by the report or by an instrument; else as
    `reasons_against_exercising` refuses, with who can.
    """
    if not getattr(user, "is_active", False):
        return AuthorityCheck(reasons=[Reason("offices.not_active")])
    if not queries.is_held(function, _paragraph(function), office_id, at):
        office = Office.objects.filter(pk=office_id).values_list("code", flat=True).first() or ""
        return AuthorityCheck(reasons=[Reason("evidence.not_held", {"function": function, "office": office})])
    return reasons_against_exercising(
        user=user, function=function, office_id=office_id, amount_usd=None, at=at, lock=lock, explain=explain
    )


def evidence_filter(standing: queries.Standing) -> Q:
    """Whose evidence a person reads: one's own office's, that of the offices below for who leads or serves them, what
    a post of one's own recorded or holds now; OICT and the auditor, all (authority.md 4)."""
    if standing.user_id is None:
        return Q(pk__in=[])
    if standing.is_oict or Role.AUDITOR in standing.roles:
        return Q()
    own = {p.office_id for p in standing.posts if p.role not in SEES_NO_EVIDENCE}
    if standing.post_ids(*SEES_EVIDENCE_BELOW):
        own.update(standing.office_ids(*SEES_EVIDENCE_BELOW))
    posts = standing.post_ids()
    held = InstrumentCoverage.objects.in_force(standing.at).filter(
        function=OuterRef("function"), office=OuterRef("office"), instrument__delegate_post__in=posts
    )
    return Q(office__in=sorted(own)) | Q(post__in=posts) | Q(Exists(held))
