"""The initiatives' API: the same services, answers and refusals as the pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.access import access, by_service, person_of, signed_in, standing_of
from apps.accounts.api.errors import reason_of
from apps.approvals.standing import Viewer, viewer_from
from apps.audit.reasons import Reason, refuse, remedy_of, sentence
from apps.initiatives import presenter, queries, screening, services
from apps.initiatives.api import serializers as shapes
from apps.initiatives.models import BusinessCaseVersion, Draft, Initiative
from apps.initiatives.reading import reading_of
from apps.initiatives.schema.fields import Field
from apps.offices.models import Office


def viewer_of(request: Request) -> Viewer:
    return viewer_from(request.user, standing_of(request._request))  # type: ignore[arg-type]


def reason_out(reason: Reason) -> dict[str, Any]:
    return reason_of(
        reason.code,
        sentence(reason),
        field=reason.field,
        remedy=remedy_of(reason),
        who_can=reason.who_can,
        params=reason.params,
    )


def _mapping(value: Any, field: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        refuse("invalid", Reason("value_wrong_type", {"kind": "object"}, field))
    return value


def _text(value: Any, field: str) -> str:
    if value is not None and not isinstance(value, str):
        refuse("invalid", Reason("value_wrong_type", {"kind": "text"}, field))
    return (value or "").strip()


@access(signed_in)
class Screenings(APIView):
    @extend_schema(request=shapes.ScreeningIn, responses=shapes.ScreeningOut)
    def post(self, request: Request) -> Response:
        """Is it subject to review? Nothing is stored."""
        found = screening.screen(_mapping(request.data, "screening"))
        return Response({"subject": found.is_subject, "because": found.because, "answers": found.answers})


@access(signed_in)
class SchemaDetail(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, key: str) -> Response:
        """The table of a form: sections, fields, kinds, limits and choices, in the reader's language."""
        schema = presenter.SCHEMAS.get(key)
        if schema is None:
            refuse("not_found", Reason("field_unknown", {"field": key[:60]}, "key"))
        return Response(
            {
                "key": schema.key,
                "sections": [
                    {
                        "key": section.key,
                        "title": str(section.title),
                        "fields": [_field(item) for item in section.fields],
                    }
                    for section in schema.sections
                ],
            }
        )


def _field(item: Field) -> dict[str, Any]:
    return {
        "key": item.key,
        "label": str(item.label),
        "kind": str(item.kind),
        "required": item.required,
        "limit": item.limit,
        "help": str(item.help),
        "choices": [{"key": key, "label": str(label)} for key, label in item.choices],
        "columns": [_field(column) for column in item.columns],
    }


@access(by_service)
class Initiatives(APIView):
    @extend_schema(
        operation_id="initiatives_list",
        parameters=[OpenApiParameter("q", str), OpenApiParameter("after", str)],
        responses=shapes.CardsOut,
    )
    def get(self, request: Request) -> Response:
        """The initiatives that the reader may see, 50 a page; ``q`` is words of the title."""
        words = request.query_params.get("q", "").replace("\0", "")[:200]
        found, following = queries.cards(
            viewer_of(request), words=words, after=request.query_params.get("after", "")
        )
        return Response(
            {
                "results": [
                    {
                        "id": card.id,
                        "title": card.title,
                        "summary": card.summary,
                        "language": card.language,
                        "office": card.office_code,
                        "kind": card.kind,
                        "year": card.year,
                        "level": card.level,
                        "stage": card.stage,
                        "outcome": card.outcome,
                        "reference": card.reference,
                        "value_usd": None if card.value_usd is None else str(card.value_usd),
                    }
                    for card in found
                ],
                "next": following,
            }
        )

    @extend_schema(request=shapes.InitiativeIn, responses={201: shapes.InitiativeOut})
    def post(self, request: Request) -> Response:
        """Start a business case from a screening."""
        data = _mapping(request.data, "initiative")
        code = data.get("office")
        readable = isinstance(code, str) and "\0" not in code
        office = Office.objects.filter(code=code).first() if readable else None
        if office is None:
            refuse("invalid", Reason("office_unknown", {"office": ascii(code)[:60]}, "office"))
        language = data.get("language")
        initiative = services.start_draft(
            office=office,
            answers=_mapping(data.get("screening"), "screening"),
            title=data.get("title"),
            language=language if isinstance(language, str) else "",
            by=request.user,  # type: ignore[arg-type]
            not_subject=_text(data.get("not_subject"), "not_subject"),
        )
        return Response(_initiative(initiative), status=201)


def _initiative(initiative: Initiative) -> dict[str, Any]:
    return {
        "id": initiative.pk,
        "title": initiative.title,
        "summary": initiative.summary,
        "language": initiative.language,
        "office": initiative.office.code,
        "kind": initiative.kind,
        "status": initiative.status,
        "case": initiative.case_id,
    }


