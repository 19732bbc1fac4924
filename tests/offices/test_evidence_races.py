"""Many record at once: nothing is lost, a row is corrected once, and one form is one row."""

import pytest

from apps.offices.models import Evidence, EvidenceDuty
from tests.factories.evidence import record
from tests.factories.offices import make_organization
from tests.offices.test_races import CLIENTS, race

pytestmark = pytest.mark.django_db(transaction=True)


def test_sixteen_correct_one_row_and_one_does() -> None:
    made = make_organization()
    first = record(made)
    found = race([lambda: record(made, corrects=first, correction_reason="A slip")] * CLIENTS)
    assert found == {"done": 1, "conflict: evidence.corrected_already": CLIENTS - 1}
    duty = EvidenceDuty.objects.get()
    assert (duty.last, duty.due_version) == (Evidence.objects.get(corrects=first), 3)


def test_sixteen_first_rows_and_one_key_sent_sixteen_times() -> None:
    made = make_organization()
    assert race([lambda: record(made)] * CLIENTS) == {"done": CLIENTS}
    assert race([lambda: record(made, "16e", idempotency_key="same")] * CLIENTS) == {"done": CLIENTS}
    assert (
        Evidence.objects.filter(function="16c").count(),
        Evidence.objects.filter(function="16e").count(),
    ) == (
        CLIENTS,
        1,
    )
    assert EvidenceDuty.objects.get(function="16c").due_version == CLIENTS + 1


def test_who_records_while_an_instrument_is_issued_is_not_forgotten() -> None:
    made = make_organization()
    escap, chief = made.offices["ESCAP"], made.people["escap-ict"]
    made.issue("escap-ict", ["16c"], ["ESCAP"])
    found = race(
        [lambda: record(made, by=chief, office=escap)]
        + [lambda: made.issue("unifil-ict", ["16c"], ["ESCAP"], concurrent=True)] * 3
    )
    assert sum(found.values()) == 4
    assert not [answer for answer in found if answer.startswith("error")]
    assert EvidenceDuty.objects.get(office=escap).last == Evidence.objects.get(office=escap)
