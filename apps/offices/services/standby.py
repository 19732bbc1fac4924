"""OICT officers are designated to decide in the CITO's place, in order, by instruments with the full limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse, refuse_if
from apps.audit.register import record
from apps.offices import queries, two_hands
from apps.offices.choices import Role
from apps.offices.models import Instrument, InstrumentStandby, Office, Post
from apps.offices.services.instruments import draft_instrument

if TYPE_CHECKING:
    from apps.accounts.models import User

STANDBY_FUNCTION = "18"


def designate_standbys(
    *,
    by: User,
    posts: Sequence[Post],
    legal_basis: str,
    valid_until: datetime,
    valid_from: datetime | None = None,
) -> list[Instrument]:
    """Designate officers of OICT who decide where the CITO is away, has stepped aside, or the post is vacant: the
    first of them who is there and played no part in the case (A/61/765, 18).

    Each gets the draft of an instrument of function 18 for every office and without a ceiling, that takes effect in
    those cases only, once it is issued and accepted as any other. Refused: to whom may not draft; no post; a post that
    is not an assigned officer's; one named twice; and whatever an instrument is refused for.
    """
    with transaction.atomic():
        at = clock.now()
        refuse_if(Kind.NOT_ALLOWED, two_hands.reasons_against_drafting(user=by, at=at))
        if not posts:
            refuse(Kind.INVALID, Reason("offices.nobody_designated", field="first"))
        if len({post.pk for post in posts}) < len(posts):
            refuse(Kind.INVALID, Reason("offices.designated_twice", field="second"))
        wrong = [post for post in posts if post.role != Role.ASSIGNED_OFFICER]
        if wrong:
            params = {"post": wrong[0].title}
            refuse(Kind.INVALID, Reason("offices.not_an_assigned_officer", params, field="first"))
        day = queries.day_of(at)
        roots = Office.objects.exclude(placements__during__contains=day).order_by("code")
        drafts = []
        for position, post in enumerate(posts, start=1):
            instrument = draft_instrument(
                by=by,
                delegate_post=post,
                functions=[STANDBY_FUNCTION],
                scope=[(office, True) for office in roots],
                legal_basis=legal_basis,
                valid_from=valid_from,
                valid_until=valid_until,
                concurrent=True,
            )
            InstrumentStandby.objects.create(instrument=instrument, position=position)
            record(
                verb="instrument.designates",
                by=by,
                obj_kind="instrument",
                obj_id=instrument.pk,
                occurred_at=at,
                instrument_id=instrument.pk,
                facts={"number": instrument.number, "position": position, "post": post.code},
            )
            drafts.append(instrument)
    return drafts
