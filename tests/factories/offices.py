"""A small Organization for tests: made by the services, without surprises."""

from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection, transaction

from apps.accounts.models import User
from apps.audit import clock
from apps.offices import queries, services
from apps.offices.choices import Holder, OfficeKind, Role
from apps.offices.grants import rebuild_grants
from apps.offices.models import (
    CalendarVersion,
    DutyStation,
    EvidencePeriod,
    Function,
    Holiday,
    Instrument,
    Office,
    OfficePlacement,
    ParagraphHolding,
    Post,
    PostHolding,
    WorkingCalendar,
)

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
CODES = [
    *(f"7{letter}" for letter in "abcdef"),
    *(f"15{letter}" for letter in "abcdefghi"),
    *(f"16{letter}" for letter in "abcdefgh"),
    *(f"17{letter}" for letter in "abcdef"),
    "18",
]
HOLDERS = {7: Holder.CITO, 15: Holder.OICT, 16: Holder.OFFICE, 17: Holder.DPKO, 18: Holder.OICT}


def make_functions() -> None:
    """The catalogue of 30 functions, in its order."""
    paragraphs = {code: int(code.rstrip("abcdefghi")) for code in CODES}
    Function.objects.bulk_create(
        (
            Function(
                code=code,
                paragraph=paragraph,
                position=position,
                texts={"en": f"Function {code}"},
                holder=HOLDERS[paragraph],
                outside_oict_allowed=paragraph in (16, 17),
            )
            for position, (code, paragraph) in enumerate(paragraphs.items())
        ),
        ignore_conflicts=True,
    )


def make_person(name: str, **fields: Any) -> User:
    """A person whose e-mail address follows from the name; the password is "password"."""
    email = f"{name.lower().replace(' ', '.')}@example.org"
    return User.objects.create_user(email=email, password="password", full_name=name, **fields)


def make_duty_station(
    code: str = "new-york",
    time_zone: str = "America/New_York",
    working_days: tuple[int, ...] = (1, 2, 3, 4, 5),
    holidays: tuple[date, ...] = (),
) -> DutyStation:
    """A duty station with one confirmed version of its own calendar."""
    calendar = WorkingCalendar.objects.create(key=code, names={"en": code})
    version = CalendarVersion.objects.create(
        calendar=calendar, number=1, valid_from=date(2000, 1, 1), working_days=list(working_days)
    )
    Holiday.objects.bulk_create(Holiday(version=version, date=d, names={"en": "Holiday"}) for d in holidays)
    version.confirmed_at = LONG_AGO
    version.authority = "Test"
    version.save()
    return DutyStation.objects.create(
        code=code, names={"en": code}, country_iso2="US", time_zone=time_zone, calendar=calendar
    )


def make_office(
    code: str,
    kind: str = OfficeKind.DEPARTMENT,
    parent: Office | None = None,
    duty_station: DutyStation | None = None,
) -> Office:
    """An office that stands below its parent since 2000."""
    station = duty_station or DutyStation.objects.filter(code="new-york").first() or make_duty_station()
    office = Office.objects.create(
        code=code, names={"en": f"Office {code}"}, kind=kind, duty_station=station, opened_on=date(2000, 1, 1)
    )
    if parent is not None:
        OfficePlacement.objects.create(office=office, parent=parent, during=(date(2000, 1, 1), None))
    return office


def make_post(office: Office, role: str, code: str = "") -> Post:
    """A post of the office with this role."""
    code = code or f"{office.code}-{role}".upper().replace("_", "-")
    return Post.objects.create(office=office, role=role, code=code, titles={"en": f"{role} of {office.code}"})


DECIDING = (Role.CITO, Role.ASSIGNED_OFFICER, Role.ADMINISTRATOR)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def enrol(user: User) -> User:
    """Give the person an authenticator app, as its page would; its secret is the same for everybody here."""
    if not user.authenticator_set.filter(type="totp").exists():
        TOTP.activate(user, SECRET)
    return user


def appoint(post: Post, user: User | None = None, from_: datetime = LONG_AGO) -> User:
    """Give the post to a person (a new one, when none is named), by the service."""
    user = user or make_person(post.code.replace("-", " ").title())
    services.assign_post(post=post, user=user, from_=from_, by=None)
    if post.role in DECIDING:
        enrol(user)
    return user


def appoint_all(posts: dict[str, Post]) -> dict[str, User]:
    """A new person for each post, by key, who has held it for long: the rows that the service leaves, in one go."""
    people = {key: make_person(f"{key} person".title()) for key in posts}
    PostHolding.objects.bulk_create(
        PostHolding(post=post, user=people[key], during=(LONG_AGO, None)) for key, post in posts.items()
    )
    rebuild_grants(at=clock.now())
    for key, post in posts.items():
        if post.role in DECIDING:
            enrol(people[key])
    return people


