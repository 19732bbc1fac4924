"""Every write of the review. Each is atomic, takes keyword arguments only, and names its actor with `by`."""

from apps.accounts.services import Confirmation
from apps.approvals.services.assessments import Saved, save_assessment
from apps.approvals.services.cases import (
    discard_case,
    open_case,
    register_case,
    rename_case,
)
from apps.approvals.services.exceptions import end_exception, name_exception
from apps.approvals.services.feed import end_feed, make_feed
from apps.approvals.services.keys import MoveResult, Seen
from apps.approvals.services.moves import move_case
from apps.approvals.services.reassign import reassign_turn
from apps.approvals.services.routes import publish_route, set_parameter

__all__ = [
    "Confirmation",
    "MoveResult",
    "Saved",
    "Seen",
    "discard_case",
    "end_exception",
    "end_feed",
    "make_feed",
    "move_case",
    "name_exception",
    "open_case",
    "publish_route",
    "reassign_turn",
    "register_case",
    "rename_case",
    "save_assessment",
    "set_parameter",
]
