"""What every act with an instrument has in common: the locks in one order, its record, and who is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from apps.audit.register import Fact, record
from apps.notices.services import post
from apps.offices import coverage, queries
from apps.offices.models import Instrument, InstrumentAct, InstrumentCoverage
from apps.offices.wording import last_day

if TYPE_CHECKING:
    from apps.accounts.models import User


def locked(instrument: Instrument) -> tuple[Instrument, list[Instrument]]:
    """Lock an instrument with its parent, what was passed on from it, and the coverage of all but the parent, in one
    order for everybody: parents before children, instruments before coverage.

    The clock is read after this: an act that read the coverage before has then committed.
    """
    rows = Instrument.objects.select_for_update(of=("self",), no_key=True)
    if instrument.parent_id is not None:
        rows.get(pk=instrument.parent_id)
    own = rows.select_related(
        "parent__delegate_post",
        "delegator_post",
        "delegate_post__office",
        "delegator",
        "drafted_by",
        "supersedes__parent",
        "superseded_by",
    ).get(pk=instrument.pk)
    children = list(
        rows.select_related("delegator_post", "delegate_post", "delegator")
        .filter(parent=own, issued_at__isnull=False, revoked_at=None)
        .order_by("number")
    )
    for child in children:
        child.parent = own
    held = InstrumentCoverage.objects.filter(instrument__in=[own, *children]).select_for_update()
    list(held.order_by("pk").values_list("pk", flat=True))
    return own, children


def reflect(instruments: Iterable[Instrument]) -> None:
    """Bring the coverage in line with what the instruments and their parents have come to."""
    for instrument in instruments:
        InstrumentCoverage.objects.filter(instrument=instrument).update(**coverage.standing_of(instrument))


def write_down(
    instrument: Instrument,
    verb: str,
    *,
    by: User,
    at: datetime,
    reason: str = "",
    through: Instrument | None = None,
    capacity: str = "",
    facts: Mapping[str, Fact] | None = None,
    commit: Mapping[str, str] | None = None,
) -> None:
    """Record an act in the register, and beside it in the instrument's own history with the words of its reason."""
    event = record(
        verb=f"instrument.{verb}",
        by=by,
        obj_kind="instrument",
        obj_id=instrument.pk,
        occurred_at=at,
        instrument_id=instrument.pk,
        capacity=capacity,
        facts={
            "number": instrument.number,
            "through": through.number if through is not None else None,
            **(facts or {}),
        },
        commit={**(commit or {}), **({"reason": reason} if reason else {})},
    )
    InstrumentAct.objects.create(
        instrument=instrument,
        position=instrument.acts.count(),
        verb=verb,
        by=by,
        at=at,
        reason=reason,
        through=through,
        event_id=event,
    )


def say(instrument: Instrument, code: str, *, at: datetime) -> None:
    """Tell the holder of the delegate's post what has happened with the instrument."""
    holder = queries.holder_of(instrument.delegate_post, at)
    tell(instrument, code, [holder] if holder is not None else [], at=at)


def tell(instrument: Instrument, code: str, people: Iterable[User], *, at: datetime) -> None:
    """Tell these people, once for each act."""
    post(
        recipients=people,
        code=code,
        params={
            "number": instrument.number,
            "post": instrument.delegate_post.title,
            "until_on": last_day(instrument.valid.upper),
        },
        dedupe_key=f"{instrument.pk}:{code}:{at.isoformat()}",
        link=instrument.get_absolute_url(),
        at=at,
    )
