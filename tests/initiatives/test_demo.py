"""The demonstration portfolio: it loads once, shows every stage and outcome, and its register holds."""

from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Q

from apps.accounts.models import User
from apps.approvals.models import (
    Case,
    Clarification,
    Condition,
    ConflictDeclaration,
    Decision,
    Emergency,
    Move,
    Opinion,
    Participation,
    Reconsideration,
    Turn,
)
from apps.audit import clock
from apps.initiatives.demo import play
from apps.initiatives.models import Draft, Initiative
from apps.notices.models import Notice, Outbox, Timer
from apps.offices.choices import Role
from apps.offices.life import state_of
from apps.offices.models import Instrument
from apps.offices.queries import roles_of


def load() -> str:
    said = StringIO()
    call_command("load_demo", stdout=said)
    return said.getvalue()


@pytest.fixture(scope="module")
def demonstration(django_db_setup: None, django_db_blocker: Any) -> Any:
    """The demonstration, loaded once for this file; each test then runs in a transaction that is rolled back."""
    from django.conf import settings

    from tests.conftest import renew_database

    with django_db_blocker.unblock():
        before = settings.ICTGOV_DEMO
        settings.ICTGOV_DEMO = True
        renew_database()
        said = load()
        yield said
        settings.ICTGOV_DEMO = before
        renew_database()


@pytest.fixture
def loaded(demonstration: str, db: None) -> str:
    return demonstration


def test_every_stage_and_outcome_is_there(loaded: str) -> None:
    stages = Counter(Case.objects.values_list("stage", "outcome"))
    assert stages == {
        ("draft", ""): 6,
        ("draft", "not_subject"): 1,  # it stands while it is examined again
        ("endorsement", ""): 3,
        ("intake", ""): 3,
        ("assessments", ""): 7,
        ("recommendation", ""): 2,
        ("decision", ""): 2,
        ("decision", "not_approved"): 1,  # it stands while it is reconsidered
        ("cooling_off", ""): 1,
        ("committee", ""): 1,
        ("closed", "approved"): 6,
        ("closed", "approved_with_conditions"): 2,
        ("closed", "not_approved"): 2,
        ("closed", "withdrawn"): 2,
    }


def test_drafts_are_begun_nearly_complete_and_sent_back(loaded: str) -> None:
    drafts = Draft.objects.filter(initiative__case_id__in=Case.objects.filter(stage="draft").values("id"))
    answered = sorted(sum(1 for value in draft.content.values() if value) for draft in drafts)
    assert (answered[0] < 10, answered[-2] > 35, answered[-1] > 40) == (True, True, True)
    assert list(
        Case.objects.filter(stage="draft", version_number=1).values_list("office__code", flat=True)
    ) == ["MINUSCA"]


def test_open_turns_stand_at_every_desk(loaded: str) -> None:
    desks = set(Turn.objects.filter(closed_at=None, paused_at=None).values_list("desk", flat=True))
    assert desks >= {
        "submitter", "attest_ict", "head", "oict_intake", "field_opinion",
        "alignment", "standards", "value", "security", "lead", "decider",
    }  # fmt: skip


def test_turns_are_overdue_at_several_desks(loaded: str) -> None:
    late = Turn.objects.filter(closed_at=None, paused_at=None, due_at__lt=clock.now())
    assert set(late.values_list("desk", flat=True)) >= {
        "head", "oict_intake", "field_opinion", "alignment", "standards", "lead",
    }  # fmt: skip
    assert set(late.filter(days__gt=1).exclude(escalated_at=None).values_list("desk", flat=True)) >= {
        "head",
        "lead",
    }


def test_clarifications_wait_and_were_answered(loaded: str) -> None:
    waiting = Clarification.objects.filter(answered_at=None)
    offices = waiting.order_by("lapsed_at").values_list("case__office__code", flat=True)
    assert list(waiting.exclude(lapsed_at=None).values_list("case__office__code", flat=True)) == ["UNVMC"]
    assert sorted(offices) == ["UNMISS", "UNVMC"]
    assert Turn.objects.filter(closed_at=None).exclude(paused_at=None).exists()
    answered = Clarification.objects.exclude(answered_at=None)
    assert list(answered.values_list("answered_in_version", flat=True)) == [2, 2, 2]


