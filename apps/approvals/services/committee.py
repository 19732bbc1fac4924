"""The Management Committee and a decision that is subject to it: noted, returned once, deferred (review.md 3).

The decision of paragraph 18 stays the CITO's: the Committee does not decide the case. Who decided does not count
towards the quorum and does not vote, and neither does a CITO.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from apps.approvals.choices import Capacity, CommitteeResult, CommitteeWay
from apps.approvals.committee import members_of
from apps.approvals.models import CommitteeRecord, Decision, Turn
from apps.approvals.permissions import PARTS_APART
from apps.approvals.services.act import Act, Trace, take_part, with_words
from apps.approvals.services.effect import bring_into_effect
from apps.approvals.services.engine import Walk
from apps.audit.reasons import Kind, Reason, refuse_if
from apps.offices.choices import Role
from apps.offices.models import PostHolding
from apps.offices.queries import day_of

if TYPE_CHECKING:
    pass

CHAIR_DESK = "chair"


def is_for_committee(act: Act) -> bool:
    """Whether a decision that is being taken is subject to the Committee: a major case, and every case that the CITO
    may not decide, having played a part in it or stepped aside (review.md 3 and 7).
    """
    if act.case.facts.get("major"):
        return True
    citos = set(
        PostHolding.objects.filter(post__role=Role.CITO, during__contains=act.at).values_list(
            "user", flat=True
        )
    )
    apart = PARTS_APART[
        Capacity.DECIDER
    ]  # an earlier decision that was withdrawn or returned is no such part
    if citos & {part.user_id for part in act.parts if part.capacity in apart}:
        return True
    return bool(act.case.declarations.filter(recused=True, user__in=citos).exists())


def reasons_at_committee(walk: Walk, verb: str, turn: Turn) -> list[Reason]:
    """What stands against an act of the Committee's desk as the case stands."""
    here = [one for one in walk.turns if one.round == walk.case.round]
    if verb == "return_decision" and any(one.closed_by_verb == "return_decision" for one in here):
        return [Reason("committee.returned_before")]
    late = turn.due_at is not None and walk.at > turn.due_at
    if verb == "open_written":
        failed = CommitteeRecord.objects.filter(turn=turn, result=CommitteeResult.DEFERRED).count()
        asked = int(walk.numbers["committee.failed_meetings"])
        if failed < asked and not late:
            return [Reason("committee.meet_first", {"failed": failed, "asked": asked})]
    if verb == "refer_to_chair" and not late:
        return [Reason("committee.written_runs")]
    return []


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _named(text: str, people: Iterable[Any], field: str) -> tuple[list[Any], list[Reason]]:
    """The people whom these lines name, each once; a line that names nobody who counts is a reason."""
    by_name = {_folded(one.full_name): one for one in people}
    found: dict[uuid.UUID, Any] = {}
    reasons = []
    for line in (line.strip() for line in text.splitlines()):
        if not line:
            continue
        one = by_name.get(_folded(line))
        if one is None:
            reasons.append(Reason("committee.no_member", {"name": line[:120]}, field=field))
        else:
            found[one.pk] = one
    return list(found.values()), reasons


def _sit(act: Act, result: str) -> tuple[Decision, CommitteeRecord]:
    """Write down one sitting; refuses wrong names, a missing quorum, a lost vote, and dates that cannot be."""
    if act.turn is None or act.desk is None:
        raise LookupError("the Committee acts at a turn of its own")
    decision = Decision.objects.select_for_update().get(
        case=act.case, round=act.case.round, withdrawn_at__isnull=True
    )
    values, quorum = act.values, int(act.walk.numbers["committee.quorum"])
    way = CommitteeWay.CHAIR if act.desk.key == CHAIR_DESK else CommitteeWay(act.turn.step)
    members = members_of(
        office_id=act.turn.office_id, decided_by=decision.decided_by_id, case_id=act.case.pk, at=act.at
    )
    present, reasons = _named(values["present"], members, "present")
    against, more = _named(values.get("against") or "", present, "against")
    reasons += more
    met_on, next_on, today = values["met_on"], values.get("next_on"), day_of(act.at)
    if not day_of(decision.decided_at) <= met_on <= today:
        since = day_of(decision.decided_at).isoformat()
        reasons.append(Reason("committee.met_when", {"from": since, "to": today.isoformat()}, field="met_on"))
    if next_on is not None and next_on <= today:
        reasons.append(Reason("committee.next_when", {"today": today.isoformat()}, field="next_on"))
    if result == CommitteeResult.DEFERRED:
        if not reasons and len(present) >= quorum:
            reasons.append(Reason("committee.has_quorum", {"quorum": quorum}, field="present"))
    elif way != CommitteeWay.CHAIR:
        if not reasons and len(present) < quorum:
            params = {"present": len(present), "quorum": quorum}
            reasons.append(Reason("committee.no_quorum", params, field="present"))
        elif not reasons and 2 * len(against) >= len(present):
            params = {"present": len(present), "against": len(against)}
            reasons.append(Reason("committee.no_majority", params, field="against"))
    refuse_if(Kind.INVALID, reasons)
    record = CommitteeRecord.objects.create(
        case=act.case,
        decision=decision,
        turn=act.turn,
        way=way,
        result=result,
        met_on=met_on,
        next_on=next_on,
        members=[one.pk for one in present],
        names=[one.full_name for one in present],
        against=[one.full_name for one in against],
        quorum=quorum,
        words=values["words"],
        language=act.language,
        by=act.by,
        at=act.at,
    )
    take_part(act, Capacity.COMMITTEE)
    return decision, record


def _trace(decision: Decision, record: CommitteeRecord) -> Trace:
    return Trace(
        words=record.words,
        params={"decision": str(decision.pk), "record": str(record.pk)},
        facts={
            "decision": str(decision.pk),
            "way": record.way,
            "met_on": record.met_on.isoformat(),
            "present": len(record.members),
            "against": len(record.against),
            "quorum": record.quorum,
        },
        commit={
            "minutes": record.words,
            "names": "\n".join(record.names),
            "against": "\n".join(record.against),
        },
    )


def note_decision(act: Act) -> Trace:
    """The Committee takes note: the decision takes effect now, and its letter goes out."""
    decision, record = _sit(act, CommitteeResult.NOTED)
    trace = _trace(decision, record)
    trace.close_outcome = decision.outcome
    bring_into_effect(act.case, decision, act.at)
    return trace


def return_decision(act: Act) -> Trace:
    """The Committee returns the decision once, with reasons: it is lifted, and the case is to be decided anew."""
    decision, record = _sit(act, CommitteeResult.RETURNED)
    decision.withdrawn_at = act.at
    decision.save(update_fields=["withdrawn_at"])
    return _trace(decision, record)


def defer_decision(act: Act) -> Trace:
    """A meeting without a quorum: the case goes to the next one, and its last day stays."""
    return _trace(*_sit(act, CommitteeResult.DEFERRED))


def go_on(act: Act) -> Trace:
    """Open the written procedure, or give the turn to the chair: the road says where to, the reason stands with it."""
    trace = with_words(act)
    decision = Decision.objects.get(case=act.case, round=act.case.round, withdrawn_at__isnull=True)
    trace.params["decision"] = trace.facts["decision"] = str(decision.pk)
    return trace
