"""The pages: who comes in, what they carry, how many statements, and that nothing typed is lost."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.approvals.models import Case
from apps.initiatives import services
from apps.initiatives.models import Draft, Initiative
from apps.initiatives.schema.short_1 import SHORT_1
from tests.initiatives.conftest import ANSWERS, MONDAY_MORNING
from tests.initiatives.content import complete_case
from tests.initiatives.test_services import hand_on, save


@pytest.fixture
def page(client, submitter):
    client.force_login(submitter)
    return client


def url(name, initiative, *more):
    return reverse(f"initiatives:{name}", args=[initiative.pk, *more])


def section_form(initiative, section, **answers):
    """A section as a browser without JavaScript sends it."""
    initiative.draft.refresh_from_db()
    sent = {"base_revision": initiative.draft.revision}
    for field in SHORT_1.section(section).fields:
        value = answers.get(field.key, initiative.draft.content.get(field.key, ""))
        if field.columns:
            sent[f"{field.key}-table"] = "1"
            sent[f"{field.key}-row"] = [row["id"] for row in value]
            for row in value or []:
                sent |= {f"{field.key}/{row['id']}/{key}": text for key, text in row.items() if key != "id"}
        else:
            sent[field.key] = value
    return sent


def test_screening_says_why_and_starts_a_draft(page):
    answer = page.get(reverse("initiatives:screening"), ANSWERS)
    assert "Subject under paragraph 18: a purchased package" in answer.content.decode()
    answer = page.post(reverse("initiatives:screening"), {**ANSWERS, "title": "Fuel", "language": "fr"})
    initiative = Initiative.objects.get()
    assert answer["Location"] == url("draft", initiative)
    assert (initiative.language, initiative.office.code) == ("fr", "UNMISS")


def test_screening_keeps_what_was_typed_when_it_is_wrong(page):
    answer = page.post(reverse("initiatives:screening"), {**ANSWERS, "title": "", "language": "fr"})
    assert answer.status_code == 400
    assert "The initiative has no title yet." in answer.content.decode()
    answer = page.get(reverse("initiatives:screening"), {"kind": "package"})
    assert "is not answered" in answer.content.decode()


def test_screening_of_the_offices_own_matters_says_what_to_do(page):
    answer = page.get(reverse("initiatives:screening"), {**ANSWERS, "kind": "local_service"})
    text = answer.content.decode()
    assert "Only OICT decides so" in text
    assert "Ask OICT for a certificate" in text
    words = {"title": "Masts at Malakal", "language": "en", "not_subject": "Steel masts, and nothing else."}
    answer = page.post(reverse("initiatives:screening"), {**ANSWERS, "kind": "local_service", **words})
    case = Case.objects.get(title="Masts at Malakal")
    assert (answer.status_code, answer.url) == (302, f"/cases/{case.reference}/")
    assert "Steel masts, and nothing else." in page.get(answer.url).content.decode()


def test_asking_for_a_certificate_without_words_keeps_what_was_typed(page):
    sent = {
        **ANSWERS,
        "kind": "infrastructure",
        "title": "Masts at Malakal",
        "language": "en",
        "not_subject": " ",
    }
    answer = page.post(reverse("initiatives:screening"), sent)
    assert answer.status_code == 400
    assert "Masts at Malakal" in answer.content.decode()
    assert not Initiative.objects.exists()


def test_who_is_no_submitter_reads_the_answer_and_cannot_start(client, organization):
    client.force_login(organization.people["cito"])
    assert (
        "You cannot start it yourself"
        in client.get(reverse("initiatives:screening"), ANSWERS).content.decode()
    )
    answer = client.post(reverse("initiatives:screening"), {**ANSWERS, "title": "Fuel", "language": "en"})
    assert answer.status_code == 400
    assert not Initiative.objects.exists()


@pytest.mark.parametrize("section", SHORT_1.section_keys)
def test_every_section_draws_and_takes_a_form_back(page, complete, section):
    assert page.get(url("draft-section", complete, section)).status_code == 200
    before = Draft.objects.get(initiative=complete).content
    answer = page.post(url("draft-section", complete, section), section_form(complete, section))
    assert answer.status_code == 302
    after = Draft.objects.get(initiative=complete)
    assert {k: v for k, v in after.content.items() if v} == {k: v for k, v in before.items() if v}


def test_an_empty_draft_draws_every_section(page, initiative):
    for section in SHORT_1.section_keys:
        assert page.get(url("draft-section", initiative, section)).status_code == 200
        assert page.get(url("draft-section", initiative, section), {"check": ""}).status_code == 200
    assert page.get(url("draft-section", initiative, "nothing")).status_code == 404


def test_rows_are_added_and_removed_without_a_script(page, complete):
    form = section_form(complete, "risks")
    answer = page.post(url("draft-section", complete, "risks"), {**form, "add": "risks"})
    assert answer["Location"].endswith("?add=risks#field-risks")
    assert page.get(answer["Location"]).content.decode().count('class="panel case-row"') == 2
    answer = page.post(url("draft-section", complete, "risks"), {**form, "remove": "risks/r1"})
    assert answer.status_code == 302
    assert Draft.objects.get(initiative=complete).content["risks"] == []


def test_a_wrong_amount_comes_back_as_typed(page, complete):
    costs = [{**row, "one_time": "twelve"} for row in complete_case()["costs"]]
    answer = page.post(
        url("draft-section", complete, "costs"), section_form(complete, "costs", costs=costs), follow=True
    )
    text = answer.content.decode()
    assert 'value="twelve"' in text
    assert "“twelve” is not an amount." in text
    assert Draft.objects.get(initiative=complete).content["costs"][0]["one_time"] == "twelve"


def test_what_cannot_be_kept_comes_back_unsaved(page, complete):
    form = section_form(complete, "problem", problem="Typed\0 text", evidence="Also typed")
    answer = page.post(url("draft-section", complete, "problem"), form)
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "Nothing was saved" in text
    assert "Also typed" in text


def test_two_people_without_scripts_see_both_texts(page, complete, submitter):
    form = section_form(complete, "problem", problem="My text")
    save(complete, submitter, 1, problem="Their text")
    answer = page.post(url("draft-section", complete, "problem"), form)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "My text</textarea>" in text
    assert "Their text" in text
    again = page.post(
        url("draft-section", complete, "problem"), section_form(complete, "problem", problem="My text")
    )
    assert again.status_code == 302
    assert Draft.objects.get(initiative=complete).content["problem"] == "My text"


def test_text_sent_after_the_session_ended_is_offered_after_sign_in(client, complete, submitter):
    where = url("draft-section", complete, "problem")
    answer = client.post(where, section_form(complete, "problem", problem="Typed for an hour"))
    assert answer.status_code == 302
    assert where in answer["Location"]
    client.force_login(submitter)
    text = client.get(where).content.decode()
    assert "Typed for an hour" in text
    assert "Not saved yet." in text
    client.post(where, section_form(complete, "problem", problem="Typed for an hour"))
    assert "Not saved yet." not in client.get(where).content.decode()
    assert Draft.objects.get(initiative=complete).content["problem"] == "Typed for an hour"


def test_the_draft_page_says_what_is_missing_and_when_it_is_complete(page, initiative, submitter):
    text = page.get(url("draft", initiative)).content.decode()
    assert "Nobody is named as the owner of the data." in text
    save(initiative, submitter, 0, **complete_case())
    text = page.get(url("draft", initiative)).content.decode()
    assert "The business case is complete." in text
    assert "USD 860,000.00 over five years is above USD 200,000." in text


def test_the_appraisal_shows_the_golden_figures(page, complete):
    text = page.get(url("draft-appraisal", complete)).content.decode()
    for figure in ("159,970.25", "99,200.24", "12.27", "13.9752", "1.1227"):
        assert figure in text


def test_a_version_is_read_from_its_snapshot_alone(page, complete, submitter):
    hand_on(complete, submitter)
    Draft.objects.filter(initiative=complete).update(content={"title": "changed behind"})
    text = page.get(url("version-detail", complete, 1)).content.decode()
    assert "Receipts are copied three times." in text
    assert "changed behind" not in text
    assert page.get(url("version-detail", complete, 2)).status_code == 404
    assert (
        "It can be read, not written." in page.get(url("draft-section", complete, "costs")).content.decode()
    )


def test_the_difference_page(page, complete, submitter):
    from apps.initiatives import lifecycle

    hand_on(complete, submitter)
    lifecycle.unlock(complete.pk, sections=["costs", "problem"])
    costs = complete_case()["costs"]
    costs[0]["one_time"] = "550000"
    save(complete, submitter, 1, costs=costs, problem="Receipts are copied four times.")
    lifecycle.freeze(complete.pk, by=submitter, at=complete.created_at)
    text = page.get(url("version-difference", complete, 1, 2)).content.decode()
    assert "<del>three</del><ins>four</ins>" in text
    assert "USD 500,000.00" in text
    assert "10.0 %" in text


PEOPLE = {
    "submitter": 200,
    "head": 200,
    "ict": 200,
    "finance": 200,
    "auditor": 200,
    "cito": 404,
    "officer": 404,
    "align": 404,
    "field": 404,
    "admin": 404,
    "member": 404,
    "unifil-ict": 404,
}


@pytest.mark.parametrize(("person", "status"), PEOPLE.items())
def test_who_sees_a_draft(client, organization, complete, person, status):
    client.force_login(organization.people[person])
    for name, more in (
        ("draft", ()),
        ("draft-section", ("costs",)),
        ("draft-appraisal", ()),
        ("initiative-detail", ()),
    ):
        assert client.get(url(name, complete, *more)).status_code == status


@pytest.mark.parametrize("person", [person for person in PEOPLE if person != "submitter"])
def test_nobody_else_writes_or_removes(client, organization, complete, person):
    client.force_login(organization.people[person])
    before = Draft.objects.get(initiative=complete).content
    form = section_form(complete, "problem", problem="Not mine")
    assert client.post(url("draft-section", complete, "problem"), form).status_code in (403, 404)
    assert client.post(url("draft-discard", complete)).status_code in (403, 404)
    assert Draft.objects.get(initiative=complete).content == before


def test_signed_out_pages_go_to_sign_in(client, complete):
    for name, more in (("draft", ()), ("draft-section", ("costs",)), ("initiative-detail", ())):
        assert client.get(url(name, complete, *more)).status_code == 302


def test_a_removed_draft_leaves_every_list(page, initiative):
    assert "Fuel receipts" in page.get(reverse("initiatives:initiative-list")).content.decode()
    page.post(url("draft-discard", initiative))
    assert "Fuel receipts" not in page.get(reverse("initiatives:initiative-list")).content.decode()
    assert page.get(url("draft", initiative)).status_code == 404


def test_the_list_finds_words_of_a_title(page, initiative):
    for words, found in (
        ("fuel", True),
        ("RECEIPTS fuel", True),
        ("rations", False),
        ("fu%l", False),
        ("\0", True),
    ):
        text = page.get(reverse("initiatives:initiative-list"), {"q": words}).content.decode()
        assert (url("initiative-detail", initiative) in text) is found, words


@pytest.mark.parametrize("count", [1, 3, 60])
def test_the_list_is_one_statement_beside_who_asks(page, organization, submitter, statements, count):
    for number in range(count):
        services.start_draft(
            office=organization.office("UNMISS"),
            answers=ANSWERS,
            title=f"Fuel {number}",
            language="en",
            by=submitter,
        )
    where = reverse("initiatives:initiative-list")
    page.get(where)
    with statements() as made:
        answer = page.get(where)
    assert answer.content.decode().count('class="panel case-card"') == min(count, 50)
    assert len(made) == 4  # session, user, posts, the list


def test_pages_of_the_list_hold_every_row_once(page, organization, submitter):
    for number in range(60):
        services.start_draft(
            office=organization.office("UNMISS"),
            answers=ANSWERS,
            title=f"Fuel {number}",
            language="en",
            by=submitter,
        )
    Case.objects.filter(title__endswith="7").update(opened_at=MONDAY_MORNING - timedelta(days=1))
    where, seen = reverse("initiatives:initiative-list"), []
    query = ""
    while True:
        answer = page.get(where + query)
        seen += [card.title for card in answer.context["cards"]]
        if not answer.context["following"]:
            break
        query = f"?after={answer.context['following'].replace('+', '%2B')}"
    assert sorted(seen) == sorted(f"Fuel {number}" for number in range(60))
    assert page.get(where, {"after": "nonsense"}).status_code == 200


def test_statements_of_the_draft_pages(page, complete, statements):
    page.get(url("draft", complete))
    with statements() as made:
        page.get(url("draft", complete))
    assert len(made) == 8  # session, user, posts, draft, standards, thresholds, others, versions
    with statements() as made:
        page.get(url("draft-section", complete, "costs"))
    assert len(made) == 7
