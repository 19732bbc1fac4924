"""May this person? The only place of the review where seats, instruments and separation of duties meet.

Levels, from most to least (authority.md 4; the same table is printed in docs/generated/visibility.md):

| who | which cases | level |
| auditor | all, tombstones included | full |
| submitter | of the own office | full |
| head of office, ICT chief, certifying officer | of the own office, those below and those serviced | full |
| field ICT officer (DPKO) | of field missions, once submitted | full |
| OICT desk officer, section chief, duty officer, assigned officer, CITO | once submitted | full |
| Management Committee | once submitted | full |
| reviewer, lead reviewer | once submitted | summary; full after declaring no conflict |
| invited assessor | of OICT or above, while a desk waits, and those assessed | summary; full after declaring |
| everyone signed in | approved or registered | card |
| named exception | one case, until a date | full |

Who stands in for an absent person sees for the dates what that person sees in that capacity. A recusal takes
everything away. A confidential case is left to the people on it, whoever has its turn, and
the auditors.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    UUIDField,
    Value,
    When,
)
from django.db.models import Case as SqlCase

from apps.accounts.access import role
from apps.approvals.choices import APPROVALS, DECIDABLE, Capacity, Level, Outcome
from apps.approvals.querysets import DECIDING_SEATS
from apps.approvals.standing import COMMITTEE, HANDLERS, INVITED, REVIEWERS, Viewer
from apps.approvals.workflow import Desk
from apps.audit.reasons import Reason
from apps.offices import queries as offices
from apps.offices.choices import Role
from apps.offices.naming import in_language

#: Whoever reads the Committee's agenda, and everyone's load: each shows them the cases that they see, and no more.
reads_agenda = role(*map(str, (*COMMITTEE, *HANDLERS, Role.AUDITOR)))
LOAD_READERS = (*REVIEWERS, *HANDLERS, Role.AUDITOR)
reads_load = role(*map(str, LOAD_READERS))

#: Who may not be who (review.md 7): acting in the first capacity excludes an earlier part in any of the others.
PARTS_APART: Mapping[str, tuple[str, ...]] = {
    Capacity.SUBMITTER: (Capacity.ENDORSER, Capacity.REVIEWER, Capacity.DECIDER),
    Capacity.ENDORSER: (Capacity.SUBMITTER, Capacity.REVIEWER, Capacity.DECIDER),
    Capacity.ATTESTER: (Capacity.REVIEWER, Capacity.DECIDER),
    Capacity.OPINION: (
        Capacity.SUBMITTER,
        Capacity.ENDORSER,
        Capacity.ATTESTER,
        Capacity.REVIEWER,
        Capacity.DECIDER,
    ),
    Capacity.INTAKE: (
        Capacity.SUBMITTER,
        Capacity.ENDORSER,
        Capacity.ATTESTER,
        Capacity.REVIEWER,
        Capacity.DECIDER,
        Capacity.EARLIER,
    ),
    Capacity.LEAD: (
        Capacity.SUBMITTER,
        Capacity.ENDORSER,
        Capacity.ATTESTER,
        Capacity.REVIEWER,
        Capacity.DECIDER,
        Capacity.EARLIER,
    ),
    Capacity.REVIEWER: (
        Capacity.SUBMITTER,
        Capacity.ENDORSER,
        Capacity.ATTESTER,
        Capacity.OPINION,
        Capacity.INTAKE,
        Capacity.LEAD,
        Capacity.DECIDER,
        Capacity.EARLIER,
    ),
    Capacity.DECIDER: (
        Capacity.SUBMITTER,
        Capacity.ENDORSER,
        Capacity.ATTESTER,
        Capacity.OPINION,
        Capacity.INTAKE,
        Capacity.REVIEWER,
        Capacity.LEAD,
    ),
}
#: In these parts nobody acts who served near the sponsoring office lately.
SERVED_CAPACITIES = (Capacity.REVIEWER, Capacity.LEAD, Capacity.DECIDER)
#: The function that an act in this capacity exercises (A/61/765, 17e and 18). Who holds the desk's post has it by the
#: report or by an instrument; who stands in there needs it of their own.
FUNCTION_EXERCISED: Mapping[str, str] = {Capacity.OPINION: "17e", Capacity.DECIDER: "18"}
#: The same as pairs of "turn's capacity" and "part already played", for the query of the queue.
CAPACITIES_APART = tuple(f"{capacity} {part}" for capacity, parts in PARTS_APART.items() for part in parts)
APART_FROM_DECIDING = [str(part) for part in PARTS_APART[Capacity.DECIDER]]
SEEN_AS_CARD = (*(str(outcome) for outcome in APPROVALS), str(Outcome.REGISTERED))


# What may be seen ---------------------------------------------------------------------------------------------


def _declared(viewer: Viewer, *, recused: bool) -> Exists:
    from apps.approvals.models import ConflictDeclaration

    return Exists(
        ConflictDeclaration.objects.filter(case=OuterRef("pk"), user=viewer.user_id, recused=recused)
    )


def _on_the_case(viewer: Viewer) -> Q:
    from apps.approvals.models import Participation, Turn

    part = Participation.objects.filter(case=OuterRef("pk"), user=viewer.user_id)
    if not viewer.seats:
        return Q(Exists(part))
    turn = Turn.objects.filter(case=OuterRef("pk"), closed_at__isnull=True, seats__overlap=list(viewer.seats))
    return Q(Exists(part)) | Q(Exists(turn))


def _invited(viewer: Viewer) -> Q:
    """The case waits for an assessor from another office, or this one has assessed it."""
    from apps.approvals.models import Participation, Turn

    waits = Turn.objects.filter(case=OuterRef("pk"), closed_at__isnull=True, seats__contains=[INVITED])
    part = Participation.objects.filter(case=OuterRef("pk"), user=viewer.user_id, capacity=Capacity.REVIEWER)
    return Q(Exists(waits)) | Q(Exists(part))


def _named(viewer: Viewer) -> Exists:
    from apps.approvals.models import CaseUserGrant

    return Exists(
        CaseUserGrant.objects.filter(content_object=OuterRef("pk"), user=viewer.user_id, until__gt=viewer.at)
    )


def _by_columns(viewer: Viewer, at_least: str, *, person: Viewer) -> Q:
    """What the posts alone open, as conditions on the columns of the case. `person` is who would read."""
    submitted = Q(submitted_at__isnull=False) | Q(reference__isnull=False)  # it has left the office
    opened = Q(pk__in=[])
    if viewer.own_offices:
        opened |= Q(office__in=list(viewer.own_offices))
    if viewer.mission_offices:
        opened |= submitted & Q(office__in=list(viewer.mission_offices))
    if viewer.sees_submitted:
        opened |= submitted
    elif viewer.reviews:
        opened |= submitted if at_least != Level.FULL else submitted & Q(_declared(person, recused=False))
    if INVITED in viewer.seats:
        invited = submitted & _invited(viewer)
        opened |= invited if at_least != Level.FULL else invited & Q(_declared(person, recused=False))
    if at_least == Level.CARD:
        opened |= Q(outcome__in=SEEN_AS_CARD, confidential=False)
    return opened & Q(discarded_at__isnull=True) & (Q(confidential=False) | _on_the_case(viewer))


def visibility_filter(viewer: Viewer, at_least: str = Level.SUMMARY) -> Q:
    """The condition on cases under which this viewer sees them at this level or more."""
    if not viewer.is_active or viewer.user_id is None:
        return Q(pk__in=[])
    if viewer.sees_everything:
        return Q(pk__isnull=False)
    own, *others = viewer.parts()
    opened = _by_columns(own, at_least, person=viewer)
    for absent in others:  # what the absent person sees in that capacity, less what they stepped aside from
        opened |= _by_columns(absent, at_least, person=viewer) & ~Q(_declared(absent, recused=True))
    opened |= Q(_named(viewer)) & Q(discarded_at__isnull=True)
    return opened & ~Q(_declared(viewer, recused=True))


def level_expression(viewer: Viewer) -> SqlCase:
    """The level of this viewer on each case, from the same conditions.

    Only for who reviews do summary and full differ; for everybody else the summary's condition is full's, and is
    left out.
    """
    levels = [Level.FULL, Level.CARD]
    if viewer.reviews and not viewer.sees_submitted:
        levels.insert(1, Level.SUMMARY)
    return SqlCase(
        *(When(visibility_filter(viewer, level), then=Value(str(level))) for level in levels),
        default=Value(str(Level.HIDDEN)),
        output_field=CharField(),
    )


def messages_filter(viewer: Viewer) -> Q:
    """Which notices and mails this viewer may read: those of no case, and of cases that they see as a card at least."""
    from apps.approvals.models import Case

    seen = Case.objects.filter(pk=OuterRef("case_id")).visible_to(viewer, Level.CARD)
    return Q(case_id__isnull=True) | Q(Exists(seen))


def assessments_filter(viewer: Viewer, case: Any) -> Q:
    """Which assessments of a visible case this viewer may read (seam 13); drafts are their author's alone."""
    from apps.approvals.models import Assessment

    if not viewer.is_active or viewer.user_id is None:
        return Q(pk__in=[])
    mine = Q(reviewer=viewer.user_id)
    submitted = Q(submitted_at__isnull=False)
    if viewer.sees_everything:
        return mine | submitted
    own_is_in = Exists(
        Assessment.objects.filter(
            case=OuterRef("case"),
            round__gte=OuterRef("round"),
            reviewer=viewer.user_id,
            submitted_at__isnull=False,
        )
    )
    opened = mine | (submitted & Q(own_is_in))
    if _is_the_committees(viewer, case):
        return opened | submitted
    desks_are_in = case.closed_at is not None or case.stage in (
        *("recommendation", "decision", "cooling_off", "committee"),
    )
    if desks_are_in and viewer.seats & {
        "lead_reviewer@oict",
        "cito@oict",
        "assigned_officer@oict",
        "section_chief@oict",
    }:
        opened |= submitted
    return opened


