"""Evidence of the demonstration: what the holders of functions recorded, each on its day, by the services."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from apps.audit import clock
from apps.initiatives.demo.stories import read
from apps.offices import services as offices

if TYPE_CHECKING:
    from apps.initiatives.demo.play import Play

HOLDERS = {"7": "OICT-CITO", "15": "OICT-CITO", "17": "DPKO-FIELD-ICT-1"}
Act = tuple[datetime, Callable[[], object]]


def acts(play: Play) -> Iterator[Act]:
    """Every row of the file as an act at its moment."""
    for place, row in enumerate(read("evidence.toml")["evidence"]):
        yield play.moment(row["office"], row["recorded"], minute=47 + place * 7), _recording(play, row)


def _recording(play: Play, row: Mapping[str, Any]) -> Callable[[], object]:
    office = play.offices[row["office"]]
    paragraph = row["function"].rstrip("abcdefghi")
    by = play.holders[HOLDERS.get(paragraph, f"{row['office']}-ICT-CHIEF")]

    def record() -> None:
        today = clock.now().astimezone(ZoneInfo(office.duty_station.time_zone)).date()
        loaded = play.now.astimezone(ZoneInfo(office.duty_station.time_zone)).date()
        offices.record_evidence(
            by=by,
            function=row["function"],
            office=office,
            performed_on=min(_day(loaded, row["on"]), today),
            values={
                key: value
                if not str(value).startswith("day ")
                else _day(loaded, int(str(value)[4:])).isoformat()
                for key, value in row["values"].items()
            },
        )

    return record


def _day(loaded: date, days: int) -> date:
    return loaded + timedelta(days=days)
