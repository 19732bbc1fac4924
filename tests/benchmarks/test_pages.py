"""Queue, case page and lists at 100,000 initiatives, beside their budgets and a floor of their own.

Run by name: `make benchmark`. Statements, bytes and Python calls are counted, and do not depend on the machine; the
time in the database is printed, and compared with nothing. The floor is a bare view: one indexed query out of the same
rows, 50 rows through a template, no middleware. The frame is a page of a person who is signed in, with nothing on it:
what session, head and foot cost everywhere. `x floor` is the whole page; `x net` is the page less the frame.
"""

import cProfile
import json
import pstats
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, RequestFactory

from apps.approvals.models import Case, Route
from tests.factories.approvals import Review

SIZES = (1_000, 100_000)
PAGE_ROWS = 50
SIGNED_IN = 2  # session and person, which every page asks for

pytestmark = [pytest.mark.benchmark, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

FILL = """
INSERT INTO approvals_case (id, subject_kind, subject_id, route_id, reference, round, review_round, visit, stage,
  outcome, version_number, version_hash, facts, office_id, tier, value_usd, title, language, confidential, submitted_at,
  opened_at, stage_entered_at, closed_at)
SELECT gen_random_uuid(), 'probe', gen_random_uuid(), %(route)s, 'OICT-2025-FILL-' || n, 1, 1, 1,
  CASE WHEN n %% 20 = 0 THEN 'intake' ELSE 'closed' END, CASE WHEN n %% 20 = 0 THEN '' ELSE 'approved' END,
  1, repeat('a', 64),
  '{"office_kind": "field_mission"}', (%(offices)s::uuid[])[1 + n %% %(many)s], 1 + n %% 3, 1000 * (n %% 3000),
  'Radio and data for team site number ' || n, 'en', false, %(at)s - (n::float / %(last)s) * interval '60 days',
  %(at)s - (n::float / %(last)s) * interval '70 days', %(at)s - (n::float / %(last)s) * interval '50 days',
  CASE WHEN n %% 20 = 0 THEN NULL ELSE %(at)s END
FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO approvals_turn (id, case_id, round, visit, stage, desk, step, office_id, capacity, seats, side,
  opened_at, days, days_left, clock_from, due_at, due_version, calendar_key, closed_by_verb)
SELECT gen_random_uuid(), c.id, 1, 1, 'intake', 'oict_intake', 'acknowledge', %(oict)s, 'intake',
  '{desk_officer@oict}', 'oict', c.submitted_at, 2, 2, c.submitted_at, c.submitted_at + interval '2 days', 1,
  'new-york v1', ''
FROM approvals_case c WHERE c.stage = 'intake' AND NOT EXISTS (SELECT 1 FROM approvals_turn t WHERE t.case_id = c.id);
"""


@dataclass(frozen=True)
class Figure:
    """What one page cost, once it was warm."""

    statements: int
    calls: int
    kilobytes: float
    database_ms: float


def measured(page: Callable[[], HttpResponse]) -> Figure:
    """What a page costs once it is warm: statements, Python calls, size, and its reads' time in the database."""
    page()
    page()
    seen: list[tuple[str, float]] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            seen.append((sql, (time.perf_counter() - started) * 1000))

    with connection.execute_wrapper(count):
        answer = page()
    assert answer.status_code in (200, 404)
    profile = cProfile.Profile()
    profile.enable()
    page()
    profile.disable()
    statements = [spent for sql, spent in seen if not sql.startswith(("SAVEPOINT", "RELEASE"))]
    spent = sum(statements)
    calls = pstats.Stats(profile).total_calls  # type: ignore[attr-defined]
    return Figure(len(statements), calls, round(len(answer.content) / 1024, 1), round(spent, 1))


FLOOR_TEMPLATE = """<table>{% for row in rows %}
<tr><td>{{ row.reference }}</td><td>{{ row.title }}</td><td>{{ row.stage }}</td>
<td>{{ row.tier }}</td><td>{{ row.value_usd }}</td><td>{{ row.submitted_at|date:"Y-m-d H:i" }}</td></tr>
{% endfor %}</table>"""


def floor_page(office_id: Any) -> Callable[[], HttpResponse]:
    template = engines["django"].from_string(FLOOR_TEMPLATE)

    def view(request: HttpRequest) -> HttpResponse:
        rows = (
            Case.objects.filter(office=office_id)
            .order_by("-submitted_at")
            .values("reference", "title", "stage", "tier", "value_usd", "submitted_at")[:PAGE_ROWS]
        )
        return HttpResponse(template.render({"rows": list(rows)}))

    return lambda: view(RequestFactory().get("/"))


def fill(review: Review, first: int, last: int, at: Any) -> None:
    offices = [review.org.offices[code].pk for code in ("UNMISS", "UNIFIL", "UNOG", "ESCAP")]
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(
            FILL,
            {
                "route": Route.objects.get(key="probe-road").pk,
                "offices": offices,
                "many": len(offices),
                "oict": review.org.offices["OICT"].pk,
                "at": at,
                "first": first,
                "last": last,
            },
        )


def gather_statistics(as_owner: Any) -> None:
    """What autovacuum does in production: only the owner of the tables may."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_pages_keep_their_budgets_at_100_000_initiatives(
    review: Review, at_monday: Any, as_owner: Any
) -> None:
    case = review.to_decision()
    seen: dict[int, dict[str, Figure]] = {}
    filled = 0
    for size in SIZES:
        fill(review, filled + 1, size, at_monday)
        gather_statistics(as_owner)
        filled = size
        desk, cito = Client(), Client()
        desk.force_login(review.people["desk"])
        cito.force_login(review.people["cito"])
        api = Client()
        api.force_login(review.people["desk"])
        seen[size] = {
            "floor": measured(floor_page(review.org.offices["UNMISS"].pk)),
            "frame": measured(lambda client=desk: client.get("/keys/")),
            "API frame": measured(lambda client=api: client.get("/api/v1/me/")),
            "queue": measured(lambda client=desk: client.get("/")),
            "case page": measured(lambda client=cito: client.get(f"/cases/{case.handle}/")),
            "case by API": measured(lambda client=cito: client.get(f"/api/v1/cases/{case.handle}/")),
            "list by API": measured(lambda client=api: client.get("/api/v1/cases/")),
        }
    report(seen)
    small, large = seen[SIZES[0]], seen[SIZES[1]]
    for name, budget in BUDGETS.items():
        assert large[name].statements == small[name].statements
        assert large[name].calls <= small[name].calls * 1.25
        assert large[name].statements <= budget["statements"] + SIGNED_IN
    # what a page costs more than an empty one, and a list of the API than the smallest answer (ADR 68)
    floor = large["floor"].calls
    for name, frame in (("queue", "frame"), ("list by API", "API frame")):
        assert large[name].calls - large[frame].calls <= BUDGETS[name]["calls"] * floor
    # its budget of 2 is not met, and it shall not get worse (ADR 68)
    assert large["case page"].calls - large["frame"].calls <= 4.5 * floor
    assert large["queue"].kilobytes <= BUDGETS["queue"]["kilobytes"]


BUDGETS: dict[str, dict[str, float]] = {
    "queue": {"statements": 6, "calls": 1.5, "kilobytes": 30, "database_ms": 3},
    "case page": {"statements": 14, "calls": 2},
    "list by API": {"statements": 6, "calls": 0.8},
}


def report(seen: dict[int, dict[str, Figure]]) -> None:
    """Print the table, and keep it under var/ so that the next run can be compared with it."""
    lines = [
        f"{'page':<12} {'rows':>8} {'statements':>11} {'calls':>9} {'x floor':>8} {'x net':>6} "
        f"{'kB':>7} {'ms in db':>9}  budget"
    ]
    for size, figures in seen.items():
        floor = figures["floor"].calls
        for name, one in figures.items():
            budget = " ".join(f"{key} {value:g}" for key, value in BUDGETS.get(name, {}).items())
            net = (one.calls - figures["frame"].calls) / floor
            lines.append(
                f"{name:<12} {size:>8,} {one.statements:>11} {one.calls:>9,} {one.calls / floor:>8.2f} "
                f"{net:>6.2f} {one.kilobytes:>7} {one.database_ms:>9}  {budget}"
            )
    print("\n" + "\n".join(lines))
    path = Path(settings.BASE_DIR) / "var" / "benchmarks" / "pages.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps({size: {k: asdict(v) for k, v in rows.items()} for size, rows in seen.items()}, indent=1)
    )
