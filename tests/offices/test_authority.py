"""Who may exercise a function, here, now, for this amount (A/61/765, 7 and 14 to 18)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from apps.audit import clock
from apps.audit.reasons import sentence
from apps.offices import services
from apps.offices.permissions import reasons_against_exercising, who_can_exercise
from tests.factories.offices import Organization


def check(
    organization: Organization, who: str, function: str, office: str, amount: str | None = None, **more
):
    return reasons_against_exercising(
        user=organization.people[who],
        function=function,
        office_id=organization.offices[office].pk,
        amount_usd=Decimal(amount) if amount else None,
        at=more.pop("at", None) or clock.now(),
        **more,
    )


def codes(found) -> list[str]:
    return [reason.code for reason in found.reasons]


def test_the_cito_decides_anything_by_the_report_itself(organization: Organization) -> None:
    found = check(organization, "cito", "18", "UNMISS", "900000000")
    assert (found.allowed, found.inherent, found.capacity, found.instrument) == (True, True, "cito", None)


def test_an_instrument_in_force_gives_the_function_up_to_its_ceiling(organization: Organization) -> None:
    instrument = organization.issue("officer", ["18"], ["UNMISS"], amount_limit=Decimal("250000"))
    found = check(organization, "officer", "18", "UNMISS", "250000.00")
    assert (found.allowed, found.inherent, found.instrument, found.capacity) == (
        True,
        False,
        instrument,
        "assigned_officer",
    )


def test_above_the_ceiling_says_the_fact_the_instrument_and_who_can(organization: Organization) -> None:
    instrument = organization.issue("officer", ["18"], ["UNMISS"], amount_limit=Decimal("250000"))
    found = check(organization, "officer", "18", "UNMISS", "412000")
    assert codes(found) == ["offices.above_ceiling"]
    until = instrument.valid.upper.date().isoformat()
    assert sentence(found.reasons[0]) == (
        f"USD 412,000 is above USD 250,000, the ceiling of instrument {instrument.number}, in force to {until}."
    )
    assert found.reasons[0].who_can == ("Cito Person (cito of OICT)",)


@pytest.mark.parametrize(
    ("who", "function", "office", "expected"),
    [
        ("officer", "18", "UNMISS", ["offices.no_instrument"]),
        ("field", "18", "UNMISS", ["offices.no_instrument"]),
        ("auditor", "18", "UNMISS", ["offices.no_instrument"]),
        ("admin", "18", "UNMISS", ["offices.no_instrument"]),
        ("member", "18", "UNMISS", ["offices.no_instrument"]),
        ("officer", "19", "UNMISS", ["offices.no_such_function"]),
        # Paragraph 16 belongs to the ICT unit of the office itself, 17 to DPKO for the field missions.
        ("ict", "16c", "UNMISS", []),
        ("ict", "16c", "UNIFIL", ["offices.no_instrument"]),
        ("head", "16c", "UNMISS", ["offices.no_instrument"]),
        ("field", "17c", "UNMISS", []),
        ("field", "17c", "UNOG", ["offices.no_instrument"]),
        # UNIFIL holds no row of paragraph 16 here, and a regional commission is not named by it.
        ("unifil-ict", "16c", "UNIFIL", ["offices.no_instrument"]),
        ("escap-ict", "16c", "ESCAP", ["offices.no_instrument"]),
        ("cito", "15c", "ESCAP", []),
        ("cito", "7c", "ESCAP", []),
        ("cito", "16c", "ESCAP", ["offices.no_instrument"]),
    ],
)
def test_who_holds_what_without_an_instrument(
    organization: Organization, who: str, function: str, office: str, expected: list[str]
) -> None:
    assert codes(check(organization, who, function, office)) == expected


def test_authority_is_judged_at_the_second(organization: Organization) -> None:
    starts = clock.now() + timedelta(days=2)
    ends = starts + timedelta(days=10)
    organization.issue("officer", ["18"], ["UNMISS"], valid_from=starts, valid_until=ends)
    second = timedelta(microseconds=1)
    found = [
        codes(check(organization, "officer", "18", "UNMISS", at=at))
        for at in (starts - second, starts, ends - second, ends)
    ]
    assert found == [["offices.instrument_not_begun"], [], [], ["offices.instrument_ended"]]


def test_another_office_is_not_covered(organization: Organization) -> None:
    organization.issue("officer", ["18"], ["UNIFIL"])
    assert codes(check(organization, "officer", "18", "UNMISS")) == ["offices.office_not_covered"]


def test_the_offices_below_are_covered_where_the_instrument_says_so(organization: Organization) -> None:
    organization.issue("officer", ["18"], ["DPKO"], with_below=True)
    assert codes(check(organization, "officer", "18", "UNMISS")) == []
    assert codes(check(organization, "officer", "18", "ESCAP")) == ["offices.office_not_covered"]


def test_a_revoked_instrument_gives_nothing(organization: Organization) -> None:
    instrument = organization.issue("officer", ["18"], ["UNMISS"])
    services.revoke_instrument(instrument=instrument, reason="Reorganized", by=organization.people["cito"])
    assert codes(check(organization, "officer", "18", "UNMISS")) == ["offices.instrument_revoked"]


def test_authority_attaches_to_the_post_and_leaves_with_it(organization: Organization) -> None:
    organization.issue("officer", ["18"], ["UNMISS"])
    holding = organization.posts["officer"].holdings.get()
    services.end_holding(holding=holding, by=organization.people["admin"])
    assert codes(check(organization, "officer", "18", "UNMISS")) == ["offices.no_instrument"]
    services.assign_post(
        post=organization.posts["officer"],
        user=organization.people["align"],
        from_=clock.now(),
        by=organization.people["admin"],
    )
    assert codes(check(organization, "align", "18", "UNMISS")) == []


def test_an_inactive_person_has_nothing_even_as_cito(organization: Organization) -> None:
    cito = organization.people["cito"]
    cito.is_active = False
    cito.save()
    assert codes(check(organization, "cito", "18", "UNMISS")) == ["offices.not_active"]
    assert (
        who_can_exercise(
            function="18", office_id=organization.offices["UNMISS"].pk, amount_usd=None, at=clock.now()
        )
        == []
    )


def test_who_delegated_does_not_use_the_delegation(organization: Organization) -> None:
    """The CITO who later takes the delegate's post does not hold what was given by the same hand."""
    organization.issue("officer", ["16c"], ["ESCAP"])
    services.end_holding(
        holding=organization.posts["officer"].holdings.get(), by=organization.people["admin"]
    )
    services.assign_post(
        post=organization.posts["officer"],
        user=organization.people["cito"],
        from_=clock.now(),
        by=organization.people["admin"],
    )
    assert codes(check(organization, "cito", "16c", "ESCAP")) == ["offices.no_instrument"]