def test_field_opinions_are_given_negative_and_missing(loaded: str) -> None:
    assert set(Opinion.objects.values_list("position", flat=True)) == {
        "supports", "supports_with_remarks", "does_not_support",
    }  # fmt: skip
    missing = Turn.objects.filter(desk="field_opinion", closed_at=None, due_at__lt=clock.now())
    assert sorted(missing.values_list("case__office__code", flat=True)) == ["UNIFIL", "UNSOS"]


def test_assessments_stand_at_none_to_three_of_four(loaded: str) -> None:
    submitted = (
        Case.objects.filter(stage="assessments")
        .annotate(n=Count("assessments", filter=~Q(assessments__submitted_at=None)))
        .values_list("n", flat=True)
    )
    assert sorted(submitted) == [0, 0, 1, 1, 1, 2, 3]


def test_scores_diverge_where_a_recommendation_is_due(loaded: str) -> None:
    case = Case.objects.get(stage="recommendation", office__code="UNIFIL")
    scores = [row.score for one in case.assessments.all() for row in one.scores.all() if row.score]
    assert (min(scores), max(scores)) == (1, 5)


def test_decisions_wait_within_a_ceiling_and_above_all(loaded: str) -> None:
    values = Case.objects.filter(stage="decision").order_by("value_usd").values_list("value_usd", flat=True)
    assert [int(value) for value in values[1:]] == [180_000, 1_640_000]


def test_one_decision_can_still_be_withdrawn(loaded: str) -> None:
    decision = Decision.objects.get(took_effect_at=None, case__stage="cooling_off", withdrawn_at=None)
    assert (decision.case.stage, decision.case.office.code) == ("cooling_off", "ESCWA")


def test_decisions_differ_from_recommendations_and_carry_conditions(loaded: str) -> None:
    assert Decision.objects.exclude(override_reason="").count() == 2
    assert Condition.objects.count() == 4
    assert set(Decision.objects.values_list("capacity", flat=True)) == {"cito", "assigned_officer"}


def test_certificates_are_asked_for_and_examined_again(loaded: str) -> None:
    turns = Turn.objects.filter(desk="certificate", closed_at=None).order_by("step")
    assert list(turns.values_list("case__office__code", "step")) == [
        ("UNMISS", "examine"),
        ("UNIFIL", "reexamine"),
    ]


def test_a_decision_is_reconsidered(loaded: str) -> None:
    case = Reconsideration.objects.get().case
    assert (case.office.code, case.stage, case.outcome, case.round) == ("UNON", "decision", "not_approved", 2)


def test_a_recusal_passed_the_turn_on(loaded: str) -> None:
    recusal = ConflictDeclaration.objects.get(recused=True)
    turn = Turn.objects.get(case=recusal.case, desk="alignment", closed_at=None)
    assert turn.taken_by is None


def test_instruments_stand_at_every_place_of_their_life(loaded: str) -> None:
    now = clock.now()
    found = Instrument.objects.select_related("parent").order_by("number")
    states = [str(state_of(instrument, now)) for instrument in found]
    assert sorted(states) == sorted(
        ["in_force", "in_force", "in_force", "revoked", "ended", "suspended", "awaiting", "draft"]
    )
    in_force = [i for i, state in zip(found, states, strict=True) if state == "in_force"]
    assert sorted(int(i.amount_limit) for i in in_force if i.amount_limit) == [250_000, 1_000_000]
    assert not [i for i in found if i.issued_by_id is not None and i.issued_by_id == i.drafted_by_id]


def test_there_is_one_person_for_each_role(loaded: str) -> None:
    shown = User.objects.exclude(demo_role="")
    held = {role for user in shown for role, _office in roles_of(user, clock.now())}
    assert held == set(Role.values) - {Role.SERVICE_ACCOUNT}
    assert all(user.check_password(play.PASSWORD) for user in shown[:2])


def test_cases_are_written_in_each_official_language(loaded: str) -> None:
    assert set(Case.objects.values_list("language", flat=True)) == {"ar", "en", "es", "fr", "ru", "zh"}
    offices = set(Initiative.objects.values_list("office__code", flat=True))
    assert offices >= {"UNMISS", "MINUSCA", "UNOG", "ESCWA", "ECLAC", "DGACM", "DM", "UNRCCA"}


