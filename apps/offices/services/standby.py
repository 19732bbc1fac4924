"""The CITO designates OICT officers who decide in the CITO's place, in order, by instruments with the full limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from apps.audit import clock
from apps.audit.reasons import Kind, Reason, refuse, refuse_if
from apps.audit.register import record
from apps.offices import permissions, queries
from apps.offices.choices import Role
from apps.offices.models import Instrument, InstrumentStandby, Office, Post
from apps.offices.services.instruments import issue_instrument

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

    Each gets an instrument of function 18 for every office and without a ceiling, that takes effect in those cases
    only. Refused: to whom is not the CITO; no post; a post that is not an assigned officer's; one named twice; and
    whatever an instrument is refused for.
    """
    with transaction.atomic():
        at = clock.now()
        refuse_if(Kind.NOT_ALLOWED, permissions.reasons_against_issuing(user=by, at=at))
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
        issued = []
        for position, post in enumerate(posts, start=1):
            instrument = issue_instrument(
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
                capacity=Role.CITO,
                facts={"number": instrument.number, "position": position, "post": post.code},
            )
            issued.append(instrument)
    return issued