def _is_the_committees(viewer: Viewer, case: Any) -> bool:
    """Whether this viewer sits in the Committee, and the case is before it or was: it reads what the decider read."""
    if not viewer.roles & set(COMMITTEE):
        return False
    return case.stage == "committee" or bool(case.closed_at and case.facts.get("committee"))


def may_read_decision(viewer: Viewer, decision: Any, case: Any) -> bool:
    """Until it takes effect, outcome and letter are the decider's and the auditor's alone, and the Committee's while
    it has the turn (seam 8).
    """
    if viewer.sees_everything or viewer.user_id == decision.decided_by_id:
        return True
    if case.stage == "committee" and viewer.roles & set(COMMITTEE) and decision.withdrawn_at is None:
        return True
    return decision.took_effect_at is not None


def may_read_sittings(viewer: Viewer, decision: Any, case: Any) -> bool:
    """What the Committee did with a decision: who may read that, and the Committee itself, always; once it has returned
    it, whoever sits at the deciding desk, who is to answer its reasons.
    """
    if viewer.roles & set(COMMITTEE) or may_read_decision(viewer, decision, case):
        return True
    return decision.withdrawn_at is not None and bool(viewer.seats & DECIDING_SEATS)


def may_read_recommendation(viewer: Viewer, case: Any) -> bool:
    """The consolidated text: OICT's own people at once, the others after the decision took effect (seam 13).

    A case that its office withdraws is closed without a decision, and its recommendation stays where it was.
    """
    if viewer.sees_everything or (case.closed_at is not None and case.outcome in DECIDABLE):
        return True
    return _is_the_committees(viewer, case) or may_read_questions(viewer)


