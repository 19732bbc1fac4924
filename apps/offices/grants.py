"""Object permissions: the one place that speaks to django-guardian (an import contract holds that).

Grants go to groups (role × office), never to single people except a named exception with an end. They are
written to direct foreign-key tables, of which each app declares its own (`register_grants`), and the whole
map can be made anew from what is declared and who holds which post (`rebuild_grants`). Authority never
depends on a row here: instruments and posts are asked by date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.apps import apps
from django.db import transaction
from guardian.core import ObjectPermissionChecker
from guardian.models import GroupObjectPermission, UserObjectPermission
from guardian.models import GroupObjectPermissionBase as GroupGrant
from guardian.models import UserObjectPermissionBase as UserGrant

from apps.offices.choices import Role

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.offices.models import Office, RoleGroup

__all__ = [
    "Grant",
    "GrantTable",
    "GroupGrant",
    "UserGrant",
    "allowed_on",
    "drop_memberships",
    "rebuild_grants",
    "register_grants",
    "sync_object",
    "sync_role",
]

OFFICE_GRANTS: dict[str, tuple[str, ...]] = {
    Role.SUBMITTER: ("view_office", "see_cases", "draft_initiative"),
    Role.ICT_CHIEF: ("view_office", "see_cases", "draft_initiative", "attest_ict"),
    Role.CERTIFYING_OFFICER: ("view_office", "see_cases", "attest_finance"),
    Role.HEAD_OF_OFFICE: ("view_office", "see_cases", "draft_initiative", "endorse"),
    Role.FIELD_ICT_OFFICER: ("view_office", "see_cases", "give_opinion"),
    Role.AUDITOR: ("view_office", "see_cases"),
    Role.ADMINISTRATOR: ("view_office", "configure"),
}
"""What a role may do with the office where it is held (and, by the tree, with the offices below). The
others: view."""


class Grant(NamedTuple):
    """One row of a grant table: who (a group's or a person's id), which object, which permission."""

    holder_id: Any
    object_id: Any
    codename: str
    details: tuple[Any, ...] = ()  # the values of the table's own columns, in their order


@dataclass(frozen=True)
class GrantTable:
    """A direct foreign-key table of an app, and the rows that it should have at an instant."""

    model: str
    expected: Callable[[datetime], Iterable[Grant]]
    columns: tuple[str, ...] = ()

    @property
    def rows(self) -> Any:
        return apps.get_model(self.model)

    @property
    def holder(self) -> str:
        return "group_id" if issubclass(self.rows, GroupGrant) else "user_id"


_tables: dict[str, GrantTable] = {}


def register_grants(table: GrantTable) -> None:
    """Declare a table of grants; declaring it again replaces the declaration."""
    _tables[table.model] = table


def codenames_of(role: str) -> tuple[str, ...]:
    return OFFICE_GRANTS.get(role, ("view_office",))


def sync_role(role: str, office: Office, *, at: datetime) -> None:
    """Bring the group of a role at an office in line with who holds the role there, or stands in for who does;
    made with the first holder.
    """
    group = _role_group(role, office)
    _set_members(group, _holders(role, office.pk, at))


def drop_memberships(user: User) -> None:
    """Take a person out of every role group, as for an account that is no longer active."""
    user.groups.remove(*user.groups.filter(role_group__isnull=False))


def allowed_on(user: User, codename: str, office: Office) -> bool:
    """Whether a grant at this very office gives an active person this; no global permission ever does."""
    if not getattr(user, "is_active", False):
        return False
    return codename in ObjectPermissionChecker(user).get_perms(office) and not user.is_superuser


def sync_object(model: str, object_id: Any, *, at: datetime) -> None:
    """Bring a declared table's rows for one object in line with what is declared, in the caller's transaction."""
    _compare_table(_tables[model], at, False, object_id=object_id)


def rebuild_grants(*, at: datetime, check: bool = False) -> list[str]:
    """Compare every group and every declared table with what should be there, mend (unless `check`), say
    what differed.
    """
    with transaction.atomic():
        found = [*_compare_groups(at, check), *_strays(check)]
        for key in sorted(_tables):
            found += _compare_table(_tables[key], at, check)
    return found


def _role_group(role: str, office: Office) -> RoleGroup:
    from django.contrib.auth.models import Group

    from apps.offices.models import OfficeGroupGrant, RoleGroup

    existing = RoleGroup.objects.filter(role=role, office=office).select_related("group").first()
    if existing is not None:
        return existing
    group, _made = Group.objects.get_or_create(name=f"role:{role}@{office.code}")
    made, _made = RoleGroup.objects.get_or_create(role=role, office=office, defaults={"group": group})
    permissions = _permission_ids("offices", "office")
    OfficeGroupGrant.objects.bulk_create(
        [
            OfficeGroupGrant(group=group, content_object=office, permission_id=permissions[codename])
            for codename in codenames_of(role)
        ],
        ignore_conflicts=True,
    )
    return made


def _capacities(at: datetime, **which: Any) -> set[tuple[str, Any, Any]]:
    """Who is in which role where: by holding a post, or by standing in for who does. (role, office, person)."""
    from apps.offices.models import Absence, PostHolding

    held = PostHolding.objects.filter(during__contains=at, user__is_active=True, **which)
    stood = Absence.objects.stood_in(at).filter(**which)
    return {
        *held.values_list("post__role", "post__office", "user"),
        *stood.values_list("post__role", "post__office", "stand_in"),
    }


def _holders(role: str, office_id: Any, at: datetime) -> set[Any]:
    return {user for _role, _office, user in _capacities(at, post__role=role, post__office=office_id)}


def _members(group: Any) -> set[Any]:
    return set(group.user_set.values_list("pk", flat=True))


def _set_members(role_group: RoleGroup, wanted: set[Any]) -> None:
    group = role_group.group
    present = _members(group)
    if present - wanted:
        group.user_set.remove(*(present - wanted))
    if wanted - present:
        group.user_set.add(*(wanted - present))


def _permission_ids(app_label: str, model: str) -> dict[str, int]:
    from django.contrib.auth.models import Permission

    rows = Permission.objects.filter(content_type__app_label=app_label, content_type__model=model)
    return dict(rows.values_list("codename", "pk"))


def _compare_groups(at: datetime, check: bool) -> list[str]:
    from apps.offices.models import RoleGroup

    found = []
    groups = {(g.role, g.office_id): g for g in RoleGroup.objects.select_related("group", "office")}
    held: dict[tuple[str, Any], set[Any]] = {}
    for role, office_id, user_id in _capacities(at):
        held.setdefault((role, office_id), set()).add(user_id)
    for role, office_id in sorted(held.keys() - groups.keys(), key=str):
        from apps.offices.models import Office

        office = Office.objects.get(pk=office_id)
        found.append(f"group role:{role}@{office.code} is missing")
        if not check:
            _set_members(_role_group(role, office), held[role, office_id])
    for key, role_group in groups.items():
        wanted, present = held.get(key, set()), _members(role_group.group)
        name = role_group.group.name
        found += [f"{name} should hold {user}" for user in sorted(wanted - present, key=str)]
        found += [f"{name} should not hold {user}" for user in sorted(present - wanted, key=str)]
        if not check and wanted != present:
            _set_members(role_group, wanted)
    return found


def _compare_table(table: GrantTable, at: datetime, check: bool, *, object_id: Any = None) -> list[str]:
    rows, holder = table.rows, table.holder
    target = rows._meta.get_field("content_object").related_model
    permissions = _permission_ids(target._meta.app_label, target._meta.model_name)
    wanted = {grant for grant in table.expected(at) if object_id in (None, grant.object_id)}
    kept = rows.objects.all() if object_id is None else rows.objects.filter(content_object=object_id)
    columns = ("pk", holder, "content_object_id", "permission__codename", *table.columns)
    present = {
        Grant(values[0], values[1], values[2], tuple(values[3:])): pk
        for pk, *values in kept.values_list(*columns)
    }
    missing, surplus = wanted - present.keys(), present.keys() - wanted
    if not check:
        rows.objects.filter(pk__in=[present[g] for g in surplus]).delete()
        rows.objects.bulk_create(
            rows(
                **{holder: g.holder_id},
                content_object_id=g.object_id,
                permission_id=permissions[g.codename],
                **dict(zip(table.columns, g.details, strict=True)),
            )
            for g in missing
        )
    lines = [f"{g.codename} on {g.object_id} is missing for {g.holder_id}" for g in sorted(missing, key=str)]
    lines += [f"{g.codename} on {g.object_id} is not {g.holder_id}'s" for g in sorted(surplus, key=str)]
    return [f"{table.model}: {line}" for line in lines]


def _strays(check: bool) -> list[str]:
    """What must never exist: generic grants, grants to everybody by model, flags that open all doors."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group

    user_model = get_user_model()
    found = []
    for rows, what in (
        (UserObjectPermission.objects.all(), "a grant in guardian's generic table"),
        (GroupObjectPermission.objects.all(), "a grant in guardian's generic table"),
        (user_model.user_permissions.through.objects.all(), "a permission given to a person for all objects"),
        (Group.permissions.through.objects.all(), "a permission given to a group for all objects"),
    ):
        count = rows.count()
        if count:
            found.append(f"{count} × {what}")
            if not check:
                rows.delete()
    return found


def _expected_office_grants(at: datetime) -> Iterable[Grant]:
    from apps.offices.models import RoleGroup

    for role, office_id, group_id in RoleGroup.objects.values_list("role", "office", "group"):
        for codename in codenames_of(role):
            yield Grant(group_id, office_id, codename)


register_grants(GrantTable("offices.OfficeGroupGrant", _expected_office_grants))
register_grants(GrantTable("offices.OfficeUserGrant", lambda at: ()))
