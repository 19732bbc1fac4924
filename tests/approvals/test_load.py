"""Everyone's load: who has how much, who is away, what nobody has taken, and who may look."""

import re
from datetime import timedelta

from apps.approvals.models import Case
from apps.audit import clock
from apps.offices.choices import Role
from tests.approvals.rich import as_person
from tests.approvals.test_views_home import statements
from tests.factories.approvals import Review
from tests.factories.offices import appoint, make_person, make_post


def test_taken_late_and_untaken_turns_are_counted_by_desk(review: Review) -> None:
    post = make_post(review.org.offices["OICT"], Role.REVIEWER_VALUE, "OICT-VALUE-2")
    review.people["value2"] = appoint(post, make_person("Zoe Second"))
    first, second = (review.complete(review.endorse(review.open())) for _n in range(2))
    review.act(first, "value", "declare_no_conflict")
    review.act(second, "value", "declare_no_conflict")
    review.act(first, "align", "declare_no_conflict")

    def desk(person: str, label: str) -> str:
        html = as_person(review, person).get("/load/").content.decode()
        return next(part for part in html.split("<section")[1:] if f">{label}</h2>" in part)

    value = desk("chief", "Reviewer, value and return")
    assert "0 turns that nobody has taken" in value
    assert value.index("Zoe Second") < value.index(review.people["value"].full_name)
    row = re.sub(r"<[^>]+>", " ", value.split(review.people["value"].full_name)[1]).split()
    assert row[:3] == ["2", "0", "0"]
    assert "1 turn that nobody has taken" in desk("align", "Reviewer, strategic alignment")
    with clock.set_to(clock.now() + timedelta(days=30)):
        late = desk("chief", "Reviewer, value and return").split(review.people["value"].full_name)[1]
        assert re.sub(r"<[^>]+>", " ", late).split()[:2] == ["2", "2"]


def test_a_confidential_case_counts_for_nobody_who_may_not_see_it(review: Review) -> None:
    review.complete(review.endorse(review.open()))
    assert "1 turn that nobody has taken" in as_person(review, "chief").get("/load/").content.decode()
    Case.objects.update(confidential=True)
    page = as_person(review, "chief").get("/load/").content.decode()
    assert "1 turn that nobody has taken" not in page


def test_reviewers_and_oict_look_and_offices_do_not(review: Review) -> None:
    for person, status in (
        *(("align", 200), ("lead", 200), ("chief", 200), ("cito", 200), ("auditor", 200)),
        *(("submitter", 403), ("head", 403), ("member", 403), ("admin", 403)),
    ):
        assert as_person(review, person).get("/load/").status_code == status, person


def test_it_costs_the_same_for_one_case_and_for_four(review: Review) -> None:
    review.complete(review.endorse(review.open()))
    client = as_person(review, "chief")
    first = len(statements(client, "/load/"))
    for _n in range(3):
        review.complete(review.endorse(review.open()))
    assert len(statements(client, "/load/")) == first <= 4
