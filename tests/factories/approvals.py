"""A review to test with: a plain subject of its own, the published road, and one person for each part."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from apps.accounts.models import User
from apps.approvals import services, subjects
from apps.approvals.models import Case
from apps.approvals.services import Confirmation, MoveResult, Seen
from apps.audit import clock
from apps.audit.canonical import sha256_hex
from apps.audit.reasons import Reason
from apps.offices.choices import Role
from tests.factories.offices import Organization, appoint_all, make_organization, make_post

ROUTES = Path(__file__).resolve().parents[2] / "apps/approvals/routes"


@dataclass
class Draft:
    """The probe's draft: what the engine asks about, and what it was told to do."""

    facts: dict[str, Any]
    title: str = "Radio for patrols"
    number: int = 0
    unlocked: Sequence[str] | str | None = None
    changed: Sequence[str] = ()
    effects: list[str] = field(default_factory=list)
    against_handing_on: list[Reason] = field(default_factory=list)
    against_approving: list[Reason] = field(default_factory=list)


class Probe:
    """A subject with no table: drafts in memory, versions counted, every call remembered."""

    def __init__(self) -> None:
        self.drafts: dict[uuid.UUID, Draft] = {}

    def reasons_against_handing_on(self, subject_id: uuid.UUID) -> list[Reason]:
        return self.drafts[subject_id].against_handing_on

    def reasons_against_approving(self, subject_id: uuid.UUID, number: int) -> list[Reason]:
        return self.drafts[subject_id].against_approving

    def freeze(self, subject_id: uuid.UUID, *, by: User, at: datetime) -> subjects.FrozenVersion:
        draft = self.drafts[subject_id]
        draft.number += 1
        digest = sha256_hex(f"{subject_id} {draft.number} {sorted(draft.facts.items())}")
        return subjects.FrozenVersion(draft.number, digest, dict(draft.facts), draft.title, "en")

    def unlock(self, subject_id: uuid.UUID, *, sections: Sequence[str] | None) -> None:
        self.drafts[subject_id].unlocked = "all" if sections is None else list(sections)

    def lock(self, subject_id: uuid.UUID) -> None:
        self.drafts[subject_id].unlocked = "locked"

    def on_effect(self, subject_id: uuid.UUID, *, outcome: str, at: datetime) -> None:
        self.drafts[subject_id].effects.append(outcome)

    def sections(self, subject_id: uuid.UUID, number: int) -> list[subjects.Section]:
        row = subjects.Row("problem.need", "Need", "Patrols are out of reach.", "narrative", "en")
        return [subjects.Section("problem", "Problem", [row])]

    def summary(self, subject_id: uuid.UUID, number: int) -> list[subjects.Row]:
        return list(self.sections(subject_id, number)[0].rows)

    blind_summary = summary

    def appraisal(self, subject_id: uuid.UUID, number: int) -> None:
        return None

    def difference(self, subject_id: uuid.UUID, before: int, after: int) -> list[subjects.Change]:
        changed = self.drafts[subject_id].changed
        return [subjects.Change(field, field, field.split(".")[0], "old", "new") for field in changed]

    def field_choices(self) -> list[subjects.FieldChoice]:
        return [
            subjects.FieldChoice("problem.need", "Need", "problem"),
            subjects.FieldChoice("costs.rows", "Costs", "costs"),
            *(subjects.FieldChoice(f"{section}.words", section, section) for section in SECTIONS),
        ]


#: Those of the business case on which the road's desks rest, beside the two above.
SECTIONS = ("identity", "alignment", "options", "technical", "security", "funding", "benefits", "risks")


FACTS = {
    "tier": 1,
    "value_usd": "180000.00",
    "office_kind": "field_mission",
    "major": False,
    "security_review": False,
}
FACT_TYPES = {"tier": int, "value_usd": str, "office_kind": str, "major": bool, "security_review": bool}


def assessment_of(desk: Any) -> dict[str, dict[str, Any]]:
    """A complete set of answers for a desk: 4 everywhere, evidence in words."""
    return {
        criterion.key: (
            {"score": 4, "evidence": "Shown in section problem."}
            if criterion.kind == "score"
            else {"answer": "yes", "evidence": "Named in the case."}
        )
        for criterion in desk.criteria
    }


def decision_of(outcome: str = "approved", **values: Any) -> dict[str, Any]:
    """A complete decision."""
    given = {
        "outcome": outcome,
        "reasons": "Sound, and within the strategy.",
        "scope": "The whole.",
        "amount_max": "180000",
        "valid_until": "2030-12-31",
    }
    if outcome == "not_approved":
        given = {"outcome": outcome, "reasons": "No owner.", "what_would_change": "An owner."}
    return {**given, **values}


