"""The calendar of one's due dates: what stands in it, whose it is, and when its address opens nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from apps.approvals import feed, services
from apps.approvals.models import CalendarFeed, Case
from apps.audit import clock
from apps.offices import services as offices
from tests.factories.approvals import Review


def read(secret: str) -> tuple[int, list[Any]]:
    """What a calendar without any session reads at an address."""
    answer = Client().get(f"/calendar/{secret}.ics")
    if answer.status_code != 200:
        return answer.status_code, []
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return 200, list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_a_turn_stands_in_the_calendar_until_it_is_done(review: Review) -> None:
    case = review.endorse(review.open())
    secret = services.make_feed(by=review.people["desk"])
    status, (event,) = read(secret)
    turn = case.turns.open().get(desk="oict_intake")
    assert status == 200
    assert event["dtend"].dt == turn.due_at
    assert str(event["summary"]) == f"Acknowledge receipt: Radio for patrols ({case.reference})"
    assert str(event["url"]).endswith(f"/cases/{case.reference}/")
    uid = str(event["uid"])
    review.act(case, "desk", "acknowledge")
    _status, (event,) = read(secret)
    assert str(event["summary"]).startswith("Find complete, or ask")
    assert str(event["uid"]) != uid
    review.act(case, "desk", "find_complete")
    assert read(secret) == (200, [])


def test_a_stopped_clock_is_not_due(review: Review) -> None:
    case = review.endorse(review.open())
    review.act(case, "desk", "acknowledge")
    review.act(case, "desk", "request_clarification", items=[{"field": "costs.rows", "question": "Why?"}])
    assert read(services.make_feed(by=review.people["desk"])) == (200, [])
    _status, (event,) = read(services.make_feed(by=review.people["submitter"]))
    assert str(event["summary"]).startswith("Answer the questions")


def test_a_confidential_case_leaves_the_portal_without_its_title(review: Review) -> None:
    case = review.endorse(review.open())
    Case.objects.filter(pk=case.pk).update(confidential=True)
    _status, (event,) = read(services.make_feed(by=review.people["desk"]))
    assert str(event["summary"]) == f"Acknowledge receipt: a confidential case ({case.reference})"


def test_the_words_are_in_the_language_of_whose_it_is(review: Review) -> None:
    review.endorse(review.open())
    desk = review.people["desk"]
    desk.language = "ar"
    desk.save(update_fields=["language"])
    _status, (event,) = read(services.make_feed(by=desk))
    assert "Acknowledge" not in str(event["summary"])


def test_a_title_cannot_add_a_line(review: Review) -> None:
    case = review.endorse(review.open())
    Case.objects.filter(pk=case.pk).update(title="x\r\nATTENDEE:mailto:all@example.org; , \\ y" * 3)
    secret = services.make_feed(by=review.people["desk"])
    answer = Client().get(f"/calendar/{secret}.ics").content
    assert not [line for line in answer.splitlines() if line.startswith(b"ATTENDEE")]
    assert max(len(line) for line in answer.splitlines()) <= 75


def test_a_new_address_ends_the_one_before_and_ending_it_ends_both(review: Review) -> None:
    person = review.people["desk"]
    first, second = services.make_feed(by=person), services.make_feed(by=person)
    assert (read(first)[0], read(second)[0]) == (404, 200)
    assert CalendarFeed.objects.get(user=person).token_hash not in (first, second)
    services.end_feed(by=person)
    assert read(second)[0] == 404


def test_who_left_or_lost_the_post_is_told_nothing(review: Review) -> None:
    review.endorse(review.open())
    person = review.people["desk"]
    secret = services.make_feed(by=person)
    later = clock.now() + timedelta(minutes=1)
    with clock.set_to(later):
        holding = review.org.posts["desk"].holdings.get(user=person)
        offices.end_holding(holding=holding, by=None)
        assert read(secret) == (200, [])
        person.is_active = False
        person.save(update_fields=["is_active"])
        assert read(secret)[0] == 404


def test_the_page_shows_the_address_once(review: Review, client: Client) -> None:
    client.force_login(review.people["desk"])
    assert "You have no address yet" in client.get("/calendar/").content.decode()
    shown = client.post("/calendar/", {"step": "make"}).content.decode()
    address = next(part for part in shown.split('"') if part.endswith(".ics"))
    assert read(address.rsplit("/", 1)[-1].removesuffix(".ics"))[0] == 200
    assert address not in client.get("/calendar/").content.decode()
    client.post("/calendar/", {"step": "end"})
    assert read(address.rsplit("/", 1)[-1].removesuffix(".ics"))[0] == 404


@pytest.mark.django_db
def test_an_unknown_address_opens_nothing() -> None:
    assert feed.reader_of("nobody") is None
    assert read("x" * 300)[0] == 404