def may_read_questions(viewer: Viewer) -> bool:
    """What the desks would ask of the office: OICT's own people; the office reads what was sent."""
    handles = any(f"{role}@oict" in viewer.seats for role in HANDLERS)
    return viewer.sees_everything or viewer.reviews or handles


def role_to_name_by(viewer: Viewer, case: Any) -> tuple[str, tuple[str, ...]]:
    """By which role this viewer may let others in to a case ("" for none), and the seats of those who may.

    The head of its office; once it is submitted, OICT's section chief and the CITO; a confidential case is the CITO's
    to open, alone (authority.md 1 and 4).
    """
    seats = [f"{Role.CITO}@oict"] if case.submitted_at is not None else []
    if not case.confidential:
        seats.append(f"{Role.HEAD_OF_OFFICE}@{case.office_id}")
        if case.submitted_at is not None:
            seats.append(f"{Role.SECTION_CHIEF}@oict")
    source = next((seat.split("@")[0] for seat in seats if seat in viewer.seats), "")
    return source, tuple(seats)


# What may be done ---------------------------------------------------------------------------------------------


def reasons_against_seat(
    viewer: Viewer, turn: Any, desk: Desk, *, who_can: tuple[str, ...] = ()
) -> list[Reason]:
    """The turn is this person's to end: they hold a post at its desk, or stand in there, and nobody else took it."""
    if not viewer.is_active or not viewer.seats & set(turn.seats):
        return [Reason("case.not_your_seat", {"desk": in_language(desk.labels)}, who_can=who_can)]
    if turn.taken_by_id is not None and not viewer.has_taken(turn):
        return [Reason("case.taken", {"name": turn.taken_by.full_name}, who_can=(turn.taken_by.full_name,))]
    return []


