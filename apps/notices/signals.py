"""The one message upward: something was written that a tick should look at soon. Only ever a hint."""

from django.dispatch import Signal

work_waits = Signal()
