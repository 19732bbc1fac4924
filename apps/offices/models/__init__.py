from apps.offices.models.absence import Absence
from apps.offices.models.calendar_version import CalendarVersion
from apps.offices.models.duty_station import DutyStation
from apps.offices.models.evidence import Evidence
from apps.offices.models.evidence_duty import EvidenceDuty
from apps.offices.models.evidence_period import EvidencePeriod
from apps.offices.models.function import Function
from apps.offices.models.holiday import Holiday
from apps.offices.models.instrument import Instrument, InstrumentCounter
from apps.offices.models.instrument_act import InstrumentAct
from apps.offices.models.instrument_coverage import InstrumentCoverage
from apps.offices.models.instrument_function import InstrumentFunction
from apps.offices.models.instrument_scope import InstrumentScope
from apps.offices.models.instrument_standby import InstrumentStandby
from apps.offices.models.office import Office
from apps.offices.models.office_grants import OfficeGroupGrant, OfficeUserGrant
from apps.offices.models.office_placement import OfficePlacement
from apps.offices.models.paragraph_holding import ParagraphHolding
from apps.offices.models.post import Post
from apps.offices.models.post_holding import PostHolding
from apps.offices.models.role_group import RoleGroup
from apps.offices.models.working_calendar import WorkingCalendar

__all__ = [
    "Absence",
    "CalendarVersion",
    "DutyStation",
    "Evidence",
    "EvidenceDuty",
    "EvidencePeriod",
    "Function",
    "Holiday",
    "Instrument",
    "InstrumentAct",
    "InstrumentCounter",
    "InstrumentCoverage",
    "InstrumentFunction",
    "InstrumentScope",
    "InstrumentStandby",
    "Office",
    "OfficeGroupGrant",
    "OfficePlacement",
    "OfficeUserGrant",
    "ParagraphHolding",
    "Post",
    "PostHolding",
    "RoleGroup",
    "WorkingCalendar",
]