def reasons_of_separation(
    *,
    capacity: str,
    desk: str,
    mine: Iterable[Any],
    who_can: tuple[str, ...] = (),
    absent: str = "",
) -> list[Reason]:
    """What a person did in the case before keeps them from acting in this capacity (`mine` are their parts).

    `absent` names the person for whom another acts: their parts count for both.
    """
    reasons = []
    suffix, about = ("_of_absent", {"name": absent}) if absent else ("", {})
    for part in mine:
        if part.capacity in PARTS_APART.get(capacity, ()):
            params = {**about, "part": Capacity(part.capacity).label, "capacity": Capacity(capacity).label}
            reasons.append(Reason(f"separation.other_part{suffix}", params, who_can=who_can))
        elif capacity == Capacity.REVIEWER and part.capacity == Capacity.REVIEWER and part.desk != desk:
            reasons.append(Reason(f"separation.other_desk{suffix}", {**about}, who_can=who_can))
    return reasons[:1]


def reasons_of_service(*, viewer: Viewer, office_id: uuid.UUID, absent: Viewer | None = None) -> list[Reason]:
    """Nobody reviews or decides the case of an office where they served lately, nor another for them (review.md 7).
    Without a period in force the rule cannot be asked, and stands against everybody.
    """
    service = viewer.service
    if service.months is None:
        on = offices.day_of(viewer.at).isoformat()
        return [Reason("parameter.missing", {"key": "separation.months_served", "on": on})]
    if office_id in service.offices(viewer.user_id):
        return [Reason("separation.served", {"months": service.months})]
    if absent is not None and office_id in service.offices(absent.user_id):
        return [Reason("separation.served_of_absent", {"months": service.months, "name": absent.name})]
    return []


def reasons_of_conflict(desk: Desk, declarations: Iterable[Any]) -> list[Reason]:
    """A desk that asks for a declaration opens after it; a recusal closes the case to the person."""
    rows = list(declarations)
    if any(row.recused for row in rows):
        return [Reason("conflict.recused")]
    if desk.declares_conflict and not rows:
        return [Reason("conflict.declare_first")]
    return []


def first_designated(viewer: Viewer) -> Func:
    """The condition on turns under which this viewer is the designated officer who decides their case in the CITO's
    place (`standby` asks the same function of the database in the act).
    """
    return Func(
        F("case"),
        Value(viewer.user_id, output_field=UUIDField()),
        Value(APART_FROM_DECIDING, output_field=ArrayField(CharField())),
        Value(viewer.at, output_field=DateTimeField()),
        Value(offices.day_of(viewer.at), output_field=DateField()),
        function="approvals_is_standby",
        output_field=BooleanField(),
    )
