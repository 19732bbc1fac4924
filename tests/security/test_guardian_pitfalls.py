"""The known traps of object permissions (reliability.md 3), one test each: none of them is open here."""

from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.approvals.models import Case, CaseUserGrant
from apps.approvals.services import name_exception
from apps.approvals.standing import viewer_of
from apps.audit import clock
from apps.audit.models import Event
from apps.offices.choices import Role
from apps.offices.grants import allowed_on, rebuild_grants
from apps.offices.models import OfficeGroupGrant, RoleGroup
from apps.offices.services import end_holding
from apps.offices.services.reconciling import RECONCILE, arm_the_night
from tests.factories.approvals import Review
from tests.factories.offices import appoint, make_person, make_post


@pytest.fixture
def case(review: Review) -> Case:
    return review.endorse(review.open())


def found_by(person: User) -> list[Case]:
    return list(Case.objects.visible_to(viewer_of(person, clock.now()), "card"))


def permission(codename: str) -> Permission:
    return Permission.objects.get(codename=codename)


def test_an_inactive_person_and_an_inactive_superuser_find_nothing_in_lists(
    review: Review, case: Case
) -> None:
    for key in ("auditor", "cito", "head", "desk"):
        person = review.people[key]
        assert found_by(person) == [case]
        person.is_superuser = True
        person.is_active = False
        person.save()
        assert found_by(person) == []
        assert not allowed_on(person, "see_cases", case.office)


def test_a_superuser_is_let_in_nowhere(review: Review, case: Case) -> None:
    person = make_person("Super User", is_superuser=True)
    assert found_by(person) == []
    assert not allowed_on(person, "see_cases", case.office)
    client = Client()
    client.force_login(person)
    assert client.get(f"/cases/{case.handle}/").status_code == 404


def test_a_permission_for_all_objects_opens_nothing_and_is_swept_away(review: Review, case: Case) -> None:
    person, group = make_person("Global Person"), Group.objects.create(name="everything")
    person.user_permissions.add(permission("view_case"), permission("see_cases"))
    group.permissions.add(permission("view_case"))
    person.groups.add(group)
    assert found_by(person) == []
    assert not allowed_on(person, "see_cases", case.office)
    assert len(rebuild_grants(at=clock.now())) == 2
    assert not person.user_permissions.exists()
    assert not group.permissions.exists()


def test_grants_go_with_their_object_and_keys_are_never_used_again() -> None:
    from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

    for model in apps.get_models():
        if issubclass(
            model, GroupObjectPermissionBase | UserObjectPermissionBase
        ) and model.__module__.startswith("apps."):
            target = model._meta.get_field("content_object")
            assert target.remote_field.on_delete.__name__ == "CASCADE", model
            assert target.related_model._meta.pk.get_internal_type() == "UUIDField", model


def test_what_is_set_aside_is_not_found_by_a_grant(review: Review) -> None:
    from apps.approvals.services import discard_case

    case, person = review.open(), make_person("Named Person")
    until = clock.now() + timedelta(days=10)
    name_exception(case_id=case.pk, user=person, until=until, reason="Knows it.", by=review.people["head"])
    assert found_by(person) == [case]
    discard_case(case_id=case.pk, by=review.people["submitter"])
    assert found_by(person) == []


def test_visibility_is_one_statement_over_columns_without_a_list_of_objects(
    review: Review, case: Case
) -> None:
    from django.db import connection

    for _more in range(3):
        review.endorse(review.open())
    for key in ("head", "desk", "align", "field", "member"):
        viewer = viewer_of(review.people[key], clock.now())
        with CaptureQueriesContext(connection) as asked:
            found = list(Case.objects.visible_to(viewer))
        assert len(found) == 4
        assert len(asked) == 1
        assert str(case.pk) not in asked[0]["sql"]
        assert "guardian_" not in asked[0]["sql"]


def test_a_grant_that_was_taken_away_is_gone_at_once(review: Review, case: Case) -> None:
    head = review.people["head"]
    assert allowed_on(head, "endorse", case.office)
    end_holding(holding=head.post_holdings.get(), by=None)
    assert not allowed_on(head, "endorse", case.office)
    assert not allowed_on(User.objects.get(pk=head.pk), "endorse", case.office)


def test_there_is_no_anonymous_person(db: None) -> None:
    assert settings.ANONYMOUS_USER_NAME is None
    assert not User.objects.filter(email__icontains="anonymous").exists()
    assert not User.objects.exists()


