"""What is said to people about instruments, as notices on the page and mails (seam 16: codes and facts are stored)."""

from django.utils.translation import gettext_lazy as _

from apps.notices.ways import Group, register_groups
from apps.notices.wording import register_wording

register_wording(
    {
        "instrument.drafted": (
            _("A draft waits for you: instrument {number}"),
            _(
                "A delegation to the post “{post}” is drafted in your name. It gives nothing until you issue it."
            ),
        ),
        "instrument.issued": (
            _("Please accept instrument {number}"),
            _(
                "An instrument of delegation names your post, “{post}”, until {until_on}. "
                "It gives authority once you have accepted it."
            ),
        ),
        "instrument.accepted": (
            _("Instrument {number} is accepted"),
            _("The holder of the post “{post}” has accepted the instrument, which holds until {until_on}."),
        ),
        "instrument.suspended": (
            _("Instrument {number} is suspended"),
            _(
                "It gives your post, “{post}”, no authority until it is resumed. What was done under it stands."
            ),
        ),
        "instrument.resumed": (
            _("Instrument {number} is resumed"),
            _("Your post, “{post}”, holds the authority of the instrument again, until {until_on}."),
        ),
        "instrument.revoked": (
            _("Instrument {number} is revoked"),
            _("It gives your post, “{post}”, no authority any more. What was done under it stands."),
        ),
        "instrument.superseded": (
            _("Instrument {number} is superseded"),
            _(
                "Another instrument has taken the place of the one to the post “{post}”. "
                "What was done under it stands."
            ),
        ),
        "instrument.ends": (
            _("Instrument {number} ends in {days} days or less"),
            _(
                "The delegation to the post “{post}” ends on {until_on}, at the end of the day. "
                "If it is still needed, a new instrument is drafted in time."
            ),
        ),
    }
)
register_groups(
    {
        "instrument.issued": Group.NEEDED,
        "instrument.revoked": Group.NEEDED,
        "instrument.suspended": Group.NEEDED,
        "instrument.superseded": Group.NEEDED,
        "instrument.ends": Group.NEEDED,
        "instrument.accepted": Group.NEWS,
        "instrument.resumed": Group.NEWS,
    }
)
