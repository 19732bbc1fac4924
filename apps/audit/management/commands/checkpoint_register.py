from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit import checkpoints, clock, signing, witnesses


class Command(BaseCommand):
    """Make a checkpoint of the register now."""

    help = (
        "Sign a checkpoint of the register, write it to the checkpoint folders, and mail it to the witnesses."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = checkpoints.make()
        except (checkpoints.RegisterParted, signing.NoSigningKey) as error:
            raise CommandError(str(error)) from error
        if made is None:
            self.stdout.write("nothing was recorded since the last checkpoint")
        else:
            self.stdout.write(f"seq {made.seq}\nhead {made.head}\ntime {made.time}\nkey {made.key}")
        for witness in witnesses.folder_witnesses(witnesses.recent(), clock.now()):
            if not witness.is_well:
                self.stderr.write(f"{witness.name}: {witness.state}")
