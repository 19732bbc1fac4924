from apps.audit.models.checkpoint_key import CheckpointKey
from apps.audit.models.commitment import Commitment
from apps.audit.models.event import Event
from apps.audit.models.head import Head
from apps.audit.models.link import Link
from apps.audit.models.signed_checkpoint import SignedCheckpoint

__all__ = ["CheckpointKey", "Commitment", "Event", "Head", "Link", "SignedCheckpoint"]
