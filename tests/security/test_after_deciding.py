"""What a decision says is nobody's but the decider's and the auditor's until it takes effect (seams 8 and 13)."""

from datetime import timedelta
from typing import Any

import pytest

from apps.audit import clock
from tests.factories.approvals import Review, decision_of, tick

OTHERS = (
    "submitter",
    "head",
    "ict",
    "finance",
    "field",
    "member",
    "align",
    "lead",
    "desk",
    "chief",
    "officer",
)


@pytest.fixture
def case(review: Review) -> Any:
    case = review.to_decision()
    review.act(
        case, "cito", "decide", **decision_of("not_approved", reasons="SEALED", override_reason="SEALED too")
    )
    return case


def everything(doors: Any, name: str, case: Any) -> str:
    """All that a person can read of one case, by page and by API."""
    pages = [
        f"/cases/{case.handle}/{rest}" for rest in ("", "why/", "letter/", "acts/decide/", "versions/1/")
    ]
    pages += [
        "/",
        "/?tab=all",
        "/?tab=done",
        "/?tab=waiting",
        "/dashboard/",
        "/dashboard/cases/",
        "/notices/",
    ]
    api = [f"/api/v1/cases/{case.handle}/{rest}" for rest in ("", "moves/", "letter/", "versions/1/")]
    api += ["/api/v1/queue/?tab=all", "/api/v1/cases/", "/api/v1/dashboard/", "/api/v1/notices/"]
    opened = doors(name)
    answers = [opened.pages.get(one) for one in pages] + [opened.api.get(one) for one in api]
    assert all(answer.status_code < 500 for answer in answers)
    return "\n".join(answer.content.decode() for answer in answers)


@pytest.mark.parametrize("name", OTHERS)
def test_a_decision_is_sealed_until_it_takes_effect(review: Review, case: Any, doors: Any, name: str) -> None:
    text = everything(doors, name, case)
    assert "SEALED" not in text
    assert ">not_approved<" not in text
    assert '"verb":"decide"' not in text


@pytest.mark.parametrize("name", ["submitter", "member", "align", "lead"])
def test_a_withdrawn_decision_stays_sealed(review: Review, case: Any, doors: Any, name: str) -> None:
    review.act(case, "cito", "withdraw_decision", words="SEALED: I meant to approve.")
    text = everything(doors, name, case)
    assert "SEALED" not in text
    assert '"verb":"decide"' not in text
    assert '"verb":"withdraw_decision"' not in text


def test_decider_and_auditor_read_what_was_withdrawn(review: Review, case: Any, doors: Any) -> None:
    review.act(case, "cito", "withdraw_decision", words="I meant to approve.")
    for name in ("cito", "auditor"):
        verbs = [row["verb"] for row in doors(name).api.get(f"/api/v1/cases/{case.handle}/moves/").json()]
        assert {"decide", "withdraw_decision"} <= set(verbs), name


@pytest.mark.parametrize("name", ["submitter", "head", "ict", "field", "member"])
def test_the_recommendation_of_a_withdrawn_case_is_not_the_offices(
    review: Review, doors: Any, name: str
) -> None:
    case = review.to_decision()
    review.act(case, "head", "withdraw_case", words="Better not.")
    assert case.closed_at is not None
    assert "All three desks agree." not in everything(doors, name, case)


def test_the_recommendation_is_the_offices_once_decided(review: Review, case: Any, doors: Any) -> None:
    assert "All three desks agree." not in everything(doors, "submitter", case)
    with clock.set_to(clock.now() + timedelta(minutes=15)):
        tick()
        case.refresh_from_db()
        assert case.outcome == "not_approved"
        assert "All three desks agree." in everything(doors, "submitter", case)


def test_assessments_stay_hidden_from_the_office_for_ever(review: Review, case: Any, doors: Any) -> None:
    with clock.set_to(clock.now() + timedelta(minutes=15)):
        tick()
        for name in ("submitter", "head", "member", "field"):
            assert "Shown in section problem." not in everything(doors, name, case)
