from typing import Any

from django.core.management.base import BaseCommand

from apps.audit import checkpoints


class Command(BaseCommand):
    """Make a checkpoint of the register now."""

    help = "Write a checkpoint of the register to the checkpoint folder, and mail it to the witnesses."

    def handle(self, *args: Any, **options: Any) -> None:
        made = checkpoints.make()
        if made is None:
            self.stdout.write("nothing was recorded since the last checkpoint")
        else:
            self.stdout.write(f"seq {made.seq}\nhead {made.head}\ntime {made.time}")
