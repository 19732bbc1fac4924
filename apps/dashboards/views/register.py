"""The register for auditors: its events, one event, verifying it here, and taking it along to verify it elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts import look
from apps.accounts.access import access, person_of
from apps.audit import checkpoints, clock, export, verifier
from apps.audit.models import CheckpointKey
from apps.audit.reasons import Kind, Reason, Refused, refuse
from apps.audit.register import ORIGINS
from apps.audit.witnesses import key_lines, recent
from apps.dashboards import events, proof, services
from apps.dashboards.filters import EventFilter
from apps.dashboards.models import RegisterExport, Verification
from apps.dashboards.permissions import auditor
from apps.notices.witnesses import witnesses

ROWS_A_CHUNK = 500
CHECKPOINTS_SHOWN = 6


@access(auditor)
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Show how far the register goes, what was last verified, and its events."""
    wanted = EventFilter.from_query(request.GET.dict())
    after = request.GET.get("after", "")
    found = events.event_page(wanted, after=after)
    seq, own_hash = proof.head()
    last = Verification.objects.select_related("by").order_by("-started_at").first()
    signed = recent()
    query = wanted.query()
    url = reverse("dashboards:register")
    count = look.amount_text(found.count, "", places=0)
    context = {
        "seq": seq,
        "hash": own_hash,
        "last": last,
        "last_words": proof.words_of(last.fault_code, last.fault_words) if last else "",
        "since_last": max(0, seq - last.seq) if last else seq,
        "checkpoint": checkpoints.latest(signed),
        "checkpoints": proof.checkpoint_rows(signed[:CHECKPOINTS_SHOWN]),
        "witnesses": witnesses(clock.now(), signed),
        "parted_at": checkpoints.parted_at(signed),
        "exports": RegisterExport.objects.select_related("by").order_by("-at")[:3],
        "rows": found.rows,
        "wanted": wanted,
        "origins": ORIGINS,
        "summary": _("%(shown)s of more than %(count)s events") % {"shown": len(found.rows), "count": count}
        if found.is_bounded
        else ngettext("%(count)s event", "%(count)s events", found.count) % {"count": count},
        "next_url": f"{url}?{query}&after={found.next}#events" if found.next else "",
        "first_url": f"{url}?{query}#events" if after else "",
    }
    return render(request, "dashboards/register.html", context)


@access(auditor)
@require_safe
def event(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Show one event with its canonical text, hash, previous hash and commitments."""
    view = events.event_view(event_id)
    facts = [(name, value) for name, value in view.values.get("facts", {}).items()]
    return render(request, "dashboards/event.html", {"view": view, "row": view.row, "facts": facts})


# Verifying here --------------------------------------------------------------------------------------------------


@access(auditor)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Begin a verification, do its first piece, and show how far it came."""
    run = services.start_verification(whole=request.POST.get("whole") != "no", by=person_of(request))
    services.continue_verification(verification_id=run.pk, by=person_of(request))
    return redirect(run)


@access(auditor)
@require_POST
def verify_on(request: HttpRequest, verification_id: UUID) -> HttpResponse:
    """Do the next piece."""
    return redirect(services.continue_verification(verification_id=verification_id, by=person_of(request)))


@access(auditor)
@require_safe
@never_cache
def verification(request: HttpRequest, verification_id: UUID) -> HttpResponse:
    """Show a verification: how far it came, or what it found."""
    run = get_object_or_404(Verification.objects.select_related("by"), pk=verification_id)
    context = {
        "run": run,
        "words": proof.words_of(run.fault_code, run.fault_words),
        "bound": proof.bound_in_words(seq=run.seq, checkpoint_seq=run.checkpoint_seq),
        "done": run.seq - run.after_seq,
        "total": max(run.until_seq - run.after_seq, 1),
        "bad_event": events.events_for(EventFilter()).filter(seq=run.fault_seq).first()
        if run.fault_seq
        else None,
    }
    return render(request, "dashboards/verification.html", context)


# A copy ----------------------------------------------------------------------------------------------------------


@access(auditor)
@require_http_methods(["GET", "HEAD", "POST"])
def verify_copy(request: HttpRequest) -> HttpResponse:
    """Verify a copy that somebody brings: intact, or the first bad row by name."""
    verdict = None
    reasons: tuple[Reason, ...] = ()
    if request.method == "POST":
        try:
            verdict = _judge(request)
        except Refused as refused:
            reasons = refused.reasons
    context = {
        "verdict": verdict,
        "reasons": reasons,
        "name": getattr(request.FILES.get("copy"), "name", ""),
        "bound": proof.bound_in_words(seq=verdict.rows, checkpoint_seq=verdict.checkpoint_seq)
        if verdict
        else "",
    }
    return render(request, "dashboards/verify_copy.html", context, status=400 if reasons else 200)


def _judge(request: HttpRequest) -> proof.Verdict:
    copy = request.FILES.get("copy")
    if copy is None:
        refuse(Kind.INVALID, Reason("copy.missing", field="copy"))
    if (copy.size or 0) > proof.LONGEST_COPY:
        refuse(Kind.INVALID, Reason("copy.too_long", field="copy"))
    given: list[verifier.Checkpoint] = []
    witness = request.FILES.get("checkpoint")
    if witness is not None:
        given = proof.checkpoints_in(witness.read(proof.LONGEST_CHECKPOINTS))
    return proof.judge_copy(copy, given)


# Taking it along -------------------------------------------------------------------------------------------------


@access(auditor)
@require_POST
def download(request: HttpRequest) -> StreamingHttpResponse:
    """Stream the register as the offline verifier takes it, and note who took it."""
    taken = services.record_export(by=person_of(request))
    response = StreamingHttpResponse(_lines(taken.until_seq), content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="register-{taken.until_seq}.jsonl"'
    response["Cache-Control"] = "no-store"
    return response


def _lines(until: int) -> Iterator[bytes]:
    """The rows up to a place, in short statements: nothing is held open while a slow line takes them."""
    seq = 0
    while seq < until:
        rows = export.rows_after(seq, limit=min(ROWS_A_CHUNK, until - seq))
        if not rows:
            return
        seq = rows[-1]["seq"]
        yield "".join(
            json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows
        ).encode()


def _as_file(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@access(auditor)
@require_safe
def download_verifier(request: HttpRequest) -> HttpResponse:
    """Hand out the verifier, which needs Python alone."""
    return _as_file(Path(verifier.__file__).read_bytes(), "verifier.py", "text/x-python; charset=utf-8")


@access(auditor)
@require_safe
def download_checkpoints(request: HttpRequest) -> HttpResponse:
    """Hand out the checkpoints that this portal keeps; those of a witness prove more."""
    kept = "".join(checkpoints.lines()).encode()
    if not kept:
        messages.info(
            request,
            _("No checkpoint was made yet. One is made every ten minutes in which something happened."),
        )
        return redirect("dashboards:register")
    return _as_file(kept, "checkpoints.jsonl", "application/x-ndjson")


@access(auditor)
@require_safe
def download_keys(request: HttpRequest) -> HttpResponse:
    """Hand out the public keys of the checkpoints, as the verifier takes them."""
    lines = key_lines()
    if not lines:
        messages.info(request, _("No checkpoint was signed yet, so that no key is known."))
        return redirect("dashboards:register")
    return _as_file("".join(lines).encode(), "public-keys.txt", "text/plain; charset=utf-8")


@access(auditor)
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Say how the register is verified with Python alone."""
    context: dict[str, Any] = {"keys": CheckpointKey.objects.all(), "witnesses": witnesses(clock.now())}
    return render(request, "dashboards/offline.html", context)