def test_who_moves_loses_the_old_office_at_once(review: Review, case: Case) -> None:
    """No worker runs between: lists, page, API, group and inbox follow the instant."""
    head = review.people["head"]
    client = Client()
    client.force_login(head)
    assert client.get(f"/cases/{case.handle}/").status_code == 200
    assert "Radio for patrols" in client.get("/notices/").content.decode()
    end_holding(holding=head.post_holdings.get(), by=None)
    appoint(make_post(review.org.office("ESCAP"), Role.HEAD_OF_OFFICE), head, from_=clock.now())
    assert found_by(head) == []
    assert client.get(f"/cases/{case.handle}/").status_code == 302  # a change of posts ends the session
    client.force_login(head)
    assert client.get(f"/cases/{case.handle}/").status_code == 404
    assert client.get(f"/api/v1/cases/{case.handle}/").status_code == 404
    assert client.get("/api/v1/cases/").json()["results"] == []
    assert "Radio for patrols" not in client.get("/notices/").content.decode()
    assert client.get("/api/v1/notices/").json()["results"] == []
    assert [group.role_group.office.code for group in head.groups.all()] == ["ESCAP"]


def test_who_is_closed_loses_everything_at_once(review: Review, case: Case) -> None:
    head = review.people["head"]
    client = Client()
    client.force_login(head)
    head.is_active = False
    head.save()
    assert client.get(f"/cases/{case.handle}/").status_code == 302
    assert client.get("/api/v1/cases/").status_code == 401
    assert not head.groups.exists()
    assert rebuild_grants(at=clock.now(), check=True) == []


def test_lists_of_the_api_ask_the_same_query_as_the_object(review: Review, case: Case) -> None:
    for key in ("unifil-submitter", "admin", "escap-ict"):
        client = Client()
        client.force_login(review.people[key])
        assert client.get("/api/v1/cases/").json()["results"] == []
        assert client.get("/api/v1/queue/?tab=all").json()["rows"] == []
        assert client.get(f"/api/v1/cases/{case.handle}/").status_code == 404


def test_no_list_asks_guardian_for_objects() -> None:
    """`get_objects_for_user` answers otherwise than `has_perm` in three ways; nothing here calls it."""
    from tests.architecture.test_laws import ROOT  # the folder of the project

    for path in (ROOT / "apps").rglob("*.py"):
        text = path.read_text()
        assert "get_objects_for_user" not in text, path
        assert "assign_perm" not in text, path


# The map ----------------------------------------------------------------------------------------------------------


def test_the_map_of_a_whole_organization_differs_in_nothing(review: Review, case: Case) -> None:
    shown = StringIO()
    call_command("rebuild_grants", "--check", stdout=shown)
    assert shown.getvalue() == "0 differences\n"


def test_check_says_what_differs_and_changes_nothing(review: Review, case: Case) -> None:
    spoil(review, case)
    shown = StringIO()
    with pytest.raises(CommandError, match="differ"):
        call_command("rebuild_grants", "--check", stdout=shown)
    lines = shown.getvalue().splitlines()
    assert lines[-1] == "4 differences"
    assert any("role:head_of_office@UNMISS should not hold" in line for line in lines)
    assert len(rebuild_grants(at=clock.now(), check=True)) == 4
    assert not Event.objects.filter(verb="grants.mended").exists()


def test_without_check_it_mends_and_records_once(review: Review, case: Case) -> None:
    spoil(review, case)
    call_command("rebuild_grants", stdout=StringIO())
    assert rebuild_grants(at=clock.now(), check=True) == []
    event = Event.objects.get(verb="grants.mended")
    assert '"differences":4' in event.payload
    call_command("rebuild_grants", stdout=StringIO())
    assert Event.objects.filter(verb="grants.mended").count() == 1


def test_the_map_is_mended_each_night(review: Review, case: Case) -> None:
    from apps.notices.models import Timer
    from apps.notices.sweep import sweep

    spoil(review, case)
    arm_the_night()
    arm_the_night()
    due = Timer.objects.get(kind=RECONCILE).due_at
    assert clock.now() < due <= clock.now() + timedelta(days=1)
    with clock.set_to(due):
        sweep()
        assert rebuild_grants(at=clock.now(), check=True) == []
        assert Event.objects.filter(verb="grants.mended").exists()
        arm_the_night()
        assert Timer.objects.get(kind=RECONCILE, fired_at=None).due_at == due + timedelta(days=1)


def spoil(review: Review, case: Case) -> None:
    """Four things that nobody declared: a member too many, a grant too few, a stray exception, a global permission."""
    person = make_person("Stray Person")
    group = RoleGroup.objects.get(role=Role.HEAD_OF_OFFICE, office=case.office).group
    group.user_set.add(person)
    OfficeGroupGrant.objects.filter(group=group, permission__codename="endorse").delete()
    CaseUserGrant.objects.create(
        content_object=case,
        user=person,
        permission=permission("view_case"),
        reason="None.",
        source="nobody",
        until=clock.now() + timedelta(days=10),
    )
    person.user_permissions.add(permission("view_case"))
