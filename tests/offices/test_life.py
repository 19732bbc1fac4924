"""The life of an instrument: who does what with it, when it gives authority, and what the database holds."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from apps.audit import clock
from apps.audit.models import Event
from apps.audit.reasons import Refused, sentence
from apps.offices import life, services
from apps.offices.choices import InstrumentState, Role
from apps.offices.models import Instrument, InstrumentAct, InstrumentCoverage
from apps.offices.permissions import reasons_against_exercising, who_can_exercise
from tests.factories.offices import CODES, Organization, appoint, make_post

CENTRAL = [code for code in CODES if not code.startswith(("16", "17"))]


def why_not(organization: Organization, who: str = "officer", **asked: Any) -> list[str]:
    """The codes of what keeps this person from deciding for UNMISS now; none where they may."""
    given: dict[str, Any] = {"function": "18", "amount_usd": Decimal(1000), "at": clock.now(), **asked}
    check = reasons_against_exercising(
        user=organization.people[who], office_id=organization.offices["UNMISS"].pk, **given
    )
    assert all(sentence(reason) for reason in check.reasons)
    return [reason.code for reason in check.reasons]


def refused(act: Callable[..., Any], **given: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        act(**given)
    assert all(sentence(reason) for reason in caught.value.reasons)
    return str(caught.value.kind), caught.value.reasons[0].code


def fresh(instrument: Instrument) -> Instrument:
    return Instrument.objects.select_related("parent", "superseded_by").get(pk=instrument.pk)


def state(instrument: Instrument) -> str:
    """Where it stands, as the code says it and as the database finds it."""
    at = clock.now()
    found = life.state_of(fresh(instrument), at)
    matching = [
        key for key in InstrumentState.values if Instrument.objects.in_state(key, at).filter(pk=instrument.pk)
    ]
    assert matching == [found]
    return found


@pytest.fixture
def chief(organization: Organization) -> Organization:
    """With an OICT section chief, the second hand."""
    organization.posts["chief"] = make_post(organization.offices["OICT-ALIGN"], Role.SECTION_CHIEF)
    organization.people["chief"] = appoint(organization.posts["chief"])
    return organization


@pytest.fixture
def parent(organization: Organization) -> Instrument:
    return organization.issue(
        "field", ["16b", "16c"], ["DPKO"], with_below=True, sub_delegation="one_level", concurrent=True
    )


def pass_on(organization: Organization, parent: Instrument, **terms: Any) -> Instrument:
    given = {
        "by": organization.people["field"],
        "parent": parent,
        "concurrent": True,
        "valid_until": parent.valid.upper,
        **terms,
    }
    to = given.pop("to", "unifil-ict")
    functions, offices = given.pop("functions", ["16c"]), given.pop("offices", ["UNMISS", "UNIFIL"])
    return organization.issue(to, functions, offices, **given)


# Drafted, issued, accepted --------------------------------------------------------------------------------------


def test_authority_begins_with_the_acceptance_and_not_before(organization: Organization) -> None:
    draft = organization.draft("officer", ["18"], ["UNMISS"])
    found = [(state(draft), why_not(organization))]
    services.issue_instrument(instrument=draft, by=organization.people["cito"])
    found.append((state(draft), why_not(organization)))
    services.accept_instrument(instrument=draft, by=organization.people["officer"])
    found.append((state(draft), why_not(organization)))
    assert found == [
        ("draft", ["offices.no_instrument"]),
        ("awaiting", ["offices.instrument_not_accepted"]),
        ("in_force", []),
    ]


def test_a_draft_reserves_nothing_and_an_issued_one_does(organization: Organization) -> None:
    first = organization.draft("ict", ["16c"], ["UNMISS"])
    second = organization.draft("unifil-ict", ["16c"], ["UNMISS"])
    cito = organization.people["cito"]
    services.issue_instrument(instrument=first, by=cito)
    assert refused(services.issue_instrument, instrument=second, by=cito) == (
        "conflict",
        "offices.held_already",
    )
    assert state(second) == "draft"


def test_an_instrument_begins_with_its_issue_and_never_before(organization: Organization) -> None:
    now = clock.now()
    with clock.set_to(now):
        draft = organization.draft("officer", ["18"], ["UNMISS"], valid_until=now + timedelta(days=100))
    with clock.set_to(now + timedelta(days=3)):
        issued = services.issue_instrument(instrument=draft, by=organization.people["cito"])
    assert fresh(issued).valid == DateTimeTZRange(now + timedelta(days=3), now + timedelta(days=100))
    late = organization.draft("officer", ["18"], ["UNIFIL"], valid_until=now + timedelta(days=1))
    with clock.set_to(now + timedelta(days=2)):
        assert refused(services.issue_instrument, instrument=late, by=organization.people["cito"]) == (
            "invalid",
            "offices.ends_before_it_begins",
        )


@pytest.mark.parametrize("who", ["cito", "chief", "admin"])
def test_who_drafts_never_issues(chief: Organization, who: str) -> None:
    draft = chief.draft("officer", ["18"], ["UNMISS"], by=chief.people[who])
    kind, code = refused(services.issue_instrument, instrument=draft, by=chief.people[who])
    assert (kind, state(draft)) == ("not_allowed", "draft")
    assert code == ("offices.drafted_by_oneself" if who == "cito" else "offices.not_an_issuer")


def test_what_the_cito_drafts_needs_a_second_hand(chief: Organization) -> None:
    draft = chief.draft("officer", ["18"], ["UNMISS"], by=chief.people["cito"])
    assert refused(services.issue_instrument, instrument=draft, by=chief.people["admin"]) == (
        "not_allowed",
        "offices.not_a_second_hand",
    )
    issued = services.issue_instrument(instrument=draft, by=chief.people["chief"])
    assert (issued.delegator, issued.issued_by) == (chief.people["cito"], chief.people["chief"])
    services.accept_instrument(instrument=issued, by=chief.people["officer"])
    assert why_not(chief) == []


def test_the_second_hand_is_not_the_receiver(chief: Organization) -> None:
    draft = chief.draft("chief", ["7e"], ["UNMISS"], by=chief.people["cito"])
    assert refused(services.issue_instrument, instrument=draft, by=chief.people["chief"]) == (
        "not_allowed",
        "offices.to_oneself",
    )


def test_a_draft_falls_with_the_delegator_who_drafted_it(chief: Organization) -> None:
    draft = chief.draft("officer", ["18"], ["UNMISS"], by=chief.people["cito"])
    services.end_holding(holding=chief.posts["cito"].holdings.get(), by=None)
    assert refused(services.issue_instrument, instrument=draft, by=chief.people["chief"]) == (
        "not_allowed",
        "offices.delegator_has_left",
    )


@pytest.mark.parametrize("who", ["officer", "align", "field", "head", "ict", "auditor", "member"])
def test_nobody_else_drafts(organization: Organization, who: str) -> None:
    with pytest.raises(Refused) as caught:
        organization.draft("officer", ["18"], ["UNMISS"], by=organization.people[who])
    assert [r.code for r in caught.value.reasons] == ["offices.not_a_drafter"]
    assert not Instrument.objects.exists()


def test_the_holder_alone_accepts_and_once(organization: Organization) -> None:
    issued = organization.issue("officer", ["18"], ["UNMISS"], accept=False)
    found = {
        who: refused(services.accept_instrument, instrument=issued, by=organization.people[who])
        for who in ("cito", "admin", "align", "auditor")
    }
    assert set(found.values()) == {("not_allowed", "offices.not_the_receiver")}
    services.accept_instrument(instrument=issued, by=organization.people["officer"])
    assert refused(services.accept_instrument, instrument=issued, by=organization.people["officer"]) == (
        "conflict",
        "offices.already_accepted",
    )


def test_who_gives_never_accepts(organization: Organization) -> None:
    issued = organization.issue("officer", ["16c"], ["ESCAP"], accept=False)
    services.end_holding(
        holding=organization.posts["officer"].holdings.get(), by=organization.people["admin"]
    )
    services.assign_post(
        post=organization.posts["officer"],
        user=organization.people["cito"],
        from_=clock.now(),
        by=organization.people["admin"],
    )
    assert refused(services.accept_instrument, instrument=issued, by=organization.people["cito"]) == (
        "not_allowed",
        "offices.to_oneself",
    )


@pytest.mark.parametrize("who", ["cito", "admin"])
def test_a_draft_is_withdrawn_and_then_over(organization: Organization, who: str) -> None:
    draft = organization.draft("officer", ["18"], ["UNMISS"])
    assert refused(services.withdraw_draft, instrument=draft, by=organization.people["officer"]) == (
        "not_allowed",
        "offices.not_ones_draft",
    )
    services.withdraw_draft(instrument=draft, by=organization.people[who])
    assert state(draft) == "withdrawn"
    cito = organization.people["cito"]
    assert refused(services.issue_instrument, instrument=draft, by=cito)[1] == "offices.already_withdrawn"
    issued = organization.issue("officer", ["18"], ["UNMISS"])
    assert refused(services.withdraw_draft, instrument=issued, by=cito)[1] == "offices.already_issued"


# Suspended, resumed, revoked ------------------------------------------------------------------------------------


def test_suspending_takes_authority_at_once_and_resuming_gives_it_back(organization: Organization) -> None:
    instrument = organization.issue("officer", ["18"], ["UNMISS"])
    cito = organization.people["cito"]
    services.suspend_instrument(instrument=instrument, reason="An audit", by=cito)
    assert (state(instrument), why_not(organization)) == ("suspended", ["offices.instrument_suspended"])
    office = organization.offices["UNMISS"].pk
    able = who_can_exercise(function="18", office_id=office, amount_usd=None, at=clock.now())
    assert [one.user for one in able] == [cito]
    services.resume_instrument(instrument=instrument, by=cito)
    assert (state(instrument), why_not(organization)) == ("in_force", [])


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        (["suspend", "suspend"], ("conflict", "offices.already_suspended")),
        (["resume"], ("conflict", "offices.not_suspended")),
        (["revoke", "suspend"], ("conflict", "offices.already_revoked")),
        (["revoke", "resume"], ("conflict", "offices.already_revoked")),
        (["revoke", "accept"], ("conflict", "offices.already_revoked")),
        (["suspend", "revoke", "revoke"], ("conflict", "offices.already_revoked")),
    ],
)
def test_acts_out_of_turn_are_conflicts(
    organization: Organization, acts: list[str], expected: tuple[str, str]
) -> None:
    instrument = organization.issue("officer", ["18"], ["UNMISS"], accept="accept" not in acts)
    cito = organization.people["cito"]
    steps: dict[str, Callable[[], Any]] = {
        "suspend": lambda: services.suspend_instrument(instrument=instrument, reason="R", by=cito),
        "resume": lambda: services.resume_instrument(instrument=instrument, by=cito),
        "revoke": lambda: services.revoke_instrument(instrument=instrument, reason="R", by=cito),
        "accept": lambda: services.accept_instrument(
            instrument=instrument, by=organization.people["officer"]
        ),
    }
    for act in acts[:-1]:
        steps[act]()
    assert refused(steps[acts[-1]]) == expected


@pytest.mark.parametrize("who", ["officer", "align", "field", "ict", "auditor", "admin", "member"])
def test_nobody_else_suspends_or_resumes(organization: Organization, who: str) -> None:
    instrument = organization.issue("officer", ["18"], ["UNMISS"])
    by = organization.people[who]
    wrong = ("not_allowed", "offices.not_the_delegator")
    assert refused(services.suspend_instrument, instrument=instrument, reason="R", by=by) == wrong
    services.suspend_instrument(instrument=instrument, reason="R", by=organization.people["cito"])
    assert refused(services.resume_instrument, instrument=instrument, by=by) == wrong


def test_suspending_needs_a_reason(organization: Organization) -> None:
    instrument = organization.issue("officer", ["18"], ["UNMISS"])
    assert refused(
        services.suspend_instrument, instrument=instrument, reason=" ", by=organization.people["cito"]
    ) == ("invalid", "offices.no_reason_given")


def test_a_suspended_parent_suspends_its_children_and_gives_them_back(
    organization: Organization, parent: Instrument
) -> None:
    cito, field = organization.people["cito"], organization.people["field"]
    child = pass_on(organization, parent)
    alone = pass_on(organization, parent, functions=["16b"])
    services.suspend_instrument(instrument=alone, reason="By itself", by=field)
    services.suspend_instrument(instrument=parent, reason="An audit", by=cito)
    asked = {"function": "16c", "who": "unifil-ict"}
    assert (state(child), why_not(organization, **asked)) == ("suspended", ["offices.parent_suspended"])
    assert refused(services.resume_instrument, instrument=child, by=field)[1] == "offices.resume_the_parent"
    services.resume_instrument(instrument=parent, by=cito)
    assert (state(child), why_not(organization, **asked), state(alone)) == ("in_force", [], "suspended")
    assert why_not(organization, function="16b", who="unifil-ict") == ["offices.instrument_suspended"]
    services.resume_instrument(instrument=alone, by=field)
    assert state(alone) == "in_force"


def test_children_of_a_revoked_parent_never_come_back_and_reserve_nothing(
    organization: Organization, parent: Instrument
) -> None:
    cito, field = organization.people["cito"], organization.people["field"]
    child = pass_on(organization, parent, concurrent=False, offices=["UNIFIL"])
    services.suspend_instrument(instrument=child, reason="By itself", by=field)
    services.revoke_instrument(instrument=parent, reason="Reorganized", by=cito)
    assert refused(services.resume_instrument, instrument=child, by=cito)[1] == "offices.parent_revoked"
    assert not InstrumentCoverage.objects.in_force(clock.now()).exists()
    assert organization.issue("ict", ["16c"], ["UNIFIL"]).pk
    services.revoke_instrument(instrument=child, reason="For order", by=cito)
    assert state(child) == "revoked"


def test_what_was_done_is_kept_with_who_when_and_why(organization: Organization, parent: Instrument) -> None:
    cito = organization.people["cito"]
    child = pass_on(organization, parent)
    services.suspend_instrument(instrument=parent, reason="An audit", by=cito)
    services.resume_instrument(instrument=parent, by=cito)
    services.revoke_instrument(instrument=parent, reason="Reorganized", by=cito)
    told = [
        (act.verb, act.by, act.reason, act.through) for act in InstrumentAct.objects.filter(instrument=child)
    ]
    holder, admin = organization.people["unifil-ict"], organization.people["admin"]
    assert told == [
        ("drafted", admin, "", parent),
        ("issued", organization.people["field"], "", None),
        ("accepted", holder, "", None),
        ("suspended", cito, "An audit", parent),
        ("resumed", cito, "", parent),
        ("suspended", cito, "Reorganized", parent),
    ]
    events = Event.objects.filter(object_kind="instrument", object_id=str(child.pk))
    assert sorted(events.values_list("verb", flat=True)) == sorted(f"instrument.{row[0]}" for row in told)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        InstrumentAct.objects.filter(instrument=child).update(reason="Another")


# Superseded -----------------------------------------------------------------------------------------------------


def test_superseding_ends_the_old_and_begins_the_new_in_one_act(organization: Organization) -> None:
    old = organization.issue("ict", ["16b", "16c"], ["UNMISS"])
    new = organization.issue("unifil-ict", ["16c"], ["UNMISS"], supersedes=old, legal_basis="ST/SGB/2027/1")
    assert (state(old), state(new)) == ("superseded", "in_force")
    old = fresh(old)
    assert (old.superseded_by, old.revocation_reason) == (new, "ST/SGB/2027/1")
    assert InstrumentAct.objects.get(instrument=old, verb="superseded").through == new
    held = InstrumentCoverage.objects.in_force(clock.now()).values_list("instrument", "function")
    assert list(held) == [(new.pk, "16c")]


def test_a_successor_that_cannot_be_issued_leaves_the_old_in_force(organization: Organization) -> None:
    old = organization.issue("ict", ["16c"], ["UNMISS"])
    draft = organization.draft("unifil-ict", ["16c"], ["UNMISS", "UNIFIL"], supersedes=old)
    organization.issue("escap-ict", ["16c"], ["UNIFIL"])
    assert refused(services.issue_instrument, instrument=draft, by=organization.people["cito"]) == (
        "conflict",
        "offices.held_already",
    )
    assert (state(old), state(draft)) == ("in_force", "draft")


def test_a_successor_begins_at_once_and_is_of_the_same_hand(
    organization: Organization, parent: Instrument
) -> None:
    old = organization.issue("ict", ["16d"], ["UNMISS"])
    later = clock.now() + timedelta(days=30)
    for terms, expected in (
        ({"supersedes": old, "valid_from": later}, "offices.supersedes_at_once"),
        (
            {
                "supersedes": old,
                "functions": ["16c"],
                "parent": parent,
                "valid_until": parent.valid.upper,
                "concurrent": True,
            },
            "offices.not_its_successor",
        ),
    ):
        given = {"functions": ["16d"], **terms}
        with pytest.raises(Refused) as caught:
            organization.draft("ict", given.pop("functions"), ["UNMISS"], **given)
        assert [r.code for r in caught.value.reasons] == [expected]


def test_one_instrument_has_one_successor(organization: Organization) -> None:
    old = organization.issue("ict", ["16c"], ["UNMISS"])
    first = organization.draft("ict", ["16c"], ["UNMISS"], supersedes=old)
    second = organization.draft("unifil-ict", ["16c"], ["UNMISS"], supersedes=old)
    cito = organization.people["cito"]
    services.issue_instrument(instrument=first, by=cito)
    assert refused(services.issue_instrument, instrument=second, by=cito) == (
        "invalid",
        "offices.instrument_superseded",
    )


def test_superseding_a_parent_suspends_what_was_passed_on(
    organization: Organization, parent: Instrument
) -> None:
    child = pass_on(organization, parent)
    organization.issue("field", ["16b", "16c"], ["DPKO"], with_below=True, supersedes=parent)
    assert (state(parent), state(child)) == ("superseded", "suspended")
    assert why_not(organization, function="16c", who="unifil-ict") == ["offices.parent_revoked"]


def test_a_successor_takes_over_what_was_passed_on_from_the_old(
    organization: Organization, parent: Instrument
) -> None:
    child = pass_on(organization, parent, concurrent=False, offices=["UNIFIL"])
    new = organization.issue("field", ["16c"], ["UNIFIL"], supersedes=parent)
    held = InstrumentCoverage.objects.in_force(clock.now()).values_list("instrument", flat=True)
    assert (list(held), state(child)) == ([new.pk], "suspended")


# The end by its date --------------------------------------------------------------------------------------------


def test_it_ends_at_its_second_with_no_tick_run(organization: Organization) -> None:
    ends = clock.now() + timedelta(days=10)
    instrument = organization.issue("officer", ["18"], ["UNMISS"], valid_until=ends)
    found = []
    for instant in (ends - timedelta(microseconds=1), ends):
        with clock.set_to(instant):
            found.append((state(instrument), why_not(organization)))
    assert found == [("in_force", []), ("ended", ["offices.instrument_ended"])]
    with clock.set_to(ends):
        for act in (services.suspend_instrument, services.revoke_instrument):
            assert refused(act, instrument=instrument, reason="R", by=organization.people["cito"]) == (
                "conflict",
                "offices.instrument_ended",
            )


# Sub-delegation: two hands here too -----------------------------------------------------------------------------


def test_what_the_delegator_passes_on_is_issued_by_a_second_hand(
    chief: Organization, parent: Instrument
) -> None:
    field = chief.people["field"]
    given = {"parent": parent, "concurrent": True, "valid_until": parent.valid.upper, "by": field}
    draft = chief.draft("unifil-ict", ["16c"], ["UNIFIL"], **given)
    assert refused(services.issue_instrument, instrument=draft, by=field)[1] == "offices.drafted_by_oneself"
    issued = services.issue_instrument(instrument=draft, by=chief.people["cito"])
    assert (issued.delegator, issued.delegator_post) == (field, chief.posts["field"])


@pytest.mark.parametrize("act", ["suspend", "revoke"])
def test_nothing_is_passed_on_from_what_is_not_in_force(
    organization: Organization, parent: Instrument, act: str
) -> None:
    given = {"parent": parent, "concurrent": True, "valid_until": parent.valid.upper}
    draft = organization.draft("unifil-ict", ["16c"], ["UNIFIL"], **given)
    cito = organization.people["cito"]
    service = {"suspend": services.suspend_instrument, "revoke": services.revoke_instrument}[act]
    service(instrument=parent, reason="R", by=cito)
    assert refused(services.issue_instrument, instrument=draft, by=organization.people["field"]) == (
        "invalid",
        "offices.parent_not_in_force",
    )
    with pytest.raises(Refused):
        organization.draft("unifil-ict", ["16c"], ["UNIFIL"], **{**given, "parent": fresh(parent)})


# Classes of system and data -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "asked", "expected"),
    [
        ({"system_limit": "several_offices"}, {"system_class": "several_offices"}, []),
        (
            {"system_limit": "several_offices"},
            {"system_class": "organization"},
            ["offices.above_system_class"],
        ),
        ({"system_limit": "several_offices"}, {"system_class": ""}, ["offices.above_system_class"]),
        ({"system_limit": "several_offices"}, {}, []),
        ({}, {"system_class": "organization", "data_class": "strictly_confidential"}, []),
        ({"data_limit": "confidential"}, {"data_class": "unclassified"}, []),
        (
            {"data_limit": "confidential"},
            {"data_class": "strictly_confidential"},
            ["offices.above_data_class"],
        ),
    ],
)
def test_classes_limit_an_instrument_as_its_ceiling_does(
    organization: Organization, limits: dict[str, str], asked: dict[str, str], expected: list[str]
) -> None:
    organization.issue("officer", ["18"], ["UNMISS"], **limits)
    assert why_not(organization, **asked) == expected
    office = organization.offices["UNMISS"].pk
    able = who_can_exercise(function="18", office_id=office, amount_usd=None, at=clock.now(), **asked)
    assert (organization.people["officer"] in [one.user for one in able]) is not bool(expected)


@pytest.mark.parametrize("name", ["system_limit", "data_limit"])
def test_classes_of_a_sub_delegation_lie_within_its_parents(organization: Organization, name: str) -> None:
    grades = {"system_limit": "several_offices", "data_limit": "confidential"}
    higher = {"system_limit": "organization", "data_limit": "strictly_confidential"}
    parent = organization.issue(
        "field",
        ["16c"],
        ["DPKO"],
        with_below=True,
        sub_delegation="one_level",
        concurrent=True,
        **{name: grades[name]},
    )
    for value in ("", higher[name]):
        with pytest.raises(Refused) as caught:
            pass_on(organization, parent, **{name: value})
        assert [r.code for r in caught.value.reasons] == ["offices.outside_parent_class"]
    assert pass_on(organization, parent, **{name: grades[name]}).pk


# Functions of 7, 15 and 18 stay in OICT, by every door ------------------------------------------------------------


@pytest.mark.parametrize("door", ["draft", "supersede", "pass_on"])
def test_central_functions_are_not_even_drafted_outside_oict(organization: Organization, door: str) -> None:
    old = organization.issue(
        "align", CENTRAL, ["UNMISS"], sub_delegation="one_level", concurrent=True, valid_until=None or _year()
    )
    more = {"supersede": {"supersedes": old}, "pass_on": {"parent": old}}.get(door, {})
    for code in CENTRAL:
        with pytest.raises(Refused) as caught:
            organization.draft("ict", [code], ["UNMISS"], concurrent=True, **more)
        assert caught.value.reasons[0].code == "offices.central_outside_oict"
    assert Instrument.objects.count() == 1


def _year() -> datetime:
    return clock.now() + timedelta(days=365)


@pytest.mark.parametrize("function", ["7e", "15c", "18"])
def test_a_draft_is_not_issued_once_its_post_has_left_oict(organization: Organization, function: str) -> None:
    draft = organization.draft("align", [function], ["UNMISS"])
    today = clock.now().date()
    admin, outside = organization.people["admin"], organization.offices["DM"]
    services.move_office(office=organization.offices["OICT-ALIGN"], parent=outside, on=today, by=admin)
    assert refused(services.issue_instrument, instrument=draft, by=organization.people["cito"]) == (
        "invalid",
        "offices.central_outside_oict",
    )
    with pytest.raises(IntegrityError, match="outside OICT"), transaction.atomic():
        InstrumentCoverage.objects.create(
            instrument=draft,
            function_id=function,
            office=organization.offices["UNMISS"],
            during=draft.valid,
            exclusive=False,
        )


@pytest.mark.parametrize("accept", [True, False])
def test_an_office_with_an_issued_central_function_stays(organization: Organization, accept: bool) -> None:
    instrument = organization.issue("align", ["18"], ["UNMISS"], accept=accept)
    if accept:
        services.suspend_instrument(instrument=instrument, reason="R", by=organization.people["cito"])
    move = {
        "office": organization.offices["OICT-ALIGN"],
        "parent": organization.offices["DM"],
        "on": clock.now().date(),
        "by": organization.people["admin"],
    }
    assert refused(services.move_office, **move) == ("conflict", "offices.move_takes_central_out")


# What the database holds by itself ------------------------------------------------------------------------------


def test_the_database_wants_two_hands_and_a_drafter(organization: Organization) -> None:
    draft = organization.draft("officer", ["18"], ["UNMISS"])
    rows = Instrument.objects.filter(pk=draft.pk)
    admin, cito, align = (organization.people[who] for who in ("admin", "cito", "align"))
    at = clock.now()
    for hands in (
        {"issued_by": admin, "delegator": admin},
        {"issued_by": cito, "delegator": align},
        {"issued_by": cito},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(issued_at=at, **hands)
    with pytest.raises(IntegrityError, match="names nobody who drafted it"), transaction.atomic():
        Instrument.objects.create(
            number="X",
            legal_basis="x",
            delegator_post=draft.delegator_post,
            delegate_post=draft.delegate_post,
            valid=draft.valid,
            drafted_at=at,
        )
    with pytest.raises(IntegrityError, match="accepted_by_another"), transaction.atomic():
        rows.update(issued_at=at, issued_by=cito, delegator=cito, accepted_at=at, accepted_by=cito)


@pytest.mark.parametrize("change", ["accepted", "suspended", "revoked", "parent"])
def test_coverage_never_gives_more_than_the_instrument(
    organization: Organization, parent: Instrument, change: str
) -> None:
    cito = organization.people["cito"]
    child = pass_on(organization, parent)
    if change == "accepted":
        child = pass_on(organization, parent, functions=["16b"], accept=False)
    elif change == "suspended":
        services.suspend_instrument(instrument=child, reason="R", by=cito)
    elif change == "revoked":
        services.revoke_instrument(instrument=child, reason="R", by=cito)
    else:
        services.suspend_instrument(instrument=parent, reason="R", by=cito)
    with pytest.raises(IntegrityError), transaction.atomic():
        InstrumentCoverage.objects.filter(instrument=child).update(
            accepted=True, suspended=False, revoked=False
        )


def test_an_instrument_is_not_suspended_past_its_coverage(organization: Organization) -> None:
    instrument = organization.issue("officer", ["18"], ["UNMISS"])
    with pytest.raises(IntegrityError, match="gives more than it"), transaction.atomic():
        Instrument.objects.filter(pk=instrument.pk).update(
            suspended_at=clock.now(), suspended_by=organization.people["cito"], suspension_reason="R"
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_terms_of_a_draft_never_change(organization: Organization) -> None:
    draft = organization.draft("officer", ["18"], ["UNMISS"], amount_limit=Decimal(1000))
    for change in (
        {"amount_limit": Decimal(2000)},
        {"delegate_post": organization.posts["align"]},
        {"valid": DateTimeTZRange(draft.valid.lower, draft.valid.upper + timedelta(days=1))},
        {"drafted_by": organization.people["align"]},
        {"delegator": organization.people["align"]},
        {"system_limit": "one_office"},
    ):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            Instrument.objects.filter(pk=draft.pk).update(**change)
    services.withdraw_draft(instrument=draft, by=organization.people["cito"])
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Instrument.objects.filter(pk=draft.pk).update(withdrawn_at=None)
