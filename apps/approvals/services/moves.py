"""`move_case`: the one function by which a case moves, whichever door the act comes through (law 1, seam 9)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.services import Confirmation
from apps.approvals.choices import Capacity, Outcome
from apps.approvals.labels import stage_label
from apps.approvals.models import (
    Case,
    ConflictDeclaration,
    Move,
    Participation,
    Turn,
)
from apps.approvals.permissions import (
    SERVED_CAPACITIES,
    reasons_against_seat,
    reasons_of_conflict,
    reasons_of_separation,
    reasons_of_service,
)
from apps.approvals.seats import names_for, titles_of
from apps.approvals.services.act import Act, Trace
from apps.approvals.services.acts import AFTER_TURN, PERFORM
from apps.approvals.services.authority import (
    authority_for,
    hold_absence,
    reasons_against_confirmation,
    reasons_of_readiness,
    recommendation_of,
)
from apps.approvals.services.clarifications import reasons_against_asking_for_time
from apps.approvals.services.committee import reasons_at_committee
from apps.approvals.services.engine import (
    ANSWER_STEP,
    DECIDED,
    Walk,
    close_turn,
    enter_stage,
    finish_step,
)
from apps.approvals.services.fields import clean_payload
from apps.approvals.services.keys import MoveResult, Seen, earlier_move, fingerprint
from apps.approvals.services.verbs import VERBS, Verb
from apps.approvals.standby import absent_cito
from apps.approvals.standing import Viewer, viewer_from
from apps.approvals.workflow import Desk, MoveOffer, Then
from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse, refuse_if
from apps.audit.register import record
from apps.offices.queries import StoodFor, standing_of

#: Verbs of a desk's turn that no route needs to name: whoever sits there may use them.
DESK_VERBS = ("declare_no_conflict", "recuse", "hand_back")


@transaction.atomic
def move_case(
    *,
    case_id: uuid.UUID,
    action: str,
    by: User,
    seen: Seen,
    idempotency_key: str,
    payload: Mapping[str, Any] | None = None,
    confirmation: Confirmation | None = None,
    auth_method: str = "session",
    desk: str = "",
) -> MoveResult:
    """Perform one act on a case: lock, read the clock, ask both lists of reasons, write, record, tell.

    `desk` says at which desk, for a person who sits at several.

    Refuses with `not_found` what the person may not see, `invalid` a wrong field, `not_allowed` a wrong person,
    `not_ready` a thing that is not ready, `conflict` an act on another version, one that came too late, or
    a key used for
    another act. Nothing is written then. The same key with the same act answers the first result again.
    """
    verb = VERBS.get(action)
    if verb is None:
        refuse(Kind.INVALID, Reason("case.unknown_verb", {"verb": str(action)[:60]}, field="action"))
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("route", "office")
        .filter(pk=case_id, discarded_at__isnull=True)
        .first()
    )
    if case is None:
        refuse(Kind.NOT_FOUND, Reason("case.not_found"))
    at = clock.now()
    request_hash = fingerprint(case_id, action, payload or {})
    if (earlier := earlier_move(by, idempotency_key, request_hash)) is not None:
        return earlier
    viewer = viewer_from(by, standing_of(by, at))
    seen_by_viewer = Exists(Case.objects.filter(pk=case.pk).visible_to(viewer))
    rows = (
        Turn.objects.filter(case=case).select_related("office", "taken_by").annotate(is_seen=seen_by_viewer)
    )
    road = case.route.road
    turns: list[Any] = sorted(rows, key=lambda turn: (turn.opened_at, road.place_of(turn.stage, turn.desk)))
    if not turns or not turns[0].is_seen:
        refuse(Kind.NOT_FOUND, Reason("case.not_found"))
    refuse_if(Kind.CONFLICT, reasons_against_state(case, seen, verb))
    values = clean_payload(verb.fields, payload or {})
    walk = Walk(
        case=case,
        at=at,
        road=road,
        turns=list[Turn](turns),
    )
    act = _person(walk, verb, by, viewer, values, payload or {}, confirmation, desk)
    from_stage, version_before = case.stage, case.version_hash
    trace = PERFORM[action](act)
    _follow_route(act, trace)
    case.save()
    event_id = _record(
        act, trace, from_stage=from_stage, version_before=version_before, auth_method=auth_method
    )
    return _write_move(
        act, trace, event_id, from_stage=from_stage, key=idempotency_key, request_hash=request_hash
    )


def reasons_against_state(case: Case, seen: Seen, verb: Verb | None = None) -> list[Reason]:
    """The case is open (or ended, for an act that opens it again), and is the one that was read."""
    if verb is not None and verb.on_closed:
        if case.closed_at is None:
            return [Reason("case.open")]
    elif case.closed_at is not None:
        outcome = Outcome(case.outcome).label
        return [
            Reason(
                "case.closed", {"closed_at": case.closed_at.isoformat(timespec="minutes"), "outcome": outcome}
            )
        ]
    if (seen.version_number, seen.version_hash) != (case.version_number, case.version_hash):
        return [Reason("case.version_changed", {"current": case.version_number, "seen": seen.version_number})]
    return []


@dataclass
class Candidate:
    """A turn at which a verb is possible, with its desk and what the route makes of it."""

    turn: Turn
    desk: Desk
    offer: MoveOffer | None


#: What the office may do while it is asked, whatever the stage, and what becomes of its turn.
ANSWER_VERBS: Mapping[str, Then] = {"answer_clarification": "close", "ask_extension": "stay"}


def candidates(walk: Walk, action: str) -> list[Candidate]:
    """The open turns at which the road, as it stands, offers this verb."""
    found = []
    for turn in walk.open_turns():
        if turn.step == ANSWER_STEP:
            if action in ANSWER_VERBS:
                then = ANSWER_VERBS[action]
                found.append(
                    Candidate(turn, walk.road.stage(walk.road.first).desks[0], MoveOffer(action, then))
                )
            continue
        desk = walk.road.stage(turn.stage).desk(turn.desk)
        offer = desk.step(turn.step).offer(action)
        conflict_verb = action in ("declare_no_conflict", "recuse") and desk.declares_conflict
        conflict_verb |= action == "recuse" and desk.capacity == Capacity.DECIDER and bool(desk.function)
        handed = action == "hand_back" and desk.taken and turn.taken_by_id is not None
        if offer is not None or conflict_verb or handed:
            found.append(Candidate(turn, desk, offer))
    return found


def _person(
    walk: Walk,
    verb: Verb,
    by: User,
    viewer: Viewer,
    values: Mapping[str, Any],
    payload: Mapping[str, Any],
    confirmation: Confirmation | None,
    desk: str,
) -> Act:
    """Find the turn at which this person may act, and every reason against; the same questions as the page asked."""
    language = payload.get("language") or by.language
    act = Act(verb.key, walk, None, None, by, viewer, values, str(language)[:8], confirmation=confirmation)
    if verb.whole_case:
        refuse_if(Kind.NOT_ALLOWED, reasons_against_whole_case(walk, viewer, verb))
        act.behalf = viewer.behalf_at(seats_of_whole_case(walk, verb))
        hold_absence(act)
        return act
    possible = [one for one in candidates(walk, verb.key) if not desk or one.desk.key == desk]
    if not possible:
        refuse(Kind.CONFLICT, Reason("case.no_turn", {"stage": stage_label(walk.case)}))
    mine = [one for one in possible if viewer.seats & set(one.turn.seats)]
    chosen = next((one for one in mine if one.turn.taken_by_id == by.pk), None)
    chosen = chosen or next(
        (one for one in mine if viewer.has_taken(one.turn)), mine[0] if mine else possible[0]
    )
    act.behalf = viewer.behalf_at(chosen.turn.seats, chosen.turn.taken_by_id)
    act.parts = list(Participation.objects.filter(case=walk.case))
    parts = list(act.parts)
    declared: list[ConflictDeclaration] = []
    if chosen.desk.declares_conflict or act.behalf is not None:
        people = [person for person in (by.pk, act.behalf_id) if person is not None]
        declared = list(ConflictDeclaration.objects.filter(case=walk.case, user__in=people))
    if chosen.turn.paused_at is not None:
        refuse(Kind.CONFLICT, Reason("case.paused"))
    reasons = reasons_against_person(
        walk, verb, chosen.turn, chosen.desk, by=by, viewer=viewer, parts=parts, declared=declared
    )
    if reasons:
        who = names_for(chosen.turn.seats, walk.at, case_id=walk.case.pk)
        refuse(
            Kind.NOT_ALLOWED,
            *(
                Reason(
                    r.code,
                    r.params,
                    r.field,
                    r.remedy,
                    r.who_can or tuple(n for n in who if n != by.full_name),
                )
                for r in reasons
            ),
        )
    act.turn, act.desk = chosen.turn, chosen.desk
    seats = act.behalf.seats if act.behalf is not None else viewer.own_seats
    act.role = next((seat.split("@")[0] for seat in sorted(chosen.turn.seats) if seat in seats), "")
    hold_absence(act)
    if act.behalf is not None and verb.key == "give_opinion":
        check = authority_for(
            by=by, capacity=chosen.turn.capacity, case=walk.case, at=walk.at, behalf=act.behalf, lock=True
        )
        refuse_if(Kind.NOT_ALLOWED, check.reasons)
        act.authority = check
    if chosen.desk.function and verb.key in DECIDERS_OWN:
        _authorize(act)
        if verb.key == "decide":
            _check_decision(act, confirmation)
        elif verb.confirmed:
            refuse_if(Kind.NOT_ALLOWED, reasons_against_confirmation(act, confirmation))
    return act


#: What only who can decide the case does at the deciding desk; anybody who sits there may recuse themselves.
DECIDERS_OWN = (
    *("decide", "send_back_to_lead"),
    *("authorize_emergency", "refuse_emergency", "confirm_emergency", "end_emergency"),
)


def _authorize(act: Act) -> None:
    """At this second, for this amount: the authority to decide (seam 10)."""
    check = authority_for(
        by=act.by,
        capacity=Capacity.DECIDER,
        case=act.case,
        at=act.at,
        behalf=act.behalf,
        function=act.desk.function if act.desk else "",
        lock=True,
    )
    refuse_if(Kind.NOT_ALLOWED, check.reasons)
    act.authority = check
    if act.behalf is None and check.stands_for is not None:
        act.behalf = absent_cito(check.stands_for, act.at)
    act.role = check.capacity or act.role
    act.post_titles = titles_of(check.post_id)


def _check_decision(act: Act, confirmation: Confirmation | None) -> None:
    """Readiness and confirmation of a decision (seam 9)."""
    act.recommendation, scored = recommendation_of(act.case)
    refuse_if(Kind.NOT_READY, reasons_of_readiness(act.walk, act.recommendation, scored))
    refuse_if(Kind.NOT_ALLOWED, reasons_against_confirmation(act, confirmation))


def reasons_against_person(
    walk: Walk,
    verb: Verb,
    turn: Turn,
    desk: Desk,
    *,
    by: User,
    viewer: Viewer,
    parts: list[Participation],
    declared: list[ConflictDeclaration],
) -> list[Reason]:
    """Every reason why this person may not use this verb at this turn; the page asks the same before it
    draws a button.

    `parts` and `declared` are those of the person and of the absent person for whom they would act: both count.
    """
    reasons = reasons_against_seat(viewer, turn, desk)
    if reasons:
        return reasons
    absent = viewer.behalf_at(turn.seats, turn.taken_by_id)
    mine = [row for row in declared if row.user_id == by.pk]
    if any(row.recused for row in mine):
        return [Reason("conflict.recused")]
    if absent is not None and any(row.recused for row in declared if row.user_id == absent.user_id):
        return [Reason("conflict.recused_absent", {"name": absent.name})]
    if verb.key == "recuse":
        return []
    reasons = reasons_of_separation(
        capacity=turn.capacity, desk=turn.desk, mine=[part for part in parts if part.user_id == by.pk]
    )
    if not reasons and absent is not None:
        theirs = [part for part in parts if part.user_id == absent.user_id]
        reasons = reasons_of_separation(
            capacity=turn.capacity, desk=turn.desk, mine=theirs, absent=absent.name
        )
    if not reasons and turn.capacity in SERVED_CAPACITIES:
        reasons = reasons_of_service(viewer=viewer, office_id=walk.case.office_id, absent=absent)
    if reasons:
        return reasons
    if verb.key == "declare_no_conflict":
        done = bool(mine) and (not desk.taken or _is_on(parts, by, turn))
        return [Reason("conflict.already_declared")] if done else []
    if verb.key == "hand_back":
        return [] if viewer.has_taken(turn) else [Reason("case.not_taken")]
    if verb.key == "send_back_to_lead" and walk.was_sent_back_to_lead:
        return [Reason("decision.sent_back_before")]
    if verb.key == "withdraw_decision" and turn.taken_by is not None and turn.taken_by_id != by.pk:
        return [Reason("decision.not_yours", {"name": turn.taken_by.full_name})]
    if turn.capacity == Capacity.COMMITTEE:
        return reasons_at_committee(walk, verb.key, turn)
    if verb.key in ("ask_questions", "confirm_assessment") and not viewer.has_taken(turn):
        return [Reason("case.not_taken")]
    if verb.key == "confirm_assessment" and walk.authors.get(turn.desk) != by.pk:
        return [Reason("assessment.not_yours")]
    if verb.key == "ask_extension":
        return reasons_against_asking_for_time(walk)
    return reasons_of_conflict(desk, mine)


def _is_on(parts: list[Participation], by: User, turn: Turn) -> bool:
    """Whether the person took this desk, themselves or in an absent person's place."""
    if turn.taken_by_id is None:
        return False
    return turn.taken_by_id == by.pk or any(
        part.user_id == by.pk and part.capacity == Capacity.REVIEWER and part.desk == turn.desk
        for part in parts
    )


