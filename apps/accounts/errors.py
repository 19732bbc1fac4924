"""The pages of what did not work: not found, not allowed, conflict, trouble here, not available just now.

Each says what happened, what to do next, and who can. Nothing here tells that an object exists which this
person may not see.
"""

import structlog
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import PermissionDenied
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from apps.accounts.access import Rule

logger = structlog.get_logger(__name__)

STATUS_OF_KIND = {
    "not_found": 404,
    "not_allowed": 403,
    "not_ready": 409,
    "conflict": 409,
    "invalid": 400,
    "unavailable": 503,
}
LOCK_NOT_AVAILABLE = {"55P03", "40P01", "40001", "57014"}


def is_lock_trouble(exception: BaseException) -> bool:
    """Say whether the database refused because others hold the row: the same request can be sent again."""
    if not isinstance(exception, OperationalError):
        return False
    code = getattr(exception.__cause__, "pgcode", None)
    return code in LOCK_NOT_AVAILABLE


def is_unkeepable(exception: BaseException) -> bool:
    """Say whether a value reached the database that it cannot hold: the last net below the checks of each field."""
    if isinstance(exception, DataError | UnicodeEncodeError):
        return True
    return isinstance(exception, ValueError) and "NUL (0x00)" in str(exception)


def lines_of(exception: Exception) -> list[dict[str, object]]:
    """Return the reasons of a refusal as the page shows them: sentence, remedy, who can, field."""
    from apps.audit import reasons

    return [
        {
            "code": reason.code,
            "sentence": reasons.sentence(reason),
            "remedy": reasons.remedy_of(reason),
            "who_can": reason.who_can,
            "field": reason.field,
        }
        for reason in exception.reasons  # type: ignore[attr-defined]
    ]


def render_error(
    request: HttpRequest,
    status: int,
    *,
    reasons: list[dict[str, object]] | None = None,
    remedy: str = "",
) -> HttpResponse:
    """Answer with the page (or, to htmx, the part of a page) of this status."""
    part = bool(request.headers.get("HX-Request")) and not request.headers.get("HX-Boosted")
    template = "errors/part.html" if part else f"errors/{status}.html"
    context = {"status": status, "reasons": reasons or [], "remedy": remedy, "is_error_page": True}
    response = HttpResponse(render_to_string(template, context, request=request), status=status)
    if status == 503:
        response["Retry-After"] = "5"
    return response


def page_for(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """Return the page of an exception that a view let through, or None where it is none of ours."""
    from apps.audit.reasons import Refused

    if isinstance(exception, Refused):
        return render_error(request, STATUS_OF_KIND[str(exception.kind)], reasons=lines_of(exception))
    if is_lock_trouble(exception):
        logger.warning("lock_timeout", path=request.path)
        return unavailable(request)
    if is_unkeepable(exception):
        logger.warning("unkeepable_input", path=request.path, exc_info=exception)
        return page_not_found(request) if "\x00" in request.path else bad_request(request)
    return None


def not_allowed(request: HttpRequest, *, rule: Rule | None = None) -> HttpResponse:
    """Answer 403: signed in, but this page belongs to a role that the person does not hold."""
    return render_error(request, 403, remedy=_("This page is for other roles than those of your posts."))


def unavailable(request: HttpRequest) -> HttpResponse:
    """Answer 503: nothing was changed, the same can be sent again."""
    return render_error(request, 503)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400 (Django's handler400); who was signed out while the page was made signs in, and gets it then."""
    if isinstance(exception, SessionInterrupted):
        from apps.accounts.middleware import to_sign_in

        return to_sign_in(request)
    return render_error(request, 400)


def permission_denied(request: HttpRequest, exception: PermissionDenied | None = None) -> HttpResponse:
    """Answer 403 (Django's handler403)."""
    return render_error(request, 403)


def page_not_found(request: HttpRequest, exception: Http404 | None = None) -> HttpResponse:
    """Answer 404 (Django's handler404)."""
    return render_error(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 (Django's handler500) with a page that asks the database nothing."""
    return HttpResponse(render_to_string("errors/500.html", {"status": 500}), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 where the form's proof was missing or old: nothing was saved, what to do is said."""
    return render_error(
        request,
        403,
        remedy=_(
            "The form was open for too long, or your browser refuses cookies. Nothing was saved. "
            "Go back, load the page again and send it once more."
        ),
    )
