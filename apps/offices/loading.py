"""Bringing in the reference data: what is new is made, what changed is changed, and each is recorded
(origin `import`).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from apps.audit import clock, register
from apps.offices import services
from apps.offices.models import (
    CalendarVersion,
    DutyStation,
    EvidencePeriod,
    Function,
    Office,
    OfficePlacement,
    ParagraphHolding,
    Post,
    WorkingCalendar,
)
from apps.offices.services.evidence_clocks import watch_paragraphs

FOLDER = Path(__file__).resolve().parent / "reference"
LANGUAGES = ("en", "ar", "fr", "es", "ru", "zh")
OFFICIAL_SOURCE = "United Nations official holidays, transcribed"
WEEK_SOURCE = "working week of the duty station"
HOST_SOURCE = "host country list, to be confirmed"
SINCE = date(2000, 1, 1)
DRAFT_SINCE = date(2024, 1, 1)

Row = dict[str, str]


class Loader:
    """One run over the files of a folder; `counts` says what was made and what was changed, by kind."""

    def __init__(self, folder: Path = FOLDER, *, say: Callable[[str], None] = lambda line: None) -> None:
        self.folder = folder
        self.say = say
        self.counts: Counter[str] = Counter()

    def run(self) -> Counter[str]:
        """Bring everything in, or nothing."""
        with transaction.atomic(), register.origin("import"):
            self.at = clock.now()
            for step in (
                self._functions,
                self._calendars,
                self._duty_stations,
                self._offices,
                self._paragraph_holdings,
                self._posts,
                self._evidence_periods,
                self._duties,
            ):
                step()
                self.say(step.__name__.strip("_").replace("_", " "))
        return self.counts

    def _read(self, name: str) -> list[Row]:
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def _functions(self) -> None:
        known = {f.code: f for f in Function.objects.all()}
        for position, row in enumerate(self._read("functions.csv"), start=1):
            self._put(
                known.get(row["code"]) or Function(code=row["code"]),
                row["code"],
                {
                    "paragraph": int(row["paragraph"]),
                    "position": position,
                    "texts": _texts(row, "text"),
                    "holder": row["holder"],
                    "outside_oict_allowed": row["outside_oict_allowed"] == "yes",
                },
                is_new=row["code"] not in known,
            )

    def _calendars(self) -> None:
        names = {row["code"]: _texts(row, "name") for row in self._read("duty_stations.csv")}
        holidays: dict[str, dict[date, tuple[dict[str, str], str, str]]] = {}
        for row in self._read("holidays.csv"):
            days = holidays.setdefault(row["calendar"], {})
            days[date.fromisoformat(row["date"])] = (_texts(row, "name"), row["source"], row["kind"])
        known = {c.key: c for c in WorkingCalendar.objects.prefetch_related("versions__holidays")}
        for row in self._read("calendars.csv"):
            key = row["key"]
            calendar = known.get(key) or WorkingCalendar(key=key)
            self._put(calendar, key, {"names": names.get(key, {"en": key})}, is_new=key not in known)
            week = [int(day) for day in row["working_days"].split()]
            days = holidays.get(key, {})
            official = {d: (n, s) for d, (n, s, kind) in days.items() if kind == "official"}
            everything = {d: (n, s) for d, (n, s, _kind) in days.items()}
            versions = list(calendar.versions.all()) if key in known else []
            source = OFFICIAL_SOURCE if official else WEEK_SOURCE
            self._version(calendar, versions, week, official, SINCE, source, confirm=True)
            if everything != official:
                self._version(calendar, versions, week, everything, DRAFT_SINCE, HOST_SOURCE, confirm=False)

    def _version(
        self,
        calendar: WorkingCalendar,
        versions: Iterable[CalendarVersion],
        week: list[int],
        holidays: dict[date, tuple[dict[str, str], str]],
        valid_from: date,
        source: str,
        *,
        confirm: bool,
    ) -> None:
        """Draft a version unless the latest one from this source says the same already."""
        same = [v for v in versions if v.source == source]
        if same:
            latest = max(same, key=lambda v: v.number)
            present = {h.date: (h.names, h.source) for h in latest.holidays.all()}
            if sorted(latest.working_days) == sorted(week) and present == holidays:
                return
        version = services.add_calendar_version(
            by=None,
            calendar=calendar,
            valid_from=valid_from,
            working_days=week,
            holidays=holidays,
            source=source,
        )
        if confirm:
            services.confirm_calendar_version(version=version, authority=source, by=None)
        self.counts["calendar versions"] += 1

    def _duty_stations(self) -> None:
        calendars = {c.key: c for c in WorkingCalendar.objects.all()}
        known = {s.code: s for s in DutyStation.objects.all()}
        for row in self._read("duty_stations.csv"):
            self._put(
                known.get(row["code"]) or DutyStation(code=row["code"]),
                row["code"],
                {
                    "names": _texts(row, "name"),
                    "country_iso2": row["country"],
                    "time_zone": row["time_zone"],
                    "calendar_id": calendars[row["calendar"]].pk,
                },
                is_new=row["code"] not in known,
            )

    def _offices(self) -> None:
        stations = {s.code: s.pk for s in DutyStation.objects.all()}
        known = {o.code: o for o in Office.objects.all()}
        rows = self._read("offices.csv")
        for row in rows:
            is_new = row["code"] not in known
            office = known.setdefault(row["code"], Office(code=row["code"]))
            self._put(
                office,
                row["code"],
                {
                    "names": _texts(row, "name"),
                    "kind": row["kind"],
                    "duty_station_id": stations[row["duty_station"]],
                    "letter_language": row["letter_language"],
                    "opened_on": date.fromisoformat(row["opened_on"]),
                },
                is_new=is_new,
            )
        today = self.at.astimezone(UTC).date()
        placed = dict(
            OfficePlacement.objects.filter(during__contains=today).values_list("office_id", "parent__code")
        )
        for row in rows:
            office = known[row["code"]]
            servicer = known[row["serviced_by"]].pk if row["serviced_by"] else None
            self._put(office, row["code"], {"serviced_by_id": servicer}, is_new=False)
            if not row["parent"] or placed.get(office.pk) == row["parent"]:
                continue
            if office.pk in placed:
                services.move_office(office=office, parent=known[row["parent"]], on=today, by=None)
            else:
                during = DateRange(office.opened_on, None)
                OfficePlacement.objects.create(office=office, parent=known[row["parent"]], during=during)
                self._record("made", "placement", office.pk, row["code"], {"parent": row["parent"]})
            self.counts["placements"] += 1

    def _paragraph_holdings(self) -> None:
        offices = {o.code: o for o in Office.objects.all()}
        known = set(ParagraphHolding.objects.values_list("paragraph", "office__code"))
        for row in self._read("paragraph_holdings.csv"):
            key = (int(row["paragraph"]), row["office"])
            if key not in known:
                office = offices[row["office"]]
                during = DateRange(office.opened_on, None)
                made = ParagraphHolding.objects.create(paragraph=key[0], office=office, during=during)
                self._record("made", "paragraph_holding", made.pk, row["office"], {"paragraph": key[0]})
                self.counts["paragraph holdings"] += 1

    def _posts(self) -> None:
        offices = {o.code: o for o in Office.objects.all()}
        titles = {row["role"]: _texts(row, "title") for row in self._read("roles.csv")}
        known = {p.code: p for p in Post.objects.all()}
        for row in self._read("posts.csv"):
            post = known.get(row["code"]) or Post(
                code=row["code"], office=offices[row["office"]], role=row["role"]
            )
            self._put(post, row["code"], {"titles": titles[row["role"]]}, is_new=row["code"] not in known)

    def _evidence_periods(self) -> None:
        known = set(EvidencePeriod.objects.values_list("function_id", "valid_from"))
        for row in self._read("evidence_periods.csv"):
            key = (row["function"] or None, date.fromisoformat(row["valid_from"]))
            if key not in known:
                made = EvidencePeriod.objects.create(
                    function_id=key[0], valid_from=key[1], period=row["period"], source=row["source"]
                )
                facts = {"period": row["period"], "valid_from": key[1]}
                self._record("made", "evidence_period", made.pk, row["function"], facts)
                self.counts["evidence periods"] += 1

    def _duties(self) -> None:
        made = watch_paragraphs(self.at)
        if made:
            self.counts["evidence duties"] += made

    def _put(self, thing: models.Model, code: str, values: dict[str, Any], *, is_new: bool) -> None:
        changed = [name for name, value in values.items() if getattr(thing, name) != value]
        if not changed and not is_new:
            return
        for name, value in values.items():
            setattr(thing, name, value)
        if is_new:
            thing.save(force_insert=True)
        else:
            thing.save(update_fields=[name.removesuffix("_id") for name in changed])
        kind = thing._meta.model_name or ""
        facts = {} if is_new else {"changed": " ".join(sorted(changed))}
        self._record("made" if is_new else "changed", kind, thing.pk, code, facts)
        self.counts[f"{kind}s"] += 1

    def _record(self, verb: str, kind: str, pk: object, code: str, facts: dict[str, Any]) -> None:
        register.record(
            verb=f"reference.{verb}",
            by=None,
            obj_kind=kind,
            obj_id=pk,
            occurred_at=self.at,
            facts={"rule": "load_reference", "code": code, **facts},
        )


def _texts(row: Row, prefix: str) -> dict[str, str]:
    return {lang: row[f"{prefix}_{lang}"] for lang in LANGUAGES if row.get(f"{prefix}_{lang}")}


def load_reference(folder: Path = FOLDER, *, say: Callable[[str], None] = lambda line: None) -> Counter[str]:
    """Bring in the reference data of a folder; a second run changes nothing and says so by empty counts."""
    return Loader(folder, say=say).run()


def confirm_drafts(*, by: Any, authority: str) -> int:
    """Confirm every drafted version of a calendar (a demonstration's administrator does); returns how many."""
    drafts = CalendarVersion.objects.filter(confirmed_at=None).order_by("calendar__key", "number")
    for version in drafts:
        services.confirm_calendar_version(version=version, authority=authority, by=by)
    return len(drafts)
