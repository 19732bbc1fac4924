"""The messages upward."""

from django.dispatch import Signal

calendar_changed = Signal()
"""A version of a calendar is in force (`version`, `at`): open clocks of its duty stations are computed
anew."""
