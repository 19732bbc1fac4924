"""What rings for an instrument: warnings before its end, and what follows once its authority is gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from apps.audit import clock
from apps.notices.queries import a_later_one_is_due
from apps.notices.services import post, set_timers
from apps.offices import life, queries
from apps.offices.choices import InstrumentState
from apps.offices.models import Instrument
from apps.offices.signals import authority_taken
from apps.offices.wording import last_day

if TYPE_CHECKING:
    from apps.notices.models import Timer

WARNINGS = {"instrument.ends_60": 60, "instrument.ends_30": 30, "instrument.ends_7": 7}
"""The kinds of timer, and how many (calendar) days before the end each rings."""
GONE = "instrument.gone"
WARNED_IN = (InstrumentState.AWAITING, InstrumentState.NOT_BEGUN, InstrumentState.IN_FORCE)


def set_warnings(instrument: Instrument, at: datetime) -> None:
    """Let the warnings ring that are still to come, and the end itself."""
    ends = instrument.valid.upper
    due = {kind: ends - timedelta(days=days) for kind, days in WARNINGS.items()}
    set_timers(object_id=instrument.pk, due={kind: when for kind, when in due.items() if when > at})
    set_timers(object_id=instrument.pk, due={GONE: ends})


def follow_soon(instrument: Instrument, at: datetime) -> None:
    """Let the tick tell that this authority is gone: the cases are locked before the instrument, so not here (seam
    1)."""
    set_timers(object_id=instrument.pk, due={GONE: at}, due_version=1 + instrument.acts.count())


def warn(timer: Timer) -> None:
    """Tell the holders of both posts that an instrument will end: once for each instrument, rule and person, and not
    where it is suspended or over, or a later warning is due as well."""
    instrument = (
        Instrument.objects.select_related("delegate_post", "delegator_post", "parent")
        .filter(pk=timer.object_id)
        .first()
    )
    now = clock.now()
    if instrument is None or life.state_of(instrument, now) not in WARNED_IN:
        return
    if a_later_one_is_due(timer, list(WARNINGS), now):
        return
    found = (queries.holder_of(p, now) for p in (instrument.delegate_post, instrument.delegator_post))
    post(
        recipients=[person for person in found if person is not None],
        code="instrument.ends",
        params={
            "number": instrument.number,
            "post": instrument.delegate_post.title,
            "until_on": last_day(instrument.valid.upper),
            "days": WARNINGS[timer.kind],
        },
        dedupe_key=f"{instrument.pk}:{timer.kind}",
        link=instrument.get_absolute_url(),
        at=now,
    )


def follow_end(timer: Timer) -> None:
    """Tell the apps above that what was held under an instrument, or was passed on from it, may be gone."""
    instrument = Instrument.objects.filter(pk=timer.object_id).first()
    if instrument is not None:
        posts = [instrument.delegate_post_id, *instrument.children.values_list("delegate_post_id", flat=True)]
        authority_taken.send(sender=Instrument, post_ids=posts, at=clock.now())
