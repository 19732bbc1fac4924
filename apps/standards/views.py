"""Pages of standards: what is in force, and what each asks."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.access import access, signed_in
from apps.audit import clock
from apps.standards.models import Standard
from apps.standards.queries import in_force


@access(signed_in)
@require_safe
def standard_list(request: HttpRequest) -> HttpResponse:
    """The standards in force today."""
    return render(request, "standards/standard_list.html", {"standards": in_force(clock.now().date())})


@access(signed_in)
@require_safe
def standard_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One standard, in force or not."""
    standard = Standard.objects.filter(code=code).first() if "\0" not in code else None
    if standard is None:
        raise Http404
    return render(request, "standards/standard_detail.html", {"standard": standard})
