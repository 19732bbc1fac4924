"""Evidence that functions are performed: every form, who records it, what is kept, and who reads it."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from apps.audit import clock
from apps.audit.models import Commitment, Event
from apps.audit.reasons import Refused, remedy_of, sentence
from apps.audit.register import commitment
from apps.offices import queries, services
from apps.offices.evidence.fields import Field, Kind
from apps.offices.evidence.forms import FORMS, FROM_CASES
from apps.offices.models import Evidence, EvidenceDuty, ParagraphHolding
from tests.factories.evidence import ANSWERS, holder_of, record
from tests.factories.offices import CODES, Organization, appoint, make_post

NOW = datetime(2026, 7, 6, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _monday(db: None) -> Any:
    with clock.set_to(NOW):
        yield


WITHOUT_REMEDY = ("evidence.no_form", "offices.not_active")


def refused(act: Callable[[], Any]) -> tuple[str, list[tuple[str, str]]]:
    """The kind of a refusal, and the field and code of each of its reasons, which all have words and a remedy."""
    with pytest.raises(Refused) as caught, transaction.atomic():
        act()
    for reason in caught.value.reasons:
        assert sentence(reason)
        assert remedy_of(reason) or reason.who_can or reason.code in WITHOUT_REMEDY
    return str(caught.value.kind), [(reason.field, reason.code) for reason in caught.value.reasons]


# Forms ----------------------------------------------------------------------------------------------------------


def test_every_function_but_18_has_a_form_and_an_answer_here() -> None:
    assert [code for code in CODES if code not in FORMS] == ["18"] == list(FROM_CASES)
    assert list(ANSWERS) == list(FORMS)


@pytest.mark.parametrize("function", FORMS)
def test_the_form_of_each_function_is_accepted(organization: Organization, function: str) -> None:
    row = record(organization, function)
    row.refresh_from_db()
    assert {key: value for key, value in row.values.items() if value} == ANSWERS[function]
    assert (row.form, row.performed_on) == (f"{function}-1", date(2026, 6, 30))
    duty = EvidenceDuty.objects.get(function=function)
    assert (duty.last, str(duty.performance(NOW))) == (row, "performing")


@pytest.mark.parametrize("function", FORMS)
def test_the_form_of_each_function_names_every_missing_answer(
    organization: Organization, function: str
) -> None:
    needed = [field.key for field in FORMS[function].fields if field.required]
    found = refused(lambda: record(organization, function, values={}, performed_on=None))
    missing = [(key, "evidence.answer_missing") for key in ["performed_on", *needed]]
    assert found == ("invalid", missing)
    assert Evidence.objects.count() == 0


def wrong_answers(field: Field) -> list[tuple[Any, str]]:
    found: list[tuple[Any, str]] = [(["a"], "wrong_type"), ("a\0b", "unreadable"), ("\ud800", "unreadable")]
    match field.kind:
        case Kind.LINE:
            found += [("x" * 201, "too_long")]
        case Kind.WORDS:
            found += [("x" * 4001, "too_long")]
        case Kind.CHOICE | Kind.YES_NO:
            found += [("perhaps", "not_a_choice")]
        case Kind.DATE:
            found += [("yesterday", "not_a_date"), ("2026-02-30", "not_a_date"), ("1066-10-14", "not_a_date")]
        case Kind.CURRENCY:
            found += [("dollars", "not_a_currency"), ("U$D", "not_a_currency")]
        case Kind.PERCENT:
            found += [("100.1", "not_a_number"), ("-1", "not_a_number")]
        case Kind.AMOUNT:
            found += [("many", "not_a_number"), ("-5", "not_a_number"), ("1.005", "too_many_places")]
        case Kind.COUNT:
            found += [("1.5", "too_many_places"), ("1e3", "not_a_number"), ("1000000000", "not_a_number")]
        case _:
            found += [("some", "not_a_number")]
    return found


@pytest.mark.parametrize("function", FORMS)
def test_the_form_of_each_function_refuses_what_is_wrong_by_field(
    organization: Organization, function: str
) -> None:
    for field in FORMS[function].fields:
        for value, code in wrong_answers(field):
            values = {**ANSWERS[function], field.key: value}
            found = refused(lambda values=values: record(organization, function, values=values))  # type: ignore[misc]
            assert found == ("invalid", [(field.key, f"evidence.{code}")]), (field.key, value)
    assert Evidence.objects.count() == 0


@pytest.mark.parametrize(
    ("function", "changes", "reason"),
    [
        ("16c", {"period_to": "2025-12-31"}, ("period_to", "evidence.before")),
        ("16d", {"ends_on": "2025-12-31"}, ("ends_on", "evidence.before")),
        ("16c", {"major_incidents": "15"}, ("major_incidents", "evidence.above")),
        ("7d", {"present": "15"}, ("present", "evidence.above")),
        ("16b", {"estimate": "5000"}, ("currency", "evidence.answer_missing")),
        ("7a", {"approved_on": "2026-07-07"}, ("approved_on", "evidence.in_the_future")),
        ("16c", {"colour": "red"}, ("values", "evidence.unknown_answer")),
    ],
)
def test_answers_are_compared_with_each_other(
    organization: Organization, function: str, changes: dict[str, str], reason: tuple[str, str]
) -> None:
    values = {**ANSWERS[function], **changes}
    assert refused(lambda: record(organization, function, values=values)) == ("invalid", [reason])


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("2026-07-07", "evidence.in_the_future"),
        ("", "evidence.answer_missing"),
        ("soon", "evidence.not_a_date"),
    ],
)
def test_the_day_is_asked_and_never_lies_ahead(organization: Organization, day: str, code: str) -> None:
    assert refused(lambda: record(organization, performed_on=day)) == ("invalid", [("performed_on", code)])


@pytest.mark.parametrize(
    ("given", "kept"),
    [("1,250,000.50", "1250000.5"), ("1 250 000,5", "1250000.5"), ("٩٠٠٬٠٠٠", "900000"), (900000, "900000")],
)
def test_amounts_are_read_as_people_write_them(organization: Organization, given: Any, kept: str) -> None:
    assert record(organization, "16e", values={**ANSWERS["16e"], "amount": given}).values["amount"] == kept


def test_18_has_no_form_and_what_is_no_function_is_named(organization: Organization) -> None:
    cito, oict = organization.people["cito"], organization.offices["OICT"]

    def act(function: str) -> Any:
        return services.record_evidence(
            by=cito, function=function, office=oict, performed_on="2026-07-01", values={}
        )

    assert refused(lambda: act("18")) == ("invalid", [("function", "evidence.no_form")])
    with pytest.raises(Refused) as caught:
        act("19z")
    assert caught.value.reasons[0].code == "offices.no_such_function"


# Who records ----------------------------------------------------------------------------------------------------

EVERYONE = [
    "cito",
    "officer",
    "align",
    "field",
    "submitter",
    "head",
    "ict",
    "finance",
    "auditor",
    "admin",
    "member",
]


@pytest.mark.parametrize("function", ["7c", "15c", "16c", "17c"])
def test_only_who_holds_the_function_records_and_the_refusal_says_who_can(
    organization: Organization, function: str
) -> None:
    holder, _office = holder_of(function)
    for who in EVERYONE:
        if who == holder:
            continue
        with pytest.raises(Refused) as caught, transaction.atomic():
            record(organization, function, by=organization.people[who])
        reason = caught.value.reasons[0]
        post = organization.posts[holder].title
        assert (str(caught.value.kind), reason.code) == ("not_allowed", "offices.no_instrument")
        assert reason.who_can == (f"{organization.people[holder].full_name} ({post})",)
    assert Evidence.objects.count() == 0
    assert record(organization, function).post == organization.posts[holder]


def test_an_instrument_in_force_at_this_second_lets_record_and_a_revoked_one_does_not(
    organization: Organization,
) -> None:
    escap, chief = organization.offices["ESCAP"], organization.people["escap-ict"]

    def act() -> Evidence:
        return record(organization, by=chief, office=escap)

    assert refused(act) == ("not_allowed", [("", "evidence.not_held")])
    instrument = organization.issue("escap-ict", ["16c"], ["ESCAP"], reporting_period="monthly")
    row = act()
    assert (row.instrument, row.post) == (instrument, organization.posts["escap-ict"])
    assert EvidenceDuty.objects.get(office=escap).period == "monthly"
    services.revoke_instrument(instrument=instrument, reason="Over", by=organization.people["cito"])
    assert refused(act) == ("not_allowed", [("", "evidence.not_held")])


def test_a_function_that_another_holds_under_an_instrument_names_both(organization: Organization) -> None:
    instrument = organization.issue("unifil-ict", ["16c"], ["UNMISS"])
    with pytest.raises(Refused) as caught:
        record(organization, by=organization.people["head"])
    assert caught.value.reasons[0].who_can == (
        "Ict Person (ict_chief of UNMISS)",
        f"Unifil-Ict Person (ict_chief of UNIFIL, {instrument.number})",
    )


def test_a_person_whose_account_is_closed_records_nothing(organization: Organization) -> None:
    chief = organization.people["ict"]
    chief.is_active = False
    chief.save()
    assert refused(lambda: record(organization))[1] == [("", "offices.not_active")]


# Rows that never change -------------------------------------------------------------------------------------------


def test_a_correction_is_a_new_row_that_names_the_older(organization: Organization) -> None:
    first = record(organization)
    values = {**ANSWERS["16c"], "incidents": "15"}
    second = record(organization, values=values, corrects=first, correction_reason="One was left out.")
    assert [(e.values["incidents"], e.corrects) for e in Evidence.objects.order_by("pk") if e == second] == [
        ("15", first)
    ]
    assert list(Evidence.objects.current()) == [second]
    duty = EvidenceDuty.objects.get()
    assert (duty.last, duty.due_version) == (second, 3)
    again = refused(lambda: record(organization, corrects=first, correction_reason="Again"))
    assert again == ("conflict", [("corrects", "evidence.corrected_already")])
    unsaid = refused(lambda: record(organization, corrects=second))
    assert unsaid == ("invalid", [("correction_reason", "evidence.no_correction_reason")])
    other = refused(lambda: record(organization, "16e", corrects=second, correction_reason="Wrong row"))
    assert other == ("invalid", [("corrects", "evidence.of_another")])


def test_the_database_keeps_every_row_as_it_was(organization: Organization) -> None:
    row = record(organization)
    other = record(organization, "16e")
    for act in (
        lambda: Evidence.objects.filter(pk=row.pk).update(values={}),
        lambda: Evidence.objects.filter(pk=row.pk).delete(),
        lambda: EvidenceDuty.objects.filter(last=row).delete(),
        lambda: Evidence.objects.create(
            function_id="16c",
            office=row.office,
            form="16c-1",
            performed_on=row.performed_on,
            post=row.post,
            recorded_by=row.recorded_by,
            recorded_at=NOW,
            corrects=other,
            correction_reason="Another function's",
            event_id=row.event_id,
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    row.refresh_from_db()
    assert row.values["incidents"] == "14"


def test_the_same_key_again_answers_with_the_first_row(organization: Organization) -> None:
    rows = {record(organization, idempotency_key="k-1").pk for _n in range(3)}
    assert (len(rows), Evidence.objects.count()) == (1, 1)
    assert record(organization, idempotency_key="k-2").pk not in rows


def test_it_is_recorded_in_the_register_by_codes_and_commitments_only(organization: Organization) -> None:
    row = record(organization, values={**ANSWERS["16c"], "remarks": "The generator of Juba failed."})
    payload = json.loads(Event.objects.get(pk=row.event_id).payload)
    assert (payload["verb"], payload["object_id"], payload["actor_id"]) == (
        "evidence.recorded",
        str(row.pk),
        str(row.recorded_by_id),
    )
    assert payload["facts"]["function"] == "16c"
    assert payload["facts"]["office"] == "UNMISS"
    assert payload["facts"]["due_at"].startswith("2027-06-30T15:00")
    assert "generator" not in json.dumps(payload)
    salt = Commitment.objects.get(event_id=row.event_id, name="values").salt
    from apps.audit.canonical import canonical_json

    assert payload["commitments"]["values"] == commitment(bytes(salt), canonical_json(row.values))


# Who reads --------------------------------------------------------------------------------------------------------


def reads(organization: Organization, who: str) -> set[str]:
    standing = queries.standing_of(organization.people[who], clock.now())
    return set(Evidence.objects.visible_to(standing).values_list("function_id", flat=True))


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("submitter", {"16c"}),  # the office's own people
        ("head", {"16c"}),
        ("dpko-head", {"16c", "17c"}),  # the offices above
        ("field", {"16c", "17c"}),  # DPKO, its missions
        ("align", {"15c", "16b", "16c", "17c"}),  # OICT
        ("cito", {"15c", "16b", "16c", "17c"}),
        ("auditor", {"15c", "16b", "16c", "17c"}),
        ("escap-ict", {"16b"}),  # what an instrument gives
        ("unifil-ict", set()),  # another mission
        ("admin", set()),  # configures, and reads nothing
        ("member", set()),  # the Committee reads standings
        ("nobody", set()),
    ],
)
def test_the_words_are_read_by_the_office_those_above_dpko_oict_and_the_auditor(
    organization: Organization, who: str, expected: set[str]
) -> None:
    from tests.factories.offices import make_person

    for key, office in (("dpko-head", "DPKO"),):
        organization.people[key] = appoint(make_post(organization.offices[office], "head_of_office"))
    organization.people["nobody"] = make_person("No Post")
    organization.issue("escap-ict", ["16b"], ["ESCAP"])
    record(organization, "15c")
    record(organization, "16c")
    record(organization, "17c")
    record(organization, "16b", by=organization.people["escap-ict"], office=organization.offices["ESCAP"])
    assert reads(organization, who) == expected


def test_evidence_is_kept_where_the_paragraph_is_held_no_more(organization: Organization) -> None:
    record(organization)
    ParagraphHolding.objects.filter(paragraph=16, office=organization.offices["UNMISS"]).update(
        during=(date(2000, 1, 1), NOW.date())
    )
    assert refused(lambda: record(organization)) == ("not_allowed", [("", "evidence.not_held")])
    assert reads(organization, "head") == {"16c"}


def test_the_words_of_refusals_are_made_for_the_reader(organization: Organization) -> None:
    with pytest.raises(Refused) as caught:
        record(organization, values={**ANSWERS["16c"], "availability": "101"})
    with override("en"):
        assert sentence(caught.value.reasons[0]) == "“Availability”: 101 is no number from 0 to 100."


def test_a_day_is_that_of_the_duty_station(organization: Organization) -> None:
    """At 22:30 UTC it is the next day in Juba."""
    with clock.set_to(NOW.replace(hour=22, minute=30)):
        assert record(organization, performed_on="2026-07-07").performed_on == date(2026, 7, 7)
