"""The message upward: a checkpoint was made, and whoever can carry it off the machine should."""

from django.dispatch import Signal

checkpoint_made = Signal()
