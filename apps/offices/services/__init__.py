"""Every write of offices: one verb each, keyword-only, with its actor in `by`, and recorded beside what it
does.
"""

from apps.offices.services.absences import end_absence, record_absence
from apps.offices.services.calendars import add_calendar_version, confirm_calendar_version
from apps.offices.services.evidence import record_evidence
from apps.offices.services.instruments import draft_instrument, issue_instrument
from apps.offices.services.posts import assign_post, create_post, end_holding
from apps.offices.services.standby import designate_standbys
from apps.offices.services.taking import (
    accept_instrument,
    resume_instrument,
    revoke_instrument,
    suspend_instrument,
    withdraw_draft,
)
from apps.offices.services.tree import create_office, move_office

__all__ = [
    "accept_instrument",
    "add_calendar_version",
    "assign_post",
    "confirm_calendar_version",
    "create_office",
    "create_post",
    "designate_standbys",
    "draft_instrument",
    "end_absence",
    "end_holding",
    "issue_instrument",
    "move_office",
    "record_absence",
    "record_evidence",
    "resume_instrument",
    "revoke_instrument",
    "suspend_instrument",
    "withdraw_draft",
]
