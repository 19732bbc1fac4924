"""What each role does here, step by step, in the words of the product.

One source for the help pages and for docs/guides (`manage.py print_guides`; a test compares them).
"""

from __future__ import annotations

from apps.dashboards.guides.guide import Guide, Step
from apps.dashboards.guides.office import OFFICE_GUIDES
from apps.dashboards.guides.oict import OICT_GUIDES
from apps.dashboards.guides.oversight import OVERSIGHT_GUIDES

__all__ = ["GUIDES", "Guide", "Step", "guide_for"]

GUIDES: tuple[Guide, ...] = (*OFFICE_GUIDES, *OICT_GUIDES, *OVERSIGHT_GUIDES)


def guide_for(key: str) -> Guide | None:
    """The guide with this key."""
    return next((guide for guide in GUIDES if guide.key == key), None)
