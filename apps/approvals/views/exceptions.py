"""Named exceptions of a case: who was let in, until when and why; naming one, and ending one before its time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from apps.accounts.access import access, by_service, person_of
from apps.accounts.models import User
from apps.approvals import services
from apps.approvals.models import NamedException
from apps.approvals.permissions import role_to_name_by
from apps.approvals.views import reading
from apps.approvals.views.case import full_view_of
from apps.audit.reasons import Kind, Reason, Refused

DateInput = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ExceptionForm(forms.Form):
    """Whom to let in, until when, and why."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address of the person"),
        help_text=gettext_lazy("The person has an account already."),
    )
    until = forms.DateField(
        label=gettext_lazy("To the end of"), widget=DateInput, help_text=gettext_lazy("A year ahead at most.")
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=gettext_lazy(
            "What the person is needed for. Who may name exceptions and the auditors read it."
        ),
    )

    def clean_email(self) -> User:
        user = User.objects.filter(email=self.cleaned_data["email"].lower()).first()
        if user is None:
            raise forms.ValidationError(_("Nobody has an account with this address."), code="no_such_person")
        return user

    def end(self) -> datetime:
        """The instant at which the last day is over (UTC)."""
        day = min(self.cleaned_data["until"], datetime(2999, 1, 1, tzinfo=UTC).date())
        return datetime.combine(day + timedelta(days=1), time(), UTC)


class EndForm(forms.Form):
    """Why an exception ends before its time."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )


@access(by_service)
@require_http_methods(["GET", "HEAD", "POST"])
def case_exceptions(request: HttpRequest, handle: str) -> HttpResponse:
    """List who was let in to the case beyond what posts open, and let one more in."""
    view = full_view_of(request, handle)
    may_name = bool(role_to_name_by(view.viewer, view.case)[0])
    form = ExceptionForm(request.POST if request.method == "POST" else None)
    status = 200
    refused: tuple[Reason, ...] = ()
    if request.method == "POST":
        status = 400
        if not may_name or form.is_valid():
            try:
                services.name_exception(case_id=view.case.pk, by=person_of(request), **_terms(form, request))
            except Refused as refusal:
                if refusal.kind == Kind.NOT_ALLOWED and not may_name:
                    raise
                status, refused = refusal.status, refusal.reasons
            else:
                messages.success(request, _("The exception is recorded. It ends by itself."))
                return redirect("approvals:case-exceptions", handle)
    rows = NamedException.objects.filter(case=view.case).select_related("user", "granted_by", "ended_by")
    at = view.viewer.at
    context = {
        "view": view,
        "case": view.case,
        "strip": reading.strip_of(view),
        "form": form,
        "reasons": refused,
        "may_name": may_name,
        "reads_reasons": may_name or view.viewer.sees_everything,
        "rows": [(row, row.is_in_force(at)) for row in rows.order_by("-granted_at", "pk")],
    }
    return render(request, "approvals/case_exceptions.html", context, status=status)


def _terms(form: ExceptionForm, request: HttpRequest) -> dict[str, Any]:
    """What the service is asked; for who may not name anybody it refuses before it reads any of it."""
    if not form.is_valid():
        return {"user": person_of(request), "until": datetime(2000, 1, 1, tzinfo=UTC), "reason": ""}
    return {
        "user": form.cleaned_data["email"],
        "until": form.end(),
        "reason": form.cleaned_data["reason"],
    }


@access(by_service)
@require_http_methods(["GET", "HEAD", "POST"])
def exception_end(request: HttpRequest, handle: str, pk: UUID) -> HttpResponse:
    """End an exception now, after a question."""
    view = full_view_of(request, handle)
    found = get_object_or_404(NamedException.objects.select_related("user"), pk=pk, case=view.case)
    form = EndForm(request.POST if request.method == "POST" else None)
    status = 200
    refused: tuple[Reason, ...] = ()
    if request.method == "POST":
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        try:
            services.end_exception(exception_id=found.pk, reason=reason, by=person_of(request))
        except Refused as refusal:
            if refusal.kind in (Kind.NOT_ALLOWED, Kind.NOT_FOUND):
                raise
            status = refusal.status
            refused = () if form.errors else refusal.reasons
        else:
            messages.success(request, _("The exception has ended."))
            return redirect("approvals:case-exceptions", handle)
    elif not role_to_name_by(view.viewer, view.case)[0]:
        return redirect("approvals:case-exceptions", handle)
    context = {
        "case": view.case,
        "strip": reading.strip_of(view),
        "row": found,
        "form": form,
        "reasons": refused,
    }
    return render(request, "approvals/exception_end.html", context, status=status)
