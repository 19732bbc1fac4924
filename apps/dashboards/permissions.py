"""Who may open the pages of the roof, and what a viewer's rights are in words.

Opening a page shows no case: every number starts from `Case.objects.visible_to(viewer)` (seam 12).
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.access import role
from apps.approvals.standing import COMMITTEE, HANDLERS, OFFICE_LEADERS, REVIEWERS, Viewer
from apps.offices.choices import Role
from apps.offices.models import Office

#: Whoever sees cases by a post may see them counted; an administrator has no role in any case (review.md 7).
DASHBOARD_READERS = (
    *COMMITTEE,
    *HANDLERS,
    *REVIEWERS,
    *OFFICE_LEADERS,
    Role.SUBMITTER,
    Role.FIELD_ICT_OFFICER,
    Role.AUDITOR,
)
reads_dashboard = role(*(str(name) for name in DASHBOARD_READERS))
auditor = role(str(Role.AUDITOR))
keeper = role(str(Role.AUDITOR), str(Role.ADMINISTRATOR))
NAMED_OFFICES = 6


def rights_in_words(viewer: Viewer, own: list[Office]) -> list[str]:
    """What this viewer's numbers count, as sentences; `own` are the viewer's own offices."""
    said = []
    if viewer.sees_everything:
        said.append(_("Every case, as auditor. Removed drafts are not counted here."))
    elif viewer.sees_submitted or viewer.reviews:
        said.append(_("Every case that has been submitted to OICT."))
    elif viewer.mission_offices:
        said.append(_("Every case of a field mission that has been submitted to OICT."))
    if own and not viewer.sees_everything:
        codes = [office.code for office in own]
        more = len(codes) - NAMED_OFFICES
        named = ", ".join(codes[:NAMED_OFFICES])
        if more > 0:
            named = ngettext("%(codes)s and %(n)d more", "%(codes)s and %(n)d more", more) % {
                "codes": named,
                "n": more,
            }
        said.append(_("Every case of %(codes)s, drafts included.") % {"codes": named})
    if not viewer.sees_everything:
        said.append(
            _(
                "Confidential cases only where you are one of the people on them, and none that "
                "you stepped aside from."
            )
        )
    return said
