"""Who sees how much of a case in which state: one table by hand, against the query (seam 12)."""

from datetime import timedelta
from typing import Any

import pytest

from apps.approvals.models import Case, CaseUserGrant
from apps.approvals.permissions import level_expression
from apps.approvals.standing import viewer_of
from apps.audit import clock
from tests.factories.approvals import Review, decision_of, tick
from tests.factories.offices import make_person

PEOPLE = (
    *("submitter", "head", "ict", "finance", "field", "desk", "align", "value", "lead", "officer", "cito"),
    *("chief", "member", "auditor", "admin", "unifil-submitter", "unifil-head", "unifil-ict", "escap-ict"),
    "nobody",
)
OFFICE = {"submitter": "full", "head": "full", "ict": "full", "finance": "full", "auditor": "full"}
OICT = {"desk": "full", "officer": "full", "cito": "full", "chief": "full"}
REVIEWERS = {"align": "summary", "value": "summary", "lead": "summary"}
SUBMITTED = {**OFFICE, **OICT, **REVIEWERS, "field": "full", "member": "full"}
CARDS = dict.fromkeys(PEOPLE, "card")
TABLE: dict[str, dict[str, str]] = {
    "draft": OFFICE,
    "endorsement": OFFICE,
    "intake": SUBMITTED,
    "assessments": SUBMITTED,
    "decision": {**SUBMITTED, "align": "full", "value": "full", "lead": "full"},
    "approved": {**CARDS, **SUBMITTED, "align": "full", "value": "full", "lead": "full"},
    "not_approved": {**SUBMITTED, "align": "full", "value": "full", "lead": "full"},
    "withdrawn": SUBMITTED,
    "discarded": {"auditor": "full"},
}


def in_state(review: Review, state: str) -> Case:
    from apps.approvals.services import discard_case

    case = review.open()
    if state == "discarded":
        discard_case(case_id=case.pk, by=review.people["submitter"])
    elif state == "endorsement":
        review.act(case, "submitter", "hand_on")
    elif state in ("intake", "withdrawn"):
        review.endorse(case)
        if state == "withdrawn":
            review.act(case, "head", "withdraw_case", words="Enough.")
    elif state == "assessments":
        review.complete(review.endorse(case))
    elif state in ("decision", "approved", "not_approved"):
        review.to_decision(case)
        if state != "decision":
            words = {} if state == "approved" else {"override_reason": "Too dear."}
            review.act(case, "cito", "decide", **decision_of(state, **words))
            with clock.set_to(clock.now() + timedelta(minutes=15)):
                tick()
    return case


def levels(review: Review, case: Case) -> dict[str, str]:
    review.people.setdefault("nobody", make_person("Nobody In Particular"))
    found = {}
    for name in PEOPLE:
        viewer = viewer_of(review.people[name], clock.now())
        row = Case.objects.annotate(level=level_expression(viewer)).get(pk=case.pk)
        at_least = [
            level
            for level in ("full", "summary", "card")
            if Case.objects.filter(pk=case.pk).visible_to(viewer, at_least=level).exists()
        ]
        assert row.level == (at_least[0] if at_least else "hidden")
        found[name] = row.level
    return found


@pytest.mark.parametrize("state", TABLE)
def test_level_of_each_person_in_each_state(review: Review, state: str) -> None:
    case = in_state(review, state)
    expected = {name: TABLE[state].get(name, "hidden") for name in PEOPLE}
    assert levels(review, case) == expected


def test_confidential_case_is_left_to_those_on_it(review: Review) -> None:
    case = in_state(review, "decision")
    Case.objects.filter(pk=case.pk).update(confidential=True)
    seen = {name for name, level in levels(review, case).items() if level != "hidden"}
    assert seen == {
        "submitter",
        "head",
        "ict",
        "finance",
        "desk",
        "align",
        "value",
        "lead",
        "officer",
        "cito",
        "auditor",
    }


def test_confidential_approval_shows_no_card(review: Review) -> None:
    case = in_state(review, "approved")
    Case.objects.filter(pk=case.pk).update(confidential=True)
    assert levels(review, case)["nobody"] == "hidden"


def test_named_exception_opens_one_case_until_its_end(review: Review) -> None:
    case = in_state(review, "intake")
    person = make_person("Named Person")
    viewer: Any = viewer_of(person, clock.now())
    assert not Case.objects.visible_to(viewer).exists()
    from django.contrib.auth.models import Permission

    CaseUserGrant.objects.create(
        content_object=case,
        user=person,
        permission=Permission.objects.get(codename="view_case"),
        reason="Knows the system that is replaced.",
        source="section chief",
        until=clock.now() + timedelta(days=10),
    )
    assert list(Case.objects.visible_to(viewer)) == [case]
    later = viewer_of(person, clock.now() + timedelta(days=10))
    assert not Case.objects.visible_to(later).exists()


def test_inactive_person_sees_nothing_whatever_they_hold(review: Review) -> None:
    in_state(review, "approved")
    person = review.people["auditor"]
    person.is_active = False
    person.save()
    assert not Case.objects.visible_to(viewer_of(person, clock.now()), at_least="card").exists()
