from apps.audit.models.commitment import Commitment
from apps.audit.models.event import Event
from apps.audit.models.head import Head
from apps.audit.models.link import Link

__all__ = ["Commitment", "Event", "Head", "Link"]
