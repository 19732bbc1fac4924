"""Every write of people on initiatives: start a draft, save it, remove it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.choices import Language
from apps.accounts.models import User
from apps.approvals.choices import Level
from apps.approvals.models import Case
from apps.approvals.services import Seen, discard_case, move_case, open_case, rename_case
from apps.approvals.standing import viewer_from
from apps.audit import clock
from apps.audit.reasons import Reason, Refused, refuse, refuse_if
from apps.initiatives import policies, presenter, screening
from apps.initiatives.choices import InitiativeStatus
from apps.initiatives.lifecycle import lock_draft
from apps.initiatives.merge import Conflict, merge, undo
from apps.initiatives.models import Draft, DraftChange, Initiative
from apps.initiatives.permissions import reasons_against_writing
from apps.initiatives.schema.short_1 import SHORT_1
from apps.initiatives.schema.values import clean
from apps.offices.choices import Role
from apps.offices.models import Office
from apps.offices.queries import Standing, person_stood_for, standing_of

ROUTE = "ict-initiative"
LARGEST_DRAFT = 300_000  # characters of JSON: what a reader could still read


@dataclass(frozen=True)
class Saved:
    """What a save did: where the draft stands now, both texts where two people met, and what is wrong with
    what."""

    revision: int
    saved_at: datetime
    saved_by: str
    content: dict[str, Any]
    changed: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    problems: tuple[Reason, ...]


@transaction.atomic
def start_draft(
    *, office: Office, answers: Mapping[str, Any], title: Any, language: str, by: User, not_subject: str = ""
) -> Initiative:
    """Start the business case of an office from a screening, and open its case.

    `not_subject` says why no software is developed in it; OICT is then asked for a certificate at once, with this
    draft behind it should it be subject after all. Refuses: screening answers that are missing (invalid) or that say
    paragraph 16 without asking OICT (not ready), a title or language that is not one (invalid), a person who is no
    submitter of the office (not allowed).
    """
    screened = screening.screen(answers)
    if not screened.is_subject and not not_subject:
        refuse("not_ready", Reason("not_subject_by_screening", {}, "not_subject"))
    name, wrong = clean(SHORT_1.by_key["title"], title)
    if not name and not wrong:
        wrong = [Reason("title_missing", {}, "title")]
    if language not in Language.values:
        wrong.append(Reason("language_unknown", {"language": str(language)[:10]}, "language"))
    wrong += policies.problems_of(SHORT_1.by_key["title"], name) if not wrong else []
    refuse_if("invalid", wrong)
    at = clock.now()
    standing = standing_of(by, at)
    refuse_if("not_allowed", reasons_against_writing(standing, office))
    content = {"title": name, **screened.first_answers}
    initiative = Initiative(
        office=office,
        title=name,
        language=language,
        kind=content.get("kind", ""),
        screening=screened.as_stored,
    )
    begun = _begin(initiative, content, standing=standing, by=by)
    if not_subject and begun.case_id is not None:
        _ask_certificate(begun.case_id, not_subject, language, by)
    return begun


def _ask_certificate(case_id: UUID, words: str, language: str, by: User) -> None:
    try:
        move_case(
            case_id=case_id,
            action="ask_certificate",
            by=by,
            seen=Seen(0, ""),
            idempotency_key=str(case_id),
            payload={"words": words, "language": language},
        )
    except Refused as refused:  # the words have another name here
        refuse(refused.kind, *(replace(one, field="not_subject") for one in refused.reasons))


@transaction.atomic
def begin_again(*, initiative_id: UUID, by: User) -> Initiative:
    """Begin anew what was withdrawn or not approved: a draft of its own with the same text, whose case names the one
    before it, so that its reviews stay in sight. What was confirmed is to be confirmed again.

    Refuses: an initiative that the person does not see whole (not found), one who is no submitter of its office (not
    allowed), a case that did not end so, or that was begun again already (conflict).
    """
    before = _find(initiative_id)
    at = clock.now()
    standing = standing_of(by, at)
    seen = Case.objects.visible_to(viewer_from(by, standing), Level.FULL)
    if before.case_id is None or not seen.filter(pk=before.case_id).exists():
        refuse("not_found", Reason("initiative_unknown"))
    refuse_if("not_allowed", reasons_against_writing(standing, before.office))
    content = {key: value for key, value in before.draft.content.items() if key != "confirmed"}
    initiative = Initiative(
        office=before.office,
        title=str(content.get("title") or before.title)[:200],
        language=before.language,
        kind=content.get("kind", before.kind),
        screening=before.screening,
    )
    return _begin(initiative, content, standing=standing, by=by, predecessor_id=before.case_id)


def _begin(
    initiative: Initiative,
    content: dict[str, Any],
    *,
    standing: Standing,
    by: User,
    predecessor_id: UUID | None = None,
) -> Initiative:
    """Keep a new initiative with its first text, and open its case."""
    initiative.created_by, initiative.created_at = by, standing.at
    initiative.save(force_insert=True)
    Draft.objects.create(
        initiative=initiative,
        schema=SHORT_1.key,
        content=content,
        open_sections=list(SHORT_1.section_keys),
        saved_at=standing.at,
        saved_by=by,
    )
    case = open_case(
        subject_kind=presenter.KIND,
        subject_id=initiative.pk,
        office=initiative.office,
        route_key=ROUTE,
        title=initiative.title,
        language=initiative.language,
        by=by,
        on_behalf_of=person_stood_for(standing.behalf(Role.SUBMITTER, initiative.office_id)),
        predecessor_id=predecessor_id,
    )
    initiative.case_id = case.pk
    initiative.save(update_fields=["case_id"])
    return initiative


@transaction.atomic
def save_draft(*, initiative_id: UUID, changes: Mapping[str, Any], base_revision: int, by: User) -> Saved:
    """Join the changed answers (field key → value) into the draft; what others changed meanwhile stays.

    Incomplete or odd answers are kept and named in ``problems``. Where somebody else changed the same answer
    since ``base_revision``, theirs stands, both come back as a conflict, and the text set aside is stored.
    Refuses: a draft that is not there (not found), a person who is no submitter (not allowed), closed
    sections (conflict), and answers that cannot be kept at all (invalid; then nothing is saved).
    """
    draft = lock_draft(initiative_id)
    office = draft.initiative.office
    at = clock.now()
    refuse_if("not_allowed", reasons_against_writing(standing_of(by, at), office))
    refuse_if("conflict", _reasons_against_saving(draft, changes))
    mine, wrong = _clean_all(changes)
    refuse_if("invalid", wrong)
    base = _content_at(draft, base_revision)
    merged = merge(SHORT_1, base=base, theirs=draft.content, mine=mine)
    problems = [
        reason for key in mine for reason in policies.problems_of(SHORT_1.by_key[key], merged.content[key])
    ]
    if merged.changed or merged.conflicts:
        _write(draft, merged.content, merged.changed, merged.conflicts, at=at, by=by)
    return Saved(
        revision=draft.revision,
        saved_at=draft.saved_at,
        saved_by=draft.saved_by.full_name,
        content=draft.content,
        changed=merged.changed,
        conflicts=merged.conflicts,
        problems=tuple(problems),
    )


@transaction.atomic
def discard_draft(*, initiative_id: UUID, by: User) -> None:
    """Remove a draft that never left the office; it stays as a tombstone. Refuses once it has a number
    (conflict)."""
    initiative = _find(initiative_id)
    standing = standing_of(by, clock.now())
    refuse_if("not_allowed", reasons_against_writing(standing, initiative.office))
    if initiative.discarded_at is not None:
        return
    if initiative.case_id is not None:
        behalf = person_stood_for(standing.behalf(Role.SUBMITTER, initiative.office_id))
        discard_case(case_id=initiative.case_id, by=by, on_behalf_of=behalf)
    draft = lock_draft(initiative_id)
    at = clock.now()
    draft.open_sections = []
    draft.save(update_fields=["open_sections"])
    initiative.status = InitiativeStatus.DISCARDED
    initiative.discarded_at, initiative.discarded_by = at, by
    initiative.save(update_fields=["status", "discarded_at", "discarded_by"])


def _find(initiative_id: UUID) -> Initiative:
    found = Initiative.objects.select_related("office").filter(pk=initiative_id).first()
    if found is None:
        refuse("not_found", Reason("initiative_unknown"))
    return found


def _reasons_against_saving(draft: Draft, changes: Mapping[str, Any]) -> list[Reason]:
    if draft.initiative.discarded_at is not None:
        return [Reason("draft_discarded")]
    if not draft.open_sections:
        return [Reason("draft_locked")]
    closed = {
        SHORT_1.section_of[key]
        for key in changes
        if key in SHORT_1.by_key and SHORT_1.section_of[key] not in draft.open_sections
    }
    return [
        Reason("section_locked", {"section": section.title}, section.key)
        for section in SHORT_1.sections
        if section.key in closed
    ]


def _clean_all(changes: Mapping[str, Any]) -> tuple[dict[str, Any], list[Reason]]:
    mine: dict[str, Any] = {}
    wrong: list[Reason] = []
    for key, raw in changes.items():
        field = SHORT_1.by_key.get(key)
        if field is None:
            printable = key[:60].encode("ascii", "replace").decode().replace("\0", "?")
            wrong.append(Reason("field_unknown", {"field": printable}, "changes"))
            continue
        mine[key], reasons = clean(field, raw)
        wrong += reasons
    return mine, wrong


def _content_at(draft: Draft, revision: int) -> dict[str, Any]:
    if revision == draft.revision:
        return draft.content
    if not 0 <= revision < draft.revision:
        refuse("invalid", Reason("revision_unknown", {"revision": revision}, "base_revision"))
    changes = (
        draft.changes.filter(revision__gt=revision).order_by("-revision").values_list("previous", flat=True)
    )
    return undo(draft.content, list(changes))


def _write(
    draft: Draft,
    content: dict[str, Any],
    changed: Sequence[str],
    conflicts: Sequence[Conflict],
    *,
    at: datetime,
    by: User,
) -> None:
    if len(json.dumps(content, ensure_ascii=False)) > LARGEST_DRAFT:
        refuse("invalid", Reason("draft_too_large", {"limit": LARGEST_DRAFT // 1000}))
    empty = {key: "" if isinstance(content[key], str) else [] for key in changed}
    draft.revision += 1
    DraftChange.objects.create(
        draft=draft,
        revision=draft.revision,
        previous={key: draft.content.get(key, empty[key]) for key in changed},
        set_aside={conflict.path: conflict.yours for conflict in conflicts},
        saved_at=at,
        saved_by=by,
    )
    draft.content, draft.saved_at, draft.saved_by = content, at, by
    draft.save(update_fields=["content", "revision", "saved_at", "saved_by"])
    title = content.get("title", "")
    if "title" in changed and title:
        initiative = draft.initiative
        # once a version is frozen, others read the title: then it changes with the next version alone
        Initiative.objects.filter(pk=initiative.pk, versions__isnull=True).update(title=title[:200])
        if initiative.case_id is not None:
            rename_case(case_id=initiative.case_id, title=title[:200], language=initiative.language, by=by)