@dataclass
class Organization:
    """The offices, posts and people of a small Organization, by code."""

    offices: dict[str, Office] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)

    def office(self, code: str) -> Office:
        return self.offices[code]

    def draft(self, to: str, functions: list[str], offices: list[str], **terms: Any) -> Instrument:
        """A draft by the administrator (or `by`) to the post with this key, for a year, without the offices below."""
        terms.setdefault("valid_until", clock.now() + timedelta(days=365))
        terms.setdefault("legal_basis", "ST/SGB/2026/1")
        terms.setdefault("by", self.people["admin"])
        with_below = terms.pop("with_below", False)
        return services.draft_instrument(
            delegate_post=self.posts[to],
            functions=functions,
            scope=[(self.offices[code], with_below) for code in offices],
            **terms,
        )

    def issue(self, to: str, functions: list[str], offices: list[str], **terms: Any) -> Instrument:
        """An instrument in force: drafted by the administrator, issued by the CITO (or `by`), accepted by the holder
        of the post, if there is one, unless `accept` is False."""
        by, accept = terms.pop("by", self.people["cito"]), terms.pop("accept", True)
        # Three acts of three people; within a test's own transaction they stand or fall together.
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            instrument = services.issue_instrument(
                instrument=self.draft(to, functions, offices, **terms), by=by
            )
            holder = queries.holder_of(self.posts[to], clock.now())
            if accept and holder is not None:
                instrument = services.accept_instrument(instrument=instrument, by=holder)
        return instrument


def make_organization() -> Organization:
    """UN-SECRETARIAT > (DM, DPKO > (UNMISS, UNIFIL), OICT > OICT-ALIGN, UNOG, ESCAP), with one person for
    each post."""
    make_functions()
    EvidencePeriod.objects.create(period="yearly", valid_from=date(2000, 1, 1), source="Test")
    made = Organization()
    juba = make_duty_station("juba", "Africa/Juba")
    tree = [
        ("UN-SECRETARIAT", OfficeKind.HEADQUARTERS, None, None),
        ("DM", OfficeKind.DEPARTMENT, "UN-SECRETARIAT", None),
        ("DPKO", OfficeKind.DEPARTMENT, "UN-SECRETARIAT", None),
        ("OICT", OfficeKind.OICT, "UN-SECRETARIAT", None),
        ("OICT-ALIGN", OfficeKind.SECTION, "OICT", None),
        ("UNOG", OfficeKind.OFFICE_AWAY, "UN-SECRETARIAT", None),
        ("ESCAP", OfficeKind.REGIONAL_COMMISSION, "UN-SECRETARIAT", None),
        ("UNMISS", OfficeKind.FIELD_MISSION, "DPKO", juba),
        ("UNIFIL", OfficeKind.FIELD_MISSION, "DPKO", None),
    ]
    for code, kind, parent, station in tree:
        made.offices[code] = make_office(code, kind, made.offices.get(parent or ""), station)
    for paragraph, code in (
        (7, "OICT"),
        (15, "OICT"),
        (18, "OICT"),
        (17, "DPKO"),
        (16, "UNOG"),
        (16, "UNMISS"),
    ):
        ParagraphHolding.objects.create(
            paragraph=paragraph, office=made.offices[code], during=(date(2000, 1, 1), None)
        )
    posts = [
        ("cito", "OICT", Role.CITO),
        ("officer", "OICT", Role.ASSIGNED_OFFICER),
        ("align", "OICT-ALIGN", Role.REVIEWER_ALIGNMENT),
        ("field", "DPKO", Role.FIELD_ICT_OFFICER),
        ("submitter", "UNMISS", Role.SUBMITTER),
        ("head", "UNMISS", Role.HEAD_OF_OFFICE),
        ("ict", "UNMISS", Role.ICT_CHIEF),
        ("finance", "UNMISS", Role.CERTIFYING_OFFICER),
        ("unifil-ict", "UNIFIL", Role.ICT_CHIEF),
        ("escap-ict", "ESCAP", Role.ICT_CHIEF),
        ("auditor", "UN-SECRETARIAT", Role.AUDITOR),
        ("admin", "UN-SECRETARIAT", Role.ADMINISTRATOR),
        ("member", "UN-SECRETARIAT", Role.MC_MEMBER),
    ]
    made.posts = {key: make_post(made.offices[code], role) for key, code, role in posts}
    made.people = appoint_all(made.posts)
    return made
