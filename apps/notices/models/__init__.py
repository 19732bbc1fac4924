from apps.notices.models.notice import Notice
from apps.notices.models.outbox import Outbox
from apps.notices.models.preference import Preference
from apps.notices.models.tick_run import TickRun
from apps.notices.models.timer import Timer

__all__ = ["Notice", "Outbox", "Preference", "TickRun", "Timer"]
