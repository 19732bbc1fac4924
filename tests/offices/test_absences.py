"""Absences: who records them, when they count, and what groups follow."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from apps.accounts.models import User
from apps.audit import clock
from apps.notices.models import Notice, Timer
from apps.offices import grants, queries, services
from apps.offices.choices import Role
from apps.offices.models import Absence, RoleGroup
from apps.offices.services.absences import follow_absence
from tests.factories.offices import Organization, appoint, make_person, make_post
from tests.offices.test_posts_and_grants import refused


@pytest.fixture
def deputy(organization: Organization) -> User:
    return make_person("Deputy Person")


def record(organization: Organization, post: str, stand_in: User | None, **more: Any) -> Absence:
    by = organization.people[more.pop("by", post)]
    return services.record_absence(
        post=organization.posts[post],
        by=by,
        stand_in=stand_in,
        until=more.pop("until", clock.now() + timedelta(days=10)),
        reason=more.pop("reason", "Leave."),
        **more,
    )


def members(organization: Organization, role: str, office: str) -> set[str]:
    group = RoleGroup.objects.get(role=role, office=organization.offices[office]).group
    return set(group.user_set.values_list("full_name", flat=True))


@pytest.mark.parametrize(
    ("post", "by", "may"),
    [
        ("submitter", "submitter", True),
        ("submitter", "head", True),
        ("submitter", "ict", False),
        ("submitter", "admin", False),
        ("submitter", "cito", False),
        ("head", "head", True),
        ("head", "dpko-head", True),
        ("head", "submitter", False),
        ("submitter", "dpko-head", False),
        ("officer", "cito", True),
        ("officer", "chief", True),
        ("cito", "chief", False),
        ("cito", "cito", True),
        ("align", "chief", True),
        ("align", "admin", False),
    ],
)
def test_the_holder_or_the_supervisor_records_an_absence(
    organization: Organization, deputy: User, post: str, by: str, may: bool
) -> None:
    for key, office, role in (
        ("dpko-head", "DPKO", Role.HEAD_OF_OFFICE),
        ("chief", "OICT", Role.SECTION_CHIEF),
    ):
        organization.posts[key] = make_post(organization.offices[office], role)
        organization.people[key] = appoint(organization.posts[key])
    appoint(make_post(organization.offices["OICT"], Role.CONDITION_VERIFIER), deputy)
    if may:
        absence = record(organization, post, deputy, by=by)
        assert (absence.holder, absence.stand_in) == (organization.people[post], deputy)
    else:
        assert refused(lambda: record(organization, post, deputy, by=by)) == (
            "not_allowed",
            ["offices.not_the_holder"],
        )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": "  "}, "offices.no_reason_given"),
        ({"until": timedelta(days=-1)}, "offices.absence_ends_first"),
        ({"from_": timedelta(days=-2)}, "offices.absence_reaches_back"),
        ({"from_": timedelta(days=9), "until": timedelta(days=8)}, "offices.absence_ends_first"),
    ],
)
def test_an_absence_is_dated_forward_and_has_a_reason(
    organization: Organization, deputy: User, change: dict[str, Any], code: str
) -> None:
    given = {
        key: clock.now() + value if isinstance(value, timedelta) else value for key, value in change.items()
    }
    kind, codes = refused(lambda: record(organization, "head", deputy, **given))
    assert (kind, code in codes) == ("invalid", True)


def test_who_stands_in_is_fit_to(organization: Organization, deputy: User) -> None:
    people = organization.people
    closed = make_person("Closed Person", is_active=False)
    for post, stand_in, code in (
        ("head", people["head"], "offices.stands_in_for_oneself"),
        ("head", closed, "offices.person_not_active"),
        ("head", people["admin"], "offices.incompatible_posts"),
        ("head", people["auditor"], "offices.incompatible_posts"),
        ("auditor", people["head"], "offices.incompatible_posts"),
        ("admin", deputy, "offices.no_stand_in_here"),
        ("officer", people["head"], "offices.stand_in_outside_oict"),
    ):
        by = "cito" if post == "officer" else post
        found = refused(
            lambda post=post, stand_in=stand_in, by=by: record(organization, post, stand_in, by=by)
        )
        assert found == ("invalid", [code])
    record(organization, "ict", None)
    assert refused(lambda: record(organization, "head", people["ict"]))[1] == ["offices.stand_in_is_away"]


def test_nobody_is_appointed_an_administrator_while_standing_in(
    organization: Organization, deputy: User
) -> None:
    record(organization, "head", deputy)
    post = make_post(organization.offices["UNMISS"], Role.ADMINISTRATOR)
    assert refused(
        lambda: services.assign_post(
            post=post, user=deputy, from_=clock.now(), by=organization.people["admin"]
        )
    )[1] == ["offices.incompatible_posts"]


def test_overlapping_absences_are_refused_by_the_database_too(
    organization: Organization, deputy: User
) -> None:
    first = record(organization, "head", deputy)
    assert refused(lambda: record(organization, "head", deputy)) == ("conflict", ["offices.absent_already"])
    with pytest.raises(IntegrityError, match="offices_absence_one_at_a_time"), transaction.atomic():
        Absence.objects.create(
            post=first.post,
            holder=first.holder,
            stand_in=deputy,
            during=(clock.now() + timedelta(days=9), clock.now() + timedelta(days=19)),
            reason="Leave.",
            recorded_by=first.holder,
            recorded_at=clock.now(),
        )
    services.end_absence(absence=first, by=organization.people["head"])
    record(organization, "head", deputy)


def test_an_absence_never_changes_but_that_it_ends_earlier(organization: Organization, deputy: User) -> None:
    absence = record(organization, "head", deputy)
    other = make_person("Other Person")
    for change in (
        {"stand_in": other},
        {"reason": "No."},
        {"during": (clock.now(), clock.now() + timedelta(99))},
    ):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            Absence.objects.filter(pk=absence.pk).update(**change)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Absence.objects.filter(pk=absence.pk).delete()


def test_an_absence_is_ended_once_by_those_who_may_record_it(
    organization: Organization, deputy: User
) -> None:
    absence = record(organization, "submitter", deputy)
    assert refused(lambda: services.end_absence(absence=absence, by=deputy))[1] == ["offices.not_the_holder"]
    assert refused(lambda: services.end_absence(absence=absence, by=organization.people["admin"]))[1] == [
        "offices.not_the_holder"
    ]
    with clock.set_to(clock.now() + timedelta(days=1)):
        services.end_absence(absence=absence, by=organization.people["head"])
        assert queries.posts_of(deputy, clock.now()) == []
        assert refused(lambda: services.end_absence(absence=absence, by=organization.people["head"])) == (
            "conflict",
            ["offices.absence_is_over"],
        )


def test_an_absence_that_has_not_begun_is_called_off(organization: Organization, deputy: User) -> None:
    absence = record(organization, "head", deputy, from_=clock.now() + timedelta(days=3))
    services.end_absence(absence=absence, by=organization.people["head"])
    with clock.set_to(clock.now() + timedelta(days=4)):
        assert queries.posts_of(deputy, clock.now()) == []
    record(organization, "head", deputy, from_=clock.now() + timedelta(days=3))


def test_an_absence_counts_while_the_absent_person_holds_the_post(
    organization: Organization, deputy: User
) -> None:
    record(organization, "head", deputy)
    assert [p.stands_for_name for p in queries.posts_of(deputy, clock.now())] == ["Head Person"]
    with clock.set_to(clock.now() + timedelta(hours=1)):
        services.end_holding(holding=organization.posts["head"].holdings.get(), by=None)
        assert queries.posts_of(deputy, clock.now()) == []


def test_standing_of_a_stand_in_takes_two_statements(
    organization: Organization, deputy: User, django_assert_num_queries: Any
) -> None:
    record(organization, "head", deputy)
    at = clock.now()
    with django_assert_num_queries(2):
        standing = queries.standing_of(deputy, at)
        assert standing.has(Role.HEAD_OF_OFFICE, organization.offices["UNMISS"].pk)


def test_groups_follow_the_dates_by_the_same_service(organization: Organization, deputy: User) -> None:
    at = clock.now()
    absence = record(organization, "head", deputy, from_=at + timedelta(days=1), until=at + timedelta(days=2))
    assert members(organization, Role.HEAD_OF_OFFICE, "UNMISS") == {"Head Person"}
    timers = {timer.kind: timer for timer in Timer.objects.filter(object_id=absence.pk)}
    assert {kind: timer.due_at for kind, timer in timers.items()} == {
        "absence.begins": at + timedelta(days=1),
        "absence.ends": at + timedelta(days=2),
    }
    with clock.set_to(at + timedelta(days=1)):
        follow_absence(timers["absence.begins"])
        assert members(organization, Role.HEAD_OF_OFFICE, "UNMISS") == {"Head Person", "Deputy Person"}
        assert grants.rebuild_grants(at=clock.now(), check=True) == []
    with clock.set_to(at + timedelta(days=2)):
        follow_absence(timers["absence.ends"])
        assert members(organization, Role.HEAD_OF_OFFICE, "UNMISS") == {"Head Person"}
        assert grants.rebuild_grants(at=clock.now(), check=True) == []


def test_a_closed_account_stands_in_for_nobody(organization: Organization, deputy: User) -> None:
    record(organization, "head", deputy)
    deputy.is_active = False
    deputy.save()
    assert queries.posts_of(deputy, clock.now()) == []
    assert members(organization, Role.HEAD_OF_OFFICE, "UNMISS") == {"Head Person"}
    assert Timer.objects.filter(kind="absence.stand_in_closed").count() == 1


def test_the_other_two_are_told(organization: Organization, deputy: User) -> None:
    absence = record(organization, "submitter", deputy, by="head")
    services.end_absence(absence=absence, by=organization.people["head"])
    told = Notice.objects.filter(code__startswith="absence.").values_list("code", "recipient__full_name")
    assert set(told) == {
        (code, name)
        for code in ("absence.recorded", "absence.ended")
        for name in ("Submitter Person", "Deputy Person")
    }


def test_a_stand_in_of_the_head_records_on_their_behalf(organization: Organization, deputy: User) -> None:
    import json

    from apps.audit.models import Event

    organization.people["deputy"] = deputy
    record(organization, "head", deputy)
    record(organization, "submitter", organization.people["ict"], by="deputy")
    payload = json.loads(
        Event.objects.order_by("pk").get(payload__contains=str(deputy.pk) + '","auth').payload
    )
    assert payload["on_behalf_of_id"] == str(organization.people["head"].pk)


# Pages and API --------------------------------------------------------------------------------------------------


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_pages_record_and_end_an_absence(organization: Organization, deputy: User) -> None:
    client, post = signed_in(organization.people["head"]), organization.posts["submitter"]
    until = (clock.now() + timedelta(days=5)).date().isoformat()
    assert client.get(f"/posts/{post.code}/").status_code == 200
    assert client.get(f"/posts/{post.code}/absence/").status_code == 200
    wrong = client.post(f"/posts/{post.code}/absence/", {"until": until, "stand_in": "nobody@example.org"})
    assert wrong.status_code == 400
    sent = {"until": until, "stand_in": deputy.email, "reason": "Leave."}
    assert client.post(f"/posts/{post.code}/absence/", sent).status_code == 302
    assert client.post(f"/posts/{post.code}/absence/", sent).status_code == 409
    absence = Absence.objects.get()
    assert "Deputy Person" in client.get(f"/posts/{post.code}/").content.decode()
    other = signed_in(organization.people["ict"])
    assert other.get(f"/posts/{post.code}/absence/").status_code == 403
    assert other.post(f"/absences/{absence.pk}/end/").status_code == 403
    assert client.get(f"/absences/{absence.pk}/end/").status_code == 200
    assert client.post(f"/absences/{absence.pk}/end/").status_code == 302
    assert client.get(f"/absences/{absence.pk}/end/").status_code == 409


def test_api_records_and_ends_an_absence(organization: Organization, deputy: User) -> None:
    client, post = signed_in(organization.people["head"]), organization.posts["submitter"]
    address = f"/api/v1/posts/{post.code}/absences/"
    sent = {
        "until_at": (clock.now() + timedelta(days=5)).isoformat(),
        "reason": "Leave.",
        "stand_in": deputy.email,
    }
    made = client.post(address, sent, content_type="application/json")
    assert made.status_code == 201, made.content
    assert made.json()["stand_in"] == "Deputy Person"
    again = client.post(address, sent, content_type="application/json")
    assert (again.status_code, again.json()["reasons"][0]["code"]) == (409, "offices.absent_already")
    nobody = client.post(address, {**sent, "stand_in": "no@example.org"}, content_type="application/json")
    assert nobody.json()["reasons"][0]["code"] == "offices.no_such_person"
    assert len(client.get(address).json()) == 1
    ended = client.post(f"/api/v1/absences/{made.json()['id']}/end/")
    assert (ended.status_code, bool(ended.json()["ended_at"])) == (200, True)
    other = signed_in(organization.people["ict"])
    assert other.post(address, sent, content_type="application/json").status_code == 403
