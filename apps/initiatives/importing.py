"""Bringing a portfolio in: each row is one transaction with its initiative, its registered case and version
1 (seam 21).

A row that came in before changes nothing. A process that is killed leaves whole rows only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.services import register_case
from apps.approvals.subjects import FrozenVersion
from apps.audit import clock
from apps.audit.canonical import canonical_json, sha256_hex
from apps.audit.reasons import Reason
from apps.audit.register import origin, record
from apps.initiatives import portfolio as foreign
from apps.initiatives.choices import InitiativeStatus
from apps.initiatives.facts import FACT_TYPES
from apps.initiatives.lifecycle import keep_version
from apps.initiatives.models import ImportedRow, ImportRun, Initiative
from apps.initiatives.portfolio import InventoryRow, Portfolio, WrongRow
from apps.initiatives.presenter import KIND
from apps.initiatives.rates import rates_on
from apps.initiatives.reading import thresholds_on
from apps.initiatives.schema.inventory_1 import INVENTORY_1
from apps.initiatives.snapshot import snapshot_of
from apps.initiatives.tiers import Tier, tier_of
from apps.offices.models import Office

ROUTE = "inventory"
SERVICE_EMAIL = "portfolio-import@service.invalid"


@dataclass(frozen=True)
class Outcome:
    """What became of one row: ``imported``, ``unchanged`` or ``refused`` with reasons."""

    line: int
    source_id: str
    result: str
    reasons: tuple[Reason, ...] = ()


def service_account() -> User:
    """The account that imports; nobody can sign in as it."""
    found = User.objects.filter(email=SERVICE_EMAIL).first()
    return found or User.objects.create_user(
        email=SERVICE_EMAIL, full_name="Portfolio import", is_service=True, language="en"
    )


def import_portfolio(
    *, path: Path, mapping: Mapping[tuple[str, str], str], portfolio: Portfolio, by: User
) -> Iterator[Outcome]:
    """Bring every row in, and say of each what became of it. Stopping the iteration stops the import after a
    row."""
    run = _begin(path, mapping, portfolio, by)
    offices = {office.code: office for office in Office.objects.filter(code__in=set(mapping.values()))}
    rows = ImportedRow.objects.filter(source=portfolio.key)
    known = dict(rows.values_list("source_id", "content_hash"))
    counts = {"imported": 0, "unchanged": 0, "refused": 0}
    for row in foreign.read_rows(path, portfolio):
        outcome = _one(row, run=run, offices=offices, mapping=mapping, known=known, by=by)
        counts[outcome.result] += 1
        yield outcome
    _finish(run, counts, by)


def _one(
    row: InventoryRow | WrongRow,
    *,
    run: ImportRun,
    offices: Mapping[str, Office],
    mapping: Mapping[tuple[str, str], str],
    known: dict[str, str],
    by: User,
) -> Outcome:
    if isinstance(row, WrongRow):
        return Outcome(row.line, row.source_id, "refused", row.reasons)
    content_hash = sha256_hex(canonical_json(row.content))
    before = known.get(row.source_id)
    if before == content_hash:
        return Outcome(row.line, row.source_id, "unchanged")
    if before is not None:
        return Outcome(row.line, row.source_id, "refused", (Reason("import_row_changed"),))
    code = foreign.office_code_of(row, mapping)
    office = offices.get(code or "")
    if office is None:
        params = {"agency": row.office_key[0], "bureau": row.office_key[1], "office": code or ""}
        reason = Reason("import_office_unknown" if code else "import_row_unmapped", params)
        return Outcome(row.line, row.source_id, "refused", (reason,))
    with origin("import"):
        _bring_in(row, content_hash=content_hash, office=office, run=run, by=by)
    known[row.source_id] = content_hash
    return Outcome(row.line, row.source_id, "imported")


@transaction.atomic
def _bring_in(row: InventoryRow, *, content_hash: str, office: Office, run: ImportRun, by: User) -> None:
    at = clock.now()
    initiative = Initiative(
        pk=uuid4(),
        office=office,
        title=row.content["title"],
        summary=row.sentence,
        language="en",
        status=InitiativeStatus.REGISTERED,
        created_by=by,
        created_at=at,
    )
    thresholds = thresholds_on(at.date())
    tier = tier_of({}, value_usd=row.value_usd, thresholds=thresholds)
    facts = _facts(row, tier, office)
    text = canonical_json(
        snapshot_of(
            schema=INVENTORY_1,
            content=row.content,
            number=1,
            initiative_id=initiative.pk,
            office={"id": str(office.pk), "code": office.code},
            language="en",
            rates=rates_on(at.date(), ()),
            rates_on=at.date(),
            facts=facts,
            tier=tier,
            thresholds=thresholds,
        )
    )
    initiative.save(force_insert=True)
    version = keep_version(initiative, number=1, schema=INVENTORY_1.key, text=text, by=by, at=at)
    case = register_case(
        subject_kind=KIND,
        subject_id=initiative.pk,
        office=office,
        route_key=ROUTE,
        version=FrozenVersion(1, version.sha256, facts, initiative.title, "en"),
        by=by,
        facts={"source": run.source, "run": str(run.pk)},
    )
    Initiative.objects.filter(pk=initiative.pk).update(case_id=case.pk)
    ImportedRow.objects.create(
        run=run,
        source=run.source,
        source_id=row.source_id,
        content_hash=content_hash,
        initiative=initiative,
        version=version,
    )


def _facts(row: InventoryRow, tier: Tier, office: Office) -> dict[str, str | int | bool]:
    facts: dict[str, str | int | bool] = {key: kind() for key, kind in FACT_TYPES.items()}
    return facts | {
        "tier": tier.number,
        "tier_set_by": ",".join(answer.code for answer in tier.set_by),
        "value_usd": f"{row.value_usd:f}",
        "office_kind": office.kind,
        "language": "en",
        "pre_existing": True,
    }


@transaction.atomic
def _begin(path: Path, mapping: Mapping[tuple[str, str], str], portfolio: Portfolio, by: User) -> ImportRun:
    at = clock.now()
    plain = {f"{agency}/{bureau}": office for (agency, bureau), office in mapping.items()}
    run = ImportRun.objects.create(
        source=portfolio.key,
        file_name=path.name[:200],
        file_sha256=sha256(path.read_bytes()).hexdigest(),
        mapping_sha256=sha256_hex(canonical_json(plain)),
        started_at=at,
        by=by,
    )
    facts = {"source": run.source, "file_sha256": run.file_sha256, "mapping_sha256": run.mapping_sha256}
    with origin("import"):
        record(verb="import.begin", by=by, obj_kind="import_run", obj_id=run.pk, occurred_at=at, facts=facts)
    return run


@transaction.atomic
def _finish(run: ImportRun, counts: Mapping[str, int], by: User) -> None:
    at = clock.now()
    ImportRun.objects.filter(pk=run.pk).update(finished_at=at, **counts)
    with origin("import"):
        record(
            verb="import.finish",
            by=by,
            obj_kind="import_run",
            obj_id=run.pk,
            occurred_at=at,
            facts={"source": run.source, **counts},
        )
