"""Not subject to review (A/61/765, 16 and 18; review.md 1): asked, answered by OICT, and sampled by chance."""

from datetime import timedelta

import pytest
from django.test import Client

from apps.approvals.models import Case, Certificate, Turn
from apps.approvals.services import certificates, set_parameter
from apps.approvals.standing import viewer_of
from apps.audit import clock
from apps.audit.reasons import Refused
from apps.notices.models import Notice
from apps.offices.choices import Role
from tests.factories.approvals import Review, tick
from tests.factories.offices import appoint, make_person, make_post

WHY = {"words": "Nine steel masts for the antennas; no software in them."}
REASON = {"words": "Steel masts are local infrastructure (16c)."}


def asked(review: Review) -> Case:
    case = review.open()
    review.act(case, "submitter", "ask_certificate", **WHY)
    return case


def certificate_of(case: Case) -> Certificate:
    return Certificate.objects.get(case=case)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def waits_for(review: Review, person: str) -> bool:
    return (
        Turn.objects.awaiting(viewer_of(review.people[person], clock.now()))
        .filter(desk="certificate")
        .exists()
    )


def sample(percent: int) -> None:
    set_parameter(
        key="certificate.sample_percent",
        value=percent,
        valid_from=(clock.now() - timedelta(days=1)).date(),
        source="Test",
        by=None,
    )


def certified(review: Review, *, sampled: bool = False) -> Case:
    sample(100 if sampled else 0)
    case = asked(review)
    review.act(case, "desk", "certify_not_subject", **REASON)
    return case


def page_of(review: Review, person: str, path: str) -> str:
    client = Client()
    client.force_login(review.people[person])
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_the_submitter_asks_and_the_desk_has_two_working_days(review: Review) -> None:
    case = asked(review)
    turn = case.turns.open().get(desk="certificate")
    assert case.reference == "OICT-2026-UNMISS-0001"
    assert (case.stage, turn.days, turn.step) == ("draft", 2, "examine")
    assert {one.desk for one in case.turns.open()} == {"submitter", "certificate"}
    assert waits_for(review, "desk")
    assert WHY["words"] in page_of(review, "desk", f"/cases/{case.handle}/")


@pytest.mark.parametrize("person", ["head", "ict", "auditor"])
def test_nobody_but_a_submitter_asks(review: Review, person: str) -> None:
    case = review.open()
    with pytest.raises(Refused) as refused:
        review.act(case, person, "ask_certificate", **WHY)
    assert codes(refused) == ["case.not_your_seat"]


def test_it_is_asked_once_and_before_anything_is_handed_on(review: Review) -> None:
    case = asked(review)
    with pytest.raises(Refused) as refused:
        review.act(case, "submitter", "ask_certificate", **WHY)
    assert codes(refused) == ["certificate.asked_before"]
    other = review.open()
    review.act(other, "submitter", "hand_on")
    with pytest.raises(Refused) as refused:
        review.act(other, "submitter", "ask_certificate", **WHY)
    assert codes(refused) == ["certificate.not_here"]


@pytest.mark.parametrize("person", ["submitter", "head", "cito", "align"])
def test_only_the_desk_answers(review: Review, person: str) -> None:
    case = asked(review)
    with pytest.raises(Refused):
        review.act(case, person, "certify_not_subject", **REASON)
    assert certificate_of(case).is_subject is None


def test_a_certificate_ends_the_case_with_its_reasons_and_can_be_read(review: Review) -> None:
    case = certified(review)
    assert (case.stage, case.outcome, case.turns.open().count()) == ("closed", "not_subject", 0)
    one = certificate_of(case)
    assert (one.is_subject, one.answered_by, one.reasons) == (False, review.people["desk"], REASON["words"])
    assert review.draft_of(case).unlocked == "locked"
    assert Notice.objects.filter(code="certificate.given", recipient=review.people["submitter"]).exists()
    text = page_of(review, "head", f"/cases/{case.handle}/certificate/")
    assert "OICT-2026-UNMISS-0001" in text
    assert ": not subject to review</h2>" in text
    assert REASON["words"] in text
    assert WHY["words"] in text
    assert case.title not in page_of(review, "escap-ict", "/initiatives/")  # the office's own, and OICT's


