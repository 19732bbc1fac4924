"""Not subject to review: a numbered decision of an OICT officer, never of who asks (A/61/765, 16 and 18; review.md 1).

The office asks on its draft; the desk certifies, and the case ends there, or finds it subject, and the draft goes on
with the same text. One certificate in so many, by chance, is examined again by another officer; it stands meanwhile.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta

from apps.approvals.choices import Capacity, Outcome
from apps.approvals.models import Case, Certificate, Participation
from apps.approvals.seats import people_for
from apps.approvals.services.act import Act, Trace, take_part, with_words
from apps.approvals.services.engine import Walk, close_turn, enter_stage, open_turn, rule_move, walk_of
from apps.approvals.services.references import give_reference
from apps.approvals.subjects import subject_for
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse, refuse_if
from apps.notices import services as notices
from apps.notices.models import Timer
from apps.offices.choices import Role

DESK, AGAIN = "certificate", "reexamine"
SAMPLE = "certificate.sample"
SAMPLE_AFTER = timedelta(days=1)


def reasons_against_asking(walk: Walk) -> list[Reason]:
    """Once, before anything was handed on, on a road that has who answers."""
    case, road = walk.case, walk.road
    if Certificate.objects.filter(case=case).exists():
        return [Reason("certificate.asked_before")]
    if not road.begins_with_desk(DESK) or case.stage != road.first or case.version_number:
        return [Reason("certificate.not_here")]
    return []


def ask_certificate(act: Act) -> Trace:
    walk, case = act.walk, act.case
    refuse_if(Kind.CONFLICT, reasons_against_asking(walk))
    reference = give_reference(act)
    Certificate.objects.create(
        case=case, words=act.values["words"], language=act.language, asked_by=act.by, asked_at=act.at
    )
    stage = walk.road.stage(walk.road.first)
    desk = stage.desk(DESK)
    open_turn(walk, stage, desk, desk.steps[0])
    trace = with_words(act)
    trace.facts["reference"] = trace.params["reference"] = reference
    return trace


def _of(act: Act) -> Certificate:
    found = Certificate.objects.select_for_update().filter(case=act.case).first()
    if found is None:
        refuse(Kind.CONFLICT, Reason("certificate.none"))
    return found


def _answer(act: Act, *, is_subject: bool) -> Certificate:
    certificate = _of(act)
    certificate.is_subject = is_subject
    certificate.answered_by, certificate.answered_at = act.by, act.at
    certificate.reasons, certificate.reasons_language = act.values["words"], act.language
    certificate.event_id = act.event_id
    take_part(act, Capacity.INTAKE)
    return certificate


def certify_not_subject(act: Act) -> Trace:
    certificate = _answer(act, is_subject=False)
    percent = int(act.walk.numbers["certificate.sample_percent"])
    certificate.is_sampled = secrets.randbelow(100) < percent
    certificate.save()
    if certificate.is_sampled:
        notices.set_timer(kind=SAMPLE, object_id=certificate.pk, due_at=act.at + SAMPLE_AFTER)
    subject_for(act.case.subject_kind).lifecycle.lock(act.case.subject_id)
    _tell(act.case, "certificate.given", key=f"{certificate.pk}:answered", act=act)
    trace = with_words(act)
    trace.close_outcome = Outcome.NOT_SUBJECT
    return trace


def find_subject(act: Act) -> Trace:
    certificate = _answer(act, is_subject=True)
    certificate.save()
    _tell(act.case, "certificate.subject", key=f"{certificate.pk}:answered", act=act)
    return with_words(act)


# Examined again ---------------------------------------------------------------------------------------------------


def examine_again(timer: Timer) -> None:
    """Chance chose this certificate: the desk gets it once more, less the officer who gave it. It stands meanwhile."""
    rows = Certificate.objects.select_for_update(of=("self",)).select_related("case__route", "case__office")
    certificate = rows.filter(pk=timer.object_id, is_subject=False, examined_at=None).first()
    if certificate is None or certificate.case.closed_at is None:
        return
    case, now = certificate.case, clock.now()
    walk = walk_of(case, now)
    people = Participation.objects.filter(case=case, capacity=Capacity.INTAKE).values_list("user", flat=True)
    Participation.objects.bulk_create(
        [
            Participation(case=case, user_id=one, capacity=Capacity.EARLIER, since=now)
            for one in people.distinct()
        ],
        ignore_conflicts=True,
    )
    stage = walk.road.stage(walk.road.first)
    from_stage = case.stage
    case.closed_at, case.stage, case.stage_entered_at = None, stage.key, now  # its outcome stands
    case.visit += 1
    case.save()
    desk = stage.desk(DESK)
    turn = open_turn(walk, stage, desk, desk.step(AGAIN))
    rule_move(walk, verb="sampled", turn=turn, from_stage=from_stage)


def _examined(act: Act) -> Certificate:
    certificate = _of(act)
    certificate.examined_by, certificate.examined_at = act.by, act.at
    certificate.examined_words, certificate.examined_language = act.values["words"], act.language
    take_part(act, Capacity.INTAKE)
    return certificate


def confirm_certificate(act: Act) -> Trace:
    _examined(act).save()
    trace = with_words(act)
    trace.close_outcome = Outcome.NOT_SUBJECT
    return trace


def lift_certificate(act: Act) -> Trace:
    """It is subject after all: the certificate is over, and the draft is the office's again."""
    certificate = _examined(act)
    certificate.is_subject = True
    certificate.save()
    case, walk = act.case, act.walk
    case.outcome = ""
    subject_for(case.subject_kind).lifecycle.unlock(case.subject_id, sections=None)
    if act.turn is not None:
        close_turn(walk, act.turn, verb=act.verb)
    enter_stage(walk, walk.road.first, verb=act.verb)
    _tell(case, "certificate.lifted", key=f"{certificate.pk}:lifted", act=act)
    return with_words(act)


def lock_cases_of_certificates(ids: list[uuid.UUID]) -> None:
    """Lock the cases of these certificates before their timers, in the order of every other act (seam 1)."""
    cases = Certificate.objects.filter(pk__in=ids).values("case_id")
    list(Case.objects.select_for_update(of=("self",)).filter(pk__in=cases).order_by("pk").values_list("pk"))


def _tell(case: Case, code: str, *, key: str, act: Act) -> None:
    seats = [f"{role}@{case.office_id}" for role in (Role.SUBMITTER, Role.HEAD_OF_OFFICE, Role.ICT_CHIEF)]
    notices.post(
        recipients=[one.user for one in people_for(seats, act.at, case_id=case.pk)],
        code=code,
        params={"reference": case.reference or "", "title": case.title},
        dedupe_key=key,
        case_id=case.pk,
        link=f"/cases/{case.handle}/",
        at=act.at,
    )
