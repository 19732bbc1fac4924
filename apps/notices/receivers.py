"""What follows from others' messages: a checkpoint of the register is mailed to its witnesses."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.dispatch import receiver

from apps.audit.signals import checkpoint_made
from apps.audit.verifier import Checkpoint
from apps.notices import services
from apps.notices.witnesses import dedupe_key


@receiver(checkpoint_made, dispatch_uid="notices.checkpoint")
def mail_checkpoint(sender: Any, checkpoint: Checkpoint, at: datetime, **kwargs: Any) -> None:
    """Write a mail to each witness, in the transaction of the checkpoint."""
    for address in settings.ICTGOV_CHECKPOINT_MAILS:
        services.post_to_address(
            address=address,
            code="register.checkpoint.signed",
            params={
                "seq": checkpoint.seq,
                "head": checkpoint.head,
                "time": checkpoint.time,
                "key": checkpoint.key,
                "signature": checkpoint.signature,
            },
            dedupe_key=dedupe_key(checkpoint.seq, address),
            at=at,
        )