def test_what_is_subject_goes_on_as_the_draft_that_it_was(review: Review) -> None:
    case = asked(review)
    review.act(case, "desk", "find_subject", words="The masts come with a control system.")
    assert (case.stage, case.outcome) == ("draft", "")
    assert [one.desk for one in case.turns.open()] == ["submitter"]
    assert certificate_of(case).is_subject is True
    client = Client()
    client.force_login(review.people["submitter"])
    assert client.get(f"/cases/{case.handle}/certificate/").status_code == 404
    review.act(case, "submitter", "hand_on")
    assert case.stage == "endorsement"


def test_a_request_lapses_with_the_hand_over_and_with_a_withdrawal(review: Review) -> None:
    case = asked(review)
    review.act(case, "submitter", "hand_on")
    assert not case.turns.open().filter(desk="certificate").exists()
    assert "It was not answered" in page_of(review, "submitter", f"/cases/{case.handle}/")
    other = asked(review)
    review.act(other, "submitter", "withdraw_case", words="No need.")
    assert other.turns.open().count() == 0


# Chance ---------------------------------------------------------------------------------------------------------


def sampled(review: Review) -> Case:
    """A certificate that chance chose, a day later; a second officer sits at the desk."""
    post = make_post(review.org.office("OICT"), Role.DESK_OFFICER, "SECOND-DESK")
    review.people["second desk"] = appoint(post, make_person("Second Desk"))
    case = certified(review, sampled=True)
    with clock.set_to(clock.now() + timedelta(days=1)):
        tick()
    case.refresh_from_db()
    return case


def test_another_officer_examines_it_again_and_it_stands_meanwhile(review: Review) -> None:
    case = sampled(review)
    assert (case.stage, case.outcome, case.closed_at) == ("draft", "not_subject", None)
    assert [(one.desk, one.step, one.days) for one in case.turns.open()] == [("certificate", "reexamine", 10)]
    assert (waits_for(review, "desk"), waits_for(review, "second desk")) == (False, True)
    with pytest.raises(Refused) as refused:
        review.act(case, "desk", "confirm_certificate", **REASON)
    assert codes(refused) == ["separation.other_part"]
    assert "your turn" not in page_of(review, "desk", f"/cases/{case.handle}/")
    assert "your turn" in page_of(review, "second desk", f"/cases/{case.handle}/")
    assert "stands meanwhile" in page_of(review, "submitter", f"/cases/{case.handle}/")
    assert "not subject to review" in page_of(review, "submitter", f"/cases/{case.handle}/certificate/")
    review.act(case, "second desk", "confirm_certificate", words="Nothing but steel.")
    assert (case.stage, case.outcome) == ("closed", "not_subject")
    assert "Nothing but steel." in page_of(review, "submitter", f"/cases/{case.handle}/")
    assert "Second Desk" in page_of(review, "submitter", f"/cases/{case.handle}/certificate/")


def test_a_lifted_certificate_gives_the_draft_back(review: Review) -> None:
    case = sampled(review)
    review.act(case, "second desk", "lift_certificate", words="The masts come with a control system.")
    assert (case.stage, case.outcome, case.closed_at) == ("draft", "", None)
    assert [one.desk for one in case.turns.open()] == ["submitter"]
    assert certificate_of(case).is_subject is True
    assert Notice.objects.filter(code="certificate.lifted", recipient=review.people["submitter"]).exists()
    review.act(case, "submitter", "hand_on")
    assert case.stage == "endorsement"


def test_while_it_is_examined_again_its_office_withdraws_nothing(review: Review) -> None:
    case = sampled(review)
    with pytest.raises(Refused) as refused:
        review.act(case, "submitter", "withdraw_case", words="No need.")
    assert codes(refused) == ["reconsideration.stands"]
    with pytest.raises(Refused) as refused:
        review.act(case, "head", "withdraw_reconsideration", words="No need.")
    assert codes(refused) == ["reconsideration.not_asked"]


def test_chance_takes_the_share_that_is_set(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    sample(10)
    taken = []
    for drawn in range(0, 100, 10):
        case = asked(review)
        monkeypatch.setattr(certificates.secrets, "randbelow", lambda top, drawn=drawn: drawn)
        review.act(case, "desk", "certify_not_subject", **REASON)
        taken.append(certificate_of(case).is_sampled)
    assert taken == [True] + [False] * 9


def test_what_was_not_chosen_stays_closed(review: Review) -> None:
    case = certified(review)
    with clock.set_to(clock.now() + timedelta(days=30)):
        tick()
    case.refresh_from_db()
    assert case.stage == "closed"
