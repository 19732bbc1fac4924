from apps.dashboards.models.register_export import RegisterExport
from apps.dashboards.models.verification import Verification

__all__ = ["RegisterExport", "Verification"]
