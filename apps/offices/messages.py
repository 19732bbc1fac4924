"""The words of the messages about posts: codes inside, sentences in the reader's language at the edge (seam 16)."""

from django.utils.translation import gettext_lazy as _

from apps.notices.ways import Group, register_groups
from apps.notices.wording import register_wording

register_wording(
    {
        "absence.recorded": (
            _("{holder} is away, {stand_in} stands in"),
            _(
                "{post} ({office}): {holder} is away from {from_at} until {until_at}. Standing in: {stand_in}."
            ),
        ),
        "absence.ended": (
            _("The absence of {holder} has ended"),
            _("{post} ({office}): {holder} is back. Standing in until now: {stand_in}."),
        ),
    }
)
register_groups(
    {
        "absence.recorded": Group.NEWS,
        "absence.ended": Group.NEWS,
    }
)
