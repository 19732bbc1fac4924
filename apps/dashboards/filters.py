"""The filters behind every number of the dashboard: what stands in an address, and the rows that it means."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.approvals.choices import Outcome
from apps.dashboards import portfolio

UTC = ZoneInfo("UTC")


def states() -> dict[str, str]:
    """The states that a number can ask for, in words."""
    return {
        "open": _("open"),
        "submitted": _("submitted, not decided"),
        "overdue": _("overdue"),
        "soon": _("due within 7 days"),
        "on_time": _("not overdue"),
        "returned": _("returned to the office"),
        "approved": _("approved, with or without conditions"),
        "condition_missed": _("a condition is past its date"),
        "condition_due": _("a condition is due within 30 days"),
    }


def sides() -> dict[str, str]:
    """Who holds a case, in words."""
    return {"office": _("with the office"), "oict": _("with OICT")}


@dataclass(frozen=True)
class CaseFilter:
    """What the rows of a list must be; an empty part asks for nothing, an unknown word finds nothing."""

    stage: str = ""
    office: str = ""
    outcome: str = ""
    side: str = ""
    state: str = ""
    tier: str = ""
    since: str = ""
    q: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> CaseFilter:
        """Read the parts from an address; what has no place in one is cut off."""
        return cls(
            **{
                part.name: str(query.get(part.name, "")).replace("\x00", "")[:100].strip()
                for part in fields(cls)
            }
        )

    def query(self, **changes: str) -> str:
        """The query string of this filter with changes."""
        parts = {name: value for name, value in {**asdict(self), **changes}.items() if value}
        return urlencode(parts)

    @property
    def by_due(self) -> bool:
        """Whether the rows stand in the order in which they are due (else the newest submission first)."""
        return self.state in ("overdue", "soon")

    def apply(self, cases: QuerySet, *, now: datetime) -> QuerySet:
        """Keep the cases that fit."""
        if self.stage:
            cases = cases.filter(stage=self.stage)
        if self.office:
            cases = cases.filter(office__code=self.office)
        if self.outcome:
            cases = cases.filter(outcome=self.outcome)
        if self.tier:
            cases = cases.filter(tier=int(self.tier)) if self.tier in ("1", "2", "3") else cases.none()
        if self.side:
            cases = self._by_side(cases)
        if self.state:
            cases = self._by_state(cases, now)
        if self.since:
            cases = self._since(cases)
        if self.q:
            cases = cases.filter(self._named())
        return cases

    def _by_side(self, cases: QuerySet) -> QuerySet:
        cases = cases.filter(closed_at__isnull=True)
        if self.side == "office":
            return cases.filter(portfolio.is_with_office())
        if self.side == "oict":
            return cases.filter(~portfolio.is_with_office())
        return cases.none()

    def _by_state(self, cases: QuerySet, now: datetime) -> QuerySet:
        is_open = cases.filter(closed_at__isnull=True)
        match self.state:
            case "open":
                return is_open
            case "submitted":
                return is_open.filter(submitted_at__isnull=False)
            case "overdue":
                return is_open.filter(portfolio.is_late(now))
            case "soon":
                return is_open.filter(portfolio.is_due_soon(now)).exclude(portfolio.is_late(now))
            case "on_time":
                return is_open.exclude(portfolio.is_late(now))
            case "returned":
                return is_open.filter(portfolio.is_returned())
            case "approved":
                return cases.filter(outcome__in=[str(one) for one in portfolio.APPROVALS])
            case "condition_missed":
                return cases.filter(portfolio.has_condition(missed=True, now=now))
            case "condition_due":
                return cases.filter(portfolio.has_condition(missed=False, now=now))
        return cases.none()

    def _since(self, cases: QuerySet) -> QuerySet:
        try:
            began = datetime.combine(date.fromisoformat(self.since), time(), tzinfo=UTC)
        except ValueError:
            return cases.none()
        return cases.filter(closed_at__gte=began)

    def _named(self) -> Q:
        """By reference (from its beginning), id, or words of the title."""
        named = Q(title__icontains=self.q) | Q(reference__istartswith=self.q)
        with contextlib.suppress(ValueError):
            named |= Q(pk=uuid.UUID(self.q))
        return named

    def chips(self, stages: Mapping[str, str]) -> list[tuple[str, str]]:
        """Each part as (name, words), in the order of the address."""
        words = {
            "stage": stages.get(self.stage, self.stage),
            "office": self.office,
            "outcome": str(dict(Outcome.choices).get(self.outcome, self.outcome)),
            "side": sides().get(self.side, self.side),
            "state": states().get(self.state, self.state),
            "tier": _("tier %(tier)s") % {"tier": self.tier},
            "since": _("closed since %(day)s") % {"day": self.since},
            "q": _("named “%(words)s”") % {"words": self.q},
        }
        return [(name, words[name]) for name, value in asdict(self).items() if value]


@dataclass(frozen=True)
class EventFilter:
    """What the events of the register's list must be."""

    case: str = ""
    verb: str = ""
    actor: str = ""
    object_kind: str = ""
    origin: str = ""
    since: str = ""
    until: str = ""
    hash: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> EventFilter:
        """Read the parts from an address."""
        return cls(
            **{
                part.name: str(query.get(part.name, "")).replace("\x00", "")[:100].strip()
                for part in fields(cls)
            }
        )

    def query(self, **changes: str) -> str:
        """The query string of this filter with changes."""
        return urlencode({name: value for name, value in {**asdict(self), **changes}.items() if value})

    @property
    def is_empty(self) -> bool:
        return not any(asdict(self).values())

    def days(self) -> tuple[datetime | None, datetime | None] | None:
        """The instants from and until which events were recorded (UTC days, both included); None if unreadable."""
        try:
            began = (
                datetime.combine(date.fromisoformat(self.since), time(), tzinfo=UTC) if self.since else None
            )
            ended = date.fromisoformat(self.until) + timedelta(days=1) if self.until else None
        except (ValueError, OverflowError):
            return None
        return began, datetime.combine(ended, time(), tzinfo=UTC) if ended else None
