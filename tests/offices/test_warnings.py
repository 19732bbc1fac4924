"""What rings for an instrument: 60, 30 and 7 days before its end, once for each person, and silent once it is over."""

from datetime import datetime, timedelta

import pytest

from apps.audit import clock
from apps.notices import sweep
from apps.notices.models import Notice, Outbox, Timer
from apps.offices import services
from apps.offices.models import Instrument
from tests.factories.offices import Organization

DAY = timedelta(days=1)


@pytest.fixture
def ends() -> datetime:
    return clock.now() + 100 * DAY


@pytest.fixture
def instrument(organization: Organization, ends: datetime) -> Instrument:
    return organization.issue("officer", ["18"], ["UNMISS"], valid_until=ends)


def tick(at: datetime) -> None:
    with clock.set_to(at):
        sweep.sweep()


def told() -> list[tuple[str, int]]:
    rows = Notice.objects.filter(code="instrument.ends").order_by("visible_at", "recipient__full_name")
    return [(row.recipient.full_name, row.params["days"]) for row in rows.select_related("recipient")]


def test_both_are_warned_60_30_and_7_days_before(
    organization: Organization, instrument: Instrument, ends: datetime
) -> None:
    for days in (61, 60, 59, 30, 29, 7, 6):
        tick(ends - days * DAY)
    people = ("Cito Person", "Officer Person")
    assert told() == [(who, days) for days in (60, 30, 7) for who in people]
    assert Outbox.objects.filter(code="instrument.ends").count() == 6


def test_a_warning_is_said_once_whatever_is_run_again(
    organization: Organization, instrument: Instrument, ends: datetime
) -> None:
    tick(ends - 60 * DAY)
    Timer.objects.filter(kind="instrument.ends_60").update(fired_at=None, claimed_at=None)
    tick(ends - 60 * DAY)
    tick(ends - 60 * DAY)
    assert told() == [("Cito Person", 60), ("Officer Person", 60)]


def test_after_a_silence_only_the_latest_is_said(
    organization: Organization, instrument: Instrument, ends: datetime
) -> None:
    tick(ends - 5 * DAY)
    assert told() == [("Cito Person", 7), ("Officer Person", 7)]


def test_a_short_instrument_has_the_warnings_that_it_has_time_for(organization: Organization) -> None:
    instrument = organization.issue("officer", ["18"], ["UNMISS"], valid_until=clock.now() + 20 * DAY)
    kinds = Timer.objects.filter(object_id=instrument.pk, kind__startswith="instrument.ends")
    assert list(kinds.values_list("kind", flat=True)) == ["instrument.ends_7"]


@pytest.mark.parametrize("end", ["revoke", "supersede", "suspend"])
def test_what_is_over_or_held_back_is_silent(
    organization: Organization, instrument: Instrument, ends: datetime, end: str
) -> None:
    cito = organization.people["cito"]
    if end == "revoke":
        services.revoke_instrument(instrument=instrument, reason="R", by=cito)
    elif end == "suspend":
        services.suspend_instrument(instrument=instrument, reason="R", by=cito)
    else:
        organization.issue("align", ["18"], ["UNMISS"], supersedes=instrument, valid_until=ends + 300 * DAY)
    tick(ends - 60 * DAY)
    tick(ends - 7 * DAY)
    assert told() == []


def test_what_is_resumed_warns_again(
    organization: Organization, instrument: Instrument, ends: datetime
) -> None:
    cito = organization.people["cito"]
    services.suspend_instrument(instrument=instrument, reason="R", by=cito)
    tick(ends - 60 * DAY)
    services.resume_instrument(instrument=instrument, by=cito)
    tick(ends - 30 * DAY)
    assert told() == [("Cito Person", 30), ("Officer Person", 30)]


def test_the_holder_is_told_of_each_act_and_the_delegator_of_the_acceptance(
    organization: Organization, instrument: Instrument
) -> None:
    cito = organization.people["cito"]
    services.suspend_instrument(instrument=instrument, reason="R", by=cito)
    services.resume_instrument(instrument=instrument, by=cito)
    services.revoke_instrument(instrument=instrument, reason="R", by=cito)
    rows = Notice.objects.filter(code__startswith="instrument.").values_list("code", "recipient__full_name")
    assert sorted(rows) == [
        ("instrument.accepted", "Cito Person"),
        ("instrument.drafted", "Cito Person"),
        ("instrument.issued", "Officer Person"),
        ("instrument.resumed", "Officer Person"),
        ("instrument.revoked", "Officer Person"),
        ("instrument.suspended", "Officer Person"),
    ]
