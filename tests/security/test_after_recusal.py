"""A recused reviewer sees nothing of the case, by any door (authority.md 4), and is told nothing more of it."""

from datetime import timedelta
from typing import Any

import pytest

from apps.audit import clock
from apps.notices.delivery import drain_outbox
from apps.notices.models import Notice, Outbox
from tests.factories.approvals import Review, tick
from tests.factories.offices import appoint, make_person, make_post


@pytest.fixture
def case(review: Review) -> Any:
    """A case at its desks; of the two who sit at alignment one has recused themselves."""
    org = review.org
    post = make_post(org.office("OICT"), "reviewer_alignment", "OICT-ALIGN-2")
    review.people["second"] = appoint(post, make_person("Second Person"))
    case = review.complete(review.endorse(review.open()))
    assert Notice.objects.filter(recipient=review.people["align"], case_id=case.pk).exists()
    review.act(case, "align", "recuse", desk="alignment", words="My cousin sells it.")
    return case


def read_all(doors: Any, name: str, case: Any) -> str:
    opened = doors(name)
    handles = (case.handle, str(case.pk))
    pages = ["/", "/?tab=all", "/?tab=done", "/?tab=waiting", "/?q=Radio", "/notices/", "/dashboard/"]
    pages += ["/dashboard/cases/", "/dashboard/cases/?q=Radio", "/initiatives/"]
    api = [
        "queue/",
        "queue/?tab=all",
        "queue/?tab=done",
        "cases/",
        "notices/",
        "dashboard/cases/",
        "initiatives/",
    ]
    for handle in handles:
        pages += [
            f"/cases/{handle}/{rest}" for rest in ("", "why/", "letter/", "acts/recuse/", "versions/1/")
        ]
        api += [f"cases/{handle}/{rest}" for rest in ("", "moves/", "letter/", "assessments/alignment/")]
    answers = [opened.pages.get(one) for one in pages] + [opened.api.get(f"/api/v1/{one}") for one in api]
    assert all(answer.status_code < 500 for answer in answers)
    return "\n".join(answer.content.decode() for answer in answers)


def test_no_door_shows_the_case(review: Review, case: Any, doors: Any) -> None:
    text = read_all(doors, "align", case)
    assert "Radio for patrols" not in text
    assert case.reference not in text.replace(f"/cases/{case.reference}", "")


def test_acts_answer_not_found(review: Review, case: Any, doors: Any) -> None:
    opened = doors("align")
    body = {
        "action": "declare_no_conflict",
        "seen": {"version_number": case.version_number, "version_hash": case.version_hash},
    }
    move = f"/api/v1/cases/{case.pk}/moves/"
    assert opened.api.post(move, body, headers={"Idempotency-Key": "again"}).status_code == 404
    save = f"/api/v1/cases/{case.pk}/assessments/alignment/"
    assert opened.api.patch(save, {"base_revision": 0, "overall": "x"}).status_code == 404
    page = f"/cases/{case.handle}/assess/alignment/"
    assert opened.pages.post(page, {"step": "save"}).status_code == 404
    assert opened.pages.post(f"{page}save/", {"overall": "x"}).status_code == 404


def test_no_reminder_goes_to_who_recused_themselves(
    review: Review, case: Any, doors: Any, mailoutbox: Any
) -> None:
    before = Outbox.objects.filter(recipient=review.people["align"]).count()
    with clock.set_to(clock.now() + timedelta(days=30)):
        tick()
        drain_outbox()
        assert "Radio for patrols" not in read_all(doors, "align", case)
    assert Outbox.objects.filter(recipient=review.people["align"]).count() == before
    told = [mail.to[0] for mail in mailoutbox if "Radio for patrols" in mail.subject]
    assert review.people["second"].email in told
    assert review.people["align"].email not in told
