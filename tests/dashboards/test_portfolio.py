"""The dashboard's numbers, against a plain recount that shares no line of SQL with them."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.approvals.models import Case, Condition, Turn
from apps.approvals.standing import viewer_of
from apps.dashboards.filters import CaseFilter
from apps.dashboards.portfolio import portfolio as count
from apps.dashboards.rows import page

from .conftest import Portfolio


def visible(portfolio: Portfolio, person: str) -> list[Case]:
    """What a person sees, by the names of the cases: the rules of authority.md 4 written out once more."""
    before_endorsement = {"draft", "endorsement", "sent_back"}
    if person == "auditor" or person in {"submitter", "head", "ict", "finance"}:
        names = set(portfolio.cases)
    elif person in {"unifil-submitter", "unifil-head", "unifil-ict", "escap-ict", "admin"}:
        names = set()
    else:
        names = set(portfolio.cases) - before_endorsement
    return [portfolio.cases[name] for name in sorted(names)]


def recount(portfolio: Portfolio, person: str) -> dict[str, Any]:
    """The numbers in plain Python."""
    now = portfolio.now
    assert now is not None
    cases = visible(portfolio, person)
    running: dict[Any, list[Turn]] = {case.pk: [] for case in cases}
    for turn in Turn.objects.all():
        if turn.case_id in running and turn.closed_at is None and turn.paused_at is None:
            running[turn.case_id].append(turn)
    found: dict[str, Any] = {
        "stages": Counter(),
        "late": Counter(),
        "with_office": Counter(),
        "soon": Counter(),
        "worth": Counter(),
        "requested": Decimal(0),
        "endings": Counter(),
        "approved": Decimal(0),
    }
    for case in cases:
        if case.closed_at is not None:
            found["endings"][case.outcome] += 1
            if case.outcome.startswith("approved"):
                found["approved"] += case.value_usd or 0
            continue
        found["stages"][case.stage] += 1
        found["worth"][case.stage] += case.value_usd or Decimal(0)
        if case.submitted_at is not None:
            found["requested"] += case.value_usd or 0
        late = any(turn.due_at is not None and turn.due_at < now for turn in running[case.pk])
        soon = any(
            turn.due_at is not None and now <= turn.due_at < now + timedelta(days=7)
            for turn in running[case.pk]
        )
        found["late"][case.stage] += late
        found["soon"][case.stage] += soon and not late
        found["with_office"][case.stage] += any(turn.side == "office" for turn in running[case.pk])
    return found


PEOPLE = (
    "member", "secretary", "chair", "cito", "chief", "auditor", "head", "ict", "submitter", "field", "align", "lead",
    "unifil-head", "unifil-submitter", "escap-ict", "admin",
)  # fmt: skip


@pytest.mark.parametrize("person", PEOPLE)
def test_numbers_are_those_of_a_plain_recount(portfolio: Portfolio, person: str) -> None:
    numbers = count(viewer_of(portfolio.people[person], portfolio.now), now=portfolio.now)
    expected = recount(portfolio, person)
    shown = {line.key: line for line in numbers.stages if line.cases}
    assert {key: line.cases for key, line in shown.items()} == dict(expected["stages"])
    assert {key: line.late for key, line in shown.items() if line.late} == dict(+expected["late"])
    assert {key: line.due_soon for key, line in shown.items() if line.due_soon} == dict(+expected["soon"])
    assert {key: line.with_office for key, line in shown.items() if line.with_office} == dict(
        +expected["with_office"]
    )
    assert {key: line.value_usd for key, line in shown.items()} == dict(expected["worth"])
    assert numbers.requested_usd == expected["requested"]
    assert {one.outcome: one.cases for one in numbers.endings} == dict(expected["endings"])
    assert numbers.approved.value_usd == expected["approved"]
    assert numbers.total.cases == sum(expected["stages"].values())


def test_portfolio_has_what_the_tests_are_about(portfolio: Portfolio) -> None:
    """The recount above would also agree about an empty portfolio."""
    numbers = count(viewer_of(portfolio.people["auditor"], portfolio.now), now=portfolio.now)
    assert {line.key: line.cases for line in numbers.stages if line.cases} == {
        "draft": 2,
        "endorsement": 1,
        "intake": 2,
        "assessments": 1,
        "decision": 1,
    }
    assert numbers.total.late == 4
    assert (numbers.total.with_office, numbers.total.with_oict) == (4, 3)
    assert (numbers.returned, numbers.conditions_missed, numbers.conditions_due) == (2, 1, 0)
    assert numbers.not_approved.cases == 1
    assert numbers.bottleneck is not None


@pytest.mark.parametrize("person", ["member", "auditor", "head", "unifil-head"])
def test_number_and_rows_behind_it_agree(portfolio: Portfolio, person: str) -> None:
    viewer = viewer_of(portfolio.people[person], portfolio.now)
    numbers = count(viewer, now=portfolio.now)

    def rows(**parts: str) -> int:
        found = page(viewer, CaseFilter(**parts), now=portfolio.now)
        assert found.count == len(found.rows)
        return found.count

    for line in numbers.stages:
        assert rows(stage=line.key, state="open") == line.cases
        assert rows(stage=line.key, side="office") == line.with_office
        assert rows(stage=line.key, side="oict") == line.with_oict
        assert rows(stage=line.key, state="overdue") == line.late
        assert rows(stage=line.key, state="soon") == line.due_soon
        assert rows(stage=line.key, side="office", state="on_time") == line.on_time_with_office
        assert rows(stage=line.key, side="oict", state="on_time") == line.on_time_with_oict
    for line in numbers.offices:
        assert rows(office=line.key, state="open") == line.cases
    for ending in numbers.endings:
        assert rows(outcome=ending.outcome) == ending.cases
        assert rows(outcome=ending.outcome, since="2026-01-01") == ending.cases_this_year
    assert rows(state="returned") == numbers.returned
    assert rows(state="condition_missed") == numbers.conditions_missed
    assert rows(state="condition_due") == numbers.conditions_due
    assert rows(state="approved") == numbers.approved.cases
    assert rows(state="submitted") == numbers.submitted_open


def test_decision_is_not_told_before_it_takes_effect(portfolio: Portfolio) -> None:
    case = portfolio.cases["decision"]
    before = count(viewer_of(portfolio.people["member"], portfolio.now), now=portfolio.now)
    from tests.factories.approvals import decision_of

    portfolio.review.act(case, "cito", "decide", **decision_of())
    after = count(viewer_of(portfolio.people["member"], portfolio.now), now=portfolio.now)
    assert [(one.outcome, one.cases) for one in after.endings] == [
        (one.outcome, one.cases) for one in before.endings
    ]
    assert {line.key: line.cases for line in after.stages if line.cases}["cooling_off"] == 1


def test_condition_counts_by_its_date(portfolio: Portfolio) -> None:
    viewer = viewer_of(portfolio.people["member"], portfolio.now)
    condition = Condition.objects.get()
    assert condition.due_on.isoformat() == "2026-03-10"
    for now, expected in (
        (portfolio.now - timedelta(days=8), (0, 1)),  # 6 March
        (portfolio.now - timedelta(days=4), (0, 1)),  # 10 March: its own day is not late
        (portfolio.now - timedelta(days=3), (1, 0)),  # 11 March
    ):
        numbers = count(viewer, now=now)
        assert (numbers.conditions_missed, numbers.conditions_due) == expected


# Pages -----------------------------------------------------------------------------------------------------------

SignIn = Callable[[User], Client]
PAGES = ("/dashboard/", "/dashboard/cases/")


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("member", 200), ("secretary", 200), ("chair", 200), ("cito", 200), ("chief", 200), ("auditor", 200),
        ("head", 200), ("submitter", 200), ("field", 200), ("align", 200), ("lead", 200), ("desk", 200),
        ("finance", 200), ("unifil-submitter", 200), ("admin", 403),
    ],
)  # fmt: skip
@pytest.mark.parametrize("address", [*PAGES, "/api/v1/dashboard/", "/api/v1/dashboard/cases/"])
def test_dashboard_opens_to_those_who_see_cases(
    portfolio: Portfolio, signed_in: SignIn, person: str, status: int, address: str
) -> None:
    assert signed_in(portfolio.people[person]).get(address).status_code == status


def test_dashboard_without_sign_in_leads_to_it(db: None) -> None:
    assert Client().get("/dashboard/")["Location"] == "/sign-in/?next=/dashboard/"
    assert Client().get("/api/v1/dashboard/").status_code in (401, 403)


@pytest.mark.parametrize("address", ["/dashboard/", "/dashboard/cases/", "/dashboard/cases/?office=UNMISS"])
def test_other_office_is_in_no_word_of_the_page(
    portfolio: Portfolio, signed_in: SignIn, address: str
) -> None:
    page_text = signed_in(portfolio.people["unifil-submitter"]).get(address).content.decode()
    shown = (
        page_text.replace("office=UNMISS", "").replace('value="UNMISS"', "").replace("<bdi>UNMISS</bdi>", "")
    )
    shown = shown.replace('placeholder="UNMISS"', "").replace("Remove UNMISS", "")
    assert "UNMISS" not in shown
    assert "Radio for patrols" not in shown


def test_list_says_what_it_shows_and_leads_to_cases(portfolio: Portfolio, signed_in: SignIn) -> None:
    answer = signed_in(portfolio.people["member"]).get("/dashboard/cases/?state=overdue")
    text = answer.content.decode()
    reference = portfolio.cases["assessments"].reference
    assert f'href="/cases/{reference}/"' in text
    assert "overdue" in text


def test_unknown_filter_finds_nothing(portfolio: Portfolio, signed_in: SignIn) -> None:
    client = signed_in(portfolio.people["member"])
    for query in (
        "stage=nowhere",
        "state=x",
        "outcome=x",
        "side=x",
        "tier=9",
        "since=never",
        "q=%00&office=%27",
    ):
        answer = client.get(f"/dashboard/cases/?{query}")
        assert (answer.status_code, "No case fits" in answer.content.decode()) == (200, True), query


def test_broken_key_of_a_page_is_the_first_page(portfolio: Portfolio, signed_in: SignIn) -> None:
    answer = signed_in(portfolio.people["member"]).get("/dashboard/cases/?after=!!!")
    assert answer.status_code == 200


@pytest.mark.parametrize("state", ["", "overdue"])
def test_pages_by_key_hold_every_row_once(portfolio: Portfolio, state: str) -> None:
    viewer = viewer_of(portfolio.people["auditor"], portfolio.now)
    wanted = CaseFilter(state=state)
    whole = [row.id for row in page(viewer, wanted, now=portfolio.now).rows]
    walked, after = [], ""
    for _step in range(20):
        part = page(viewer, wanted, now=portfolio.now, after=after, size=2)
        walked += [row.id for row in part.rows]
        after = part.next
        if not after:
            break
    assert (len(whole) >= 4, walked) == (True, whole)


def test_api_says_what_the_page_says(portfolio: Portfolio, signed_in: SignIn) -> None:
    client = signed_in(portfolio.people["member"])
    numbers = client.get("/api/v1/dashboard/").json()
    viewer = viewer_of(portfolio.people["member"], portfolio.now)
    counted = count(viewer, now=portfolio.now)
    assert (numbers["cases"], numbers["exceptions"]["late"]) == (counted.total.cases, counted.total.late)
    assert numbers["requested_usd"] == f"{counted.requested_usd:.2f}"
    assert [(row["stage"], row["cases"]) for row in numbers["stages"]] == [
        (line.key, line.cases) for line in counted.stages
    ]
    rows = client.get("/api/v1/dashboard/cases/?state=overdue").json()
    assert (rows["count"], rows["next"]) == (counted.total.late, None)
    assert [row["reference"] for row in rows["results"]] == [
        row.reference for row in page(viewer, CaseFilter(state="overdue"), now=portfolio.now).rows
    ]


def test_recused_person_counts_nothing_of_the_case(portfolio: Portfolio) -> None:
    case = portfolio.cases["assessments"]
    before = count(viewer_of(portfolio.people["align"], portfolio.now), now=portfolio.now)
    portfolio.review.act(case, "align", "recuse", words="My sister works there.")
    after = count(viewer_of(portfolio.people["align"], portfolio.now), now=portfolio.now)
    assert before.total.cases - after.total.cases == 1
    assert before.requested_usd - after.requested_usd == case.value_usd


def test_confidential_case_counts_for_its_people_only(portfolio: Portfolio) -> None:
    case = portfolio.cases["approved"]
    Case.objects.filter(pk=case.pk).update(confidential=True)
    for person, expected in (("member", 0), ("chief", 0), ("submitter", 1), ("cito", 1), ("auditor", 1)):
        found = page(
            viewer_of(portfolio.people[person], portfolio.now),
            CaseFilter(q=case.reference),
            now=portfolio.now,
        )
        assert (person, found.count) == (person, expected)
