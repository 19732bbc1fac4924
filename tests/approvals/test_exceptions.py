"""A named exception opens one case to one person for a reason, and closes at its second."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.approvals.models import Case, CaseUserGrant, NamedException
from apps.approvals.services import end_exception, name_exception
from apps.approvals.standing import viewer_of
from apps.audit import clock
from apps.audit.models import Event
from apps.audit.reasons import Refused
from apps.notices.sweep import sweep
from apps.offices.grants import rebuild_grants
from tests.factories.approvals import Review
from tests.factories.offices import make_person

REASON = "Knows the system that is replaced."


@pytest.fixture
def case(review: Review) -> Case:
    review.people["guest"] = make_person("Guest Person")
    return review.endorse(review.open())


def name(
    review: Review,
    case: Case,
    by: str = "head",
    *,
    days: float = 10,
    reason: str = REASON,
    whom: str = "guest",
):
    return name_exception(
        case_id=case.pk,
        user=review.people[whom],
        until=clock.now() + timedelta(days=days),
        reason=reason,
        by=review.people[by],
    )


def sees(person: User, case: Case) -> bool:
    return Case.objects.filter(pk=case.pk).visible_to(viewer_of(person, clock.now()), "full").exists()


@pytest.mark.parametrize("by", ["head", "chief", "cito"])
def test_it_opens_one_case_and_closes_at_its_second(review: Review, case: Case, by: str) -> None:
    guest, other = review.people["guest"], review.endorse(review.open())
    made = name(review, case, by)
    assert sees(guest, case)
    assert not sees(guest, other)
    with clock.set_to(made.until - timedelta(microseconds=1)):
        assert sees(guest, case)
    with clock.set_to(made.until):
        assert not sees(guest, case)
        assert CaseUserGrant.objects.exists()  # the query needs nobody to take the row away
        sweep()
        assert not CaseUserGrant.objects.exists()
        assert rebuild_grants(at=clock.now(), check=True) == []


@pytest.mark.parametrize("by", ["submitter", "ict", "desk", "officer", "lead", "auditor", "member", "field"])
def test_others_who_see_the_case_let_nobody_in(review: Review, case: Case, by: str) -> None:
    with pytest.raises(Refused) as refused:
        name(review, case, by)
    assert refused.value.reasons[0].code in ("exception.not_yours", "case.not_found")
    assert not NamedException.objects.exists()


def test_the_refusal_names_who_can(review: Review, case: Case) -> None:
    with pytest.raises(Refused) as refused:
        name(review, case, "submitter")
    assert set(refused.value.reasons[0].who_can) == {"Cito Person", "Head Person", "Chief Person"}


@pytest.mark.parametrize("by", ["admin", "unifil-head"])
def test_for_who_does_not_see_the_case_there_is_none(review: Review, case: Case, by: str) -> None:
    with pytest.raises(Refused) as refused:
        name(review, case, by)
    assert str(refused.value.kind) == "not_found"


def test_a_confidential_case_is_the_citos_to_open(review: Review, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(confidential=True)
    with pytest.raises(Refused):
        name(review, case, "head")
    with pytest.raises(Refused):
        name(review, case, "chief")
    review.people["cito"].participations.create(case=case, capacity="decider", since=clock.now())
    name(review, case, "cito")
    assert sees(review.people["guest"], case)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"reason": " "}, "exception.no_reason"),
        ({"days": 0}, "exception.ends_when"),
        ({"days": 367}, "exception.ends_when"),
        ({"whom": "head"}, "exception.oneself"),
        ({"whom": "ict"}, "exception.sees_already"),
    ],
)
def test_what_is_refused(review: Review, case: Case, given: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        name(review, case, **given)
    assert [reason.code for reason in refused.value.reasons] == [code]


def test_a_closed_account_is_let_in_nowhere_and_loses_what_it_had(review: Review, case: Case) -> None:
    name(review, case)
    guest = review.people["guest"]
    guest.is_active = False
    guest.save()
    assert not sees(guest, case)
    assert rebuild_grants(at=clock.now()) != []
    assert not CaseUserGrant.objects.exists()
    with pytest.raises(Refused) as refused:
        name(review, case)
    assert refused.value.reasons[0].code == "exception.inactive"


def test_who_stepped_aside_is_not_let_in_again(review: Review, case: Case) -> None:
    review.complete(case)
    review.act(case, "align", "recuse", desk="alignment", words="My cousin sells it.")
    with pytest.raises(Refused) as refused:
        name(review, case, whom="align")
    assert refused.value.reasons[0].code == "exception.recused"


def test_it_ends_before_its_time_with_a_reason(review: Review, case: Case) -> None:
    made = name(review, case)
    with pytest.raises(Refused):
        end_exception(exception_id=made.pk, reason=" ", by=review.people["head"])
    with pytest.raises(Refused):
        end_exception(exception_id=made.pk, reason="Done.", by=review.people["submitter"])
    end_exception(exception_id=made.pk, reason="Done.", by=review.people["chief"])
    assert not sees(review.people["guest"], case)
    assert not CaseUserGrant.objects.exists()
    with pytest.raises(Refused) as refused:
        end_exception(exception_id=made.pk, reason="Again.", by=review.people["chief"])
    assert refused.value.reasons[0].code == "exception.over"
    verbs = Event.objects.filter(case_id=case.pk, verb__startswith="case.exception").values_list(
        "verb", flat=True
    )
    assert sorted(verbs) == ["case.exception_ended", "case.exception_named"]


def test_the_map_is_made_anew_from_the_exceptions(review: Review, case: Case) -> None:
    made = name(review, case)
    CaseUserGrant.objects.all().delete()
    assert not sees(review.people["guest"], case)
    assert len(rebuild_grants(at=clock.now())) == 1
    row = CaseUserGrant.objects.get()
    assert (row.reason, row.source, row.until) == (made.reason, "head_of_office", made.until)
    CaseUserGrant.objects.update(until=clock.now() + timedelta(days=900))
    assert len(rebuild_grants(at=clock.now())) == 2  # one that should not be, one that should
    assert CaseUserGrant.objects.get().until == made.until


def test_the_pages_name_a_person_and_end_it(review: Review, case: Case) -> None:
    page = Client()
    page.force_login(review.people["head"])
    address = f"/cases/{case.handle}/exceptions/"
    assert "Nobody. The case is read by" in page.get(address).content.decode()
    until = f"{clock.now() + timedelta(days=5):%Y-%m-%d}"
    wrong = page.post(address, {"email": "no.one@example.org", "until": until, "reason": REASON})
    assert wrong.status_code == 400
    assert "Nobody has an account with this address." in wrong.content.decode()
    sent = {"email": "guest.person@example.org", "until": until, "reason": REASON}
    assert page.post(address, sent).status_code == 302
    made = NamedException.objects.get()
    shown = page.get(address).content.decode()
    assert "Guest Person" in shown
    assert REASON in shown
    guest = Client()
    guest.force_login(review.people["guest"])
    assert guest.get(f"/cases/{case.handle}/").status_code == 200
    assert REASON not in guest.get(address).content.decode()
    assert page.post(f"{address}{made.pk}/end/", {"reason": ""}).status_code == 400
    assert page.get(f"{address}{made.pk}/end/").status_code == 200
    assert guest.post(f"{address}{made.pk}/end/", {"reason": "x"}).status_code == 403
    assert page.post(f"{address}{made.pk}/end/", {"reason": "Done."}).status_code == 302
    assert guest.get(f"/cases/{case.handle}/").status_code == 404
