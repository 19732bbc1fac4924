"""What each verb does, and what speaks against it. `moves.move_case` calls these with the case locked.

`READY` asks about the thing (no user in sight); `PERFORM` writes the verb's own rows and says what the register and the
timeline keep of it. What happens to the turn stands in the route.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal

from apps.approvals import policies
from apps.approvals.choices import APPROVALS, Capacity, Outcome
from apps.approvals.letters import compose_letter
from apps.approvals.models import (
    Assessment,
    Attestation,
    Condition,
    ConflictDeclaration,
    Decision,
    Opinion,
    Recommendation,
)
from apps.approvals.services import certificates, clarifications, committee, emergency, reconsideration
from apps.approvals.services.act import Act, Trace, take_part, with_words
from apps.approvals.services.cases import published_route
from apps.approvals.services.engine import (
    EFFECT_KIND,
    Walk,
    announce_turn,
    take_version,
)
from apps.approvals.services.references import give_reference
from apps.approvals.subjects import subject_for
from apps.audit.reasons import Kind, Reason, refuse, refuse_if
from apps.notices import services as notices

# The office -----------------------------------------------------------------------------------------------------


def _take_the_road_of_today(act: Act) -> None:
    """A review stays on the road on which it begins, and it begins when the draft is handed on for the first time."""
    if act.case.version_number == 0:
        act.case.route = published_route(act.case.route.key)
        act.walk.road = act.case.route.road


def hand_on(act: Act) -> Trace:
    _take_the_road_of_today(act)
    subject = subject_for(act.case.subject_kind)
    refuse_if(Kind.NOT_READY, subject.policy.reasons_against_handing_on(act.case.subject_id))
    take_version(act.walk, by=act.by)
    refuse_if(Kind.NOT_READY, policies.reasons_against_route(act.walk.road, act.case.facts))
    subject.lifecycle.lock(act.case.subject_id)
    take_part(act, Capacity.SUBMITTER)
    trace = with_words(act)
    trace.facts["version"] = act.case.version_number
    trace.facts["tier"] = act.case.tier
    return trace


def attest(act: Act) -> Trace:
    Attestation.objects.create(
        case=act.case,
        desk=act.turn.desk if act.turn else "",
        by=act.by,
        version_number=act.case.version_number,
        version_hash=act.case.version_hash,
        remarks=act.values["words"],
        language=act.language,
        at=act.at,
    )
    take_part(act, Capacity.ATTESTER, act.turn.desk if act.turn else "")
    return with_words(act)


def endorse(act: Act) -> Trace:
    case = act.case
    reference = give_reference(act)
    if case.submitted_at is None:
        case.submitted_at = act.at
    take_part(act, Capacity.ENDORSER)
    trace = with_words(act)
    trace.facts["reference"] = trace.params["reference"] = reference
    return trace


def send_back(act: Act) -> Trace:
    subject_for(act.case.subject_kind).lifecycle.unlock(act.case.subject_id, sections=None)
    return with_words(act)


def reasons_against_withdrawing_case(walk: Walk) -> list[Reason]:
    """What was decided is not withdrawn; a request to reconsider it is, by an act of its own."""
    return [Reason("reconsideration.stands")] if walk.case.outcome else []


def withdraw_case(act: Act) -> Trace:
    refuse_if(Kind.CONFLICT, reasons_against_withdrawing_case(act.walk))
    subject_for(act.case.subject_kind).lifecycle.lock(act.case.subject_id)
    emergency.end_with_case(act.case, act.at)
    trace = with_words(act)
    trace.close_outcome = Outcome.WITHDRAWN
    return trace


# Opinion and intake ---------------------------------------------------------------------------------------------


def give_opinion(act: Act) -> Trace:
    Opinion.objects.create(
        case=act.case,
        by=act.by,
        position=act.values["position"],
        words=act.values["words"],
        language=act.language,
        version_number=act.case.version_number,
        version_hash=act.case.version_hash,
        at=act.at,
    )
    take_part(act, Capacity.OPINION)
    trace = with_words(act)
    trace.facts["position"] = act.values["position"]
    trace.params["position"] = act.values["position"]
    return trace


def intake(act: Act) -> Trace:
    take_part(act, Capacity.INTAKE)
    return with_words(act)


# Desks ----------------------------------------------------------------------------------------------------------


def declare_no_conflict(act: Act) -> Trace:
    ConflictDeclaration.objects.get_or_create(
        case=act.case, user=act.by, recused=False, defaults={"declared_at": act.at}
    )
    if act.turn is not None and act.desk is not None and act.desk.taken:
        if act.turn.taken_by_id is None:
            act.turn.taken_by, act.turn.taken_at = act.by, act.at
            act.turn.save(update_fields=["taken_by", "taken_at"])
        take_part(act, Capacity.REVIEWER, act.turn.desk)
    return Trace(facts={"desk": act.turn.desk if act.turn else ""})


def recuse(act: Act) -> Trace:
    ConflictDeclaration.objects.create(
        case=act.case, user=act.by, recused=True, words=act.values["words"], declared_at=act.at
    )
    _release(act)
    notices.take_back(case_id=act.case.pk, by=act.by)
    if act.turn is not None and act.turn.capacity == Capacity.DECIDER:
        announce_turn(act.walk, act.turn)  # the first designated officer, who has not been told
    return Trace(facts={"desk": act.turn.desk if act.turn else ""}, commit={"words": act.values["words"]})


def hand_back(act: Act) -> Trace:
    _release(act)
    return with_words(act)


def _release(act: Act) -> None:
    if act.turn is not None and act.turn.taken_by_id in (act.by.pk, act.behalf_id):
        act.turn.taken_by, act.turn.taken_at = None, None
        act.turn.save(update_fields=["taken_by", "taken_at"])


def submit_assessment(act: Act) -> Trace:
    if act.turn is None or act.desk is None:
        refuse(Kind.NOT_READY, Reason("assessment.empty"))
    mine = Assessment.objects.filter(turn=act.turn, reviewer=act.by).prefetch_related("scores").first()
    refuse_if(Kind.NOT_READY, policies.reasons_against_assessment(act.desk, mine))
    if mine is None:
        refuse(Kind.NOT_READY, Reason("assessment.empty"))
    if act.turn.taken_by_id is None:
        act.turn.taken_by, act.turn.taken_at = act.by, act.at
        act.turn.save(update_fields=["taken_by", "taken_at"])
    scores = list(mine.scores.all())
    mine.submitted_at = act.at
    mine.version_number, mine.version_hash = act.case.version_number, act.case.version_hash
    mine.save(update_fields=["submitted_at", "version_number", "version_hash"])
    take_part(act, Capacity.REVIEWER, act.turn.desk)
    commit = {row.criterion: f"{row.score or row.answer}\n{row.evidence}\n{row.comment}" for row in scores}
    return Trace(
        facts={"assessment": str(mine.pk), "desk": act.turn.desk},
        params={"desk": act.turn.desk},
        commit={**commit, "overall": mine.overall},
    )


def recommend(act: Act) -> Trace:
    values = act.values
    refuse_if(
        Kind.INVALID, policies.reasons_against_conditions(values["outcome"], values["conditions"], at=act.at)
    )
    earlier = Recommendation.objects.filter(case=act.case, round=act.case.round).count()
    Recommendation.objects.create(
        case=act.case,
        round=act.case.round,
        number=earlier + 1,
        by=act.by,
        outcome=values["outcome"],
        summary=values["summary"],
        dissent=values["dissent"],
        proposed_conditions=[{**row, "due_on": row["due_on"].isoformat()} for row in values["conditions"]],
        language=act.language,
        version_number=act.case.version_number,
        version_hash=act.case.version_hash,
        at=act.at,
    )
    take_part(act, Capacity.LEAD)
    return Trace(
        commit={"summary": values["summary"], "dissent": values["dissent"], "outcome": values["outcome"]}
    )


# Decision -------------------------------------------------------------------------------------------------------


def decide(act: Act) -> Trace:
    case, values = act.case, act.values
    refuse_if(
        Kind.INVALID, policies.reasons_against_decision_content(case, values, act.recommendation, at=act.at)
    )
    if values["outcome"] in APPROVALS:
        subject = subject_for(case.subject_kind)
        refuse_if(
            Kind.NOT_READY, subject.policy.reasons_against_approving(case.subject_id, case.version_number)
        )
    case.facts = {**case.facts, "committee": committee.is_for_committee(act)}
    parts = [(part.user_id, part.capacity) for part in act.parts]
    if act.confirmation is None:
        refuse(Kind.NOT_ALLOWED, Reason("confirmation.missing", field="password"))
    approving = values["outcome"] in APPROVALS
    decision = Decision(
        case=case,
        round=case.round,
        outcome=values["outcome"],
        decided_by=act.by,
        capacity=act.role,
        post_title=dict(act.post_titles),
        on_behalf_of_id=act.behalf_id,
        instrument_id=act.authority.instrument.pk if act.authority and act.authority.instrument else None,
        instrument_number=act.authority.instrument.number
        if act.authority and act.authority.instrument
        else "",
        reasons=values["reasons"],
        what_would_change=values["what_would_change"],
        language=act.language,
        scope=values["scope"],
        amount_max=values["amount_max"] if approving else None,
        valid_until=values["valid_until"] if approving else None,
        override_reason=values["override_reason"],
        version_number=case.version_number,
        version_hash=case.version_hash,
        submitter_ids=[user for user, part in parts if part == Capacity.SUBMITTER],
        endorser_ids=[user for user, part in parts if part == Capacity.ENDORSER],
        reviewer_ids=[user for user, part in parts if part in (Capacity.REVIEWER, Capacity.LEAD)],
        confirmation_method=act.confirmation.method,
        confirmed_at=act.confirmation.at,
        decided_at=act.at,
        effective_at=act.at + timedelta(minutes=int(act.walk.numbers["decision.cooling_off_minutes"])),
        event_id=act.event_id,
    )
    rows = [
        Condition(decision=decision, position=position, language=act.language, **row)
        for position, row in enumerate(values["conditions"], start=1)
    ]
    decision.letter = compose_letter(case, decision, rows)
    decision.save(force_insert=True)
    Condition.objects.bulk_create(rows)
    act.walk.decision = decision
    notices.set_timer(kind=EFFECT_KIND, object_id=decision.pk, due_at=decision.effective_at)
    take_part(act, Capacity.DECIDER)
    amount = decision.amount_max
    return Trace(
        facts={
            "decision": str(decision.pk),
            "round": case.round,
            "value_usd": str(case.value_usd or Decimal(0)),
            "amount_max": str(amount) if amount is not None else None,
            "conditions": len(rows),
        },
        params={"decision": str(decision.pk), "effective_at": decision.effective_at.isoformat()},
        commit={
            "outcome": decision.outcome,
            "reasons": decision.reasons,
            "what_would_change": decision.what_would_change,
            **{f"condition_{row.position}": row.words for row in rows},
        },
    )


def withdraw_decision(act: Act) -> Trace:
    decision = Decision.objects.select_for_update().get(
        case=act.case, round=act.case.round, withdrawn_at__isnull=True
    )
    refuse_if(Kind.CONFLICT, policies.reasons_against_withdrawing_decision(decision, at=act.at))
    decision.withdrawn_at = act.at
    decision.save(update_fields=["withdrawn_at"])
    trace = with_words(act)
    trace.facts["decision"] = str(decision.pk)
    trace.params["decision"] = str(decision.pk)
    return trace


PERFORM: Mapping[str, Callable[[Act], Trace]] = {
    "hand_on": hand_on,
    "attest": attest,
    "endorse": endorse,
    "send_back": send_back,
    "send_back_to_lead": with_words,
    "withdraw_case": withdraw_case,
    "give_opinion": give_opinion,
    "acknowledge": intake,
    "find_complete": intake,
    "request_clarification": clarifications.request_clarification,
    "answer_clarification": clarifications.answer_clarification,
    "ask_questions": clarifications.ask_questions,
    "set_aside_questions": clarifications.set_aside_questions,
    "ask_extension": clarifications.ask_extension,
    "grant_extension": clarifications.grant_extension,
    "refuse_extension": clarifications.refuse_extension,
    "confirm_assessment": clarifications.confirm_assessment,
    "reopen_case": clarifications.reopen_case,
    **{
        act.__name__: act
        for act in (
            emergency.ask_emergency,
            emergency.authorize_emergency,
            emergency.refuse_emergency,
            emergency.confirm_emergency,
            emergency.end_emergency,
            emergency.give_wind_down,
            certificates.ask_certificate,
            certificates.certify_not_subject,
            certificates.find_subject,
            certificates.confirm_certificate,
            certificates.lift_certificate,
            reconsideration.ask_reconsideration,
            reconsideration.withdraw_reconsideration,
        )
    },
    "declare_no_conflict": declare_no_conflict,
    "recuse": recuse,
    "hand_back": hand_back,
    "submit_assessment": submit_assessment,
    "recommend": recommend,
    "decide": decide,
    "withdraw_decision": withdraw_decision,
    "note_decision": committee.note_decision,
    "return_decision": committee.return_decision,
    "defer_decision": committee.defer_decision,
    "open_written": committee.go_on,
    "refer_to_chair": committee.go_on,
}
AFTER_TURN: Mapping[str, Callable[[Act], None]] = {"answer_clarification": clarifications.after_answer}
