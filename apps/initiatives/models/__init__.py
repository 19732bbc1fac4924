from apps.initiatives.models.business_case_version import BusinessCaseVersion
from apps.initiatives.models.draft import Draft
from apps.initiatives.models.draft_change import DraftChange
from apps.initiatives.models.exchange_rate import ExchangeRate
from apps.initiatives.models.import_run import ImportRun
from apps.initiatives.models.imported_row import ImportedRow
from apps.initiatives.models.initiative import Initiative

__all__ = [
    "BusinessCaseVersion",
    "Draft",
    "DraftChange",
    "ExchangeRate",
    "ImportRun",
    "ImportedRow",
    "Initiative",
]
