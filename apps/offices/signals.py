"""The messages upward."""

from django.dispatch import Signal

posts_changed = Signal()
"""A person's posts count no longer as they did (`user`, `at`, `post` where one is meant): an appointment or an
absence began or ended, or the account was closed. Sent by the tick, in a transaction of its own."""
calendar_changed = Signal()
"""A version of a calendar is in force (`version`, `at`): open clocks of its duty stations are computed
anew."""
authority_taken = Signal()
"""An instrument was suspended, revoked or superseded, or has ended (`post_ids` of those who held by it, `at`). Sent by
the tick, in a transaction of its own."""
