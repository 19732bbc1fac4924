"""Refusals as the API says them: the same codes and the same sentences as the page's."""

from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as answer_as_framework
from rest_framework.views import set_rollback

from apps.accounts.errors import STATUS_OF_KIND, is_lock_trouble, is_unkeepable

logger = structlog.get_logger(__name__)


def _readable(value: Any) -> Any:
    """What was sent, as an answer can repeat it: half a character becomes a question mark."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_readable(key): _readable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_readable(inner) for inner in value]
    return value


def reason_of(
    code: str, sentence: str, *, field: str = "", remedy: str = "", who_can: Any = (), params: Any = None
) -> dict[str, Any]:
    """Return one reason in the shape of the API."""
    return {
        "code": code,
        "params": _readable(params or {}),
        "sentence": _readable(sentence),
        "remedy": remedy,
        "field": _readable(field),
        "who_can": list(who_can),
    }


def _flat(detail: Any, field: str = "") -> list[dict[str, Any]]:
    if isinstance(detail, dict):
        found = []
        for key, value in detail.items():
            inner = "" if key in {"non_field_errors", "detail"} else str(key)
            found += _flat(value, ".".join(part for part in (field, inner) if part))
        return found
    if isinstance(detail, list):
        return [
            row
            for index, item in enumerate(detail)
            for row in _flat(item, f"{field}.{index}" if isinstance(item, dict) and field else field)
        ]
    return [reason_of(getattr(detail, "code", "invalid"), str(detail), field=field)]


def answer(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception with `{"reasons": [...]}` and the status of its kind."""
    from apps.audit import reasons

    if isinstance(exception, reasons.Refused):
        set_rollback()
        rows = [
            reason_of(
                reason.code,
                reasons.sentence(reason),
                field=reason.field,
                remedy=reasons.remedy_of(reason) or "",
                who_can=reason.who_can,
                params=reason.params,
            )
            for reason in exception.reasons
        ]
        return Response({"reasons": rows}, status=STATUS_OF_KIND[str(exception.kind)])
    if is_lock_trouble(exception):
        set_rollback()
        row = reason_of(
            "busy", _("Others are writing here just now. Nothing was changed."), remedy=_("Send it again.")
        )
        return Response({"reasons": [row]}, status=503, headers={"Retry-After": "5"})
    if is_unkeepable(exception):
        set_rollback()
        logger.warning("unkeepable_input", exc_info=exception)
        row = reason_of(
            "unkeepable", _("A value holds characters or a number that cannot be kept. Nothing was changed.")
        )
        return Response({"reasons": [row]}, status=400)
    known: exceptions.APIException | None = None
    if isinstance(exception, Http404):
        known = exceptions.NotFound()
    elif isinstance(exception, PermissionDenied):
        known = exceptions.PermissionDenied()
    elif isinstance(exception, exceptions.APIException):
        known = exception
    if known is None:
        return None
    response = answer_as_framework(known, context)
    if response is not None:
        response.data = {"reasons": _flat(known.detail)}
    return response
