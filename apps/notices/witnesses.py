"""All the witnesses of the register: folders, and addresses to which each checkpoint is mailed."""

from datetime import datetime

from django.conf import settings

from apps.audit.models import SignedCheckpoint
from apps.audit.witnesses import Witness, folder_witnesses, recent, state_of
from apps.notices.models import Outbox


def dedupe_key(seq: int, address: str) -> str:
    """What a checkpoint's mail to a witness is said once as."""
    return f"register.checkpoint:{seq}:{address}"


def witnesses(now: datetime, last: list[SignedCheckpoint] | None = None) -> list[Witness]:
    """How each witness stands: what is in its folder, or what was handed to its mail server. `last` are the recent
    checkpoints, where they are at hand."""
    last = recent() if last is None else last
    return [*folder_witnesses(last, now), *_mail_witnesses(last, now)]


def _mail_witnesses(last: list[SignedCheckpoint], now: datetime) -> list[Witness]:
    addresses = list(dict.fromkeys(settings.ICTGOV_CHECKPOINT_MAILS))
    keys = {dedupe_key(row.seq, address): (row.seq, address) for row in last for address in addresses}
    held: dict[str, int] = {}
    if keys:
        mails = Outbox.objects.filter(dedupe_key__in=list(keys)).exclude(sent_at=None)
        for key in mails.values_list("dedupe_key", flat=True):
            seq, address = keys[key]
            held[address] = max(seq, held.get(address, 0))
    return [
        Witness("mail", address, held.get(address), state_of(held.get(address), last, now))
        for address in addresses
    ]
