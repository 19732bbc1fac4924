"""What may be done with an instrument now, by whom, and why not: the same questions as the act asks, before it
(authority.md 5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.audit.reasons import Kind, Reason, refuse_if
from apps.offices import life, permissions, services, two_hands
from apps.offices.models import Instrument

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True)
class Act:
    """An act with an instrument as pages show it: its words, whether it asks for a reason, and what it takes away."""

    key: str
    label: str | Promise
    title: str | Promise
    lead: str | Promise
    button: str | Promise
    stay: str | Promise
    done: str | Promise
    against: Callable[..., list[Reason]]
    service: Callable[..., Instrument]
    icon: str
    tone: str = "primary"
    with_reason: bool = False
    takes: bool = False


ACTS: Mapping[str, Act] = {
    act.key: act
    for act in (
        Act(
            "issue",
            _("Issue"),
            _("Issue instrument {number}"),
            _(
                "You are the second hand. From now on its functions are reserved for the post; it gives authority once "
                "the holder of the post has accepted it. Its terms never change: a change is a new instrument."
            ),
            _("Issue it"),
            _("Leave it a draft"),
            _("Instrument {number} is issued. It waits for the acceptance of the post's holder."),
            two_hands.reasons_against_issuing,
            services.issue_instrument,
            "stamp",
        ),
        Act(
            "accept",
            _("Accept"),
            _("Accept instrument {number}"),
            _(
                "You take up these functions for your post, within these limits and under these conditions, and answer "
                "for what is done under them. Who holds the post after you holds them with it."
            ),
            _("Accept it"),
            _("Not now"),
            _("You have accepted instrument {number}."),
            two_hands.reasons_against_accepting,
            services.accept_instrument,
            "sign",
        ),
        Act(
            "resume",
            _("Resume"),
            _("Resume instrument {number}"),
            _(
                "It gives authority again at once, and so does what was passed on from it and is not suspended itself."
            ),
            _("Resume it now"),
            _("Leave it suspended"),
            _("Instrument {number} is resumed."),
            permissions.reasons_against_revoking,
            services.resume_instrument,
            "play",
        ),
        Act(
            "suspend",
            _("Suspend"),
            _("Suspend instrument {number}"),
            _(
                "It gives no authority from this moment until it is resumed, and neither does what was passed on from "
                "it. What was done under it stands."
            ),
            _("Suspend it now"),
            _("Leave it in force"),
            _("Instrument {number} is suspended."),
            permissions.reasons_against_revoking,
            services.suspend_instrument,
            "pause",
            tone="warn",
            with_reason=True,
            takes=True,
        ),
        Act(
            "revoke",
            _("Revoke"),
            _("Revoke instrument {number}"),
            _(
                "It ends at once and for good; what was passed on from it is suspended with it. What was done under it "
                "stands."
            ),
            _("Revoke it now"),
            _("Leave it in force"),
            _("Instrument {number} is revoked."),
            permissions.reasons_against_revoking,
            services.revoke_instrument,
            "undo",
            tone="warn",
            with_reason=True,
            takes=True,
        ),
        Act(
            "withdraw",
            _("Withdraw the draft"),
            _("Withdraw the draft {number}"),
            _(
                "It will not be issued. It stays in the register as withdrawn, and its number is not given again."
            ),
            _("Withdraw it"),
            _("Keep the draft"),
            _("The draft {number} is withdrawn."),
            two_hands.reasons_against_withdrawing,
            services.withdraw_draft,
            "trash",
            tone="warn",
        ),
    )
}


@dataclass(frozen=True)
class Offer:
    """One act as a page offers it: possible where `reasons` is empty, else a button that says why not."""

    verb: str
    label: Any
    reasons: tuple[Reason, ...]
    icon: str
    tone: str
    query: str = ""


def offers_of(instrument: Instrument, user: User, at: datetime) -> list[Offer]:
    """The acts that the instrument's state allows, each with what stands against it for this person; what is over or
    not yet possible for anybody is left out."""
    found = []
    for act in ACTS.values():
        if life.state_of(instrument, at) in life.POSSIBLE_FROM[act.key]:
            against = life.reasons_against_act(act.key, instrument, at)
            if against and act.key in ("accept", "suspend"):
                continue  # accepted or suspended already: the page says so elsewhere
            against = against or act.against(user=user, instrument=instrument, at=at)
            found.append(Offer(act.key, act.label, tuple(against), act.icon, act.tone))
    state = life.state_of(instrument, at)
    if state in life.POSSIBLE_FROM["supersede"]:
        against = two_hands.reasons_against_drafting(user=user, at=at, parent=instrument.parent)
        found.append(Offer("supersede", _("Draft its successor"), tuple(against), "copy", "", "supersedes"))
    if state in life.POSSIBLE_FROM["pass_on"]:
        against = life.reasons_against_act("pass_on", instrument, at)
        against = against or two_hands.reasons_against_drafting(user=user, at=at, parent=instrument)
        found.append(Offer("pass_on", _("Draft a sub-delegation"), tuple(against), "split", "", "parent"))
    return found


def refuse_unless_possible(act: Act, instrument: Instrument, user: User, at: datetime) -> None:
    """Refuse as the service would, before its page is shown."""
    refuse_if(Kind.NOT_ALLOWED, act.against(user=user, instrument=instrument, at=at))
    refuse_if(Kind.CONFLICT, life.reasons_against_act(act.key, instrument, at))