def _find(request: Request, pk: UUID, at_least: str) -> Initiative:
    found = queries.initiative_of(pk, viewer_of(request), at_least)
    if found is None:
        refuse("not_found", Reason("initiative_unknown"))
    return found


@access(signed_in)
class InitiativeDetail(APIView):
    @extend_schema(responses=shapes.InitiativeOut)
    def get(self, request: Request, pk: UUID) -> Response:
        """One initiative, as its card says."""
        return Response(_initiative(_find(request, pk, "card")))


@access(by_service)
class BeginAgain(APIView):
    @extend_schema(request=None, responses={201: shapes.InitiativeOut})
    def post(self, request: Request, pk: UUID) -> Response:
        """Begin again with the text of an initiative that was withdrawn or not approved."""
        initiative = services.begin_again(initiative_id=pk, by=person_of(request))
        return Response(_initiative(initiative), status=201)


@access(by_service)
class DraftDetail(APIView):
    @extend_schema(responses=shapes.DraftOut)
    def get(self, request: Request, pk: UUID) -> Response:
        """The draft as it stands, with what stands against handing it on."""
        reading = reading_of(self._draft(request, pk))
        draft = reading.draft
        set_by = [{"code": answer.code, "params": answer.params} for answer in reading.tier.set_by]
        return Response(
            {
                "initiative": pk,
                "schema": draft.schema,
                "revision": draft.revision,
                "saved_at": draft.saved_at,
                "saved_by": draft.saved_by.full_name,
                "open_sections": draft.open_sections,
                "content": draft.content,
                "tier": {"number": reading.tier.number, "set_by": presenter.tier_sentences(set_by)},
                "value_usd": str(reading.figures.value_usd),
                "appraisal": presenter.sheet(reading.figures),
                "reasons": [reason_out(reason) for reason in reading.reasons],
            }
        )

    @extend_schema(request=shapes.DraftIn, responses=shapes.SavedOut)
    def patch(self, request: Request, pk: UUID) -> Response:
        """Save changed answers. Where two people met, ``conflicts`` gives both texts and theirs stands;
        nothing is lost.

        To overrule, send the answer again from the new ``revision``.
        """
        self._draft(request, pk)
        data = _mapping(request.data, "draft")
        changes = _mapping(data.get("changes"), "changes")
        base = data.get("base_revision")
        if not isinstance(base, int) or isinstance(base, bool):
            refuse("invalid", Reason("value_wrong_type", {"kind": "number"}, "base_revision"))
        saved = services.save_draft(
            initiative_id=pk,
            changes=changes,
            base_revision=base,
            by=request.user,  # type: ignore[arg-type]
        )
        return Response(
            {
                "revision": saved.revision,
                "saved_at": saved.saved_at,
                "saved_by": saved.saved_by,
                "changed": saved.changed,
                "content": saved.content,
                "conflicts": [
                    {"field": clash.path, "yours": clash.yours, "theirs": clash.theirs}
                    for clash in saved.conflicts
                ],
                "problems": [reason_out(reason) for reason in saved.problems],
            }
        )

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Remove a draft that never left the office."""
        self._draft(request, pk)
        services.discard_draft(initiative_id=pk, by=request.user)  # type: ignore[arg-type]
        return Response(status=204)

    def _draft(self, request: Request, pk: UUID) -> Draft:
        found = queries.draft_of(pk, viewer_of(request))
        if found is None:
            refuse("not_found", Reason("initiative_unknown"))
        return found


@access(signed_in)
class Versions(APIView):
    @extend_schema(responses=shapes.VersionOut(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """The frozen versions, the latest first."""
        initiative = _find(request, pk, "full")
        return Response([_version(version) for version in queries.versions_of(initiative)])


@access(signed_in)
class VersionDetail(APIView):
    @extend_schema(responses=shapes.VersionFullOut)
    def get(self, request: Request, pk: UUID, number: int) -> Response:
        """One version: its canonical text, its facts and its appraisal."""
        _find(request, pk, "full")
        version = presenter.version_of(pk, number)
        return Response(
            {
                **_version(version),
                "facts": version.facts,
                "snapshot": version.snapshot,
                "appraisal": presenter.appraisal_of(pk, number),
            }
        )


@access(signed_in)
class VersionDifference(APIView):
    @extend_schema(responses=shapes.ChangeOut(many=True))
    def get(self, request: Request, pk: UUID, before: int, after: int) -> Response:
        """What changed between two versions, field by field."""
        _find(request, pk, "full")
        return Response(
            [
                {
                    "key": change.key,
                    "label": change.label,
                    "section": change.section,
                    "before": change.before,
                    "after": change.after,
                    "percent": None if change.percent is None else str(change.percent),
                }
                for change in presenter.difference(pk, before, after)
            ]
        )


def _version(version: BusinessCaseVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "schema": version.schema,
        "sha256": version.sha256,
        "value_usd": str(version.value_usd),
        "frozen_at": version.frozen_at,
        "frozen_by": version.frozen_by.full_name,
    }