def test_who_can_lists_the_inherent_holder_first_and_then_by_ceiling(organization: Organization) -> None:
    organization.issue("officer", ["18"], ["UNMISS"], amount_limit=Decimal("250000"))
    organization.issue("align", ["18"], ["UNMISS"], amount_limit=Decimal("400000"))
    office_id = organization.offices["UNMISS"].pk
    found = [
        [w.user.full_name for w in who_can_exercise(
            function="18", office_id=office_id, amount_usd=Decimal(amount), at=clock.now()
        )]
        for amount in ("100000", "300000", "500000")
    ]  # fmt: skip
    assert found == [
        ["Cito Person", "Align Person", "Officer Person"],
        ["Cito Person", "Align Person"],
        ["Cito Person"],
    ]


@pytest.mark.parametrize(
    ("who", "allowed", "statements"), [("cito", True, 1), ("officer", True, 3), ("submitter", False, 8)]
)
def test_asking_under_lock_costs_few_statements(
    organization: Organization, django_assert_num_queries, who: str, allowed: bool, statements: int
) -> None:
    organization.issue("officer", ["18"], ["UNMISS"])
    at = clock.now()
    with transaction.atomic(), django_assert_num_queries(statements):
        assert check(organization, who, "18", "UNMISS", at=at, lock=True).allowed is allowed