def seats_of_whole_case(walk: Walk, verb: Verb) -> list[str]:
    """The seats of the sponsoring office that act so on its case."""
    return [f"{role}@{walk.case.office_id}" for role in verb.whole_case]


def reasons_against_whole_case(
    walk: Walk, viewer: Viewer, verb: Verb, *, who_can: tuple[str, ...] | None = None
) -> list[Reason]:
    """The office acts on its own case as a whole, at any open stage before a decision is taken."""
    if walk.case.stage in DECIDED:
        return [Reason("case.no_turn", {"stage": stage_label(walk.case)})]
    seats = seats_of_whole_case(walk, verb)
    if viewer.seats & set(seats):
        return []
    who = names_for(seats, walk.at, case_id=walk.case.pk) if who_can is None else who_can
    return [Reason("case.not_your_seat", {"desk": _("the sponsoring office")}, who_can=who)]


def _follow_route(act: Act, trace: Trace) -> None:
    """Do to the turn, and to the case, what the route says of this verb."""
    walk, turn = act.walk, act.turn
    if trace.close_outcome:
        enter_stage(walk, "closed", outcome=trace.close_outcome, verb=act.verb)
        return
    if turn is None:
        return
    if turn.step == ANSWER_STEP:
        if ANSWER_VERBS[act.verb] == "close":
            close_turn(walk, turn, verb=act.verb)
    elif (offer := act.desk.step(turn.step).offer(act.verb) if act.desk else None) is None:
        return
    elif offer.then == "stage":
        enter_stage(walk, offer.to, verb=act.verb)
    elif offer.then not in ("pause", "stay"):
        finish_step(walk, turn, verb=act.verb)
    if act.verb in AFTER_TURN:
        AFTER_TURN[act.verb](act)


