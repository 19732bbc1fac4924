"""What the engine has an initiative do inside its own transaction: freeze, open and close the text, end (seam 1).

Not a door for people: whoever acts, and whether they may, the engine has asked before it comes here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from apps.accounts.models import User
from apps.approvals.subjects import FrozenVersion
from apps.audit.canonical import canonical_json, sha256_hex
from apps.audit.reasons import Reason, refuse
from apps.initiatives.choices import InitiativeStatus
from apps.initiatives.models import BusinessCaseVersion, Draft, Initiative
from apps.initiatives.reading import Reading
from apps.initiatives.schema.short_1 import SHORT_1
from apps.initiatives.snapshot import snapshot_of


def lock_draft(initiative_id: UUID) -> Draft:
    """The draft of an initiative, locked for this transaction. Refuses (not found) one that is not there."""
    draft = (
        Draft.objects.select_for_update(of=("self",))
        .select_related("initiative__office", "saved_by")
        .filter(initiative_id=initiative_id)
        .first()
    )
    if draft is None:
        refuse("not_found", Reason("initiative_unknown"))
    return draft


def freeze(initiative_id: UUID, *, by: User, at: datetime) -> FrozenVersion:
    """Freeze the draft as the next version, inside the engine's transaction. Nothing in it ever changes
    again."""
    draft = lock_draft(initiative_id)
    initiative = draft.initiative
    reading = Reading(initiative, draft, at.date())
    last = BusinessCaseVersion.objects.filter(initiative=initiative).order_by("-number").first()
    number = last.number + 1 if last else 1
    facts = reading.facts
    text = canonical_json(
        snapshot_of(
            schema=SHORT_1,
            content=draft.content,
            number=number,
            initiative_id=initiative.pk,
            office={"id": str(initiative.office_id), "code": initiative.office.code},
            language=initiative.language,
            rates=reading.rates,
            rates_on=at.date(),
            facts=facts,
            tier=reading.tier,
            thresholds=reading.thresholds,
            standards=reading.standards,
        )
    )
    version = keep_version(initiative, number=number, schema=SHORT_1.key, text=text, by=by, at=at)
    Initiative.objects.filter(pk=initiative.pk).update(
        title=draft.content["title"],
        summary=draft.content.get("summary", "")[:300],
        kind=draft.content.get("kind", ""),
    )
    return FrozenVersion(
        number=number,
        sha256=version.sha256,
        facts=facts,
        title=draft.content["title"],
        language=initiative.language,
    )


def keep_version(
    initiative: Initiative, *, number: int, schema: str, text: str, by: User, at: datetime
) -> BusinessCaseVersion:
    """Store canonical text as a version; number, facts and amount are read from the text itself."""
    snapshot = json.loads(text)
    return BusinessCaseVersion.objects.create(
        initiative=initiative,
        number=number,
        schema=schema,
        snapshot=text,
        sha256=sha256_hex(text),
        facts=snapshot["facts"],
        value_usd=snapshot["facts"]["value_usd"],
        rates_on=snapshot["rates_on"],
        frozen_at=at,
        frozen_by=by,
    )


def unlock(initiative_id: UUID, *, sections: Sequence[str] | None) -> None:
    """Open the text again: the sections that were asked about, or all of it."""
    draft = lock_draft(initiative_id)
    draft.open_sections = list(SHORT_1.section_keys if sections is None else sections)
    draft.save(update_fields=["open_sections"])


def lock(initiative_id: UUID) -> None:
    """Close the text."""
    draft = lock_draft(initiative_id)
    draft.open_sections = []
    draft.save(update_fields=["open_sections"])


def on_effect(initiative_id: UUID, *, outcome: str, at: datetime) -> None:
    """What follows for the initiative when its case ends."""
    Initiative.objects.filter(pk=initiative_id, status=InitiativeStatus.OPEN).update(
        status=InitiativeStatus.REGISTERED if outcome == "registered" else InitiativeStatus.CLOSED
    )
