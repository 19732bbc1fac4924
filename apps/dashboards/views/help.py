"""Help: what each role does here, the dictionary, the keys."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from apps.accounts.access import access, signed_in
from apps.accounts.choices import NATIVE_NAMES, language_of
from apps.dashboards.glossary import LANGUAGES, terms
from apps.dashboards.guides import GUIDES, Guide, guide_for


def _is_mine(guide: Guide, request: HttpRequest) -> bool:
    standing = request.standing  # type: ignore[attr-defined]
    return any(standing.has(str(role)) for role in guide.roles)


def _doors(guide: Guide) -> list[dict[str, Any]]:
    """The pages to begin with, those that this portal has."""
    found = []
    for label, name in guide.doors:
        try:
            found.append({"label": label, "url": reverse(name)})
        except NoReverseMatch:
            continue
    return found


@access(signed_in)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the guides, those of the reader's own roles first."""
    listed = [(guide, _is_mine(guide, request)) for guide in GUIDES]
    return render(request, "dashboards/help.html", {"guides": sorted(listed, key=lambda pair: not pair[1])})


@access(signed_in)
@require_safe
def guide(request: HttpRequest, key: str) -> HttpResponse:
    """Show one guide."""
    found = guide_for(key)
    if found is None:
        raise Http404
    context = {"guide": found, "doors": _doors(found) if _is_mine(found, request) else []}
    return render(request, "dashboards/guide.html", context)


@access(signed_in)
@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Show the dictionary in the six languages."""
    search = request.GET.get("q", "")[:100]
    mine = language_of(getattr(request, "LANGUAGE_CODE", "en"))
    context = {
        "terms": terms(search),
        "search": search,
        "heads": [(language, NATIVE_NAMES[language]) for language in LANGUAGES if language != mine],
    }
    return render(request, "dashboards/glossary.html", context)


@access(signed_in)
@require_safe
def keyboard(request: HttpRequest) -> HttpResponse:
    """Show how everything is done without a mouse."""
    return render(request, "dashboards/keyboard.html")