def _record(act: Act, trace: Trace, *, from_stage: str, version_before: str, auth_method: str) -> uuid.UUID:
    case = act.case
    confirmation = act.confirmation
    return record(
        event_id=act.event_id,
        verb=f"case.{act.verb}",
        by=act.by,
        obj_kind="case",
        obj_id=case.pk,
        case_id=case.pk,
        occurred_at=act.at,
        capacity=act.turn.capacity if act.turn else Capacity.SUBMITTER,
        on_behalf_of=StoodFor(act.behalf_id) if act.behalf_id is not None else None,
        instrument_id=act.authority.instrument.pk if act.authority and act.authority.instrument else None,
        version_hash=case.version_hash or version_before,
        auth_method=confirmation.method if confirmation else auth_method,
        step_up_at=confirmation.at if confirmation else None,
        policy_version=str(case.route),
        facts={
            "from_stage": from_stage,
            "to_stage": case.stage,
            "round": case.round,
            "turn": str(act.turn.pk) if act.turn else None,
            **trace.facts,
        },
        commit=trace.commit,
    )


def _write_move(
    act: Act, trace: Trace, event_id: uuid.UUID, *, from_stage: str, key: str, request_hash: str
) -> MoveResult:
    case = act.case
    result = MoveResult(
        move_id=uuid.uuid4(),
        verb=act.verb,
        reference=case.reference or "",
        stage=case.stage,
        version_number=case.version_number,
        version_hash=case.version_hash,
        event_id=event_id,
    )
    try:
        with transaction.atomic():
            Move.objects.create(
                id=result.move_id,
                case=case,
                turn=act.turn,
                verb=act.verb,
                by=act.by,
                on_behalf_of_id=act.behalf_id,
                capacity=act.turn.capacity if act.turn else Capacity.SUBMITTER,
                role=act.role,
                post_title=dict(act.post_titles),
                instrument_id=act.authority.instrument.pk
                if act.authority and act.authority.instrument
                else None,
                at=act.at,
                round=case.round,
                from_stage=from_stage,
                to_stage=case.stage,
                version_number=case.version_number,
                version_hash=case.version_hash,
                words="" if act.verb == "recuse" else trace.words,
                words_language=act.language,
                params=trace.params,
                idempotency_key=key,
                request_hash=request_hash,
                answer=result.as_answer(),
                event_id=event_id,
            )
    except IntegrityError:
        refuse(Kind.CONFLICT, Reason("case.key_used"))
    return result
