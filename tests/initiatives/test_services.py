"""Drafts that lose nothing, versions that never change, and the case that goes with them."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.approvals.models import Case, Route
from apps.approvals.services import Seen, move_case, publish_route
from apps.audit.canonical import sha256_hex
from apps.audit.reasons import Refused
from apps.initiatives import lifecycle, presenter, services
from apps.initiatives.models import BusinessCaseVersion, Draft, DraftChange, Initiative
from apps.initiatives.schema.short_1 import SHORT_1
from apps.offices.choices import Role
from tests.factories.offices import appoint, make_post
from tests.initiatives.conftest import ANSWERS
from tests.initiatives.content import complete_case


def save(initiative, by, base, **changes):
    return services.save_draft(initiative_id=initiative.pk, changes=changes, base_revision=base, by=by)


def codes(refused):
    return [(reason.code, reason.field) for reason in refused.value.reasons]


def hand_on(initiative, by):
    case = Case.objects.get(pk=initiative.case_id)
    return move_case(
        case_id=case.pk,
        action="hand_on",
        by=by,
        seen=Seen(case.version_number, case.version_hash),
        idempotency_key=str(uuid.uuid4()),
        payload={},
    )


@pytest.fixture
def colleague(organization):
    return appoint(make_post(organization.office("UNMISS"), Role.SUBMITTER, "UNMISS-SUBMITTER-2"))


def test_a_draft_opens_its_case(initiative, submitter):
    case = Case.objects.get(pk=initiative.case_id)
    assert (case.stage, case.title, case.subject_id) == ("draft", "Fuel receipts", initiative.pk)
    draft = initiative.draft
    assert draft.content == {
        "title": "Fuel receipts",
        "kind": "package",
        "reach": "one_office",
        "sensitivity": "unclassified",
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": " "}, ("title_missing", "title")),
        ({"title": "a\0"}, ("text_has_nul", "title")),
        ({"title": "x" * 161}, ("text_too_long", "title")),
        ({"language": "de"}, ("language_unknown", "language")),
        ({"answers": {**ANSWERS, "kind": ""}}, ("screening_incomplete", "kind")),
        ({"answers": {**ANSWERS, "kind": "infrastructure"}}, ("not_subject_by_screening", "not_subject")),
        ({"not_subject": "x" * 20_001}, ("field.too_long", "not_subject")),
    ],
)
def test_what_is_no_start_is_refused_by_field(organization, submitter, changes, code):
    fields = {"answers": ANSWERS, "title": "Fuel", "language": "en", **changes}
    with pytest.raises(Refused) as refused:
        services.start_draft(office=organization.office("UNMISS"), by=submitter, **fields)
    assert codes(refused) == [code]
    assert not Initiative.objects.exists()


def test_what_is_subject_after_all_goes_on_in_its_draft(organization, submitter):
    begun = services.start_draft(
        office=organization.office("UNMISS"),
        answers={**ANSWERS, "kind": "infrastructure"},
        title="Masts",
        language="en",
        by=submitter,
        not_subject="Steel masts, and nothing else.",
    )
    case = Case.objects.get(pk=begun.case_id)
    assert (case.stage, case.reference) == ("draft", "OICT-2026-UNMISS-0001")
    desk = appoint(make_post(organization.office("OICT"), Role.DESK_OFFICER, "DESK"))

    def answer(action):
        move_case(
            case_id=case.pk,
            action=action,
            by=desk,
            seen=Seen(0, ""),
            idempotency_key=action,
            payload={"words": "They come with a control system."},
        )

    answer("find_subject")
    assert save(begun, submitter, 0, kind="package").revision == 1


def test_a_certificate_closes_the_draft(organization, submitter):
    begun = services.start_draft(
        office=organization.office("UNMISS"),
        answers={**ANSWERS, "kind": "infrastructure"},
        title="Masts",
        language="en",
        by=submitter,
        not_subject="Steel masts, and nothing else.",
    )
    desk = appoint(make_post(organization.office("OICT"), Role.DESK_OFFICER, "DESK"))
    move_case(
        case_id=begun.case_id,
        action="certify_not_subject",
        by=desk,
        seen=Seen(0, ""),
        idempotency_key="one",
        payload={"words": "Local infrastructure (16c)."},
    )
    with pytest.raises(Refused) as refused:
        save(begun, submitter, 0, kind="package")
    assert refused.value.kind == "conflict"


def test_only_a_submitter_of_the_office_writes(organization, initiative):
    for person in ("head", "ict", "cito", "auditor", "admin", "field"):
        with pytest.raises(Refused) as refused:
            save(initiative, organization.people[person], 0, title="Mine")
        assert refused.value.kind == "not_allowed"
        assert refused.value.reasons[0].who_can == ("Submitter Person",)


def test_a_save_keeps_what_is_incomplete_and_names_what_is_wrong(initiative, submitter):
    saved = save(
        initiative,
        submitter,
        0,
        costs=[{"id": "c1", "year": "2027", "one_time": "twelve", "recurrent": "1,5"}],
    )
    assert saved.revision == 1
    assert [(reason.code, reason.field) for reason in saved.problems] == [
        ("amount_invalid", "costs/c1/one_time")
    ]
    assert saved.content["costs"] == [
        {"id": "c1", "year": "2027", "one_time": "twelve", "recurrent": "1.5", "currency": ""}
    ]


def test_saving_the_same_again_changes_nothing(initiative, submitter, django_assert_num_queries):
    save(initiative, submitter, 0, problem="Lost receipts")
    assert save(initiative, submitter, 1, problem="Lost receipts").revision == 1
    assert DraftChange.objects.count() == 1


def test_a_save_is_four_statements(initiative, submitter, statements):
    with statements() as made:
        save(initiative, submitter, 0, problem="Lost receipts")
    assert len(made) == 4  # the draft under lock; posts; the change; the draft


def test_two_people_are_joined_and_told(initiative, submitter, colleague):
    save(initiative, submitter, 0, problem="Mine", evidence="412 receipts")
    saved = save(initiative, colleague, 0, problem="Theirs", affected="Drivers")
    assert saved.content["problem"] == "Mine"
    assert saved.content["affected"] == "Drivers"
    assert [(c.path, c.yours, c.theirs) for c in saved.conflicts] == [("problem", "Theirs", "Mine")]
    assert DraftChange.objects.get(revision=2).set_aside == {"problem": "Theirs"}
    assert save(initiative, colleague, saved.revision, problem="Theirs").content["problem"] == "Theirs"


def test_every_former_text_is_kept(initiative, submitter):
    for number in range(3):
        save(initiative, submitter, number, problem=f"Text {number}")
    former = DraftChange.objects.order_by("revision").values_list("previous", flat=True)
    assert [row["problem"] for row in former] == ["", "Text 0", "Text 1"]


def test_what_cannot_be_kept_saves_nothing(initiative, submitter):
    with pytest.raises(Refused) as refused:
        save(initiative, submitter, 0, problem="fine", evidence="a\0", other="x", kind="spaceship")
    assert codes(refused) == [
        ("text_has_nul", "evidence"),
        ("field_unknown", "changes"),
        ("choice_unknown", "kind"),
    ]
    initiative.draft.refresh_from_db()
    assert initiative.draft.revision == 0
    with pytest.raises(Refused) as refused:
        save(initiative, submitter, 7, problem="fine")
    assert codes(refused) == [("revision_unknown", "base_revision")]
    with pytest.raises(Refused) as refused:
        save(
            initiative,
            submitter,
            0,
            **{key: "x" * 49_000 for key in complete_case() if key.endswith("_words")},
        )
    assert codes(refused) == [("draft_too_large", "")]


def test_an_incomplete_draft_is_not_handed_on(initiative, submitter):
    with pytest.raises(Refused) as refused:
        hand_on(initiative, submitter)
    assert ("data_owner_missing", "data_owner") in codes(refused)
    assert not BusinessCaseVersion.objects.exists()


def test_handing_on_freezes_version_1(complete, submitter):
    result = hand_on(complete, submitter)
    version = BusinessCaseVersion.objects.get()
    assert (version.number, version.sha256) == (1, result.version_hash)
    assert version.sha256 == sha256_hex(version.snapshot)
    snapshot = json.loads(version.snapshot)
    assert snapshot["schema"] == "short-1"
    assert snapshot["fields"]["costs"][0]["one_time"] == {
        "amount": "500000",
        "currency": "USD",
        "rate": "1",
        "rate_date": "2026-07-06",
    }
    assert snapshot["attachments"] == []
    case = Case.objects.get(pk=complete.case_id)
    assert (case.tier, str(case.value_usd), case.stage) == (2, "860000.00", "endorsement")
    with pytest.raises(Refused) as refused:
        save(complete, submitter, 1, title="Other")
    assert codes(refused) == [("draft_locked", "")]


def test_amounts_abroad_freeze_their_rate_and_its_day(complete, submitter):
    costs = [{**row, "currency": "SSP"} for row in complete_case()["costs"]]
    save(complete, submitter, 1, costs=costs)
    hand_on(complete, submitter)
    version = BusinessCaseVersion.objects.get()
    cell = json.loads(version.snapshot)["fields"]["costs"][0]["one_time"]
    assert (cell["currency"], cell["rate"], cell["rate_date"]) == ("SSP", "4691.549", "2026-07-01")
    assert str(version.value_usd) == "183.31"


@pytest.mark.parametrize("changes", [{"major": "yes"}, {"reach": "organization"}])
def test_a_major_case_is_one_for_the_committee(complete, submitter, changes):
    save(complete, submitter, 1, **changes)
    hand_on(complete, submitter)
    assert BusinessCaseVersion.objects.get().facts["major"] is True
    assert Case.objects.get(pk=complete.case_id).facts["committee"] is True


def test_a_case_without_a_road_is_refused_and_leaves_nothing(complete, submitter):
    definition = Route.objects.get(key="ict-initiative", status="published").definition
    small = [{"fact": "major", "operator": "is", "value": False}]
    publish_route(definition={**definition, "applies_when": small}, by=None)
    save(complete, submitter, 1, major="yes")
    with pytest.raises(Refused) as refused:
        hand_on(complete, submitter)
    assert {reason.code for reason in refused.value.reasons} == {"route.not_published"}
    assert not BusinessCaseVersion.objects.exists()
    assert save(complete, submitter, 2, remark="still open").revision == 3


def _withdrawn(initiative, by):
    hand_on(initiative, by)
    case = Case.objects.get(pk=initiative.case_id)
    move_case(
        case_id=case.pk,
        action="withdraw_case",
        by=by,
        seen=Seen(case.version_number, case.version_hash),
        idempotency_key="withdraw",
        payload={"words": "The need has changed."},
    )
    return case


def test_what_was_withdrawn_is_begun_again_with_its_text(complete, submitter, organization, client):
    before = _withdrawn(complete, submitter)
    client.force_login(submitter)
    page = client.get(f"/cases/{before.pk}/").content.decode()
    assert "Begin again with this text" in page
    assert "No act is open to anybody" not in page
    answer = client.post(f"/initiatives/{complete.pk}/again/")
    again = Initiative.objects.exclude(pk=complete.pk).get()
    assert (answer.status_code, answer.url) == (302, f"/initiatives/{again.pk}/draft/")
    case = Case.objects.get(pk=again.case_id)
    assert (case.predecessor_id, case.stage, case.reference) == (before.pk, "draft", None)
    text = Draft.objects.get(initiative=complete).content
    assert again.draft.content == {key: value for key, value in text.items() if key != "confirmed"}
    assert again.draft.open_sections == list(SHORT_1.section_keys)
    assert f"/cases/{before.pk}/" in client.get(f"/cases/{case.pk}/").content.decode()
    page = client.get(f"/cases/{before.pk}/").content.decode()
    assert f"/cases/{case.pk}/" in page
    assert "Begin again with this text" not in page
    with pytest.raises(Refused) as refused:
        services.begin_again(initiative_id=complete.pk, by=submitter)
    assert {code for code, _field in codes(refused)} == {"case.begun_again"}


def test_only_what_ended_so_is_begun_again_and_only_by_its_office(complete, submitter, organization):
    with pytest.raises(Refused) as refused:
        services.begin_again(initiative_id=complete.pk, by=submitter)
    assert {code for code, _field in codes(refused)} == {"case.not_to_begin_again"}
    _withdrawn(complete, submitter)
    for person, code in (("head", "not_submitter"), ("unifil-submitter", "initiative_unknown")):
        by = organization.people.get(person) or organization.people["escap-ict"]
        with pytest.raises(Refused) as refused:
            services.begin_again(initiative_id=complete.pk, by=by)
        assert {found for found, _field in codes(refused)} == {code}, person
    assert Initiative.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"sensitivity": "confidential"},
        {"personal_data": "yes", "personal_data_words": "Names of drivers."},
    ],
)
def test_what_needs_the_security_desk_is_handed_on(complete, submitter, changes):
    save(complete, submitter, 1, **changes)
    hand_on(complete, submitter)
    assert BusinessCaseVersion.objects.get().facts["security_review"] is True


@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_refuses_to_change_a_version(complete, submitter, act):
    hand_on(complete, submitter)
    rows = BusinessCaseVersion.objects.all()
    with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
        rows.update(value_usd=1) if act == "update" else rows.delete()


def test_a_day_that_passes_changes_no_amount(complete, submitter):
    """An amount is frozen with the rate of its day; what the office entered is what is compared."""
    hand_on(complete, submitter)
    lifecycle.unlock(complete.pk, sections=["problem"])
    save(complete, submitter, 1, problem="Receipts are copied four times.")
    with transaction.atomic():
        lifecycle.freeze(complete.pk, by=submitter, at=complete.created_at + timedelta(days=9))
    first, second = (presenter.snapshot(complete.pk, number)["fields"]["costs"] for number in (1, 2))
    assert first != second
    assert [change.key for change in presenter.difference(complete.pk, 1, 2)] == ["problem"]


def test_asked_sections_open_alone_and_the_answer_is_version_2(complete, submitter):
    hand_on(complete, submitter)
    lifecycle.unlock(complete.pk, sections=["costs"])
    with pytest.raises(Refused) as refused:
        save(complete, submitter, 1, title="Other")
    assert codes(refused) == [("section_locked", "identity")]
    save(complete, submitter, 1, cost_basis="Four quotes.")
    with transaction.atomic():
        frozen = lifecycle.freeze(complete.pk, by=submitter, at=complete.created_at)
    assert frozen.number == 2
    changes = presenter.difference(complete.pk, 1, 2)
    assert [(c.key, c.pieces) for c in changes] == [
        ("cost_basis", [("delete", "Three"), ("insert", "Four"), ("equal", " quotes.")])
    ]


def test_a_removed_draft_stays_as_a_tombstone(initiative, submitter):
    services.discard_draft(initiative_id=initiative.pk, by=submitter)
    services.discard_draft(initiative_id=initiative.pk, by=submitter)
    initiative.refresh_from_db()
    assert (initiative.status, initiative.discarded_by) == ("discarded", submitter)
    assert Case.objects.get(pk=initiative.case_id).discarded_at is not None
    with pytest.raises(Refused) as refused:
        save(initiative, submitter, 0, title="x")
    assert codes(refused) == [("draft_discarded", "")]
    with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
        Initiative.objects.all()._raw_delete("default")


def test_what_is_not_there_is_not_found(submitter):
    with pytest.raises(Refused) as refused:
        services.save_draft(initiative_id=uuid.uuid4(), changes={}, base_revision=0, by=submitter)
    assert refused.value.kind == "not_found"