@dataclass
class Review:
    """A small Organization with its road, and short words for each act."""

    org: Organization
    probe: Probe
    people: dict[str, User]

    def open(self, **facts: Any) -> Case:
        """A draft case of UNMISS, opened by its submitter."""
        subject_id = uuid.uuid4()
        self.probe.drafts[subject_id] = Draft({**FACTS, **facts})
        return services.open_case(
            subject_kind="probe",
            subject_id=subject_id,
            office=self.org.office("UNMISS"),
            route_key="probe-road",
            title="Radio for patrols",
            language="en",
            by=self.people["submitter"],
        )

    def draft_of(self, case: Case) -> Draft:
        return self.probe.drafts[case.subject_id]

    def act(self, case: Case, person: str, action: str, *, key: str = "", **payload: Any) -> MoveResult:
        """One act of a person on the case as it stands; the case object is refreshed."""
        confirmation = payload.pop("confirmation", None)
        desk = payload.pop("desk", "")
        case.refresh_from_db()
        if action == "decide" and confirmation is None:
            confirmation = Confirmation(
                "password", clock.now(), case.version_hash, self.people[person].pk, "totp"
            )
        result = services.move_case(
            case_id=case.pk,
            action=action,
            by=self.people[person],
            seen=payload.pop("seen", None) or Seen(case.version_number, case.version_hash),
            idempotency_key=key or str(uuid.uuid4()),
            payload=payload,
            confirmation=confirmation,
            desk=desk,
        )
        case.refresh_from_db()
        return result

    def endorse(self, case: Case) -> Case:
        """From draft to the OICT desk."""
        self.act(case, "submitter", "hand_on")
        self.act(case, "ict", "attest", confirmed=True)
        self.act(case, "finance", "attest", confirmed=True)
        self.act(case, "head", "endorse", confirmed=True)
        return case

    def complete(self, case: Case) -> Case:
        """Through intake."""
        self.act(case, "desk", "acknowledge")
        self.act(case, "desk", "find_complete")
        return case

    def assess(self, case: Case, *desks: str) -> Case:
        """Each named desk declares, writes and submits."""
        people = {"alignment": "align", "standards": "standards", "value": "value", "security": "security"}
        for desk in desks or ("alignment", "standards", "value"):
            self.act(case, people[desk], "declare_no_conflict", desk=desk)
            services.save_assessment(
                case_id=case.pk,
                desk=desk,
                scores=assessment_of(case.route.road.stage("assessments").desk(desk)),
                overall="Sound.",
                base_revision=0,
                by=self.people[people[desk]],
            )
            self.act(case, people[desk], "submit_assessment", desk=desk)
        return case

    def recommend(self, case: Case, outcome: str = "approved") -> Case:
        self.act(case, "lead", "declare_no_conflict")
        self.act(case, "lead", "recommend", outcome=outcome, summary="All three desks agree.")
        return case

    def to_decision(self, case: Case | None = None) -> Case:
        """A case that waits for its decision."""
        return self.recommend(self.assess(self.complete(self.endorse(case or self.open()))))


def make_review() -> Review:
    """The road under the key `probe-road`, the parameters, and people for every desk."""
    org = make_organization()
    probe = Probe()
    subjects.register_subject(
        subjects.Subject("probe", policy=probe, presenter=probe, lifecycle=probe, fact_types=FACT_TYPES)
    )
    definition = json.loads((ROUTES / "ict-initiative.json").read_text())
    services.publish_route(definition={**definition, "key": "probe-road", "subject": "probe"}, by=None)
    for row in json.loads((ROUTES.parent / "parameters.json").read_text()):
        services.set_parameter(
            key=row["key"],
            value=row["value"],
            valid_from=date.fromisoformat(row["valid_from"]),
            source=row["source"],
            by=None,
        )
    more = [
        ("desk", "OICT", Role.DESK_OFFICER),
        ("standards", "OICT", Role.REVIEWER_STANDARDS),
        ("value", "OICT", Role.REVIEWER_VALUE),
        ("security", "OICT", Role.REVIEWER_SECURITY),
        ("lead", "OICT", Role.LEAD_REVIEWER),
        ("chief", "OICT", Role.SECTION_CHIEF),
        ("unifil-submitter", "UNIFIL", Role.SUBMITTER),
        ("unifil-head", "UNIFIL", Role.HEAD_OF_OFFICE),
    ]
    posts = {key: make_post(org.offices[code], role) for key, code, role in more}
    org.posts |= posts
    org.people |= appoint_all(posts)
    return Review(org, probe, org.people)


def tick() -> None:
    """Let every timer ring that is due at the clock's moment, in the order of their due moments."""
    from apps.notices import handlers
    from apps.notices.models import Timer

    due = Timer.objects.filter(due_at__lte=clock.now(), fired_at=None, cancelled_at=None).order_by("due_at")
    for timer in due:
        handlers.handler_of(timer.kind).handle([timer])
        Timer.objects.filter(pk=timer.pk).update(fired_at=clock.now())