def test_nobody_played_two_parts_that_stay_apart(loaded: str) -> None:
    apart = ("submitter", "endorser", "reviewer", "decider")
    twice = (
        Participation.objects.filter(capacity__in=apart)
        .values("case", "user")
        .annotate(parts=Count("capacity", distinct=True))
        .filter(parts__gt=1)
    )
    assert list(twice) == []


def test_acts_lie_in_order_and_in_the_past(loaded: str) -> None:
    assert not Move.objects.filter(at__gt=clock.now()).exists()
    assert not Turn.objects.filter(closed_at__lt=F("opened_at")).exists()


def test_what_was_due_has_rung_and_what_was_said_was_sent(loaded: str) -> None:
    assert not Timer.objects.filter(due_at__lt=clock.now(), fired_at=None, cancelled_at=None).exists()
    assert not Outbox.objects.filter(sent_at=None, not_before__lt=clock.now()).exists()
    assert Notice.objects.filter(code="turn.reminder_50").exists()
    assert Move.objects.filter(verb="escalated").exists()


def test_register_verifies_and_tells_that_it_is_a_demonstration(
    loaded: str, tmp_path: Path, settings: Any
) -> None:
    settings.ICTGOV_CHECKPOINTS = tmp_path  # not those of a demonstration that runs in this folder
    said = StringIO()
    call_command("verify_register", stdout=said)
    file = tmp_path / "register.jsonl"
    call_command("export_register", str(file), stdout=StringIO())
    assert '"origin":"demo"' in file.read_text().replace(" ", "").replace('\\"', '"')


def test_grants_follow_from_posts(loaded: str) -> None:
    said = StringIO()
    call_command("rebuild_grants", check=True, stdout=said)


def test_second_run_changes_nothing(loaded: str) -> None:
    counts = [model.objects.count() for model in (User, Case, Move, Turn, Notice, Timer, Instrument)]
    assert "nothing has changed" in load()
    assert counts == [model.objects.count() for model in (User, Case, Move, Turn, Notice, Timer, Instrument)]


def test_production_and_an_ordinary_start_are_refused(db: None, settings: Any) -> None:
    before = User.objects.count()
    for demo, production in ((False, False), (True, True), (False, True)):
        settings.ICTGOV_DEMO, settings.PRODUCTION = demo, production
        with pytest.raises(CommandError, match="no demonstration"):
            load()
    assert User.objects.count() == before


def test_people_to_sign_in_as_are_printed(db: None, settings: Any) -> None:
    said = StringIO()
    call_command("load_demo", people=True, stdout=said)
    lines = said.getvalue().splitlines()
    assert play.PASSWORD in lines[0]
    assert "achol.deng.majok@example.org" in lines[1]
    assert len(lines) == 26


def test_functions_are_shown_in_time_late_and_not_at_all(loaded: str) -> None:
    from apps.offices import duties
    from apps.offices.choices import Performance
    from apps.offices.models import Evidence, EvidenceDuty

    now = clock.now()
    found = duties.cells(now)
    stand = Counter(str(cell.performance) for cell in found.values() if not cell.from_cases)
    assert Evidence.objects.count() == 32
    assert stand[Performance.PERFORMING] > stand[Performance.OVERDUE] >= 6
    assert stand[Performance.NO_EVIDENCE] > 100
    assert EvidenceDuty.objects.filter(last__isnull=False, due_at=None).count() == 0
    of_18 = next(cell for cell in found.values() if cell.from_cases and cell.by_report)
    assert (of_18.decisions or 0) > 0
    late = Notice.objects.filter(code="evidence.due").values_list("recipient__email", flat=True)
    assert "rajesh.thapa@example.org" in set(late)


def test_emergencies_wait_for_an_answer_and_are_in_force(loaded: str) -> None:
    found = {one.case.office.code: one for one in Emergency.objects.select_related("case__office")}
    assert (found["MINUSCA"].authorized, found["UNSOS"].is_in_force) == (None, True)
    assert list(
        Turn.objects.filter(closed_at=None, desk="emergency").values_list("case__office__code", flat=True)
    ) == ["MINUSCA"]


def test_a_review_is_to_be_confirmed_and_questions_wait_to_be_sent(loaded: str) -> None:
    waiting = Turn.objects.filter(closed_at=None, step__in=["confirm", "send"])
    assert set(waiting.values_list("case__office__code", "step")) == {
        ("UNIFIL", "confirm"),
        ("UNSOS", "send"),
    }
