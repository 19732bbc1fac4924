"""Posts and their holders, and the groups and grants that follow from them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from guardian.models import UserObjectPermission

from apps.accounts.models import User
from apps.audit import clock
from apps.audit.reasons import Refused, sentence
from apps.notices.models import Timer
from apps.offices import grants, queries, services
from apps.offices.choices import Role
from apps.offices.models import OfficeGroupGrant, OfficePlacement, PostHolding, RoleGroup
from apps.offices.services.posts import follow_dates
from tests.factories.offices import LONG_AGO, Organization, appoint, make_person, make_post


def refused(act) -> tuple[str, list[str]]:
    with pytest.raises(Refused) as caught, transaction.atomic():
        act()
    assert all(sentence(reason) for reason in caught.value.reasons)
    return str(caught.value.kind), [reason.code for reason in caught.value.reasons]


def assign(
    organization: Organization, post: str, user: User, by: str | None = "admin", **more
) -> PostHolding:
    return services.assign_post(
        post=organization.posts[post],
        user=user,
        from_=more.pop("from_", clock.now()),
        by=organization.people[by] if by else None,
        **more,
    )


def test_two_people_never_hold_one_post_at_once(organization: Organization) -> None:
    other = make_person("Other Person")
    assert refused(lambda: assign(organization, "officer", other)) == ("conflict", ["offices.post_is_held"])
    with pytest.raises(IntegrityError), transaction.atomic():
        PostHolding.objects.create(post=organization.posts["officer"], user=other, during=(clock.now(), None))


def test_a_post_passes_on_at_an_instant(organization: Organization) -> None:
    other, post = make_person("Other Person"), organization.posts["officer"]
    handover = clock.now()
    services.end_holding(holding=post.holdings.get(), by=organization.people["admin"], at=handover)
    assign(organization, "officer", other, from_=handover)
    moment = timedelta(microseconds=1)
    assert [queries.holder_of(post, at) for at in (handover - moment, handover)] == [
        organization.people["officer"],
        other,
    ]


@pytest.mark.parametrize("who", ["cito", "officer", "head", "submitter", "auditor", "member", "field"])
def test_only_an_administrator_appoints(organization: Organization, who: str) -> None:
    other = make_person("Other Person")
    assert refused(lambda: assign(organization, "officer", other, by=who)) == (
        "not_allowed",
        ["offices.not_an_administrator"],
    )
    holding = organization.posts["officer"].holdings.get()
    assert refused(lambda: services.end_holding(holding=holding, by=organization.people[who])) == (
        "not_allowed",
        ["offices.not_an_administrator"],
    )


def test_an_administrator_of_one_office_appoints_there_and_below_only(organization: Organization) -> None:
    local = appoint(make_post(organization.offices["DPKO"], Role.ADMINISTRATOR))
    posts = {
        code: make_post(organization.offices[code], Role.SUBMITTER, f"NEW-{code}")
        for code in ("UNIFIL", "UNOG")
    }
    services.assign_post(post=posts["UNIFIL"], user=make_person("A"), from_=clock.now(), by=local)
    assert refused(
        lambda: services.assign_post(post=posts["UNOG"], user=make_person("B"), from_=clock.now(), by=local)
    ) == ("not_allowed", ["offices.not_an_administrator"])


def test_nobody_appoints_themselves(organization: Organization) -> None:
    holding = organization.posts["officer"].holdings.get()
    services.end_holding(holding=holding, by=organization.people["admin"])
    assert refused(lambda: assign(organization, "officer", organization.people["admin"])) == (
        "not_allowed",
        ["offices.appoints_oneself"],
    )


@pytest.mark.parametrize(("post", "person"), [("member", "admin"), ("officer", "auditor"), ("admin", "head")])
def test_administrators_and_auditors_hold_no_other_post(
    organization: Organization, post: str, person: str
) -> None:
    services.end_holding(holding=organization.posts[post].holdings.get(), by=None)
    assert refused(lambda: assign(organization, post, organization.people[person], by=None)) == (
        "conflict",
        ["offices.incompatible_posts"],
    )


def test_an_inactive_person_is_not_appointed(organization: Organization) -> None:
    gone = make_person("Gone Person", is_active=False)
    services.end_holding(holding=organization.posts["officer"].holdings.get(), by=None)
    assert refused(lambda: assign(organization, "officer", gone))[1] == ["offices.person_not_active"]


def test_an_appointment_ends_once_and_after_it_began(organization: Organization) -> None:
    holding = organization.posts["officer"].holdings.get()
    early = LONG_AGO - timedelta(days=1)
    assert refused(lambda: services.end_holding(holding=holding, by=None, at=early))[1] == [
        "offices.ends_before_it_began"
    ]
    services.end_holding(holding=holding, by=None)
    assert refused(lambda: services.end_holding(holding=holding, by=None))[1] == ["offices.holding_has_ended"]


# Standing -------------------------------------------------------------------------------------------------------


def test_standing_takes_two_statements_and_one_without_a_post(
    organization: Organization, django_assert_num_queries
) -> None:
    nobody, at = make_person("Nobody"), clock.now()
    with django_assert_num_queries(2):
        standing = queries.standing_of(organization.people["field"], at)
        assert standing.has(Role.FIELD_ICT_OFFICER, organization.offices["UNMISS"].pk)
        assert not standing.has(Role.FIELD_ICT_OFFICER, organization.offices["UNOG"].pk)
        assert not standing.is_oict
    with django_assert_num_queries(1):
        assert queries.standing_of(nobody, at).posts == ()


def test_the_offices_of_a_role_reach_below(organization: Organization) -> None:
    at, offices = clock.now(), organization.offices
    field = organization.people["field"]
    expected = sorted(offices[code].pk for code in ("DPKO", "UNMISS", "UNIFIL"))
    assert queries.office_ids_for(field, [Role.FIELD_ICT_OFFICER], at) == expected
    assert queries.office_ids_for(field, [Role.FIELD_ICT_OFFICER], at, with_below=False) == [
        offices["DPKO"].pk
    ]
    assert queries.office_ids_for(field, [Role.AUDITOR], at) == []


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("cito", True),
        ("officer", True),
        ("align", True),
        ("field", False),
        ("auditor", False),
        ("admin", False),
    ],
)
def test_who_belongs_to_oict(organization: Organization, who: str, expected: bool) -> None:
    assert queries.standing_of(organization.people[who], clock.now()).is_oict is expected


def test_an_inactive_person_stands_nowhere(organization: Organization) -> None:
    officer = organization.people["officer"]
    officer.is_active = False
    officer.save()
    at = clock.now()
    assert queries.standing_of(officer, at).posts == ()
    fresh = User.objects.get(pk=officer.pk)
    fresh.is_active = True  # a stale object in memory does not help either
    assert queries.standing_of(fresh, at).posts == ()
    assert queries.holder_of(organization.posts["officer"], at) is None
    assert queries.holders(Role.ASSIGNED_OFFICER, organization.offices["OICT"], at) == []


# Groups and grants ----------------------------------------------------------------------------------------------


def test_the_group_of_a_role_is_made_with_its_first_holder(organization: Organization) -> None:
    office = organization.offices["UNOG"]
    post = make_post(office, Role.HEAD_OF_OFFICE)
    assert not RoleGroup.objects.filter(office=office).exists()
    head = appoint(post)
    group = RoleGroup.objects.get(office=office, role=Role.HEAD_OF_OFFICE).group
    assert list(group.user_set.all()) == [head]
    assert grants.allowed_on(head, "endorse", office)
    services.end_holding(holding=post.holdings.get(), by=None)
    assert list(group.user_set.all()) == []
    assert not grants.allowed_on(head, "endorse", office)


@pytest.mark.parametrize(
    ("who", "office", "allowed"),
    [
        ("submitter", "UNMISS", {"view_office", "see_cases", "draft_initiative"}),
        ("head", "UNMISS", {"view_office", "see_cases", "draft_initiative", "endorse"}),
        ("ict", "UNMISS", {"view_office", "see_cases", "draft_initiative", "attest_ict"}),
        ("finance", "UNMISS", {"view_office", "see_cases", "attest_finance"}),
        ("field", "DPKO", {"view_office", "see_cases", "give_opinion"}),
        ("auditor", "UN-SECRETARIAT", {"view_office", "see_cases"}),
        ("admin", "UN-SECRETARIAT", {"view_office", "configure"}),
        ("officer", "OICT", {"view_office"}),
        ("submitter", "UNIFIL", set()),
        ("admin", "UNMISS", set()),
    ],
)
def test_the_whole_map_of_grants(
    organization: Organization, who: str, office: str, allowed: set[str]
) -> None:
    codenames = {
        "view_office", "see_cases", "draft_initiative", "endorse", "attest_ict", "attest_finance", "give_opinion",
        "configure", "change_office", "delete_office", "add_office",
    }  # fmt: skip
    person = organization.people[who]
    found = {c for c in codenames if grants.allowed_on(person, c, organization.offices[office])}
    assert found == allowed


def test_inactive_and_superuser_accounts_are_allowed_nothing(organization: Organization) -> None:
    office = organization.offices["UNMISS"]
    head = organization.people["head"]
    head.is_active = False
    head.save()
    root = make_person("Root", is_superuser=True)
    assert not grants.allowed_on(head, "endorse", office)
    assert head.groups.count() == 0
    assert not grants.allowed_on(root, "endorse", office)
    assert queries.standing_of(root, clock.now()).posts == ()


def test_a_global_permission_opens_nothing_and_is_reported(organization: Organization) -> None:
    person = make_person("Global Person")
    person.user_permissions.add(Permission.objects.get(codename="endorse"))
    office = organization.offices["UNMISS"]
    assert not grants.allowed_on(person, "endorse", office)
    assert grants.rebuild_grants(at=clock.now(), check=True) == [
        "1 × a permission given to a person for all objects"
    ]
    assert grants.rebuild_grants(at=clock.now()) != []
    assert person.user_permissions.count() == 0


def test_there_is_no_anonymous_row(organization: Organization) -> None:
    assert not User.objects.filter(email__icontains="anonymous").exists()
    assert not User.objects.exclude(pk__in=[p.pk for p in organization.people.values()]).exists()


def test_guardians_generic_tables_stay_empty(organization: Organization) -> None:
    assert not UserObjectPermission.objects.exists()


def test_a_grant_goes_with_its_object(organization: Organization) -> None:
    """Direct foreign keys: no row is left behind for a later object with the same key."""
    field = OfficeGroupGrant._meta.get_field("content_object")
    assert field.db_constraint
    assert OfficeGroupGrant.objects.exclude(content_object__in=organization.offices.values()).count() == 0


def test_rebuilding_finds_no_difference_after_services(organization: Organization) -> None:
    assert grants.rebuild_grants(at=clock.now(), check=True) == []
    call_command("rebuild_grants", "--check")


def test_rebuilding_mends_what_was_changed_behind_its_back(organization: Organization) -> None:
    head, ict = organization.people["head"], organization.people["ict"]
    head.groups.clear()
    ict.groups.add(Group.objects.get(name="role:head_of_office@UNMISS"))
    office = organization.offices["UNMISS"]
    OfficeGroupGrant.objects.filter(permission__codename="attest_ict", content_object=office).delete()
    with pytest.raises(CommandError):
        call_command("rebuild_grants", "--check")
    assert len(grants.rebuild_grants(at=clock.now())) == 3
    assert grants.rebuild_grants(at=clock.now(), check=True) == []
    assert not grants.allowed_on(ict, "endorse", organization.offices["UNMISS"])


def test_a_holding_that_ended_by_time_is_a_difference_until_rebuilt(organization: Organization) -> None:
    """Authority and standing follow the date at once; the group follows with the rebuilding."""
    person, office = make_person("Short Person"), organization.offices["UNOG"]
    post = make_post(office, Role.HEAD_OF_OFFICE)
    until = clock.now() + timedelta(days=1)
    services.assign_post(post=post, user=person, from_=LONG_AGO, until=until, by=None)
    assert queries.standing_of(person, until).posts == ()
    found = grants.rebuild_grants(at=until, check=True)
    assert found == [f"role:head_of_office@UNOG should not hold {person.pk}"]


def test_groups_follow_the_dates_of_an_appointment(organization: Organization) -> None:
    person, office = make_person("Dated Person"), organization.offices["UNOG"]
    post = make_post(office, Role.HEAD_OF_OFFICE)
    start = datetime(2027, 3, 1, 8, tzinfo=UTC)
    found = []
    with clock.set_to(start - timedelta(days=1)):
        holding = services.assign_post(
            post=post, user=person, from_=start, until=start + timedelta(days=9), by=None
        )
        timers = {t.kind: t for t in Timer.objects.filter(object_id=holding.pk)}
        assert {kind: t.due_at for kind, t in timers.items()} == {
            "post.begins": start,
            "post.ends": start + timedelta(days=9),
        }
        found.append(person.groups.count())
    for kind in ("post.begins", "post.ends"):
        with clock.set_to(timers[kind].due_at):
            follow_dates(timers[kind])
            found.append(person.groups.count())
            assert grants.rebuild_grants(at=clock.now(), check=True) == []
    assert found == [0, 1, 0]


def test_the_past_tree_is_kept(organization: Organization) -> None:
    assert OfficePlacement.objects.filter(office=organization.offices["UNMISS"]).count() == 1
