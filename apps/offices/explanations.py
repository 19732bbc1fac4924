"""Why can I, why can't I, who can: each act on an office, a post, an instrument, a function or a calendar, for any
user who sees it (authority.md 5). The answers come from the functions that the services themselves ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from apps.audit.reasons import Reason
from apps.offices import absences, handover, permissions, policies, queries, two_hands
from apps.offices.choices import Role
from apps.offices.models import Absence, Function, Instrument, Office, Post, PostHolding, WorkingCalendar
from apps.offices.offers import offers_of

if TYPE_CHECKING:
    from apps.accounts.models import User

SHOWN_FUNCTIONS = 8


@dataclass(frozen=True)
class ActExplained:
    """One act on one thing for one person: possible when `reasons` is empty; else each reason, and who can."""

    action: str
    label: str | Promise
    reasons: tuple[Reason, ...] = ()
    who_can: tuple[str, ...] = ()
    url: str = ""

    @property
    def is_possible(self) -> bool:
        return not self.reasons

    @property
    def offer(self) -> dict[str, object]:
        """What the partial of a button takes."""
        return {"verb": self.action, "label": self.label, "reasons": list(self.reasons)}


def _act(
    action: str,
    label: str | Promise,
    reasons: Iterable[Reason],
    *,
    url: str = "",
    who_can: Callable[[], tuple[str, ...]] = tuple,
) -> ActExplained:
    """The act; who can is asked for only where no reason says it."""
    found = tuple(reasons)
    named = next((reason.who_can for reason in found if reason.who_can), ()) or who_can()
    return ActExplained(action, label, found, named, url)


def _administrators(at: datetime) -> Callable[[], tuple[str, ...]]:
    """Who appoints and configures, asked once."""
    return cache(lambda: permissions.names_of(Role.ADMINISTRATOR, at))


def of_office(user: User, office: Office, at: datetime) -> list[ActExplained]:
    """Appointing to its posts, and changing where it stands."""
    keeping = permissions.reasons_against_configuring(user=user, at=at, code="offices.not_a_configurer")
    names = _administrators(at)
    return [
        _act(
            "appoint",
            _("Appoint to its posts"),
            permissions.reasons_against_appointing(user=user, office=office, at=at),
            who_can=names,
        ),
        _act("create_office", _("Open an office below it"), keeping, who_can=names),
        _act("move_office", _("Move it below another office"), keeping, who_can=names),
    ]


def of_post(user: User, post: Post, at: datetime) -> list[ActExplained]:
    """Appointing, ending, and saying that the holder is away."""
    appointing = permissions.reasons_against_appointing(user=user, office=post.office, at=at)
    holding = (
        PostHolding.objects.filter(post=post, during__contains=at).select_related("user", "post").first()
    )
    held = policies.reasons_against_second_holder(post=post, during=(at, None))
    nobody = absences.reasons_against_any(post=post, at=at)
    recording = absences.reasons_against_recording(user=user, post=post, at=at)
    absence = Absence.objects.in_force(at).filter(post=post).first()
    now = absences.overlapping_at(post, at)
    names = _administrators(at)
    leaving = nobody
    if holding is not None and not appointing:  # what turns somebody has is for those who may act on it
        leaving = handover.reasons_against_leaving(holding, at)
    acts = [
        _act(
            "appoint",
            _("Appoint"),
            [*appointing, *held],
            url=reverse("offices:post-appoint", args=[post.code]),
            who_can=names,
        ),
        _act(
            "end_appointment",
            _("End the appointment"),
            [*appointing, *([] if holding is not None else nobody)],
            url=reverse("offices:post-end", args=[holding.pk]) if holding is not None else "",
            who_can=names,
        ),
        _act(
            "end_appointment_without_successor",
            _("End the appointment without naming a successor"),
            [*appointing, *leaving],
            who_can=names,
        ),
        _act(
            "record_absence",
            _("Record an absence"),
            [*recording, *nobody],
            url=reverse("offices:post-absence", args=[post.code]),
        ),
        _act(
            "begin_absence_now",
            _("Record an absence that begins now"),
            [*recording, *(nobody or now)],
        ),
    ]
    if absence is not None:
        acts.append(
            _act(
                "end_absence",
                _("End the absence"),
                [*recording, *absences.reasons_against_ending(absence=absence, at=at)],
                url=reverse("offices:absence-end", args=[absence.pk]),
            )
        )
    return acts


def of_instrument(user: User, instrument: Instrument, at: datetime) -> list[ActExplained]:
    """What may be done with it as it stands, and exercising what it gives."""
    acts = [
        _act(
            offer.verb,
            offer.label,
            offer.reasons,
            url=f"{reverse('offices:instrument-draft')}?{offer.query}={instrument.number}"
            if offer.query
            else reverse("offices:instrument-act", args=[instrument.number, offer.verb]),
        )
        for offer in offers_of(instrument, user, at)
    ]
    covered = instrument.coverage.filter(during__contains=max(at, instrument.valid.lower))
    office = Office.objects.filter(pk__in=covered.values("office")).order_by("code").first()
    if office is not None:
        for function in instrument.functions.order_by("position")[:SHOWN_FUNCTIONS]:
            acts.append(exercising(user, function, office, at))
    return acts


def of_function(user: User, function: Function, office: Office | None, at: datetime) -> list[ActExplained]:
    """Exercising it for an office (one's own, where none is named), and delegating it."""
    acts = [
        _act(
            "draft",
            _("Draft an instrument for it"),
            two_hands.reasons_against_drafting(user=user, at=at),
            url=reverse("offices:instrument-draft"),
        )
    ]
    if office is None:
        posts = queries.posts_of(user, at)
        office = Office.objects.filter(pk=posts[0].office_id).first() if posts else None
    if office is None:
        office = Office.objects.filter(kind="oict").order_by("code").first()
    if office is not None:
        acts.insert(0, exercising(user, function, office, at))
    return acts


def exercising(user: User, function: Function, office: Office, at: datetime) -> ActExplained:
    """Whether this person may exercise the function for this office, whatever the amount; and everyone who can."""
    asked = {"function": function.code, "office_id": office.pk, "amount_usd": None, "at": at}
    check = permissions.reasons_against_exercising(user=user, explain=False, **asked)  # type: ignore[arg-type]
    able = permissions.who_can_exercise(**asked)  # type: ignore[arg-type]
    return _act(
        f"exercise_{function.code}",
        format_lazy(
            _("Exercise function {function} for {office}"), function=function.code, office=office.code
        ),
        check.reasons,
        who_can=lambda: tuple(str(one) for one in able),
    )


def of_calendar(user: User, calendar: WorkingCalendar, at: datetime) -> list[ActExplained]:
    """Drafting a version of it, and putting a draft in force."""
    keeping = permissions.reasons_against_configuring(user=user, at=at, code="offices.not_a_calendar_keeper")
    names = _administrators(at)
    return [
        _act("add_version", _("Draft a version"), keeping, who_can=names),
        _act(
            "confirm_version",
            _("Confirm a draft"),
            [*keeping, *policies.reasons_against_confirming_none(calendar)],
            who_can=names,
        ),
    ]


def drafting(user: User, at: datetime) -> ActExplained:
    """The act of the register of instruments itself."""
    return _act(
        "draft",
        _("Draft an instrument"),
        two_hands.reasons_against_drafting(user=user, at=at),
        url=reverse("offices:instrument-draft"),
    )
