"""Issuing and revoking instruments: what is refused, by every door that there is below the pages."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from apps.audit import clock
from apps.audit.models import Event
from apps.audit.reasons import Refused, sentence
from apps.offices import life, services
from apps.offices.models import Instrument, InstrumentCoverage, InstrumentFunction
from tests.factories.offices import CODES, Organization

CENTRAL = [code for code in CODES if not code.startswith(("16", "17"))]


def refusal(organization: Organization, *terms, **more) -> tuple[str, list[str]]:
    with pytest.raises(Refused) as caught:
        organization.issue(*terms, **more)
    assert Instrument.objects.count() == more.get("standing", 0)
    assert all(sentence(reason) for reason in caught.value.reasons)
    return str(caught.value.kind), [reason.code for reason in caught.value.reasons]


def test_issuing_expands_numbers_and_records(organization: Organization) -> None:
    before = Event.objects.count()
    instrument = organization.issue("ict", ["16a", "16c"], ["DPKO"], with_below=True)
    year = instrument.issued_at.year
    assert instrument.number == f"D-{year}-0001"
    covered = InstrumentCoverage.objects.filter(instrument=instrument).values_list("function", "office__code")
    assert sorted(covered) == [(f, o) for f in ("16a", "16c") for o in ("DPKO", "UNIFIL", "UNMISS")]
    verbs = Event.objects.order_by("occurred_at").values_list("verb", flat=True)
    assert list(verbs)[before:] == ["instrument.drafted", "instrument.issued", "instrument.accepted"]
    assert organization.issue("officer", ["18"], ["UNMISS"]).number == f"D-{year}-0002"


@pytest.mark.parametrize("to", ["ict", "field", "escap-ict"])
def test_central_functions_never_leave_oict(organization: Organization, to: str) -> None:
    found = {code: refusal(organization, to, [code], ["UNMISS"]) for code in CENTRAL}
    assert found == dict.fromkeys(CENTRAL, ("invalid", ["offices.central_outside_oict"]))


@pytest.mark.parametrize("function", ["7e", "15c", "18"])
def test_central_functions_may_be_given_within_oict(organization: Organization, function: str) -> None:
    assert organization.issue("align", [function], ["UN-SECRETARIAT"], with_below=True).pk


def test_the_database_refuses_central_functions_outside_oict(organization: Organization) -> None:
    instrument = organization.issue("ict", ["16c"], ["UNMISS"])
    for code in ("7e", "15c", "18"):
        with pytest.raises(IntegrityError, match="outside OICT"), transaction.atomic():
            InstrumentFunction.objects.create(instrument=instrument, function_id=code)
        with pytest.raises(IntegrityError, match="outside OICT"), transaction.atomic():
            InstrumentCoverage.objects.create(
                instrument=instrument,
                function_id=code,
                office=organization.offices["UNMISS"],
                during=instrument.valid,
                exclusive=False,
            )
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            InstrumentFunction.objects.filter(instrument=instrument).update(function=code)
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            InstrumentCoverage.objects.filter(instrument=instrument).update(function=code)


def test_the_database_keeps_oict_what_it_is(organization: Organization) -> None:
    office, post = organization.offices["UNMISS"], organization.posts["officer"]
    office.kind = "oict"
    with pytest.raises(IntegrityError), transaction.atomic():
        office.save()
    post.office = organization.offices["UNMISS"]
    with pytest.raises(IntegrityError), transaction.atomic():
        post.save()


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"functions": []}, "offices.no_functions"),
        ({"functions": ["16z"]}, "offices.no_such_function"),
        ({"offices": []}, "offices.no_offices"),
        ({"legal_basis": "  "}, "offices.no_legal_basis"),
        ({"valid_until": datetime(2020, 1, 1, tzinfo=UTC)}, "offices.ends_before_it_begins"),
        ({"amount_limit": Decimal(0)}, "offices.limit_not_positive"),
        ({"amount_limit": Decimal("10"), "currency": "EUR"}, "offices.limit_not_usd"),
        ({"functions": ["16a"], "amount_limit": Decimal("10")}, "offices.no_ceiling_on_assessment"),
        ({"functions": ["17e"], "amount_limit": Decimal("10")}, "offices.no_ceiling_on_assessment"),
        ({"to": "admin"}, "offices.role_holds_nothing"),
        ({"to": "auditor"}, "offices.role_holds_nothing"),
        ({"to": "member"}, "offices.role_holds_nothing"),
    ],
)
def test_terms_that_are_refused(organization: Organization, terms: dict, expected: str) -> None:
    given = {"to": "ict", "functions": ["16c"], "offices": ["UNMISS"], **terms}
    assert refusal(organization, given.pop("to"), given.pop("functions"), given.pop("offices"), **given) == (
        "invalid",
        [expected],
    )


def test_24_months_are_the_longest_and_a_moment_more_is_refused(organization: Organization) -> None:
    with clock.set_to(datetime(2024, 2, 29, 9, tzinfo=UTC)):
        longest = datetime(2026, 2, 28, 9, tzinfo=UTC)
        code = refusal(organization, "ict", ["16c"], ["UNMISS"], valid_until=longest + timedelta(seconds=1))[
            1
        ]
        assert code == ["offices.too_long"]
        assert organization.issue("ict", ["16c"], ["UNMISS"], valid_until=longest).valid.upper == longest


def test_the_database_refuses_more_than_24_months(organization: Organization) -> None:
    instrument = organization.issue("ict", ["16c"], ["UNMISS"])
    instrument.pk, instrument._state.adding, instrument.number = None, True, "X"
    instrument.valid = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, 0, 0, 1, tzinfo=UTC))
    with pytest.raises(IntegrityError, match="24_months"), transaction.atomic():
        instrument.save()


def test_an_instrument_never_reaches_back(organization: Organization) -> None:
    yesterday = clock.now() - timedelta(days=1)
    assert refusal(organization, "ict", ["16c"], ["UNMISS"], valid_from=yesterday)[1] == [
        "offices.reaches_back"
    ]


def test_nobody_delegates_to_themselves(organization: Organization) -> None:
    assert refusal(organization, "cito", ["18"], ["UNMISS"])[1] == ["offices.to_oneself"]


@pytest.mark.parametrize(
    "who", ["officer", "align", "field", "submitter", "head", "ict", "finance", "auditor", "admin", "member"]
)
def test_only_the_cito_issues_and_revokes(organization: Organization, who: str) -> None:
    by = organization.people[who]
    found = refusal(organization, "unifil-ict", ["16c"], ["UNIFIL"], by=by)
    assert found == ("not_allowed", ["offices.not_an_issuer"])
    instrument = organization.issue("unifil-ict", ["16c"], ["UNIFIL"])
    with pytest.raises(Refused) as caught:
        services.revoke_instrument(instrument=instrument, reason="Because", by=by)
    assert [r.code for r in caught.value.reasons] == ["offices.not_the_delegator"]
    instrument.refresh_from_db()
    assert instrument.revoked_at is None


def test_the_same_function_twice_is_a_conflict_that_names_the_instrument(organization: Organization) -> None:
    first = organization.issue("ict", ["16c"], ["UNMISS"])
    with pytest.raises(Refused) as caught:
        organization.issue("unifil-ict", ["16b", "16c"], ["DPKO"], with_below=True)
    reason = caught.value.reasons[0]
    assert (str(caught.value.kind), reason.code, reason.params["number"], reason.params["office"]) == (
        "conflict",
        "offices.held_already",
        first.number,
        "UNMISS",
    )
    assert Instrument.objects.count() == 1


def test_concurrent_instruments_and_other_periods_do_not_clash(organization: Organization) -> None:
    first = organization.issue("ict", ["16c"], ["UNMISS"])
    organization.issue("unifil-ict", ["16c"], ["UNMISS"], concurrent=True)
    after = first.valid.upper
    organization.issue(
        "unifil-ict", ["16c"], ["UNMISS"], valid_from=after, valid_until=after + timedelta(days=10)
    )
    organization.issue("officer", ["18"], ["UNMISS"])
    organization.issue("align", ["18"], ["UNMISS"])
    assert Instrument.objects.count() == 5


def test_what_was_revoked_can_be_given_again(organization: Organization) -> None:
    first = organization.issue("ict", ["16c"], ["UNMISS"])
    services.revoke_instrument(instrument=first, reason="Reorganized", by=organization.people["cito"])
    assert organization.issue("unifil-ict", ["16c"], ["UNMISS"]).pk


def test_revoking_needs_a_reason_and_happens_once(organization: Organization) -> None:
    cito = organization.people["cito"]
    instrument = organization.issue("ict", ["16c"], ["UNMISS"])
    found = []
    for reason in (" ", "Reorganized", "Reorganized"):
        try:
            services.revoke_instrument(instrument=instrument, reason=reason, by=cito)
            found.append("done")
        except Refused as refused:
            found.append(refused.reasons[0].code)
    assert found == ["offices.no_reason_given", "done", "offices.already_revoked"]


def test_an_issued_instrument_never_changes_but_by_its_revocation(organization: Organization) -> None:
    instrument = organization.issue("officer", ["18"], ["UNMISS"], amount_limit=Decimal("1000"))
    services.revoke_instrument(instrument=instrument, reason="Error", by=organization.people["cito"])
    other = organization.issue("officer", ["18"], ["UNMISS"], amount_limit=Decimal("1000"))
    rows = Instrument.objects.filter(pk=other.pk)
    for change in (
        {"amount_limit": Decimal("9000000")},
        {"amount_limit": None},
        {"delegate_post": organization.posts["align"]},
        {"legal_basis": "another"},
        {"concurrent": True},
        {"number": "D-0"},
    ):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Instrument.objects.filter(pk=instrument.pk).update(
            revoked_at=None, revoked_by=None, revocation_reason=""
        )
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        InstrumentCoverage.objects.filter(instrument=instrument).update(revoked=False, suspended=True)
    with (
        pytest.raises(IntegrityError, match="never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM offices_instrument WHERE id = %s", [other.pk])


def test_function_18_is_always_concurrent_in_the_database(organization: Organization) -> None:
    instrument = organization.issue("officer", ["18"], ["UNMISS"])
    with pytest.raises(IntegrityError, match="18_is_concurrent"), transaction.atomic():
        InstrumentCoverage.objects.create(
            instrument=instrument,
            function_id="18",
            office=organization.offices["UNIFIL"],
            during=instrument.valid,
            exclusive=True,
        )


# Sub-delegation -------------------------------------------------------------------------------------------------


@pytest.fixture
def parent(organization: Organization) -> Instrument:
    return organization.issue(
        "field",
        ["16b", "16c"],
        ["DPKO"],
        with_below=True,
        amount_limit=Decimal("50000"),
        sub_delegation="one_level",
        concurrent=True,
    )


def pass_on(organization: Organization, parent: Instrument, **terms) -> Instrument:
    given = {
        "to": "unifil-ict",
        "functions": ["16c"],
        "offices": ["UNIFIL"],
        "by": organization.people["field"],
        "amount_limit": Decimal("20000"),
        "concurrent": True,
        "parent": parent,
        "valid_until": parent.valid.upper,
        **terms,
    }
    return organization.issue(given.pop("to"), given.pop("functions"), given.pop("offices"), **given)


def test_a_sub_delegation_lies_inside_its_parent(organization: Organization, parent: Instrument) -> None:
    child = pass_on(organization, parent)
    assert (child.parent, child.delegator_post) == (parent, organization.posts["field"])


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"functions": ["16d"]}, "offices.outside_parent_functions"),
        ({"offices": ["ESCAP"]}, "offices.outside_parent_scope"),
        ({"amount_limit": Decimal("50000.01")}, "offices.outside_parent_limit"),
        ({"amount_limit": None}, "offices.outside_parent_limit"),
        ({"sub_delegation": "one_level"}, "offices.not_sub_delegable"),
        ({"late": True}, "offices.outside_parent_dates"),
        ({"by": "cito"}, "offices.not_the_delegate"),
        ({"by": "ict"}, "offices.not_the_delegate"),
        ({"to": "field"}, "offices.to_oneself"),
    ],
)
def test_a_sub_delegation_outside_its_parent_is_refused(
    organization: Organization, parent: Instrument, terms: dict, expected: str
) -> None:
    if terms.pop("late", False):
        terms["valid_until"] = parent.valid.upper + timedelta(days=1)
    if "by" in terms:
        terms = {**terms, "by": organization.people[terms["by"]]}
    with pytest.raises(Refused) as caught:
        pass_on(organization, parent, **terms)
    assert [r.code for r in caught.value.reasons] == [expected]


def test_revoking_a_parent_suspends_its_children_at_once(
    organization: Organization, parent: Instrument
) -> None:
    child = pass_on(organization, parent)
    services.revoke_instrument(instrument=parent, reason="Reorganized", by=organization.people["cito"])
    child = Instrument.objects.get(pk=child.pk)
    assert (child.revoked_at, life.state_of(child, clock.now())) == (None, "suspended")
    assert not InstrumentCoverage.objects.in_force(clock.now()).exists()
